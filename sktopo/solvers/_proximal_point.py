"""Least squares with a convex penalty whose prox ties coordinates together."""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, norm

from sktopo._ties import Ties

_FIRST_STEP = 10.0  # of a proximal step, in reciprocal Lipschitz constants
_GROWTH = 10.0  # of the next step, where Newton's method has found the last one easy
_SLOW_GROWTH = 2.0
_LEAP = 1e3  # where a step has gained little
_LONG_STEP = 1e4  # with which a small gain means that there is none
_CAUTIOUS_GROWTH = 3.0  # once a step has been too long
_MANY_STEPS = 12  # of Newton's method, beyond which a problem was not easy
_MAX_STEPS = 30  # beyond which the step was too long
_MAX_PROBES = 12  # of a line search
_FLAT = 0.1  # share of the slope at the start that ends a line search
_EXACT = 1e-12  # residual, relative to the target, that is rounding
_GOOD = 1e-6  # and one with which a step is still one


class TiedLeastSquares:
    """||target - matrix @ x||^2 + ridge ||x||^2 + weight * penalty(x), convex.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n)
    target : ndarray of shape (n_rows,)
    ridge, weight : float >= 0
    penalty : Term
        Convex, with ``prox`` and ``ties``; its proximal step averages coordinates in
        groups, up to a shift, and ``ties`` with reach 0 labels these groups.
    lipschitz : float > 0
        Of the gradient of the first two terms.
    gram : ndarray of shape (n, n) or None, default=None
        The product of the matrix' transpose and itself, where it is at hand.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.base import Term
    >>> from sktopo.solvers import TiedLeastSquares
    >>> class Lasso(Term):
    ...     def value_and_grad(self, x):
    ...         return float(np.abs(x).sum()), np.sign(x)
    >>> target = np.array([1.0, 2.0])
    >>> problem = TiedLeastSquares(np.eye(2), target, 0.0, 1.0, Lasso(), lipschitz=2.0)
    >>> problem.value(target, product=target)
    3.0
    """

    def __init__(self, matrix, target, ridge, weight, penalty, lipschitz, gram=None):
        self.matrix, self.target = matrix, target
        self.ridge, self.weight, self.penalty = ridge, weight, penalty
        self.lipschitz, self.gram = lipschitz, gram
        self.size = float(norm(target)) or 1.0

    def value(self, x, product):
        """The objective at x, where ``product`` is matrix @ x."""
        error = self.target - product
        return (
            float(error @ error)
            + self.ridge * float(x @ x)
            + self.weight * self.penalty.value_and_grad(x)[0]
        )

    def minimize(self, x0, *, tol, max_iter):
        """Proximal point steps, each by semismooth Newton on its dual problem.

        A step minimises the objective plus ``||x - last||^2 / (2 step)``. Its dual has
        as many variables as the matrix has rows, and a piecewise linear gradient, on
        which Newton's method ends in few steps [1]_, however badly conditioned the
        matrix is. The steps grow, and the last ones are exact.

        Parameters
        ----------
        x0 : ndarray of shape (n,)
        tol : float
            Relative decrease of the objective below which a step is the last one.
        max_iter : int
            Steps of Newton's method at most, over all proximal steps.

        Returns
        -------
        x : ndarray of shape (n,)
        n_iter : int
        converged : bool

        References
        ----------
        .. [1] X. Li, D. Sun and K.-C. Toh, "A highly efficient semismooth Newton
           augmented Lagrangian method for solving lasso problems", SIAM Journal on
           Optimization 28 (2018), :doi:`10.1137/16M1097572`.
        """
        x, product = x0, self.matrix @ x0
        value, dual = self.value(x, product), 2 * (product - self.target)
        step, growth, n_iter = _FIRST_STEP / self.lipschitz, _GROWTH, 0
        while n_iter < max_iter:
            sub = _ProximalStep(self, x, step)
            point, n_steps = sub.solve(dual, min(_MAX_STEPS, max_iter - n_iter))
            n_iter += max(1, n_steps)
            new = self.value(point.x, point.product)
            if norm(point.residual) > _GOOD * self.size and not new < value:
                # Of a shorter step the dual is better conditioned.
                step, growth = step / 8, _CAUTIOUS_GROWTH
                continue
            gain = value - new
            if gain >= 0:
                x, value, dual = point.x, new, point.dual
            is_small = gain <= tol * abs(value)
            if is_small and step * self.lipschitz > _LONG_STEP:
                return x, n_iter, True
            # A short step gains little from anywhere where the problem is flat.
            if is_small:
                step *= _LEAP
            else:
                step *= growth if n_steps < _MANY_STEPS else _SLOW_GROWTH
        return x, n_iter, False


class _ProximalStep:
    """The dual of one proximal step, a convex and piecewise quadratic function.

    With the squared norm in it, the step is one of length ``length`` from ``centre``.
    """

    def __init__(self, problem, x, step):
        self.problem = problem
        self.length = 1 / (2 * problem.ridge + 1 / step)
        self.centre = x * (self.length / step)

    def at(self, dual):
        """The primal point that a dual point stands for, and the dual's gradient."""
        problem = self.problem
        argument = self.centre - self.length * (problem.matrix.T @ dual)
        x = problem.penalty.prox(argument, problem.weight * self.length)
        product = problem.matrix @ x
        return _Point(dual, x, product, dual / 2 + problem.target - product)

    def solve(self, dual, max_iter):
        """Newton's method from a dual point, as far as rounding allows."""
        point = self.at(dual)
        rounding, n_steps = _EXACT * self.problem.size, 0
        while n_steps < max_iter:
            left = norm(point.residual)
            if left <= rounding:
                break
            new = self._search(point, self._newton(point))
            if norm(new.residual) >= left and left <= 1e4 * rounding:
                break
            point, n_steps = new, n_steps + 1
        return point, n_steps

    def _newton(self, point):
        """The Newton direction: of the prox, the derivative averages in groups."""
        problem, length = self.problem, self.length
        ties = Ties(problem.penalty.ties(point.x, 0.0))
        if problem.gram is None and ties.counts.size >= len(problem.target):
            rows = ties.sums(problem.matrix) / np.sqrt(ties.counts)
            square = length * (rows @ rows.T)
            return -_solve(square, np.full(len(square), 0.5), point.residual)
        if problem.gram is not None:
            square = ties.sums(ties.sums(problem.gram, axis=0))
        else:
            rows = ties.sums(problem.matrix)
            square = rows.T @ rows
        moment = ties.sums(problem.matrix.T @ point.residual)
        # The formula of Sherman, Morrison and Woodbury.
        groups = _solve(2 * square, ties.counts / length, moment)
        return -2 * point.residual + 4 * (problem.matrix @ groups[ties.labels])

    def _search(self, point, direction):
        """Go where the slope along the direction is nearly zero, by regula falsi."""
        first = float(point.residual @ direction)
        low, low_slope, high, high_slope, length = 0.0, first, np.inf, 0.0, 1.0
        for _ in range(_MAX_PROBES):
            new = self.at(point.dual + length * direction)
            slope = float(new.residual @ direction)
            if abs(slope) <= _FLAT * abs(first) or (slope < 0 and high == np.inf):
                break
            if slope < 0:
                low, low_slope = length, slope
            else:
                high, high_slope = length, slope
            if low_slope == high_slope:  # both zero, by rounding
                break
            share = low_slope / (low_slope - high_slope)
            length = low + np.clip(share, 0.1, 0.9) * (high - low)
        return new


class _Point:
    """A point of the dual, and what belongs to it."""

    def __init__(self, dual, x, product, residual):
        self.dual, self.x, self.product, self.residual = dual, x, product, residual


def _solve(square, diagonal, right):
    """Solve with a positive semidefinite matrix plus a positive diagonal."""
    square[np.diag_indices_from(square)] += diagonal
    try:
        return cho_solve(cho_factor(square, check_finite=False), right)
    except LinAlgError:
        return np.linalg.lstsq(square, right, rcond=None)[0]
