"""Simplification of H0: basins are flooded up to the pass to one that is kept."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from sktopo.persistence._components import grid_basins


def flooded_ranks(ranks, is_kept, *, full):
    """The smallest function above a grid's that has no minima but some.

    The new rank of a cell is its own or, where that is larger, the rank of the lowest
    pass over which its basin reaches one that is kept: a path to it in the minimum
    spanning tree of the basins. H0 loses the bars born at all other minima, and the
    bars of those that are kept stay as they are.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    is_kept : ndarray of bool of shape (size,)
        Which cells are minima that are kept; the global one must be.
    full : bool
        Also neighbours across edges and corners.

    Returns
    -------
    ndarray of int of shape (size,)
        Ranks, many of them more than once.
    """
    basin, a, b, heights = grid_basins(ranks, full=full)
    flat = ranks.ravel().astype(np.intp)
    roots = np.flatnonzero(basin == np.arange(basin.size))
    number = np.zeros(basin.size, dtype=np.int32)
    number[roots] = np.arange(roots.size)
    kept = np.flatnonzero(is_kept[roots])
    levels = _levels(number[a], number[b], heights, kept, roots.size)
    return np.maximum(flat, levels[number[basin]])


def _levels(a, b, heights, kept, n_basins):
    """The rank of the lowest pass from each basin to one that is kept, or -1."""
    # Of several passes between two basins the lowest one counts.
    pair = np.minimum(a, b).astype(np.int64) * n_basins + np.maximum(a, b)
    by_pair = np.argsort(pair)
    pair = pair[by_pair]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    if first.size:
        heights = np.minimum.reduceat(heights[by_pair], first)
    low, high = divmod(pair[first], n_basins)
    # One more node stands for all that is kept; weights are positive.
    source = n_basins
    rows = np.concatenate([low, kept]).astype(np.int32)
    columns = np.concatenate([high, np.full(kept.size, source)])
    weights = np.concatenate([heights + 2.0, np.ones(kept.size)])
    places = rows, columns.astype(np.int32)
    graph = csr_array((weights, places), shape=(source + 1, source + 1))
    tree = minimum_spanning_tree(graph).tocoo()
    _, before = breadth_first_order(tree.tocsr(), source, directed=False)
    i, j = tree.coords
    level = np.zeros(source + 1)
    forward = before[i] == j
    level[np.where(forward, i, j)] = tree.data
    before[source] = source
    # Pointer doubling: the highest pass on the way to the source.
    while (before != source).any():
        level = np.maximum(level, level[before])
        before = before[before]
    return level[:-1].astype(np.intp) - 2
