"""H0 of a graph without a matrix: basins, passes and the elder rule."""

import numpy as np

from sktopo.persistence._basins import follow, grid_basins
from sktopo.persistence._order import inverse_permutation
from sktopo.persistence._passes import distinct_passes, first_with, lowest_first

_MAX_ROUNDS = 50  # noise needs about twenty


def grid_components(ranks, connectivity, periodic=None):
    """H0 of a grid, as a diagram of ranks with inf for what never dies.

    Parameters
    ----------
    ranks, connectivity, periodic
        As of ``grid_basins``.
    """
    basins = grid_basins(ranks, connectivity, periodic)
    passes = lowest_first(*basins.passes)
    deaths, _ = elder_rule(basins.minima.size, *passes)
    return np.column_stack([basins.minima, deaths])


def graph_components(ranks, edges):
    """H0 of the lower-star filtration of a graph, as a diagram of ranks.

    Parameters
    ----------
    ranks : ndarray of shape (n_vertices,)
        A permutation of range(n_vertices).
    edges : ndarray of shape (n_edges, 2)
    """
    minima, _, passes = graph_basins(ranks, edges)
    deaths, _ = elder_rule(minima.size, *lowest_first(*passes))
    return np.column_stack([minima, deaths])


def edge_components(ranks, edges, edge_ranks):
    """H0 of a filtered graph, as a diagram of ranks.

    Parameters
    ----------
    ranks : ndarray of shape (n_vertices,)
        Distinct.
    edges : ndarray of shape (n_edges, 2)
    edge_ranks : ndarray of shape (n_edges,)
        Above those of the ends.
    """
    by_age = np.argsort(ranks)
    a, b = inverse_permutation(by_age, np.int32)[edges].T
    deaths, _ = elder_rule(ranks.size, *lowest_first(a, b, edge_ranks))
    return np.column_stack([ranks[by_age], deaths])


def graph_basins(ranks, edges):
    """The same as ``grid_basins`` for a graph.

    Returns
    -------
    minima : ndarray of shape (n_basins,)
        Ranks, ascending.
    of_rank : ndarray of int32 of shape (n_vertices,)
        The basin of the vertex of each rank.
    passes : tuple of ndarray (a, b, heights)
    """
    # Vertices are named by their ranks from here on.
    ends = np.sort(ranks[edges].astype(np.int32), axis=1)
    low, high = ends[np.argsort(-ends[:, 0], kind="stable")].T
    to = np.arange(ranks.size, dtype=np.int32)
    to[high] = low  # the last one written is the lowest neighbour
    root = follow(to)
    minima = np.flatnonzero(root == np.arange(root.size))
    basin = np.searchsorted(minima, root).astype(np.int32)
    return minima, basin, (basin[low], basin[high], high)


def elder_rule(n_basins, a, b, heights):
    """Deaths of basins that passes join: where two meet, the younger one dies.

    In a round every component looks at its lowest pass. Up to there it is alone, so
    where the other side is older it dies there: all such deaths are found at once,
    and the dead are merged into their elders.

    Parameters
    ----------
    n_basins : int
        Basins are numbered in the order of their births.
    a, b : ndarray of int32 of shape (n_passes,)
        The basins on both sides of a pass.
    heights : ndarray of int32 of shape (n_passes,)
        Ascending; not below the births on both sides.

    Returns
    -------
    deaths : ndarray of shape (n_basins,)
        The height of a pass, or inf for the oldest of each component.
    elder : ndarray of int32 of shape (n_basins,)
        The basin that it merges with there, which may have merged with another one
        before; itself where it never dies.
    """
    deaths = np.full(n_basins, np.inf)
    merged = np.arange(n_basins, dtype=np.int32)
    elder = np.arange(n_basins, dtype=np.int32)
    for _ in range(_MAX_ROUNDS):
        apart = np.flatnonzero(a != b)
        if apart.size == 0:
            return deaths, merged
        a, b, heights = (x.take(apart) for x in (a, b, heights))
        ends = np.minimum(a, b), np.maximum(a, b)
        old, young, heights = distinct_passes(*ends, heights)
        lowest = first_with(young, n_basins)
        dead = np.flatnonzero(lowest < first_with(old, n_basins))
        lowest = lowest.take(dead)
        deaths[dead] = heights.take(lowest)
        merged[dead] = elder[dead] = old.take(lowest)
        elder = follow(elder)
        a, b = elder.take(old), elder.take(young)
    _one_by_one(deaths, merged, a, b, heights)
    return deaths, merged


def largest_to_root(parent, levels):
    """The largest level on the way up a tree, by pointer doubling."""
    while True:
        levels = np.maximum(levels, levels.take(parent))
        ahead = parent.take(parent)
        if np.array_equal(ahead, parent):
            return levels
        parent = ahead


def _one_by_one(deaths, elder, a, b, heights):
    """What is left where each round finds few deaths, as on a growing oscillation."""
    apart = np.flatnonzero(a != b)
    root = {}

    def find(basin):
        path = []
        while basin in root:
            path.append(basin)
            basin = root[basin]
        for passed in path:
            root[passed] = basin
        return basin

    passes = (x.take(apart).tolist() for x in (a, b, heights))
    for one, other, height in zip(*passes, strict=True):
        old, young = sorted((find(one), find(other)))
        if old != young:
            deaths[young], elder[young], root[young] = height, old, old
