"""What perceptrons with a topology share: parameters, training and outputs."""

import numbers
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import minimize_and_unpack
from sktopo._sklearn_compat import CallbackSupportMixin, HasMethods, StrOptions
from sktopo._tables import check_one_table, safe_spread, validate_table
from sktopo._validation import (
    FRACTION,
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    warn_unused,
)
from sktopo.filtrations import FILTRATION_CONSTRAINT
from sktopo.gradients import DenseLayers, FlatParameters
from sktopo.neural_network._batches import batch_size_for, mini_batches, n_batches
from sktopo.neural_network._early_stopping import EarlyStopping
from sktopo.neural_network._first_parameters import first_parameters, units_of
from sktopo.neural_network._layer_penalties import (
    penalty_of_activations,
    penalty_of_weights,
)
from sktopo.neural_network._perceptron_loss import PerceptronLoss
from sktopo.neural_network._unused import warn_of_term
from sktopo.neural_network._weight_term import WEIGHT_TERMS
from sktopo.solvers import Adam

ONE_TABLE_HINT = "Rows are samples; images are rows with image_shape."


class TopologicalPerceptron(CallbackSupportMixin, BaseEstimator):
    """A perceptron that is trained with terms of its weights and activations."""

    _parameter_constraints = {
        "hidden_layer_sizes": ["array-like", numbers.Integral],
        "activation": [StrOptions({"identity", "logistic", "relu", "tanh"})],
        "objective": [HasMethods(["value_and_grad"]), None],
        "weights_as": [StrOptions(set(WEIGHT_TERMS))],
        "layers": ["array-like", numbers.Integral],
        "filtration": [*FILTRATION_CONSTRAINT, None],
        "homology_dimensions": ["array-like", numbers.Integral],
        "image_shape": ["array-like", None],
        "topology_weight": [NON_NEGATIVE],
        "activation_objective": [HasMethods(["value_and_grad"]), None],
        "activation_layer": [numbers.Integral],
        "activation_weight": [NON_NEGATIVE],
        "alpha": [NON_NEGATIVE],
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "batch_size": [POSITIVE_INT, StrOptions({"auto"})],
        "early_stopping": ["boolean"],
        "validation_fraction": [FRACTION],
        "n_iter_no_change": [POSITIVE_INT],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        hidden_layer_sizes=100,
        activation="relu",
        *,
        objective=None,
        weights_as="graph",
        layers=0,
        filtration=None,
        homology_dimensions=0,
        image_shape=None,
        topology_weight=0.01,
        activation_objective=None,
        activation_layer=-1,
        activation_weight=0.1,
        alpha=0.0001,
        learning_rate=0.001,
        max_iter=200,
        batch_size="auto",
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        random_state=None,
        verbose=0,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.objective = objective
        self.weights_as = weights_as
        self.layers = layers
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.image_shape = image_shape
        self.topology_weight = topology_weight
        self.activation_objective = activation_objective
        self.activation_layer = activation_layer
        self.activation_weight = activation_weight
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    def _train(self, X, targets, losses):
        """Fit the weights to rows and their targets, of shape (n, n_outputs)."""
        rng = check_random_state(self.random_state)
        self.mean_, self.scale_ = self._units(X)
        rows = (X - self.mean_) / self.scale_
        hidden = units_of(self.hidden_layer_sizes, type(self).__name__)
        sizes = [rows.shape[1], *hidden, targets.shape[1]]
        of_weights, of_activations = self._penalties(sizes)
        parameters = first_parameters(sizes, rng)
        flat = FlatParameters(parameters)
        used, kept = self._parts(len(rows), rng)
        size = batch_size_for(self.batch_size, len(used), 200)
        n_steps = n_batches(len(used), size)
        loss = PerceptronLoss(
            flat,
            self.activation,
            losses,
            (
                (rows[used[part]], targets[used[part]])
                for part in mini_batches(len(used), size, rng)
            ),
            alpha=self.alpha,
            of_weights=of_weights,
            of_activations=of_activations,
        )
        stopping = EarlyStopping(
            lambda x: loss.fit_of(x, rows[kept], targets[kept]),
            every=n_steps,
            patience=self.n_iter_no_change,
        )
        solver = Adam(
            self.learning_rate,
            schedule="linear",
            max_iter=self.max_iter * n_steps,
            verbose=self.verbose,
        )
        minimize_and_unpack(
            self,
            solver,
            loss,
            flat.join(parameters),
            partial(self._unpack, loss, stopping, n_steps),
            stopping if kept.size else None,
        )
        return self

    def _penalties(self, sizes):
        """Terms of weights and of activations; warns of parameters without effect."""
        warn_of_term(self, ("filtration", "homology_dimensions"))
        if self.weights_as != "images" and self.image_shape is not None:
            warn_unused(self, ("image_shape",), "but with weights_as='images'")
        if self.activation_objective is None:
            names = ("activation_layer", "activation_weight")
            warn_unused(self, names, "without an 'activation_objective'")
        owner = type(self).__name__
        of_weights = penalty_of_weights(
            sizes,
            objective=self.objective,
            weights_as=self.weights_as,
            filtration=self.filtration,
            homology_dimensions=self.homology_dimensions,
            image_shape=self.image_shape,
            layers=self.layers,
            weight=self.topology_weight,
            owner=owner,
        )
        of_activations = penalty_of_activations(
            sizes,
            objective=self.activation_objective,
            layer=self.activation_layer,
            weight=self.activation_weight,
            owner=owner,
        )
        return of_weights, of_activations

    def _unpack(self, loss, stopping, steps_of_an_epoch, result):
        x = stopping.best(result).copy()
        self.coefs_, self.intercepts_ = loss.parameters.halves(x)
        term, layers, weight = loss.of_weights
        for layer in layers if weight and result.nit else ():
            self.coefs_[layer] = term.closed(self.coefs_[layer], self.learning_rate)
        self.loss_curve_ = result.history
        self.validation_curve_ = np.array(stopping.values)
        self.n_iter_ = result.nit // steps_of_an_epoch

    def _units(self, X):
        """The mean of each column, and its spread, or that of all where X is images."""
        spread = WEIGHT_TERMS[self.weights_as].spread(X)
        return X.mean(axis=0), safe_spread(spread, X)

    def _parts(self, n_rows, rng):
        """Rows to train on, and rows to validate on."""
        order = rng.permutation(n_rows)
        n_kept = 0
        if self.early_stopping and self.validation_fraction == 0:
            raise ValueError(
                f"The 'validation_fraction' parameter of {type(self).__name__} must be "
                "a float in the range (0.0, 1.0) with early_stopping=True. Got "
                f"{self.validation_fraction!r} instead."
            )
        if self.early_stopping and n_rows > 1:
            n_kept = max(1, int(self.validation_fraction * n_rows))
        return order[n_kept:], order[:n_kept]

    def _output(self, X):
        """The outputs of the last layer, (n_samples, n_outputs), and the pullback."""
        layers = self._at(X)
        return layers.output, lambda grad: layers.pullback(grad) / self.scale_

    def _at(self, X):
        rows = (X - self.mean_) / self.scale_
        return DenseLayers(self.coefs_, self.intercepts_, self.activation, rows)

    def activations(self, X, layer=-1):
        """Compute the activations of a hidden layer.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        layer : int, default=-1
            Which hidden layer, from 0 on; -1 is the last one.

        Returns
        -------
        ndarray of shape (n_samples, n_units)
        """
        _, *hidden = self._at(self._read(X)).layers
        is_int = isinstance(layer, numbers.Integral)
        if not is_int or not -len(hidden) <= layer < len(hidden):
            raise ValueError(
                f"The 'layer' parameter of {type(self).__name__}.activations must name "
                f"one of {len(hidden)} hidden layers. Got {layer!r}."
            )
        return hidden[layer]

    def _read(self, X):
        check_is_fitted(self)
        check_one_table(X, type(self).__name__, ONE_TABLE_HINT)
        return validate_table(self, X, dtype=np.float64, reset=False)


def in_one_axis(output, pullback):
    """A single column as numbers."""
    if output.shape[1] > 1:
        return output, pullback
    return output[:, 0], lambda grad: pullback(grad[:, None])
