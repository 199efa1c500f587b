"""The topology of a vector of weights, as a term."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sktopo._wrapped_term import WrappedTerm
from sktopo.base import Term
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.linear_model._ranges import (
    prox_of_range,
    prox_of_ranges,
    sum_of_ranges,
)
from sktopo.objectives import PersistenceTerm
from sktopo.persistence import longest_first

_ROUNDING = 1e-9  # up to which weights are tied, relative to the largest
_VIOLATED = 1e-6  # by how much a slope balanced by variation may leave [-1/2, 1/2]


def critical_alpha(penalty, descent):
    """A strength at which nothing but the free bars is left; see ``critical_weight``.

    For a penalty that knows of none it is that of the range of all weights.
    """
    if penalty.critical_weight is not None:
        return penalty.critical_weight(descent)
    return float(np.maximum(descent, 0.0).sum())


class WeightPenalty(WrappedTerm):
    """A term on weights that lie on a filtration: w is reshaped for it.

    Parameters
    ----------
    term : PersistenceTerm
    shape : tuple of int
        What the filtration of the term takes.
    is_piecewise_linear : bool, default=False
        Whether the term is linear as long as the same cells are paired.
    """

    def __init__(self, term, shape, is_piecewise_linear=False):
        super().__init__(term)
        self.shape = shape
        self.is_piecewise_linear = is_piecewise_linear

    def batch_value_and_grad(self, X):
        """Evaluate at rows of weights, an array of shape (n_rows, n_weights)."""
        shaped = X.reshape(len(X), *self.shape)
        values, grads = self.term.batch_value_and_grad(shaped)
        return values, grads.reshape(X.shape)

    def _evaluate(self, x, value_and_grad):
        value, grad = value_and_grad(x.reshape(self.shape))
        return value, grad.reshape(x.shape)

    def ties(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        i, j = self._neighbours(w)
        tied = np.abs(w[i] - w[j]) <= reach
        graph = coo_array((tied[tied], (i[tied], j[tied])), shape=(w.size, w.size))
        return connected_components(graph, directed=False)[1]

    def _neighbours(self, w):
        if not self.term.filtration.is_grid:
            order = np.argsort(w, kind="stable")
            return order[:-1], order[1:]
        index = np.arange(w.size).reshape(self.shape)
        axes = [np.moveaxis(index, a, 0) for a in range(index.ndim)]
        before = np.concatenate([axis[:-1].ravel() for axis in axes])
        behind = np.concatenate([axis[1:].ravel() for axis in axes])
        return before, behind


class PathPenalty(WeightPenalty):
    """E(1, 0, i0) of a function on a path, a difference of convex functions.

    Parameters
    ----------
    i0 : int
    superlevel : bool
    n_weights : int
    """

    def __init__(self, i0, superlevel, n_weights):
        self.i0 = i0
        self.superlevel = superlevel
        self.n_weights = n_weights
        energy = PersistenceEnergy(p=1, q=0, i0=i0)
        term = PersistenceTerm(Cubical(superlevel=superlevel), energy)
        super().__init__(term, (n_weights,), is_piecewise_linear=True)

    @property
    def relaxations(self):
        """Penalties whose solutions are good starts, one after the other."""
        easier = range(2, min(self.i0, 4))
        paths = [PathPenalty(i0, self.superlevel, self.n_weights) for i0 in easier]
        return [HalfVariation(self.superlevel), *paths]

    def ties(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        return ties_along_a_path(w, reach)

    def critical_weight(self, descent):
        """The weight from which on total variation would leave equal weights."""
        return 2 * float(np.abs(np.cumsum(descent)).max())

    def concave_slope(self, x):
        """The slope of max + the i0 - 2 longest lifetimes of superlevel sets of x.

        For sublevel sets, of what it is at -x: that of -min + the longest.
        """
        sign = 1.0 if self.superlevel else -1.0
        (bars,) = Cubical(superlevel=True).build(sign * x).bars(0)
        # The essential bar comes first: of it there is no death, which stands for max.
        slope = np.zeros((len(bars.diagram), 2))
        longest = longest_first(bars.diagram)[: max(1, self.i0 - 1)]
        slope[longest] = 1.0, -1.0
        return sign * bars.scatter(slope)

    def other_slopes(self, x, descent):
        """Slopes at x with which it is no minimum of the convex problem; maybe none.

        At a plateau ``concave_slope`` names one of the weights, as the birth or the
        death of all, and any other would do. x is a local minimum only if it is one
        under all of these slopes.

        Parameters
        ----------
        x : ndarray of shape (n_weights,)
            A minimum under ``concave_slope(x)``.
        descent : ndarray of shape (n_weights,)
            The negative gradient of the other terms over the weight of the penalty.

        Returns
        -------
        list of ndarray of shape (n_weights,)
        """
        sign = 1.0 if self.superlevel else -1.0
        slope = self.concave_slope(x)
        labels = ties_along_a_path(x, _ROUNDING * np.abs(x).max(initial=0.0))
        found = []
        for place in np.flatnonzero(slope):
            group = np.flatnonzero(labels == labels[place])
            first, mass = group[0], sign * slope[place]
            if group.size == 1 or np.count_nonzero(slope[group]) > 1:
                continue
            rise = 1.0 if first == 0 else np.sign(sign * (x[first] - x[first - 1]))
            # What variation between a weight and the next has to balance, where the
            # named weight lies behind them; less the mass, where it lies before.
            behind = rise / 2 - np.cumsum(sign * descent[group[:-1]])
            for balance, others in (
                (behind - mass, group[:-1]),
                (behind, group[1:]),
            ):
                worst = np.argmax(np.abs(balance))
                if np.abs(balance[worst]) > 0.5 + _VIOLATED:
                    other = slope.copy()
                    other[place], other[others[worst]] = 0.0, slope[place]
                    found.append(other)
        return found


def ties_along_a_path(w, reach):
    """Labels of weights: neighbours within ``reach`` of each other share one."""
    return np.cumsum(np.abs(np.diff(w, prepend=w[:1])) > reach)


class HalfVariation(Term):
    """Half the total variation along a path, which charges every maximum and minimum.

    Parameters
    ----------
    superlevel : bool
        For which of the two a ``concave_slope`` is told.
    """

    is_piecewise_linear = True

    def __init__(self, superlevel):
        self.superlevel = superlevel

    def value_and_grad(self, x):
        """Evaluate at a weight vector of shape (n_weights,)."""
        steps = np.diff(x)
        rises = np.sign(steps) / 2
        return float(np.abs(steps).sum()) / 2, np.append(0, rises) - np.append(rises, 0)

    def ties(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        return ties_along_a_path(w, reach)

    def concave_slope(self, x):
        """The slope of half the sum of the ends."""
        slope = np.zeros(x.shape)
        slope[0] += 0.5
        slope[-1] += 0.5
        return slope if self.superlevel else -slope


class ClusterPenalty(Term):
    """E(1, 0, i0) of weights as points on the line.

    It is the total range of the i0 - 1 best runs of the sorted weights, and its
    proximal step is known.

    Parameters
    ----------
    i0 : int
    """

    is_piecewise_linear = True

    def __init__(self, i0):
        self.i0 = i0

    @property
    def relaxations(self):
        """Penalties whose solutions are good starts: that for one run is convex."""
        return [ClusterPenalty(2)] if self.i0 > 2 else []

    @property
    def _n_runs(self):
        return max(1, self.i0 - 1)

    def value_and_grad(self, x):
        """Evaluate at a weight vector of shape (n_weights,)."""
        return sum_of_ranges(x, self._n_runs)

    def prox(self, x, step):
        """Minimise ||z - x||^2 / 2 + step * penalty(z) over z."""
        return prox_of_ranges(x, step, self._n_runs)

    def ties(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        return _labels_of_runs(w, reach)

    def majorant(self, w):
        """The convex penalty with the runs of w: equal at w and nowhere below."""
        if self._n_runs == 1:
            return self
        order = np.argsort(w, kind="stable")
        gaps = np.diff(w[order])
        cuts = np.sort(np.argsort(-gaps, kind="stable")[: self._n_runs - 1] + 1)
        return _FixedRuns(np.split(order, cuts))


class _FixedRuns(Term):
    """The sum of the ranges of given runs, disjoint sets of all weights.

    Parameters
    ----------
    runs : list of ndarray of int
    """

    is_piecewise_linear = True

    def __init__(self, runs):
        self.runs = [run for run in runs if run.size]

    def __eq__(self, other):
        """Whether both have the same runs."""
        if not isinstance(other, _FixedRuns) or len(self.runs) != len(other.runs):
            return False
        pairs = zip(self.runs, other.runs, strict=True)
        return all(set(a.tolist()) == set(b.tolist()) for a, b in pairs)

    __hash__ = None

    def value_and_grad(self, x):
        """Evaluate at a weight vector of shape (n_weights,)."""
        value, grad = 0.0, np.zeros(x.shape)
        for run in self.runs:
            high, low = run[np.argmax(x[run])], run[np.argmin(x[run])]
            value += float(x[high] - x[low])
            grad[high] += 1.0
            grad[low] -= 1.0
        return value, grad

    def prox(self, x, step):
        """Minimise ||z - x||^2 / 2 + step * penalty(z) over z."""
        z = np.empty(x.shape)
        for run in self.runs:
            z[run] = prox_of_range(x[run], step)
        return z

    def ties(self, w, reach):
        """Label weights so that neighbours in a run share a label within ``reach``."""
        labels, end = np.empty(w.size, dtype=np.intp), 0
        for run in self.runs:
            labels[run] = end + _labels_of_runs(w[run], reach)
            end = labels[run].max() + 1
        return labels


def _labels_of_runs(w, reach):
    order = np.argsort(w, kind="stable")
    is_new = np.diff(w[order], prepend=w[order[0]]) > reach
    labels = np.empty(w.size, dtype=np.intp)
    labels[order] = np.cumsum(is_new)
    return labels
