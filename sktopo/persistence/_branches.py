"""The components behind the bars of H0, and the regions that the highest bars enclose.

By the elder rule the bars of H0 are the branches of a tree: each hangs from the older
one that it merges with. Cells in the order of that tree have the component of every bar
in one piece, as it is just before its death.
"""

from typing import NamedTuple

import numpy as np

from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    framed_complement,
    grid_basins,
)
from sktopo.persistence._components import elder_rule, graph_basins
from sktopo.persistence._order import ranks_of
from sktopo.persistence._passes import lowest_first


class Branches(NamedTuple):
    """Components of H0: that of bar i is ``cells[start[i]:stop[i]]``."""

    births: np.ndarray  # (n_bars,) ranks, ascending
    deaths: np.ndarray  # (n_bars,) ranks, inf for what never dies
    cells: np.ndarray  # cells, those of a bar from its birth on
    start: np.ndarray  # (n_bars,)
    stop: np.ndarray  # (n_bars,)

    def of(self, births):
        """The bars that were born at ranks."""
        return np.searchsorted(self.births, births)


def grid_branches(order, shape, connectivity, periodic=None):
    """The components of a grid's sublevel sets.

    Parameters
    ----------
    order, shape, connectivity, periodic
        As of ``grid_pairs``.

    Returns
    -------
    Branches
    """
    ranks = ranks_of(order, np.prod(shape)).reshape(shape)
    births, deaths, elder, of_rank = _grid_tree(ranks, connectivity, periodic)
    deaths[deaths >= order.size] = np.inf
    n_bars = np.searchsorted(births, order.size)
    return _laid_out(
        births[:n_bars], deaths[:n_bars], elder[:n_bars], of_rank[: order.size], order
    )


def grid_regions(order, shape, connectivity):
    """The components of the complement of a grid's sublevel sets, from above.

    Returns
    -------
    Branches
        Births are ranks of maxima, counted from the last one down. A region is that
        which a loop of an image, or a cavity of a voxel grid, encloses at its birth.
    """
    framed, n_frame = framed_complement(ranks_of(order).reshape(shape))
    births, deaths, elder, of_rank = _grid_tree(framed, DUAL_CONNECTIVITY[connectivity])
    cells = np.concatenate([np.full(n_frame, -1), order[::-1]])
    found = _laid_out(births, deaths, elder, of_rank, cells)
    return found._replace(births=births - n_frame, deaths=deaths - n_frame)


def graph_branches(order, edges):
    """The components of the sublevel sets of a function on a graph.

    Parameters
    ----------
    order : ndarray of shape (n_vertices,)
        The vertices in the order in which they enter.
    edges : ndarray of shape (n_edges, 2)

    Returns
    -------
    Branches
    """
    births, of_rank, passes = graph_basins(ranks_of(order), edges)
    tree = elder_rule(births.size, *lowest_first(*passes))
    return _laid_out(births, *tree, of_rank, order)


def tree_branches(n_vertices, edges):
    """The components of a graph whose vertices are all there from the start.

    Parameters
    ----------
    n_vertices : int
        The one of smaller index is the older one.
    edges : ndarray of shape (n_edges, 2)
        In the order in which they enter.

    Returns
    -------
    Branches
    """
    a, b = np.sort(edges, axis=1).T.astype(np.int32)
    heights = n_vertices + np.arange(len(edges), dtype=np.int32)
    tree = elder_rule(n_vertices, *lowest_first(a, b, heights))
    vertices = np.arange(n_vertices)
    return _laid_out(vertices, *tree, vertices, vertices)


def _grid_tree(ranks, connectivity, periodic=None):
    basins = grid_basins(ranks, connectivity, periodic)
    n_basins = basins.minima.size
    deaths, elder = elder_rule(n_basins, *lowest_first(*basins.passes))
    of_rank = np.empty(ranks.size, dtype=np.intp)
    of_rank[ranks.ravel().astype(np.intp)] = basins.of_cell.ravel()
    return basins.minima, deaths, elder, of_rank


def _laid_out(births, deaths, elder, of_rank, cells):
    """Cells, given in the order in which they enter, in the order of the tree."""
    # A cell belongs to the bar into which its basin has merged when it enters.
    bar = alive(of_rank, np.arange(of_rank.size), deaths, elder)
    parent = alive(elder, deaths, deaths, elder)
    parent = np.where(np.isfinite(deaths), parent, -1)
    n_own = np.bincount(bar, minlength=births.size)
    n_cells = _subtree_sums(n_own, parent)
    start = _starts(n_own, n_cells, parent)
    cells = cells[np.argsort(start[bar], kind="stable")]
    return Branches(births, deaths, cells, start, start + n_cells)


def alive(bar, time, deaths, elder):
    """The bars that live at a time, of those into which some have merged."""
    bar = bar.copy()
    dead = np.arange(bar.size)
    while dead.size:
        ends = deaths[bar[dead]]
        dead = dead[(ends <= time[dead]) & (ends < np.inf)]
        bar[dead] = elder[bar[dead]]
    return bar


def depths(parent):
    """How many bars are above each in its tree, by pointer doubling."""
    above = np.append(parent, -1)
    depth = (above >= 0).astype(np.intp)
    while (above >= 0).any():
        depth += depth[above]
        above = above[above]
    return depth[:-1]


def _subtree_sums(own, parent):
    depth = depths(parent)
    by_depth = np.argsort(-depth, kind="stable")
    ends = np.flatnonzero(np.diff(depth[by_depth])) + 1
    total = own.copy()
    for bars in np.split(by_depth, ends)[:-1]:
        np.add.at(total, parent[bars], total[bars])
    return total


def _starts(n_own, n_cells, parent):
    """Where the cells of a bar begin: behind its parent's own and older siblings'."""
    order = np.argsort(parent, kind="stable")
    before = np.cumsum(n_cells[order]) - n_cells[order]
    is_first = np.diff(parent[order], prepend=-2) != 0
    base = np.maximum.accumulate(np.where(is_first, before, 0))
    start = np.empty(parent.size + 1, dtype=np.intp)
    start[order] = before - base + np.where(parent[order] < 0, 0, n_own[parent[order]])
    start[-1] = 0
    above = np.append(parent, -1)
    while (above >= 0).any():
        start += start[above]
        above = above[above]
    return start[:-1]
