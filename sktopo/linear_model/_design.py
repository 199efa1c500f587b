"""The design matrix of a linear model, and what solvers ask of it, computed once."""

from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, norm, solve_triangular
from scipy.linalg.lapack import dpocon, dpotri
from scipy.sparse.linalg import LinearOperator, eigsh

from sktopo.linear_model._path_graph import PathLeastSquares
from sktopo.objectives import SquaredErrorTerm

_WELL_CONDITIONED = 1e-4  # reciprocal condition above which a factor keeps 12 digits
_WIDE = 0.25  # rows per column below which products with the matrix are cheaper
_FEW_ROWS = 200  # up to which a dense norm is cheaper than Lanczos iterations


class CentredData:
    """X and y less their means, weighted, in at most as many rows as columns.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples, n_targets)
    sample_weight : ndarray of shape (n_samples,) or None
    fit_intercept : bool

    Attributes
    ----------
    matrix, targets : ndarray
        Of the same squared errors, up to a constant.
    X_mean, y_mean : ndarray
        Zero without an intercept.
    """

    def __init__(self, X, y, sample_weight, fit_intercept):
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        self.X_mean, self.y_mean = np.zeros(X.shape[1]), np.zeros(y.shape[1])
        if fit_intercept:
            self.X_mean = np.average(X, axis=0, weights=weight)
            self.y_mean = np.average(y, axis=0, weights=weight)
        used = weight > 0
        root = np.sqrt(weight[used])[:, None]
        matrix, targets = root * (X[used] - self.X_mean), root * (y[used] - self.y_mean)
        self._is_tall = len(matrix) > X.shape[1]
        if self._is_tall:
            matrix, targets = _triangular(matrix, targets)
        self.matrix, self.targets = matrix, targets

    def design(self, l2):
        """A Design for a weight of the squared norm, and the targets that fit it."""
        if not self._is_tall:
            return Design(self.matrix, l2), self.targets
        matrix, targets = self.matrix, self.targets
        if l2 > 0:
            n_features, n_targets = matrix.shape[1], targets.shape[1]
            matrix = np.concatenate([matrix, np.sqrt(l2) * np.eye(n_features)])
            targets = np.concatenate([targets, np.zeros((n_features, n_targets))])
            matrix, targets = _triangular(matrix, targets)
        return Design(matrix, factor=matrix), targets

    def ridge_path(self, l2s):
        """The least squares solutions, one of shape (n_targets, n_features) for each.

        Parameters
        ----------
        l2s : ndarray of shape (n_l2s,)
            Positive.
        """
        left, size, right = np.linalg.svd(self.matrix, full_matrices=False)
        turned = left.T @ self.targets
        return [((size / (size**2 + l2))[:, None] * turned).T @ right for l2 in l2s]


def _triangular(matrix, targets):
    """Rows of the same squared errors; the rest of them adds a constant."""
    n_features = matrix.shape[1]
    both = np.linalg.qr(np.column_stack([matrix, targets]), mode="r")[:n_features]
    return np.ascontiguousarray(both[:, :n_features]), both[:, n_features:]


class Design:
    """A matrix of at most as many rows as columns, and a weight of the squared norm.

    They stand for ||target - matrix @ w||^2 + ridge ||w||^2.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_features)
    ridge : float >= 0, default=0.0
    factor : ndarray of shape (n_features, n_features) or None, default=None
        The matrix once more, where it is upper triangular.
    """

    def __init__(self, matrix, ridge=0.0, factor=None):
        self.matrix, self.ridge = matrix, ridge
        self._factor = factor

    @property
    def is_unique(self):
        """Whether one solution has the least error."""
        return self.ridge > 0 or len(self.matrix) >= self.matrix.shape[1]

    @property
    def is_wide(self):
        """Whether the Gram matrix has far more entries than the matrix."""
        return len(self.matrix) < _WIDE * self.matrix.shape[1]

    def error(self, target):
        """The squared error and norm, as a term in the weights."""
        error = SquaredErrorTerm(target, self.matrix)
        if self.ridge == 0:
            return error
        return error + self.ridge * SquaredErrorTerm(np.zeros(self.matrix.shape[1]))

    @cached_property
    def square(self):
        """Matrix' matrix."""
        return self.matrix.T @ self.matrix

    @cached_property
    def gram(self):
        """The matrix of the normal equations."""
        if self.ridge == 0:
            return self.square
        gram = self.square.copy()
        gram[np.diag_indices_from(gram)] += self.ridge
        return gram

    @cached_property
    def inverse(self):
        """The inverse of ``gram``; None where it is not known to many digits."""
        if not self._is_well_conditioned:
            return None
        upper = dpotri(self._factor)[0]
        return np.triu(upper) + np.triu(upper, 1).T

    @cached_property
    def _is_well_conditioned(self):
        if self._factor is None or not np.diagonal(self._factor).all():
            return False
        # Of the square of the factor, hence the square of the bound.
        reciprocal, _ = dpocon(self._factor, norm(self.gram, 1))
        return reciprocal > _WELL_CONDITIONED**2

    @cached_property
    def lipschitz(self):
        """Of the gradient of the squared error; any number will do where that is 0."""
        n_rows, n_features = self.matrix.shape
        if min(n_rows, n_features) <= _FEW_ROWS:
            return 2 * (norm(self.matrix, 2) ** 2 + self.ridge) or 1.0
        square = LinearOperator(
            (n_features, n_features),
            matvec=lambda x: self.matrix.T @ (self.matrix @ x),
            dtype=np.float64,
        )
        start = self.matrix.T @ np.sin(np.arange(1.0, n_rows + 1))
        (largest,) = eigsh(
            square, 1, v0=start, tol=1e-4, return_eigenvectors=False, which="LA"
        )
        return 2.001 * largest + 2 * self.ridge or 1.0

    @cached_property
    def along_a_path(self):
        """The same least squares in the differences of the weights."""
        return PathLeastSquares(self)

    def least_squares(self, target):
        """The weights of least squared error, of least norm among these."""
        if self._is_well_conditioned:
            return solve_triangular(self._factor, target)
        if len(self.matrix) < self.matrix.shape[1]:
            square = self.matrix @ self.matrix.T
            square[np.diag_indices_from(square)] += self.ridge
            try:
                factor = cho_factor(square)
                diagonal = np.abs(np.diagonal(factor[0]))
                if diagonal.min() > _WELL_CONDITIONED * diagonal.max():
                    return self.matrix.T @ cho_solve(factor, target)
            except LinAlgError:
                pass
        matrix = self.matrix
        if self.ridge > 0:
            rest = np.sqrt(self.ridge) * np.eye(matrix.shape[1])
            matrix = np.concatenate([matrix, rest])
            target = np.append(target, np.zeros(len(rest)))
        return np.linalg.lstsq(matrix, target, rcond=None)[0]

    def equal_weights(self, target):
        """The best of the weights that are all the same."""
        rows = self.matrix.sum(axis=1)
        scale = rows @ rows + self.ridge * self.matrix.shape[1]
        # Rows that sum to zero up to rounding say nothing.
        least = 1e-24 * norm(self.matrix) ** 2
        common = rows @ target / scale if scale > least else 0.0
        return np.full(self.matrix.shape[1], common)
