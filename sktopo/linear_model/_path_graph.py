"""Least squares with a penalty on the maxima of weights along a path.

For superlevel sets of w on a path, p = 1 and q = 0,

    E(1, 0, i0) = (TV(w) + w_first + w_last) / 2 - (max(w) + the i0 - 2 longest bars)

is a difference of convex functions. With the second one replaced by its tangent, what
is left is an asymmetric lasso in the differences of w: each has a cost for going up and
one for going down. Solving that exactly and taking the next tangent lowers the
objective in every round.
"""

from functools import cached_property

import numpy as np

from sktopo.base import Term
from sktopo.linear_model._analytic_centre import centre_of_monotone_steps
from sktopo.linear_model._penalty import HalfVariation
from sktopo.solvers import (
    DenseQuadratic,
    Quadratic,
    TiedLeastSquares,
    minimize_asymmetric_lasso,
    prox_of_total_variation,
)

_MANY = 300  # weights from which systems with as many cost more than the dual
_TOLERANCE = 1e-10  # relative decrease of a convex problem that is solved
_MAX_ITER = 500  # steps of Newton's method for one; some tens are enough


class PathLeastSquares:
    """||target - design @ w||^2 in the differences of w, its first entry eliminated.

    Parameters
    ----------
    design : Design
    """

    def __init__(self, design):
        self._design, self._matrix = design, design.matrix
        is_large = design.matrix.shape[1] >= _MANY
        self._is_tied = is_large and design.is_wide and design.ridge > 0
        if self._is_tied:
            return
        steps = _WideSteps if design.is_wide else _DenseSteps
        self._quadratic = steps(design)
        # What is left of the data may be rounding alone.
        rounding = 1e-13 * design.matrix.shape[1] * self._quadratic.total_trace
        self._is_flat = not self._quadratic.trace > rounding

    def minimize(self, target, moment, alpha, concave_slope, start):
        """Minimise the squared error + alpha (TV + w_first + w_last) / 2 - tangent.

        Parameters
        ----------
        target : ndarray of shape (n_rows,)
        moment : ndarray of shape (n_features,)
            design' target.
        alpha : float
        concave_slope : ndarray of shape (n_features,)
            The slope of what is subtracted; its entries sum to 1.
        start : ndarray of shape (n_features,)

        Returns
        -------
        w : ndarray of shape (n_features,)
        """
        if self._is_tied:
            return self._minimize_dual(target, alpha, concave_slope, start)
        # Whether the next of the extrema in the tangent is a maximum: 1 or 0.
        tangent = alpha * (0.5 - _from_here_on(concave_slope)[1:])
        up = np.maximum(alpha / 2 + tangent, 0.0)
        down = np.maximum(alpha / 2 - tangent, 0.0)
        behind = _from_here_on(moment)
        right, first = behind[1:], 0.0
        share, weight = self._quadratic.share, self._quadratic.weight
        if weight:
            first = behind[0] / weight
            right = right - behind[0] * share
        steps = np.zeros(right.size)
        if not self._is_flat:
            is_wide = isinstance(self._quadratic, _WideSteps)
            steps, converged = minimize_asymmetric_lasso(
                self._quadratic,
                right,
                up,
                down,
                x0=np.diff(start),
                max_rounds=1 if is_wide else 6,
            )
            if is_wide and not converged:
                return self._minimize_dual(target, alpha, concave_slope, start)
        if weight:
            first -= float(share @ steps)
        return first + np.concatenate([[0.0], np.cumsum(steps)])

    def _minimize_dual(self, target, alpha, concave_slope, start):
        """The same where there are many steps, but few rows: the dual is smaller."""
        design, penalty = self._design, _TangentPenalty(concave_slope)
        tied = TiedLeastSquares(
            design.matrix, target, design.ridge, alpha, penalty, design.lipschitz
        )
        return tied.minimize(start, tol=_TOLERANCE, max_iter=_MAX_ITER)[0]

    def centre(self, target, concave_slope, w):
        """The middle of the weights that fit exactly and rise and fall like w.

        Between the extrema of the tangent they are monotone, so that the penalty is
        zero: where the data leave many of these weights, the exact solution of the
        lasso is a vertex of them, whose steps are few and large. The analytic centre
        has a step everywhere.

        Parameters
        ----------
        target : ndarray of shape (n_rows,)
        concave_slope : ndarray of shape (n_features,)
            The tangent at w.
        w : ndarray of shape (n_features,)
            Weights without error.

        Returns
        -------
        w : ndarray of shape (n_features,)
        log_barrier : float
            The sum of the logarithms of its steps: how many such weights there are.
        """
        level, rows = self._rows
        weight = float(level @ level)
        sign = np.where(_from_here_on(concave_slope)[1:] > 0.5, 1.0, -1.0)
        share, first = np.zeros(sign.size), 0.0
        if self._quadratic.weight:
            share, first = level @ rows / weight, level @ target / weight
        rows = (rows - np.outer(level, share)) * sign
        steps = np.diff(w) * sign
        start = np.maximum(steps, 0.1 * np.abs(steps).mean())
        if not start.min() > 0:
            return w, -np.inf
        steps, log_barrier = centre_of_monotone_steps(
            rows, target - first * level, start
        )
        if log_barrier == -np.inf:
            return w, log_barrier
        steps = steps * sign
        first -= float(share @ steps)
        return first + np.concatenate([[0.0], np.cumsum(steps)]), log_barrier

    @cached_property
    def _rows(self):
        """What the first weight and the steps do to the rows of the design."""
        behind = _from_here_on(self._matrix.T).T
        return behind[:, 0], behind[:, 1:]


class _TangentPenalty(Term):
    """(TV(w) + w_first + w_last) / 2 less a tangent, which is convex.

    Parameters
    ----------
    concave_slope : ndarray of shape (n,)
        The slope of the tangent.
    """

    def __init__(self, concave_slope):
        self._variation = HalfVariation(superlevel=True)
        self.slope = concave_slope - self._variation.concave_slope(concave_slope)
        self._last = None

    def value_and_grad(self, x):
        """Evaluate at x of shape (n,)."""
        value, grad = self._variation.value_and_grad(x)
        return value - float(self.slope @ x), grad - self.slope

    def prox(self, x, step):
        """Minimise ||z - x||^2 / 2 + step * penalty(z) over z."""
        # Where the last one jumped this one may, too: it is found faster.
        shifted = x + step * self.slope
        self._last = prox_of_total_variation(shifted, step / 2, self._last)
        return self._last

    def ties(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        return self._variation.ties(w, reach)


class _DenseSteps(DenseQuadratic):
    """||M w||^2 + ridge ||w||^2 in the steps of w, of the Gram matrix of M.

    The first weight is the one of least error for the steps, ``-share @ steps``;
    ``weight`` is the curvature along it, 0 where it has no effect.
    """

    def __init__(self, design):
        # Row and column i: a step of all weights from the i-th on.
        behind = _from_here_on(_from_here_on(design.gram.T).T)
        self.total_trace = float(np.trace(behind))
        gram, self.share, self.weight = behind[1:, 1:], behind[0, 1:], behind[0, 0]
        if self.weight > 1e-24 * np.trace(design.gram):
            self.share = self.share / self.weight
            gram = gram - self.weight * np.outer(self.share, self.share)
        else:
            self.weight = 0.0
        self.trace = float(np.trace(gram))
        inverse = design.inverse
        if inverse is not None:
            inverse = np.diff(np.diff(inverse, axis=0), axis=1)
        super().__init__(gram, inverse)


class _WideSteps(Quadratic):
    """The same where M has far fewer rows than columns, and its Gram matrix more.

    That matrix is never formed.
    """

    def __init__(self, design):
        matrix, ridge = design.matrix, design.ridge
        self._ridge, n_weights = ridge, matrix.shape[1]
        behind = _from_here_on(matrix.T).T
        level, steps = behind[:, 0], behind[:, 1:]
        # How many weights each step moves.
        self._moved = np.arange(n_weights - 1, 0, -1, dtype=np.float64)
        self.weight = float(level @ level) + ridge * n_weights
        size = np.einsum("ij,ij->", matrix, matrix) + ridge * n_weights
        if not self.weight > 1e-24 * size:
            self.weight = 0.0
        self.share = np.zeros(n_weights - 1)
        if self.weight:
            self.share = (level @ steps + ridge * self._moved) / self.weight
        self.total_trace = float(np.einsum("ij,ij->", behind, behind))
        self.total_trace += ridge * (self._moved.sum() + n_weights)
        self._rows = steps - np.outer(level, self.share)
        # In Fortran's order a choice of columns is fast.
        self._columns = np.asfortranarray(self._rows)
        self.rank = len(matrix) if ridge == 0 else n_weights - 1
        diagonal = (
            self._moved - 2 * self.share * self._moved + n_weights * self.share**2
        )
        self.trace = float(np.einsum("ij,ij->", self._rows, self._rows))
        self.trace += ridge * float(diagonal.sum())

    def apply(self, x):
        """Multiply by the rows and back."""
        product = self._rows.T @ (self._rows @ x)
        if self._ridge:
            w = np.concatenate([[0.0], np.cumsum(x)]) - self.share @ x
            product += self._ridge * (_from_here_on(w)[1:] - self.share * w.sum())
        return product

    def block(self, active):
        """Multiply the columns."""
        columns = self._columns[:, active]
        block = columns.T @ columns
        if self._ridge:
            moved, share = self._moved[active], self.share[active]
            both = np.outer(moved, share)
            # Of two steps the later one moves fewer weights, and all of these.
            common = np.minimum.outer(moved, moved) - both - both.T
            common += (self._moved.size + 1) * np.outer(share, share)
            block += self._ridge * common
        return block


def _from_here_on(x):
    return np.cumsum(x[::-1], axis=0)[::-1]
