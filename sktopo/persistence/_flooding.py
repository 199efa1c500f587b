"""Simplification of H0: basins are flooded up to the pass to one that is kept."""

import numpy as np

from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    framed_complement,
    grid_basins,
)
from sktopo.persistence._components import (
    graph_basins,
    largest_to_root,
)
from sktopo.persistence._passes import lowest_first
from sktopo.persistence._spanning_tree import spanning_tree


def flooded_ranks(ranks, kept, connectivity):
    """The smallest function above a grid's that has no minima but some.

    The new rank of a cell is its own or, where that is larger, the rank of the lowest
    pass over which its basin reaches one that is kept: a path to it in the minimum
    spanning tree of the basins. H0 loses the bars born at all other minima, and the
    bars of those that are kept stay as they are.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    kept : ndarray of int
        The ranks of minima that are kept; 0, the global one, must be among them.
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    ndarray of int32 of the shape of ranks
        Many ranks more than once.
    """
    basins = grid_basins(ranks, connectivity)
    levels = _levels(basins.minima, basins.passes, kept, ranks.size)
    return np.maximum(ranks.astype(np.int32), levels.take(basins.of_cell))


def flooded_graph_ranks(ranks, kept, edges):
    """The same for a function on the vertices of a graph.

    Parameters
    ----------
    ranks : ndarray of shape (n_vertices,)
        A permutation of range(n_vertices).
    kept : ndarray of int
        The ranks of minima that are kept, one at least of each component.
    edges : ndarray of shape (n_edges, 2)

    Returns
    -------
    ndarray of int32 of shape (n_vertices,)
    """
    minima, of_rank, passes = graph_basins(ranks, edges)
    levels = _levels(minima, passes, kept, ranks.size)
    ranks = ranks.astype(np.int32)
    return np.maximum(ranks, levels.take(of_rank).take(ranks))


def flooded_ranks_from_above(ranks, kept, connectivity):
    """The largest function below a grid's whose complement has no minima but some.

    The same for the components of the complement: bars of the highest dimension below
    the grid's own die at their maxima.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    kept : ndarray of int
        The ranks of maxima that are kept.
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    ndarray of int32 of the shape of ranks
    """
    framed, n_frame = framed_complement(ranks)
    top = ranks.size + n_frame - 1
    kept = np.append(0, top - kept)
    flooded = flooded_ranks(framed, kept, DUAL_CONNECTIVITY[connectivity])
    return top - flooded[(slice(1, -1),) * ranks.ndim]


def _levels(minima, passes, kept, n_cells):
    """How high each basin is flooded: the pass to one that is kept, or -1."""
    floods = np.ones(n_cells, dtype=bool)
    floods[kept] = False
    floods = floods[minima]
    # Node 0 stands for all basins that are kept.
    node = np.where(floods, np.cumsum(floods), 0).astype(np.int32)
    a, b, heights = passes
    passes = lowest_first(node[a], node[b], heights)
    parent, levels, _ = spanning_tree(1 + np.count_nonzero(floods), *passes)
    return largest_to_root(parent, levels).take(node)
