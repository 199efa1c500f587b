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
    free = np.flatnonzero(labels == 0)
    number = np.full(labels.size, -1, dtype=np.int32)
    number[free] = np.arange(free.size)
    least = _NOTHING * costs[free].max(initial=0.0) + np.finfo(float).tiny
    cost = costs[free] + least
    around = free + steps[:, None]
    near = labels[around]
    # A terminal is a node behind the pixels, from which its neighbours are reached.
    which, pixel = np.nonzero(near == 0)
    leads = number[around[which, pixel]]
    touch, beside = np.nonzero(near > 0)
    beside = np.unique((near[touch, beside] - 1).astype(np.int64) * free.size + beside)
    source, beside = np.divmod(beside, free.size)
    n_nodes = free.size + n_components
    rows = np.concatenate([pixel, free.size + source]).astype(np.int32)
    columns = np.concatenate([leads, beside]).astype(np.int32)
    graph = csr_array((cost[columns], (rows, columns)), shape=(n_nodes, n_nodes))
    terminals = free.size + np.arange(n_components)
    distance, before, nearest = dijkstra(
        graph, indices=terminals, min_only=True, return_predecessors=True
    )
    nearest = nearest - free.size
    # Where two cells of this Voronoi diagram meet, a path joins their terminals.
    a = np.concatenate([nearest[pixel], source])
    b = np.concatenate([nearest[leads], nearest[beside]])
    reach = np.concatenate([distance[pixel] + distance[leads], distance[beside]])
    ends = np.concatenate([pixel, free.size + source]), np.concatenate([leads, beside])
    apart = np.flatnonzero((a != b) & np.isfinite(reach))
    apart = apart[np.argsort(reach[apart], kind="stable")]
    pair = np.minimum(a, b)[apart].astype(np.int64) * n_components
    pair += np.maximum(a, b)[apart]
    pairs, first = np.unique(pair, return_index=True)
    first = apart[first]
    shape = (n_components, n_components)
    # scipy's graph routines take 32-bit indices.
    ends_of_pair = np.stack(np.divmod(pairs, n_components)).astype(np.int32)
    tree = minimum_spanning_tree(
        csr_array((reach[first], tuple(ends_of_pair)), shape=shape)
    ).tocoo()
    chosen = first[
        np.searchsorted(pairs, tree.row.astype(np.int64) * n_components + tree.col)
    ]

    def way(node):
        """The pixels from a node back to its terminal."""
        found = []
        while node < free.size:
            found.append(free[node])
            node = before[node]
        return found

    return [
        Join(
            int(a[i]),
            int(b[i]),
            float(reach[i]),
            np.array(way(ends[0][i]) + way(ends[1][i]), dtype=np.intp),
        )
        for i in chosen.tolist()
    ]
