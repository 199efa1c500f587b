"""Simplification of H0: basins are flooded up to the pass to one that is kept."""

import numpy as np

from sktopo.persistence._basins import grid_basins
from sktopo.persistence._components import lowest_first
from sktopo.persistence._spanning_tree import spanning_tree


def flooded_ranks(ranks, is_kept, connectivity):
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
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    ndarray of int of shape (size,)
        Ranks, many of them more than once.
    """
    basins = grid_basins(ranks, connectivity)
    flat = ranks.ravel().astype(np.intp)
    cells = np.empty_like(flat)
    cells[flat] = np.arange(flat.size)
    # Node 0 stands for all basins that are kept.
    floods = ~is_kept[cells[basins.minima]]
    node = np.where(floods, np.cumsum(floods), 0).astype(np.int32)
    a, b, heights = basins.passes
    passes = lowest_first(node[a], node[b], heights)
    levels = _to_the_root(*spanning_tree(1 + np.count_nonzero(floods), *passes)[:2])
    return np.maximum(flat, levels[node][basins.of_cell.ravel()])


def _to_the_root(parent, levels):
    """The largest level on the way to node 0, by pointer doubling."""
    while parent.any():
        levels = np.maximum(levels, levels.take(parent))
        parent = parent.take(parent)
    return levels
