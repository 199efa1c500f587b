"""A row and a penalty on its maxima: least squares whose design is the identity."""

import numpy as np

from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._penalty import PathPenalty
from sktopo.linear_model._strategies import minimize_penalised
from sktopo.objectives import SquaredErrorTerm
from sktopo.persistence import NEVER, grid_pairs
from sktopo.solvers import prox_of_total_variation


def minimize_trend(x, alpha, n_modes, settings, starts=()):
    """Go down ||x - w||^2 + alpha E(1, 0, n_modes + 1) of superlevel sets of w.

    The starts are those of TopologicalRidge on a path, and those that are given.

    Parameters
    ----------
    x : ndarray of float64 of shape (n,)
    alpha : float >= 0
    n_modes : int >= 1
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    starts : sequence of ndarray of shape (n,), default=()

    Returns
    -------
    scipy.optimize.OptimizeResult
        The best of all.
    """
    penalty = _MaximaPenalty(n_modes + 1, _LastBars(x, n_modes))
    problem = _RowProblem(_Identity(), x, alpha, penalty)
    results = [
        minimize_penalised(problem, solver="dc", starts=given, settings=settings)
        for given in ([], *([start] for start in starts))
    ]
    return min(results, key=lambda result: result.fun)


class _RowProblem(Problem):
    @property
    def moment(self):
        """The right-hand side of the normal equations."""
        return self.target

    def with_penalty(self, penalty, alpha=None):
        """The same row under another penalty."""
        alpha = self.alpha if alpha is None else alpha
        return _RowProblem(self.design, self.target, alpha, penalty)


class _Identity:
    """A design that is no matrix, along a path as elsewhere."""

    is_unique = True

    @property
    def along_a_path(self):
        return self

    def error(self, target):
        """The squared error as a term in the weights."""
        return SquaredErrorTerm(target)

    def least_squares(self, target):
        """The solution without a penalty."""
        return target

    def minimize(self, target, moment, alpha, concave_slope, start):
        """Minimise the squared error + alpha (TV + w_first + w_last) / 2 - tangent.

        Parameters as of ``PathLeastSquares.minimize``.
        """
        shifted = moment + alpha / 2 * concave_slope
        shifted[0] -= alpha / 4
        shifted[-1] -= alpha / 4
        # The row itself is no solution whose jumps could be taken over.
        start = None if np.array_equal(start, moment) else start
        return prox_of_total_variation(shifted, alpha / 4, start)


class _MaximaPenalty(PathPenalty):
    """A PathPenalty whose value and slope at one point share the bars there."""

    def __init__(self, i0, last_bars):
        super().__init__(i0, True, last_bars.row.size)
        self._last_bars = last_bars

    @property
    def relaxations(self):
        """Penalties whose solutions are good starts, one after the other."""
        total, *easier = super().relaxations
        return [total, *(_MaximaPenalty(one.i0, self._last_bars) for one in easier)]

    def value_and_grad(self, x):
        """Evaluate at x of shape (n_weights,)."""
        bars = self._last_bars.of(x)
        charged = bars.take(slice(self.i0 - 1, None)).without_zero()
        lifetimes = charged.diagram[:, 0] - charged.diagram[:, 1]
        return float(lifetimes.sum()), charged.scatter(_slope(charged))

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration."""
        return self.value_and_grad

    def concave_slope(self, x):
        """The slope of max + the i0 - 2 longest lifetimes of superlevel sets of x."""
        free = self._last_bars.of(x).take(slice(self.i0 - 1))
        return free.scatter(_slope(free))


class _LastBars:
    """The bars of superlevel sets, longest first, remembered for the last function.

    Total variation leaves plateaus, on which any place can be the maximum. The one is
    taken where the row is largest, as if a little of the row was added: from there the
    next descent goes deeper than from the first place.

    Parameters
    ----------
    row : ndarray of shape (n,)
    n_modes : int
        How many bars are asked for.
    """

    def __init__(self, row, n_modes):
        self.row, self._n_modes = row, n_modes
        self._x = None

    def of(self, x):
        """Bars of x; those of lifetime 0 only where there are too few others."""
        if x is not self._x:
            self._x, self._bars = x, self._bars_at(x, self._extrema(x))
        return self._bars

    def _extrema(self, x):
        """One place on each plateau that is a maximum or a minimum of x."""
        first = np.append(0, np.flatnonzero(np.diff(x)) + 1)
        falls = np.diff(x[first]) < 0
        is_maximum = np.append(True, ~falls) & np.append(falls, True)
        if np.count_nonzero(is_maximum) < self._n_modes:
            return self._extrema_inside(x)
        is_minimum = np.append(True, falls) & np.append(~falls, True)
        size = np.diff(first, append=x.size)
        height = self.row * np.repeat(np.where(is_maximum, 1.0, -1.0), size)
        top = np.repeat(np.maximum.reduceat(height, first), size)
        tops = np.flatnonzero(height == top)
        return tops[np.searchsorted(tops, first)][is_maximum | is_minimum]

    def _extrema_inside(self, x):
        """The extrema of x with a little of the row, also those inside of plateaus."""
        row = self.row
        falls = (x[:-1] > x[1:]) | ((x[:-1] == x[1:]) & (row[:-1] >= row[1:]))
        is_extremum = np.ones(x.size, dtype=bool)
        is_extremum[1:-1] = falls[1:] != falls[:-1]
        return np.flatnonzero(is_extremum)

    def _bars_at(self, x, places):
        values, row = x[places], self.row[places]
        order = np.lexsort((-row, -values))
        (pairs,) = grid_pairs(order, values.shape, "full", (0,))
        bars = pairs.bars(values, NEVER, -np.inf)
        birth, death = bars.indices.T
        inside = np.where(death == NEVER, np.inf, row[birth] - row[death])
        lifetime = bars.diagram[:, 0] - bars.diagram[:, 1]
        bars = bars.take(np.lexsort((-inside, -lifetime)))
        indices = np.where(bars.indices == NEVER, NEVER, places[bars.indices])
        return bars._replace(indices=indices, n_values=x.size)


def _slope(bars):
    """That of the sum of all lifetimes."""
    return np.tile([1.0, -1.0], (len(bars.diagram), 1))
