"""Bottleneck matchings of finite bars, and the bottleneck distance."""

import math

import numpy as np
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from sktopo._memory import check_memory
from sktopo.metrics._graphs import bipartite_graph
from sktopo.metrics._matching import finite_and_gaps

_ROUNDING = 1e-12  # by how much a search goes beyond a radius, relative


def bottleneck(diagram, other):
    r"""The bottleneck distance between two persistence diagrams, exactly.

    .. math:: W_\infty = \min_\gamma \max_x \|x - \gamma(x)\|_\infty

    over all matchings of the bars with each other and with points of the diagonal [1]_:
    what ``wasserstein`` tends to for large p. Bars that never die are matched among
    themselves, by the order of their births; where their numbers differ, the distance
    is infinite.

    Parameters
    ----------
    diagram, other : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.

    Returns
    -------
    float
        Of the unit of the diagrams; inf where the numbers of essential bars differ.

    Raises
    ------
    ValueError
        If one of the diagrams is none.

    References
    ----------
    .. [1] D. Cohen-Steiner, H. Edelsbrunner and J. Harer, "Stability of persistence
       diagrams", Discrete & Computational Geometry 37 (2007),
       :doi:`10.1007/s00454-006-1276-5`.

    Examples
    --------
    >>> from sktopo.metrics import bottleneck
    >>> bottleneck([[0, 5], [1, 2]], [[0, 3]])
    2.0
    """
    pair = finite_and_gaps(diagram, other, "bottleneck")
    if pair is None:
        return math.inf
    bars, target, gaps = pair
    largest_gap = np.abs(gaps).max(initial=0.0)
    return float(max(largest_gap, _Steps(bars, target).least_radius()))


def bottleneck_matching(bars, target):
    """The matching whose largest step, in the maximum norm, is as small as can be.

    Parameters
    ----------
    bars, target : ndarray of shape (n_bars, 2)
        Finite bars.

    Returns
    -------
    distance : float
    i, j : int or None
        The bar and the target bar of the step that attains it; either is None where the
        step goes to the diagonal, both where nothing moves.
    """
    steps = _Steps(bars, target)
    radius = steps.least_radius()
    if radius == 0:
        return 0.0, None, None
    size, i, j = steps.of_size(radius)
    if size.size > 1:
        # A matching says which of the steps of this size are needed.
        size, i, j = steps.matching(radius)
    worst = int(np.argmax(size))
    i, j = int(i[worst]), int(j[worst])
    return float(size[worst]), i if i >= 0 else None, j if j >= 0 else None


class _Steps:
    """Steps between two diagrams and to the diagonal, and which radius is enough.

    Bars longer than twice the radius must be matched to another bar. A matching for the
    long bars of one diagram and one for those of the other make one for both, by the
    theorem of Mendelsohn and Dulmage; so each has a bipartite graph of its own.
    """

    def __init__(self, bars, target):
        self.sides = bars, target
        self.halves = [np.abs(side[:, 1] - side[:, 0]) / 2 for side in self.sides]
        self.trees = [cKDTree(side) if len(side) else None for side in self.sides]

    def least_radius(self):
        """The bottleneck distance: one of the half lifetimes or of the distances."""
        # Each bar goes to its nearest one or to the diagonal, at the least.
        low = max(self._least_step(k).max(initial=0.0) for k in (0, 1))
        if self.is_enough(low):
            return low
        halves = np.unique(np.concatenate(self.halves))
        low, high = self._bisected(low, halves[halves > low])
        distances = np.concatenate([self._edges(k, low, high)[0] for k in (0, 1)])
        between = np.unique(distances[(distances > low) & (distances < high)])
        return self._bisected(low, np.append(between, high))[1]

    def _bisected(self, low, radii):
        """The last of the rising radii that is too small, and the first that is not.

        The given one is too small, and the last one not.
        """
        first, last = 0, radii.size - 1
        while first < last:
            middle = (first + last) // 2
            if self.is_enough(radii[middle]):
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

    def is_enough(self, radius):
        """Whether a matching with no longer step exists."""
        for k in (0, 1):
            _, row, column = self._edges(k, radius, radius)
            n_long = np.count_nonzero(self.halves[k] > radius)
            if n_long == 0:
                continue
            shape = (n_long, len(self.sides[1 - k]))
            graph = bipartite_graph(row, column, shape)
            if (maximum_bipartite_matching(graph, perm_type="column") < 0).any():
                return False
        return True

    def _edges(self, k, radius, reach):
        """Distances up to ``reach`` from bars that are too long for the radius.

        With each go the place among these bars and the bar of the other diagram.
        """
        long = np.flatnonzero(self.halves[k] > radius)
        if long.size == 0 or self.trees[1 - k] is None:
            empty = np.empty(0, dtype=np.intp)
            return np.empty(0), empty, empty
        points, other = self.sides[k][long], self.sides[1 - k]
        ball = reach * (1 + _ROUNDING) + _ROUNDING * np.abs(points).max()
        tree, near = cKDTree(points), self.trees[1 - k]
        check_memory(
            100 * int(tree.count_neighbors(near, ball, p=math.inf)),
            f"A bottleneck matching of {len(self.sides[0])} and {len(self.sides[1])} "
            "bars",
            "Leave out the short bars.",
        )
        found = tree.sparse_distance_matrix(
            near, ball, p=math.inf, output_type="ndarray"
        )
        row, column = found["i"], found["j"]
        distance = np.abs(points[row] - other[column]).max(axis=1)
        is_near = distance <= reach
        return distance[is_near], row[is_near], column[is_near]

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
            _, row, column = self._edges(k, radius, radius)
            long = np.flatnonzero(self.halves[k] > radius)
            pairs.append(np.stack([long[row], column][:: 1 - 2 * k]))
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
