"""An autoencoder whose latent space keeps the topology of the data, or gets one."""

import numbers
from functools import partial

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    FRACTION,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
)
from sktopo.gradients import FlatParameters
from sktopo.neural_network._autoencoder_loss import (
    AutoencoderLoss,
    ResidualPerceptron,
    principal_directions,
)
from sktopo.neural_network._batches import batch_size_for, n_batches
from sktopo.neural_network._code_topology import (
    TOPOLOGY_CONSTRAINTS,
    RowBatch,
    row_batches,
)
from sktopo.neural_network._early_stopping import EarlyStopping
from sktopo.neural_network._embedding import InvertibleEmbedding
from sktopo.neural_network._first_parameters import units_of
from sktopo.solvers import Adam


class TopologicalAutoencoder(InvertibleEmbedding):
    """Embed rows in few dimensions so that their topology is kept, or one is made.

    Encoder and decoder are the projection to the first principal components and the way
    back, each with a perceptron added, and trained by Adam on mini-batches ::

        mean ||x - decoder(encoder(x))||^2 + topology_weight * matching
                                           + objective_weight * objective(codes)

    where x is the data in units of the root of its total variance. The matching [1]_
    compares distances of rows with those of their codes, along the edges at which the
    bars of the one and of the other are born or die, and the diagrams of the two, each
    in units of its own spread. The objective, if there is one,
    prescribes a topology for the codes of a batch, such as one loop. At the start the
    perceptrons are zero, and the codes those of PCA.

    Parameters
    ----------
    n_components : int >= 1, default=2
        Length of a code.
    hidden_layer_sizes : int or array-like of int, default=(64, 64)
        Of the encoder's perceptron; the decoder's has them in reverse.
    activation : {"logistic", "relu", "tanh"}, default="tanh"
        Of the hidden layers.
    topology_weight : float >= 0, default=1.0
        Weight of the matching.
    homology_dimensions : int or tuple of int, default=(0, 1)
        Whose edges are matched: 0, those of the minimum spanning tree, which is fast;
        1, those of loops.
    objective : Term, DiagramFunctional or None, default=None
        Of the codes of a batch, an array (n_rows, n_components). None is none.
    objective_weight : float >= 0, default=1.0
        Its weight.
    filtration : Filtration or str, default="weak_alpha"
        Of a functional as objective.
    objective_dimensions : int or tuple of int, default=1
        The homology dimensions of a functional as objective.
    learning_rate : float > 0, default=0.003
        Of Adam, at first; it falls to zero over ``max_iter`` passes.
    max_iter : int >= 0, default=300
        Passes over the data.
    batch_size : int >= 1 or "auto", default="auto"
        Rows of a step; "auto" is an eighth of them, between 16 and 128.
    validation_fraction : float in [0, 1), default=0.1
        Share of the rows that are kept for early stopping; with 0 all passes are made.
    n_iter_no_change : int >= 1, default=100
        Passes without a better loss of these rows, after which the training ends. The
        parameters of the best pass are kept.
    random_state : int, RandomState instance or None, default=None
        Of the first weights, of the rows kept back and of the batches.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        The principal directions.
    mean_ : ndarray of shape (n_features,)
        The mean row.
    scale_ : float
        The root of the mean squared distance of rows from it.
    encoder_parameters_, decoder_parameters_ : list of ndarray
        Weights and then intercepts of the perceptrons.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of one mini-batch after the other.
    validation_curve_ : ndarray of shape (n_epochs,)
        The loss of the rows kept back, after each pass.
    n_iter_ : int
        Passes over the data that were made.
    n_features_in_ : int
        Number of columns.

    References
    ----------
    .. [1] M. Moor, M. Horn, B. Rieck and K. Borgwardt, "Topological autoencoders", ICML
       2020, :doi:`10.48550/arXiv.1906.00722`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import TopologicalAutoencoder
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 200)
    >>> X = np.stack([np.cos(k * angle) for k in range(6)], axis=1)
    >>> model = TopologicalAutoencoder(max_iter=50, random_state=0).fit(X)
    >>> model.transform(X).shape
    (200, 2)
    >>> bool(model.validation_curve_.min() < model.validation_curve_[0])
    True
    """

    # Found on curves, tori and spheres: more of it costs order along the curves.
    _MATCHING = {"own_units": True, "diagram_weights": (5.0, 20.0)}
    _parameter_constraints = {
        "n_components": [POSITIVE_INT],
        "hidden_layer_sizes": ["array-like", numbers.Integral],
        "activation": [StrOptions({"logistic", "relu", "tanh"})],
        **TOPOLOGY_CONSTRAINTS,
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "batch_size": [POSITIVE_INT, StrOptions({"auto"})],
        "validation_fraction": [FRACTION],
        "n_iter_no_change": [POSITIVE_INT],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components=2,
        *,
        hidden_layer_sizes=(64, 64),
        activation="tanh",
        topology_weight=1.0,
        homology_dimensions=(0, 1),
        objective=None,
        objective_weight=1.0,
        filtration="weak_alpha",
        objective_dimensions=1,
        learning_rate=0.003,
        max_iter=300,
        batch_size="auto",
        validation_fraction=0.1,
        n_iter_no_change=100,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.topology_weight = topology_weight
        self.homology_dimensions = homology_dimensions
        self.objective = objective
        self.objective_weight = objective_weight
        self.filtration = filtration
        self.objective_dimensions = objective_dimensions
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Train encoder and decoder.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite table or has fewer columns than there are components, or
            parameters cannot be.
        KeyboardInterrupt
            If the fit is interrupted; the parameters are then the best so far.
        """
        X = self._validated(X, reset=True)
        self._check_n_components(X)
        topology = self._topology((len(X), self.n_components))
        sizes = units_of(self.hidden_layer_sizes, type(self).__name__)
        rng = check_random_state(self.random_state)
        rows, self.mean_, self.scale_ = self._centred(X)
        self.components_ = principal_directions(rows, self.n_components)
        encoder, decoder = self._halves()
        parameters = encoder.first_parameters(sizes, rng)
        parameters += decoder.first_parameters(sizes[::-1], rng)
        flat = FlatParameters(parameters)
        order = rng.permutation(len(rows))
        n_kept = int(self.validation_fraction * len(rows))
        kept, used = RowBatch(rows[order[:n_kept]]), rows[order[n_kept:]]
        size = batch_size_for(self.batch_size, len(used), 128)
        n_steps = n_batches(len(used), size)
        batches = row_batches(used, size, rng)
        loss = AutoencoderLoss(encoder, decoder, flat, batches, topology)
        stopping = EarlyStopping(
            lambda x: loss.of_batch(x, kept)[0],
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
            partial(self._unpack, flat, stopping, n_steps),
            stopping if n_kept else None,
        )
        return self

    def _unpack(self, flat, stopping, steps_of_an_epoch, result):
        x = stopping.best(result)
        self.encoder_parameters_, self.decoder_parameters_ = flat.halves(x)
        self.loss_curve_ = result.history
        self.validation_curve_ = np.array(stopping.values)
        self.n_iter_ = result.nit // steps_of_an_epoch

    def value_and_pullback(self, X):
        """Encode rows, and the pullback of gradients; see ``sktopo.gradients``."""
        check_is_fitted(self)
        encoder, _ = self._halves()
        rows = (X - self.mean_) / self.scale_
        codes, pullback = encoder.at(self.encoder_parameters_, rows)
        return codes * self.scale_, lambda grad: pullback(grad)[0]

    def inverse_value_and_pullback(self, Z):
        """Decode codes, and the pullback of gradients; see ``sktopo.gradients``."""
        check_is_fitted(self)
        _, decoder = self._halves()
        rows, pullback = decoder.at(self.decoder_parameters_, Z / self.scale_)
        return rows * self.scale_ + self.mean_, lambda grad: pullback(grad)[0]

    def _halves(self):
        """Encoder and decoder."""
        directions = self.components_.T
        return (
            ResidualPerceptron(directions, self.activation),
            ResidualPerceptron(directions.T, self.activation),
        )
