"""A decoder whose weights are trained until its samples have a topology."""

import numbers
import warnings
from copy import copy
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._sklearn_compat import CallbackSupportMixin, HasMethods, StrOptions
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import (
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    drawn_seed,
)
from sktopo.filtrations import FILTRATION_CONSTRAINT
from sktopo.gradients import FlatParameters, value_and_pullback
from sktopo.neural_network._batches import mini_batches
from sktopo.neural_network._decoder_loss import (
    DecoderLoss,
    Units,
    in_data_units,
    network_of,
)
from sktopo.neural_network._sample_objective import SampleObjective
from sktopo.solvers import Adam


class TopologicalDecoder(
    CallbackSupportMixin, MultiOutputMixin, RegressorMixin, BaseEstimator
):
    """Train the weights of a decoder for the topology of the samples that it makes.

    A multi-layer perceptron g from codes to samples, fitted by scikit-learn, is trained
    on by Adam, on the mean over mini-batches of ::

        topology_weight * objective(g(z)) / r^d + ||g(z) - x||^2 / r^2

    as the topology generator of [1]_ is. r is the range of the samples and d the
    degree of the objective: 1 for E(1, 0, i0). The codes z are drawn from the normal
    distribution that the training codes have, and x is what the perceptron made of
    them at first; or they are those of the training data, and x their samples.

    Parameters
    ----------
    decoder : MLPRegressor or None, default=None
        A clone is fitted; put one that is ready into a FrozenEstimator. As all
        perceptrons it needs codes and samples whose spread is near 1. None is
        ``MLPRegressor(hidden_layer_sizes=100, max_iter=500)``, with ``random_state``,
        which sees codes and samples centred and scaled, so that units do not matter.
    objective : Term, DiagramFunctional or None, default=None
        What is to become small: a functional of the sample's diagrams, or a Term in the
        sample itself. None is ``PersistenceEnergy(p=1, q=0, i0=2)``: one component in
        place of several.
    filtration : Filtration or None, default=None
        Of a functional. None is ``Cubical(superlevel=True)``.
    homology_dimensions : int or tuple of int, default=0
        The diagrams of a functional.
    topology_weight : float >= 0, default=10.0
        How much the objective counts.
    codes : {"normal", "training"}, default="normal"
        Which codes the decoder is trained on; see above.
    image_shape : tuple of int or None, default=None
        Read the samples as images or voxel grids; without it they are signals.
    clip : tuple of 2 floats or None, default=None
        Range of the samples, to which they are cut before the objective sees them.
    learning_rate : float > 0, default=0.001
        Of Adam.
    max_iter : int >= 0, default=200
        Steps, of a mini-batch each.
    batch_size : int >= 1, default=64
        Codes of a step.
    random_state : int, RandomState instance or None, default=None
        Of the codes, of an objective that is random, and of the default decoder.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    decoder_ : MLPRegressor
        With the trained weights, for codes and samples in their own units.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of one mini-batch after the other.
    n_iter_ : int
        Steps that were made.
    n_features_in_ : int
        Number of components of a code.

    See Also
    --------
    LatentOptimizer : Moves codes in place of weights.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.2, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.decomposition import PCA
    >>> from sktopo.neural_network import TopologicalDecoder
    >>> X = load_digits().data[:500] / 16
    >>> codes = PCA(8).fit_transform(X)
    >>> model = TopologicalDecoder(
    ...     image_shape=(8, 8), clip=(0, 1), max_iter=50, random_state=0
    ... ).fit(codes, X)
    >>> bool(model.loss_curve_[-10:].mean() < 0.7 * model.loss_curve_[:3].mean())
    True
    """

    _parameter_constraints = {
        "decoder": [HasMethods(["fit", "predict"]), None],
        "objective": [HasMethods(["value_and_grad"]), None],
        "filtration": [*FILTRATION_CONSTRAINT, None],
        "homology_dimensions": ["array-like", numbers.Integral],
        "topology_weight": [NON_NEGATIVE],
        "codes": [StrOptions({"normal", "training"})],
        "image_shape": ["array-like", None],
        "clip": ["array-like", None],
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "batch_size": [POSITIVE_INT],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        decoder=None,
        objective=None,
        *,
        filtration=None,
        homology_dimensions=0,
        topology_weight=10.0,
        codes="normal",
        image_shape=None,
        clip=None,
        learning_rate=0.001,
        max_iter=200,
        batch_size=64,
        random_state=None,
        verbose=0,
    ):
        self.decoder = decoder
        self.objective = objective
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.topology_weight = topology_weight
        self.codes = codes
        self.image_shape = image_shape
        self.clip = clip
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Fit the perceptron, and train it on.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Codes.
        y : array-like of shape (n_samples, n_outputs) or (n_samples,)
            Their samples.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If ``image_shape`` does not fit the samples.
        TypeError
            If the decoder is no MLPRegressor.
        KeyboardInterrupt
            If the fit is interrupted; the weights are then those of the last step.
        """
        name = type(self).__name__
        check_one_table(X, name, "Codes are rows.")
        checks = {"dtype": np.float64, "multi_output": True, "y_numeric": True}
        X, y = validate_table(self, X, y, **checks)
        rng = check_random_state(self.random_state)
        objective = SampleObjective(self)
        targets = y.reshape(len(y), -1).astype(np.float64)
        objective.check(targets[0])
        if self.decoder is None:
            units = Units.of(X, by_column=True), Units.of(targets, by_column=False)
            decoder = _first_decoder(units[0].seen(X), units[1].seen(targets), rng)
        else:
            units = Units.own(X), Units.own(targets)
            decoder = clone(self.decoder).fit(X, y)
        # One that is ready stays what it is.
        network = copy(network_of(decoder, name))
        parameters = [*network.coefs_, *network.intercepts_]
        flat = FlatParameters(parameters)
        extent = float(np.ptp(targets)) or 1.0
        loss = DecoderLoss(
            flat,
            network.activation,
            objective.function(drawn_seed(rng), extent),
            self._batches(units[0].seen(X), targets, network, units[1], rng),
            units=units[1],
            extent=extent,
            topology_weight=self.topology_weight,
        )
        solver = Adam(self.learning_rate, max_iter=self.max_iter, verbose=self.verbose)
        unpack = partial(self._unpack, network, flat, units)
        minimize_and_unpack(self, solver, loss, flat.join(parameters), unpack)
        return self

    def _unpack(self, network, flat, units, result):
        weights, intercepts = in_data_units(*flat.halves(result.x), *units)
        network.coefs_, network.intercepts_ = weights, intercepts
        self.decoder_, self.loss_curve_ = network, result.history
        self.n_iter_ = result.nit

    def predict(self, X):
        """Make samples of codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)
            Codes.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs) or (n_samples,)
        """
        check_is_fitted(self)
        check_one_table(X, type(self).__name__, "Codes are rows.")
        X = validate_table(self, X, dtype=np.float64, reset=False)
        return self.value_and_pullback(X)[0]

    def value_and_pullback(self, X):
        """Make samples of codes, and the pullback of gradients to these.

        Parameters
        ----------
        X : ndarray of shape (n_samples, n_components)

        Returns
        -------
        samples : ndarray of shape (n_samples, n_outputs) or (n_samples,)
        pullback : callable
        """
        check_is_fitted(self)
        return value_and_pullback(self.decoder_, X)

    def _batches(self, X, targets, network, units, rng):
        """Codes and what is to be made of them, one mini-batch after the other."""
        if self.codes == "training":
            for rows in mini_batches(len(X), self.batch_size, rng):
                yield X[rows], targets[rows]
        mean, turn = X.mean(axis=0), _root_of_covariance(X)
        while True:
            codes = mean + rng.normal(size=(self.batch_size, len(turn))) @ turn
            made = value_and_pullback(network, codes)[0].reshape(len(codes), -1)
            yield codes, units.restored(made)


def _first_decoder(codes, samples, rng):
    """A fitted one of the default size."""
    decoder = MLPRegressor(
        hidden_layer_sizes=100, max_iter=500, random_state=drawn_seed(rng)
    )
    with warnings.catch_warnings():
        # It is a start: the training goes on.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return decoder.fit(codes, samples[:, 0] if samples.shape[1] == 1 else samples)


def _root_of_covariance(X):
    """A matrix R such that normal rows times R have the covariance of X.

    The symmetric one, which does not hang on the choice of eigenvectors.
    """
    centred = X - X.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / max(1, len(X) - 1))
    return (axes * np.sqrt(np.maximum(variances, 0.0))) @ axes.T
