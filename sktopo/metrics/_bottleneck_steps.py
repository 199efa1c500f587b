"""Steps of bottleneck matchings: which radius is enough for one."""

import math

import gudhi
import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from sktopo._memory import check_memory
from sktopo.metrics._graphs import bipartite_graph

_ROUNDING = 1e-12  # by how much a search goes beyond a radius, relative
_GUESS = 1e-9  # to how many digits an estimate is taken
_SMALL = 25_000  # products of numbers of bars, up to which all pairs are looked at
_DENSE = 2  # bars nearby, from which on gudhi's estimate is worth its time


def steps_between(bars, target):
    """Steps between two lists of finite bars, in the way that is faster for so many."""
    is_small = len(bars) * len(target) <= _SMALL
    return (_FewSteps if is_small else _Steps)(bars, target)


class _Steps:
    """Steps between two diagrams and to the diagonal, and which radius is enough.

    Bars longer than twice the radius must be matched to another bar. A matching for the
    long bars of one diagram and one for those of the other make one for both, by the
    theorem of Mendelsohn and Dulmage; so each has a bipartite graph of its own.
    """

    def __init__(self, bars, target):
        self.sides = bars, target
        self.halves = [np.abs(side[:, 1] - side[:, 0]) / 2 for side in self.sides]
        self._prepare()

    def _prepare(self):
        self.trees = [cKDTree(side) if len(side) else None for side in self.sides]

    def least_radius(self):
        """The bottleneck distance: one of the half lifetimes or of the distances."""
        # Each bar goes to its nearest one or to the diagonal, at the least.
        low = max(self._least_step(k).max(initial=0.0) for k in (0, 1))
        halves = np.unique(np.concatenate(self.halves))
        around = self._around(low)
        if around is None:
            if self.is_enough(low):
                return low
            low, high = self._bisected(low, halves[halves > low])
            edges = [self._edges(k, low, high) for k in (0, 1)]
        else:
            low, high, edges = around
        radii = np.unique(np.concatenate([edges[0][0], edges[1][0], halves]))
        return self._bisected(low, radii[(radii > low) & (radii <= high)], edges)[1]

    def _around(self, low):
        """A radius that is too small and one that is not, close to gudhi's distance.

        The edges up to the latter come with them. None where bars are near to few
        others, so that it would cost more than it saves, and on the rare inputs on
        which gudhi's distance is wrong.
        """
        n_near = sum(self._near(k, low, low)[-1] for k in (0, 1))
        if n_near < _DENSE * sum(map(len, self.sides)):
            return None
        guess = _estimate(*self.sides)
        below, above = guess * (1 - _GUESS), guess * (1 + _GUESS)
        if below <= low:
            return None
        edges = [self._edges(k, below, above) for k in (0, 1)]
        if not self.is_enough(above, edges) or self.is_enough(below, edges):
            return None
        return below, above, edges

    def _bisected(self, low, radii, edges=None):
        """The last of the rising radii that is too small, and the first that is not.

        The given one is too small, and the last one not.
        """
        first, last = 0, radii.size - 1
        while first < last:
            middle = (first + last) // 2
            if self.is_enough(radii[middle], edges):
                last = middle
            else:
                first = middle + 1
        return radii[last - 1] if last else low, radii[last]

    def _least_step(self, k):
        if self.trees[1 - k] is None or self.trees[k] is None:
            return self.halves[k]
        # A tree cannot tell coincident bars apart, and goes through all of them.
        bars, place = np.unique(self.sides[k], axis=0, return_inverse=True)
        target = np.unique(self.sides[1 - k], axis=0)
        _, nearest = cKDTree(target).query(bars, p=math.inf)
        steps = np.abs(bars - target[nearest]).max(axis=1)
        return np.minimum(self.halves[k], steps[place.ravel()])

    def is_enough(self, radius, edges=None):
        """Whether a matching with no longer step exists.

        Parameters
        ----------
        radius : float
        edges : list of tuple or None
            For each side the edges up to some longer reach, where they are known.
        """
        for k in (0, 1):
            is_long = self.halves[k] > radius
            n_long = np.count_nonzero(is_long)
            if n_long == 0:
                continue
            known = self._edges(k, radius, radius) if edges is None else edges[k]
            distance, bar, other = known
            used = (distance <= radius) & is_long[bar]
            row = np.cumsum(is_long)[bar[used]] - 1
            shape = (n_long, len(self.sides[1 - k]))
            graph = bipartite_graph(row, other[used], shape)
            if (maximum_bipartite_matching(graph, perm_type="column") < 0).any():
                return False
        return True

    def _near(self, k, radius, reach):
        """What is asked for the edges of ``_edges``, and about how many there are.

        Returns
        -------
        long : ndarray of int
            The bars that are too long for the radius.
        tree : cKDTree or None
            Of these; None where there is no edge.
        ball : float
            A reach that rounding cannot make too short.
        n_edges : int

        Raises
        ------
        MemoryError
            If they would not fit.
        """
        long = np.flatnonzero(self.halves[k] > radius)
        if long.size == 0 or self.trees[1 - k] is None:
            return long, None, 0.0, 0
        points = self.sides[k][long]
        tree = cKDTree(points)
        ball = reach * (1 + _ROUNDING) + _ROUNDING * np.abs(points).max()
        n_edges = int(tree.count_neighbors(self.trees[1 - k], ball, p=math.inf))
        check_memory(
            100 * n_edges,
            f"A bottleneck matching of {len(self.sides[0])} and {len(self.sides[1])} "
            "bars",
            "Leave out the short bars.",
        )
        return long, tree, ball, n_edges

    def _edges(self, k, radius, reach):
        """Distances up to ``reach`` from bars that are too long for the radius.

        With each go the bar and that of the other diagram.
        """
        long, tree, ball, _ = self._near(k, radius, reach)
        if tree is None:
            empty = np.empty(0, dtype=np.intp)
            return np.empty(0), empty, empty
        found = tree.sparse_distance_matrix(
            self.trees[1 - k], ball, p=math.inf, output_type="ndarray"
        )
        bar, other = long[found["i"]], found["j"]
        distance = np.abs(self.sides[k][bar] - self.sides[1 - k][other]).max(axis=1)
        is_near = distance <= reach
        return distance[is_near], bar[is_near], other[is_near]

    def of_size(self, radius):
        """Steps of just this size that a matching may need; see ``matching``."""
        i, j = self._pairs(radius)
        size = np.abs(self.sides[0][i] - self.sides[1][j]).max(axis=1)
        i, j = i[size == radius], j[size == radius]
        to_i, to_j = (np.flatnonzero(half == radius) for half in self.halves)
        i = np.concatenate([i, to_i, np.full(to_j.size, -1)])
        j = np.concatenate([j, np.full(to_i.size, -1), to_j])
        return np.full(i.size, radius), i, j

    def _pairs(self, radius):
        """Bars within the radius, one of which is too long for the diagonal."""
        pairs = []
        for k in (0, 1):
            _, bar, other = self._edges(k, radius, radius)
            pairs.append(np.stack([bar, other][:: 1 - 2 * k]))
        return np.unique(np.concatenate(pairs, axis=1), axis=1)

    def matching(self, radius):
        """Steps of a matching of all bars for which the radius is enough.

        Returns
        -------
        size : ndarray
        i, j : ndarray of int
            The bars of each step; -1 is the diagonal.
        """
        n, m = map(len, self.sides)
        i, j = self._pairs(radius)
        short_i, short_j = (np.flatnonzero(half <= radius) for half in self.halves)
        # Each bar has a place of its own on the diagonal. Places of two bars that may
        # be matched are neighbours as well, and free when the bars are.
        rows = np.concatenate([i, short_i, n + short_j, n + j])
        columns = np.concatenate([j, m + short_i, short_j, m + i])
        graph = bipartite_graph(rows, columns)
        partner = maximum_bipartite_matching(graph, perm_type="column")
        i, j = np.arange(n + m), partner
        inside = (i < n) | (j < m)
        i, j = i[inside], j[inside]
        both = (i < n) & (j < m)
        size = np.where(
            i < n,
            self.halves[0][np.minimum(i, n - 1)] if n else 0.0,
            self.halves[1][np.minimum(j, m - 1)] if m else 0.0,
        )
        bars, target = self.sides
        size[both] = np.abs(bars[i[both]] - target[j[both]]).max(axis=1)
        return size, np.where(i < n, i, -1), np.where(j < m, j, -1)


class _FewSteps(_Steps):
    """The same of few bars, where all distances at once are faster than trees."""

    def _prepare(self):
        bars, target = self.sides
        self.distances = np.abs(bars[:, None] - target).max(axis=2, initial=0.0)

    def _from(self, k):
        return self.distances.T if k else self.distances

    def least_radius(self):
        low = max(self._least_step(k).max(initial=0.0) for k in (0, 1))
        if self.is_enough(low):
            return low
        radii = np.unique(np.concatenate([self.distances.ravel(), *self.halves]))
        radii = radii[(radii > low) & (radii <= max(h.max() for h in self.halves))]
        return self._bisected(low, radii)[1]

    def _least_step(self, k):
        return np.minimum(self.halves[k], self._from(k).min(axis=1, initial=math.inf))

    def is_enough(self, radius, edges=None):
        for k in (0, 1):
            is_far = self._from(k)[self.halves[k] > radius] > radius
            if len(is_far) > len(self.sides[1 - k]) or is_far.all(axis=1).any():
                return False
            # A dense assignment of least cost is faster than a matching of so few.
            if is_far[linear_sum_assignment(is_far)].any():
                return False
        return True

    def _edges(self, k, radius, reach):
        long = np.flatnonzero(self.halves[k] > radius)
        distance = self._from(k)[long]
        bar, other = np.nonzero(distance <= reach)
        return distance[bar, other], long[bar], other


def _estimate(bars, target):
    """The bottleneck distance as gudhi finds it, which is rarely wrong."""
    # Bars of superlevel sets lie below the diagonal.
    return gudhi.bottleneck_distance(np.sort(bars, axis=1), np.sort(target, axis=1))
