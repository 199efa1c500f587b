"""A linear embedding with a topological term."""

import numbers

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._sklearn_compat import HasMethods
from sktopo._validation import (
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    as_component,
)
from sktopo._wrapped_term import WrappedTerm
from sktopo.base import Term
from sktopo.filtrations import FILTRATION_CONSTRAINT, as_filtration_of_points
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._autoencoder_loss import principal_directions
from sktopo.neural_network._embedding import InvertibleEmbedding
from sktopo.neural_network._unused import warn_of_term
from sktopo.objectives import SubsampledTerm, Subsampling, as_term
from sktopo.solvers import Adam


class TopologicalProjection(InvertibleEmbedding):
    """Project rows to few dimensions, orthogonally and with a topology in view.

    Adam minimises, over matrices W with orthonormal rows and from PCA on [1]_ ::

        mean ||x - W' W x||^2 + topology_weight * objective(projected rows)

    where x is the data in units of the root of its total variance. The result is
    linear, as that of PCA: new rows are projected by the same matrix.

    Parameters
    ----------
    n_components : int >= 1, default=2
        Dimensions of the projection.
    objective : Term, DiagramFunctional or None, default=None
        Of the projected rows, a point cloud. None is minus the lifetime of the longest
        loop, which is to become long.
    topology_weight : float >= 0, default=1.0
        Weight of the objective; 0 is PCA.
    filtration : Filtration or str, default="weak_alpha"
        Of a functional as objective.
    homology_dimensions : int or tuple of int, default=1
        The diagrams of a functional as objective.
    sampling : Subsampling, int or None, default=None
        Rows of a step, or how they are drawn; None is all. The loss has many minima,
        and with some tens of rows, other ones in each step, better ones are found.
    learning_rate : float > 0, default=0.01
        Of Adam.
    max_iter : int >= 0, default=300
        Steps.
    random_state : int, RandomState instance or None, default=None
        Of the sampling.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        W.
    mean_ : ndarray of shape (n_features,)
        The mean row.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of each step.
    n_iter_ : int
        Steps that were made.
    n_features_in_ : int
        Number of columns.

    References
    ----------
    .. [1] R. Vandaele, B. Kang, J. Lijffijt, T. De Bie and Y. Saeys, "Topologically
       regularized data embeddings", ICLR 2022, :doi:`10.48550/arXiv.2110.09193`.

    Examples
    --------
    A circle among three directions of noise that has the same spread:

    >>> import numpy as np
    >>> from sktopo import TopologicalProjection
    >>> rng = np.random.default_rng(0)
    >>> angle = rng.uniform(0, 2 * np.pi, 200)
    >>> circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    >>> X = np.hstack([circle, 0.7 * rng.normal(size=(200, 3))])
    >>> model = TopologicalProjection(
    ...     sampling=40, learning_rate=0.02, max_iter=1000, random_state=0
    ... ).fit(X)
    >>> def share_of_the_circle(components):
    ...     return np.linalg.norm(components[:, :2]) ** 2 / 2
    >>> bool(share_of_the_circle(model.components_) > 0.99)
    True
    >>> from sklearn.decomposition import PCA
    >>> bool(share_of_the_circle(PCA(2).fit(X).components_) < 0.5)
    True
    """

    _parameter_constraints = {
        "n_components": [POSITIVE_INT],
        "objective": [HasMethods(["value_and_grad"]), None],
        "topology_weight": [NON_NEGATIVE],
        "filtration": FILTRATION_CONSTRAINT,
        "homology_dimensions": ["array-like", numbers.Integral],
        "sampling": [Subsampling, POSITIVE_INT, None],
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components=2,
        objective=None,
        *,
        topology_weight=1.0,
        filtration="weak_alpha",
        homology_dimensions=1,
        sampling=None,
        learning_rate=0.01,
        max_iter=300,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.objective = objective
        self.topology_weight = topology_weight
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.sampling = sampling
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Find the projection.

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
            If X has fewer columns than there are components, or is no finite table.
        KeyboardInterrupt
            If the fit is interrupted; the projection is then the best so far.
        """
        X = self._validated(X, reset=True)
        self._check_n_components(X)
        rows, self.mean_, _ = self._centred(X)
        loss = ProjectionLoss(rows, self._term(len(rows)), self.topology_weight)
        start = _completed(principal_directions(rows, self.n_components))
        # Without the term the start is the minimum, which Adam would leave.
        max_iter = self.max_iter if self.topology_weight > 0 else 0
        solver = Adam(self.learning_rate, max_iter=max_iter, verbose=self.verbose)
        minimize_and_unpack(self, solver, loss, start, self._unpack)
        return self

    def _unpack(self, result):
        self.components_, _ = orthonormal_and_pullback(result.x)
        self.loss_curve_, self.n_iter_ = result.history, result.nit

    def value_and_pullback(self, X):
        """Project rows, and the pullback of gradients; see ``sktopo.gradients``."""
        check_is_fitted(self)
        W = self.components_
        return (X - self.mean_) @ W.T, lambda grad: grad @ W

    def inverse_value_and_pullback(self, Z):
        """Rows of codes, and the pullback of gradients; see ``sktopo.gradients``."""
        check_is_fitted(self)
        W = self.components_
        return Z @ W + self.mean_, lambda grad: grad @ W.T

    def _term(self, n_rows):
        name = type(self).__name__
        longest = PersistenceEnergy(p=1, i0=2) - PersistenceEnergy(p=1, i0=1)
        warn_of_term(self, ("filtration", "homology_dimensions"))
        sampling = as_component(
            self.sampling, Subsampling, name, "sampling", (int, np.integer, type(None))
        ).fitted_to(n_rows)
        filtration = self.filtration
        if not isinstance(self.objective, Term):
            n_points = sampling.n_points or n_rows
            filtration = as_filtration_of_points(
                filtration,
                n_points,
                self.n_components,
                name,
                is_for_loss=self.topology_weight > 0,
            )
        term = as_term(
            self.objective, filtration, self.homology_dimensions, name, longest
        )
        if not sampling.is_random:
            return term
        random_state = check_random_state(self.random_state)
        return SubsampledTerm(term, sampling, random_state=random_state)


class ProjectionLoss(WrappedTerm):
    """Reconstruction and topology of a projection, in a matrix near to it.

    Parameters
    ----------
    rows : ndarray of shape (n_samples, n_features)
    term : Term
        Of the projected rows.
    weight : float >= 0
        Of the term.
    """

    def __init__(self, rows, term, weight):
        super().__init__(term)
        self.rows, self.weight = rows, weight
        self._total = float((rows**2).sum()) / len(rows)

    def _evaluate(self, x, value_and_grad):
        """At a matrix (n_components, n_features) of full rank."""
        rows = self.rows
        W, pullback = orthonormal_and_pullback(x)
        Z = rows @ W.T
        value = self._total - float((Z**2).sum()) / len(rows)
        grad_Z = -2 / len(rows) * Z
        if self.weight:
            more, slope = value_and_grad(Z)
            value, grad_Z = value + self.weight * more, grad_Z + self.weight * slope
        return value, pullback(grad_Z.T @ rows)


def orthonormal_and_pullback(A):
    """The nearest matrix with orthonormal rows, and the pullback from it to A.

    Parameters
    ----------
    A : ndarray of shape (k, n)
        Of rank k.

    Returns
    -------
    W : ndarray of shape (k, n)
        The orthogonal factor of the polar decomposition.
    pullback : callable
    """
    left, size, right = np.linalg.svd(A, full_matrices=False)
    W = left @ right

    def pullback(grad):
        turned = left.T @ grad
        inner = turned @ right.T
        skew = (inner - inner.T) / (size[:, None] + size)
        outer = (turned - inner @ right) / size[:, None]
        return left @ (skew @ right + outer)

    return W, pullback


def _completed(components):
    """Orthonormal rows, also where some of the given ones are zero."""
    basis = np.linalg.qr(np.vstack([components, np.eye(components.shape[1])]).T)[0]
    kept = components.any(axis=1)
    completed = components.copy()
    completed[~kept] = basis.T[kept.sum() : len(components)]
    return completed
