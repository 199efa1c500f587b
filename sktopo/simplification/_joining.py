"""Cheapest ways to make components fewer: erase them, or join them along paths.

Components are the terminals of a graph of pixels. One geodesic pass from all of them at
once gives the cheapest paths between neighbours, a minimum spanning tree of these is
one of all paths [1]_, and on the tree the best choice of what is erased and what is
joined is exact, for every number of components that may be left.

.. [1] K. Mehlhorn, "A faster approximation algorithm for the Steiner problem in
   graphs", Information Processing Letters 27 (1988),
   :doi:`10.1016/0020-0190(88)90066-X`.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import (
    dijkstra,
    minimum_spanning_tree,
)

_NOTHING = 1e-9  # of the largest cost: among paths that cost nothing the shortest


class Join(NamedTuple):
    """A path between two components."""

    a: int
    b: int
    cost: float
    pixels: np.ndarray


def cheapest_joins(labels, n_components, costs, steps):
    """The minimum spanning tree of components.

    Parameters
    ----------
    labels : ndarray of int of shape (n_pixels,)
        1 to n_components, 0 for pixels that a path may take, and -1 for those that it
        may not, which are on the border.
    n_components : int
    costs : ndarray of shape (n_pixels,)
        What it costs to take a pixel.
    steps : ndarray of int
        From a pixel to its neighbours.

    Returns
    -------
    list of Join
        Components are counted from 0.
    """
    graph = _PixelGraph(labels, n_components, costs, steps)
    distance, before, nearest = dijkstra(
        graph.matrix, indices=graph.terminals, min_only=True, return_predecessors=True
    )
    a, b, reach = graph.meetings(distance, nearest - graph.free.size)
    return [
        Join(
            int(a[i]),
            int(b[i]),
            float(reach[i]),
            np.array(
                graph.way(graph.tails[i], before) + graph.way(graph.heads[i], before),
                dtype=np.intp,
            ),
        )
        for i in _spanning_tree(a, b, reach, n_components).tolist()
    ]


class _PixelGraph:
    """Free pixels and their neighbours, and a node for each component behind them.

    Parameters
    ----------
    labels, n_components, costs, steps
        See ``cheapest_joins``.

    Attributes
    ----------
    free : ndarray of int
        The pixels of the first nodes; those of components come after.
    tails, heads : ndarray of int
        The nodes of every edge, which costs what its head does.
    matrix : csr_array
    """

    def __init__(self, labels, n_components, costs, steps):
        self.free = np.flatnonzero(labels == 0)
        n_free = self.free.size
        number = np.full(labels.size, -1, dtype=np.int32)
        number[self.free] = np.arange(n_free)
        least = _NOTHING * costs[self.free].max(initial=0.0) + np.finfo(float).tiny
        around = self.free + steps[:, None]
        near = labels[around]
        which, pixel = np.nonzero(near == 0)
        # From a component its neighbours are reached, each once.
        touch, beside = np.nonzero(near > 0)
        beside = np.unique((near[touch, beside] - 1).astype(np.int64) * n_free + beside)
        source, beside = np.divmod(beside, n_free)
        self.tails = np.concatenate([pixel, n_free + source]).astype(np.int32)
        self.heads = np.concatenate([number[around[which, pixel]], beside])
        self.heads = self.heads.astype(np.int32)
        self.n_components, self._n_between = n_components, pixel.size
        cost = (costs[self.free] + least)[self.heads]
        self.matrix = csr_array(
            (cost, (self.tails, self.heads)), shape=(n_free + n_components,) * 2
        )

    @property
    def terminals(self):
        """The nodes of components."""
        return self.free.size + np.arange(self.n_components)

    def meetings(self, distance, nearest):
        """The components that meet at every edge, and what the path through it costs.

        Where two cells of the Voronoi diagram of components meet, a path joins them.
        """
        a = nearest[self.tails]
        reach = distance[self.heads]
        # At the edge of a component the path ends; between pixels it has two halves.
        reach[: self._n_between] += distance[self.tails[: self._n_between]]
        return a, nearest[self.heads], reach

    def way(self, node, before):
        """The pixels from a node back to its component."""
        found = []
        while node < self.free.size:
            found.append(self.free[node])
            node = before[node]
        return found


def _spanning_tree(a, b, reach, n_components):
    """The edges of the cheapest tree of components, of the cheapest of each pair."""
    apart = np.flatnonzero((a != b) & np.isfinite(reach))
    apart = apart[np.argsort(reach[apart], kind="stable")]
    pair = np.minimum(a, b)[apart].astype(np.int64) * n_components
    pair += np.maximum(a, b)[apart]
    pairs, first = np.unique(pair, return_index=True)
    first = apart[first]
    # scipy's graph routines take 32-bit indices.
    ends = np.stack(np.divmod(pairs, n_components)).astype(np.int32)
    tree = minimum_spanning_tree(
        csr_array((reach[first], tuple(ends)), shape=(n_components,) * 2)
    ).tocoo()
    chosen = tree.row.astype(np.int64) * n_components + tree.col
    return first[np.searchsorted(pairs, chosen)]
