"""An embedding of any kind, moved until it has the topology of the data."""

import numbers

import numpy as np
from scipy.spatial.distance import pdist
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._sklearn_compat import HasMethods, StrOptions
from sktopo._validation import (
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    Range,
)
from sktopo.gradients import kernel_and_pullback, value_and_pullback
from sktopo.neural_network._code_topology import (
    TOPOLOGY_CONSTRAINTS,
    row_batches,
)
from sktopo.neural_network._embedding import Embedding
from sktopo.neural_network._embedding_loss import EmbeddingLoss
from sktopo.neural_network._first_embedding import codes_of, first_embedding
from sktopo.solvers import Adam

_MANY = 500  # rows whose distances tell the units of the first embedding
_NEAR = 0.05  # quantile of the distances between landmarks that rows move together at


class TopologicalEmbedding(Embedding):
    """Take any embedding, and move its codes until they keep the topology of the data.

    A code is that of a first embedding, such as PCA or UMAP, and a displacement, a
    smooth function of the row: a sum of Gaussians at landmarks, which are rows. Adam
    minimises, over their coefficients A and on mini-batches ::

        topology_weight * matching + objective_weight * objective(codes)
                                   + fidelity_weight * ||displacement||^2

    where the matching [1]_ compares distances of rows with those of their codes, along
    the edges at which the bars of the one and of the other are born or die, the
    objective, if there is one, prescribes a topology [2]_, and the norm is that of the
    reproducing kernel Hilbert space of the Gaussians. Rows that are far from each other
    are moved apart, however close their first codes are; new rows are embedded by the
    same functions. In the end, that part of the displacement is taken which is best on
    some batches; it may be nothing.

    Distances are those of straight lines through the space of the rows: a sheet that is
    rolled up is not unrolled, and one that ``init`` has unrolled may be folded again.
    What the diagrams gain may cost neighbours: of classes that are no clusters, such as
    digits in two components, nearest neighbours tell less afterwards than behind PCA.
    Compare with ``max_iter=0``, which is the first embedding.

    Parameters
    ----------
    n_components : int >= 1 or None, default=None
        Length of a code. None is that of the first embedding, and 2 with PCA.
    init : "pca", estimator or array-like of shape (n_samples, n_components), \
default="pca"
        The first embedding: PCA, a transformer, of which a clone is fitted
        (FrozenEstimator keeps one that is), or the codes of the rows. What cannot embed
        new rows, as t-SNE or codes, does so by their five nearest rows; of coincident
        rows it takes the mean. Its units are those in which distances are nearest to
        those of the rows.
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
    fidelity_weight : float >= 0, default=1e-4
        Weight of the squared norm: how close to the first embedding the codes stay.
    n_landmarks : int >= 1, default=300
        Rows that carry a Gaussian, drawn without replacement; at most all of them.
    gamma : float > 0 or None, default=None
        Gaussians are ``exp(-gamma ||x - landmark||^2)``. None is 1 / (2 d^2), where d
        is the distance within which 5 % of the pairs of landmarks lie.
    learning_rate : float > 0, default=0.15
        Of Adam; it falls linearly to zero. Without an objective it is in units of the
        error at the start, the root of the matching: codes that are nearly right move
        little.
    max_iter : int >= 0, default=500
        Steps, each with a mini-batch.
    batch_size : int >= 2, default=128
        Rows of a step.
    random_state : int, RandomState instance or None, default=None
        Of the landmarks and of the batches.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    embedding_ : ndarray of shape (n_samples, n_components)
        The codes of the rows in ``fit``, in the units of X.
    mean_ : ndarray of shape (n_features,)
        The mean row.
    init_ : estimator
        The first embedding, or the regressor that stands for it.
    init_scale_ : float
        What its codes are multiplied by.
    landmarks_ : ndarray of shape (n_landmarks, n_features)
        Rows that carry a Gaussian.
    gamma_ : float
        The Gaussians are ``exp(-gamma_ ||x - landmark||^2)``.
    coef_ : ndarray of shape (n_landmarks, n_components)
        A, in the units of X.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of each step.
    n_iter_ : int
        Steps that were made.
    n_features_in_ : int
        Number of columns.

    See Also
    --------
    TopologicalProjection : The same, linear.
    TopologicalAutoencoder : With a way back from codes to rows.

    References
    ----------
    .. [1] M. Moor, M. Horn, B. Rieck and K. Borgwardt, "Topological autoencoders", ICML
       2020, :doi:`10.48550/arXiv.1906.00722`.
    .. [2] R. Vandaele, B. Kang, J. Lijffijt, T. De Bie and Y. Saeys, "Topologically
       regularized data embeddings", ICLR 2022, :doi:`10.48550/arXiv.2110.09193`.

    Examples
    --------
    A torus that is bent through ten dimensions, and that PCA folds in three:

    >>> import numpy as np
    >>> from sklearn.manifold import trustworthiness
    >>> from sktopo import TopologicalEmbedding
    >>> rng = np.random.default_rng(0)
    >>> a, b = rng.uniform(0, 2 * np.pi, size=(2, 200))
    >>> torus = [(2 + np.cos(a)) * np.cos(b), (2 + np.cos(a)) * np.sin(b), np.sin(a)]
    >>> X = np.sin(np.transpose(torus) @ rng.normal(size=(3, 10)))
    >>> model = TopologicalEmbedding(3, max_iter=200, random_state=0).fit(X)
    >>> model.transform(X[:5]).shape
    (5, 3)
    >>> folded = TopologicalEmbedding(3, max_iter=0).fit_transform(X)
    >>> bool(trustworthiness(X, model.embedding_) > trustworthiness(X, folded))
    True
    """

    _parameter_constraints = {
        "n_components": [POSITIVE_INT, None],
        "init": [
            StrOptions({"pca"}),
            HasMethods(["fit_transform"]),
            HasMethods(["fit", "transform"]),
            "array-like",
        ],
        **TOPOLOGY_CONSTRAINTS,
        "fidelity_weight": [NON_NEGATIVE],
        "n_landmarks": [POSITIVE_INT],
        "gamma": [POSITIVE, None],
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "batch_size": [Range(numbers.Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components=None,
        init="pca",
        *,
        topology_weight=1.0,
        homology_dimensions=(0, 1),
        objective=None,
        objective_weight=1.0,
        filtration="weak_alpha",
        objective_dimensions=1,
        fidelity_weight=1e-4,
        n_landmarks=300,
        gamma=None,
        learning_rate=0.15,
        max_iter=500,
        batch_size=128,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.init = init
        self.topology_weight = topology_weight
        self.homology_dimensions = homology_dimensions
        self.objective = objective
        self.objective_weight = objective_weight
        self.filtration = filtration
        self.objective_dimensions = objective_dimensions
        self.fidelity_weight = fidelity_weight
        self.n_landmarks = n_landmarks
        self.gamma = gamma
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Embed rows, and move their codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : object, default=None
            Handed to ``init``, which may use it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite table of at least two rows, or parameters cannot be.
        KeyboardInterrupt
            If the fit is interrupted; the codes are then the best so far.
        """
        X = self._validated(X, reset=True, ensure_min_samples=2)
        rng = check_random_state(self.random_state)
        rows, self.mean_, scale = self._centred(X)
        self.init_, codes = first_embedding(
            self.init, self.n_components, X, y, type(self).__name__
        )
        topology = self._topology(codes.shape)
        order = rng.permutation(len(X))
        chosen = order[: self.n_landmarks]
        some = order[: max(self.n_landmarks, _MANY)]
        apart, codes_apart = pdist(rows[some]), pdist(codes[some])
        square = float(codes_apart @ codes_apart)
        share = float(apart @ codes_apart) / square if square > 0 else 1 / scale
        self.init_scale_ = share * scale
        near = np.quantile(apart[apart > 0], _NEAR) if apart.any() else 1.0
        gamma = 1 / (2 * near**2) if self.gamma is None else self.gamma * scale**2
        self.landmarks_, self.gamma_ = X[chosen], gamma / scale**2
        features = rbf_kernel(rows, rows[chosen], gamma)
        # So that a row moves about as far as its coefficients, however many there are.
        size = np.sqrt((features**2).sum(axis=1).mean())
        loss = EmbeddingLoss(
            share * codes,
            features / size,
            features[chosen] / size**2,
            row_batches(rows, self.batch_size, rng),
            topology,
            self.fidelity_weight,
        )
        start = np.zeros((len(chosen), codes.shape[1]))
        rate = self.learning_rate
        if self.objective is None and self.topology_weight > 0:
            rate *= np.sqrt(loss.first_value / self.topology_weight)

        def unpack(result):
            self.coef_ = scale / size * loss.best_part(result.x)
            self.embedding_ = self.init_scale_ * codes + features @ self.coef_
            self.loss_curve_, self.n_iter_ = result.history, result.nit

        solver = Adam(
            max(rate, np.finfo(float).tiny),
            schedule="linear",
            max_iter=self.max_iter,
            verbose=self.verbose,
        )
        minimize_and_unpack(self, solver, loss, start, unpack)
        return self

    def fit_transform(self, X, y=None):
        """Embed rows, and return their codes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : object, default=None
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            ``embedding_``.
        """
        return self.fit(X, y).embedding_

    def transform(self, X):
        """Embed rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Codes, in the units of X.
        """
        check_is_fitted(self)
        X = self._validated(X, reset=False)
        landmarks = self.landmarks_ - self.mean_
        features = rbf_kernel(X - self.mean_, landmarks, self.gamma_)
        return self.init_scale_ * codes_of(self.init_, X) + features @ self.coef_

    def value_and_pullback(self, X):
        """Embed rows, and the pullback of gradients; see ``sktopo.gradients``.

        It needs a first embedding that gradients go through, such as PCA.
        """
        check_is_fitted(self)
        codes, pull_codes = value_and_pullback(self.init_, X)
        features, pull_features = kernel_and_pullback(
            "rbf", X - self.mean_, self.landmarks_ - self.mean_, gamma=self.gamma_
        )
        scale, coef = self.init_scale_, self.coef_

        def pullback(grad):
            return scale * pull_codes(grad) + pull_features(grad @ coef.T)

        return scale * codes + features @ coef, pullback

    @property
    def _n_features_out(self):
        return self.embedding_.shape[1]
