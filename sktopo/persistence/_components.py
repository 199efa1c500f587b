"""H0 of a graph without a matrix: basins, passes and the elder rule.

Every vertex flows to its lowest neighbour; only the basins and the lowest passes
between them are left for the elder rule. Source: the watershed view of merge trees,
as in H. Edelsbrunner and J. Harer, Computational Topology, AMS 2010, chapter VII.
"""

import numpy as np
from scipy.ndimage import minimum_filter

from sktopo.persistence._gudhi import simplicial_diagrams

_MAX_ROUNDS = 50  # noise needs about ten; where more are needed, gudhi is faster


def component_diagram(roots, passes, heights):
    """H0 of basins that passes join, by the elder rule.

    In a round every component looks at its lowest pass. Up to there it is alone, so
    where the other side is older it dies there: all such deaths are found at once,
    and the dead are merged into their elders.

    Parameters
    ----------
    roots : ndarray of shape (n_basins,)
        Birth of each basin, distinct.
    passes : ndarray of shape (n_passes, 2)
        Pairs of basins.
    heights : ndarray of shape (n_passes,)
        Height of each pass, at least the births on both sides.

    Returns
    -------
    diagram : ndarray of shape (n_basins, 2)
        Births and deaths, inf for the oldest of each component.
    """
    by_height = np.argsort(heights)
    heights = heights[by_height]
    a, b = passes[by_height].T.astype(np.intp)
    elder = np.arange(roots.size)
    deaths = np.full(roots.size, np.inf)
    for _ in range(_MAX_ROUNDS):
        apart = np.flatnonzero(a != b)
        a, b, heights = a[apart], b[apart], heights[apart]
        if a.size == 0:
            return np.column_stack([roots, deaths])
        lowest = np.full(roots.size, -1)
        # Later writes win: from the back, the lowest pass stays.
        lowest[b[::-1]] = np.arange(a.size)[::-1]
        from_a = np.full(roots.size, -1)
        from_a[a[::-1]] = np.arange(a.size)[::-1]
        use = (from_a >= 0) & ((lowest < 0) | (from_a < lowest))
        lowest[use] = from_a[use]
        here = np.flatnonzero(lowest >= 0)
        way = lowest[here]
        other = a[way] + b[way] - here
        dies = roots[other] < roots[here]
        dead, way = here[dies], way[dies]
        deaths[dead] = heights[way]
        elder[dead] = other[dies]
        elder = follow(elder)
        a, b = elder[a], elder[b]
    return _slow_rounds(roots, a, b, heights, deaths)


def _slow_rounds(roots, a, b, heights, deaths):
    """What is left where each round finds few deaths, as on a growing oscillation."""
    alive = np.unique(np.concatenate([a, b]))
    edges = np.column_stack([np.searchsorted(alive, a), np.searchsorted(alive, b)])
    edges.sort(axis=1)
    edges, first = np.unique(
        edges[edges[:, 0] < edges[:, 1]], axis=0, return_index=True
    )
    low = heights[a != b][first]
    nodes = np.arange(alive.size)[:, None]
    # Birth heights are distinct, so each bar finds its basin again.
    (diagram,) = simplicial_diagrams([nodes, edges], [roots[alive], low], (0,))
    by_birth = np.argsort(roots[alive])
    place = by_birth[np.searchsorted(roots[alive], diagram[:, 0], sorter=by_birth)]
    deaths[alive[place]] = diagram[:, 1]
    return np.column_stack([roots, deaths])


def follow(pointer):
    """Follow pointers to their ends by doubling."""
    while True:
        ahead = pointer[pointer]
        if np.array_equal(ahead, pointer):
            return pointer
        pointer = ahead


def graph_components(ranks, edges):
    """H0 of the lower-star filtration of a graph, as a diagram of ranks.

    Parameters
    ----------
    ranks : ndarray of shape (n_vertices,)
        Distinct.
    edges : ndarray of shape (n_edges, 2)
    """
    low, high = edges[:, 0], edges[:, 1]
    swap = ranks[low] > ranks[high]
    low, high = np.where(swap, high, low), np.where(swap, low, high)
    to = np.arange(ranks.size)
    steepest = np.argsort(-ranks[low], kind="stable")
    to[high[steepest]] = low[steepest]
    basin = follow(to)
    a, b = basin[low], basin[high]
    apart = a != b
    return _merge_basins(ranks, basin, a[apart], b[apart], ranks[high[apart]])


def grid_components(ranks, *, full):
    """H0 of a grid with the neighbours that share a corner (full) or a face.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    full : bool
        Also neighbours across edges and corners, 8 in the plane and 26 in space.
    """
    return _merge_basins(ranks.ravel(), *grid_basins(ranks, full=full))


def grid_basins(ranks, *, full):
    """The cell that each cell flows to, and the passes between these.

    Parameters
    ----------
    ranks, full
        As of ``grid_components``.

    Returns
    -------
    basin : ndarray of shape (size,)
        A local minimum for each cell.
    a, b : ndarray of int
        Local minima on both sides of a pass.
    heights : ndarray
        Ranks of the passes.
    """
    flat = ranks.ravel()
    order = np.empty(flat.size, dtype=np.intp)
    order[flat.astype(np.intp)] = np.arange(flat.size)
    if full:
        lowest = minimum_filter(ranks, size=3, mode="nearest")
    else:
        lowest = ranks.copy()
        for axis in range(ranks.ndim):
            ahead, behind = _along(ranks.ndim, axis)
            np.minimum(lowest[ahead], ranks[behind], out=lowest[ahead])
            np.minimum(lowest[behind], ranks[ahead], out=lowest[behind])
    basin = follow(order[lowest.ravel().astype(np.intp)])
    join = _through_corners if full else _through_faces
    return basin, *join(ranks, basin.reshape(ranks.shape))


def _through_faces(ranks, basin):
    """Pairs of basins that share a face, and the ranks at which they meet there."""
    found = []
    for axis in range(ranks.ndim):
        ahead, behind = _along(ranks.ndim, axis)
        apart = basin[ahead] != basin[behind]
        height = np.maximum(ranks[ahead][apart], ranks[behind][apart])
        found.append((basin[ahead][apart], basin[behind][apart], height))
    return _joined(found)


def _through_corners(ranks, basin):
    """The same for basins that share a corner.

    The pixels around a corner all meet there: it is enough that each joins the lowest.
    """
    lowest = ranks
    for axis in range(ranks.ndim):
        ahead, behind = _along(ranks.ndim, axis)
        lowest = np.minimum(lowest[ahead], lowest[behind])
    order = np.empty(ranks.size, dtype=np.intp)
    order[ranks.ravel().astype(np.intp)] = basin.ravel()
    basin_of_lowest = order[lowest.astype(np.intp)]
    found = []
    for corner in np.ndindex(*(2,) * ranks.ndim):
        place = tuple(slice(1, None) if c else slice(None, -1) for c in corner)
        apart = basin[place] != basin_of_lowest
        found.append((basin[place][apart], basin_of_lowest[apart], ranks[place][apart]))
    return _joined(found)


def _joined(found):
    return [np.concatenate(part) for part in zip(*found, strict=True)]


def _merge_basins(ranks, basin, a, b, heights):
    """Number the basins and apply the elder rule to the passes between them."""
    is_root = basin == np.arange(basin.size)
    number = np.cumsum(is_root) - 1
    passes = np.column_stack([number[a], number[b]])
    return component_diagram(ranks[is_root], passes, heights)


def _along(ndim, axis):
    front, back = [slice(None)] * ndim, [slice(None)] * ndim
    front[axis], back[axis] = slice(1, None), slice(None, -1)
    return tuple(front), tuple(back)
