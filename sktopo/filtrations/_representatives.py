"""What a bar stands for: components, loops and cavities, found when they are asked for.

A bar of H1 is born with one cell. Any cycle of the filtration up to there that has this
cell, and in an image goes around the pixel that fills the hole, is born with it and is
no boundary before it dies: a shortest path from one side of the cell to the other gives
the shortest of them.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy.ndimage import binary_dilation
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from sktopo.persistence import DUAL_CONNECTIVITY, neighbours, tree_branches

_MARGIN = 1 / 4  # of the extent of a region: how far around it its loop may go


class Representatives(Sequence):
    """An array of cells for each bar, computed when it is taken.

    Parameters
    ----------
    find : callable
        From the number of a bar to an array.
    n_bars : int
    """

    def __init__(self, find, n_bars):
        self._find = find
        self._n_bars = n_bars

    def __len__(self):
        return self._n_bars

    def __getitem__(self, i):
        numbers = range(self._n_bars)[i]
        if isinstance(numbers, range):
            return [self._find(j) for j in numbers]
        return self._find(numbers)

    def __repr__(self):
        return f"<{type(self).__name__} of {self._n_bars} bars>"


class Components:
    """From the number of a bar to its component.

    Parameters
    ----------
    branches : callable
        Without arguments, to Branches; it is called once, when it is needed.
    births : ndarray of shape (n_bars,)
        The ranks at which the bars are born in these.
    name : callable or None, default=None
        From cells to what they are called in the terms of the input.
    """

    def __init__(self, branches, births, name=None):
        self._branches = branches
        self._births = births
        self._name = name
        self._known = None

    def __call__(self, i):
        if self._known is None:
            found = self._branches()
            self._known = found, found.of(self._births)
        found, branch = self._known
        cells = found.cells[found.start[branch[i]] : found.stop[branch[i]]]
        return cells if self._name is None else self._name(cells)


def of_points(complex_, dimension, pairs, n_points, tree, births):
    """Components and cycles of a complex on points that are there from the start.

    Parameters
    ----------
    complex_ : FilteredComplex
        With ``edges_at``, from the index of a value to the edges up to there and their
        lengths.
    dimension : int
    pairs : ndarray of shape (n_bars, 2)
    n_points : int
    tree : callable
        Without arguments, to the edges at which bars of H0 die, in their order.
    births : callable
        Without arguments, to the vertex of each bar of H0.

    Returns
    -------
    representatives : Representatives
    regions : None

    Raises
    ------
    ValueError
        If the dimension is above 1.
    """
    if dimension > 1 and len(pairs):
        raise ValueError(
            "Complexes on points have representatives of H0 and of H1. Got "
            f"H{dimension}."
        )
    if dimension == 0:
        find = Components(partial(tree_branches, n_points, tree()), births())
    else:
        find = partial(_cycle, complex_, pairs[:, 0], n_points)
    return Representatives(find, len(pairs)), None


def deaths_of_components(complex_, deaths, n_points):
    """The deaths of all components that die, of which some may be asked for.

    One point has one component, so that all are known where there are so many.
    """
    if len(deaths) < n_points:
        (own,) = complex_.persistence_pairs(0)
        return own.finite[:, 1]
    return deaths[deaths >= 0]


def _cycle(complex_, births, n_points, i):
    return cycle_of_edges(*complex_.edges_at(births[i]), n_points)


def cycle_of_edges(edges, lengths, n_vertices):
    """The shortest cycle with the last edge, as a closed chain of vertices.

    Parameters
    ----------
    edges : ndarray of shape (n_edges, 2)
        Those that have entered.
    lengths : ndarray of shape (n_edges,)
    n_vertices : int

    Returns
    -------
    ndarray of shape (n_chain,)
        The last edge joins its end to its start.
    """
    # Edges of no length are edges, too.
    weights = np.maximum(lengths, lengths.max() * 1e-9 + np.finfo(float).tiny)
    return _shortest_path(edges[:-1], weights[:-1], n_vertices, *edges[-1])


def loop_of_pixels(ranks, connectivity, birth, death, region):
    """The shortest closed chain of pixels through one and around another.

    Parameters
    ----------
    ranks : ndarray of shape (h, w)
    connectivity : {"full", "face", "freudenthal"}
    birth, death : ndarray of shape (2,)
        The pixel that closes the loop, and the one that fills it.
    region : ndarray of shape (n_pixels, 2)
        What it encloses when it is born.

    Returns
    -------
    ndarray of shape (n_chain, 2)
        Pixels that have entered, each a neighbour of the next one and the last of the
        first, which is that of the birth. It may go as far around the region as a
        quarter of its extent.
    """
    low, high = region.min(axis=0), region.max(axis=0) + 1
    margin = 1 + ((high - low).max() * _MARGIN).astype(np.intp)
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, ranks.shape)
    crop = tuple(map(slice, low, high))
    birth, death = birth - low, death - low
    is_in = ranks[crop] <= ranks[crop][tuple(birth)]
    place = np.arange(is_in.size).reshape(is_in.shape)
    edges, lengths, crosses = [], [], []
    steps = map(tuple, (np.argwhere(neighbours(2, connectivity)) - 1).tolist())
    for step in (step for step in steps if step > (0, 0)):
        near, far = _ends(step)
        both = is_in[near] & is_in[far]
        edges.append(np.stack([place[near][both], place[far][both]], axis=1))
        lengths.append(np.full(len(edges[-1]), np.hypot(*step)))
        # Downward edges cross the ray that goes right from just below the death.
        row, column = np.divmod(edges[-1][:, 0], is_in.shape[1])
        crosses.append((step[0] == 1) & (row == death[0]) & (column > death[1]))
    edges, lengths, crosses = map(np.concatenate, (edges, lengths, crosses))
    # Two sheets, which a path changes where it crosses the ray: one that ends on the
    # other sheet has gone around an odd number of times.
    sheets = [
        edges + np.column_stack([np.zeros_like(crosses), crosses]) * is_in.size,
        edges + np.column_stack([np.ones_like(crosses), ~crosses]) * is_in.size,
    ]
    start = place[tuple(birth)]
    chain = _shortest_path(
        np.concatenate(sheets),
        np.concatenate([lengths, lengths]),
        2 * is_in.size,
        start,
        start + is_in.size,
    )
    chain = chain[:-1] % is_in.size
    if chain[1] > chain[-1]:
        # Of its two directions the one that begins with the first pixel.
        chain[1:] = chain[:0:-1].copy()
    return np.stack(np.unravel_index(chain, is_in.shape), axis=1) + low


def surface_of(region, shape, connectivity):
    """The voxels that have entered and touch a cavity, shape (n_voxels, 3)."""
    low = np.maximum(region.min(axis=0) - 1, 0)
    high = np.minimum(region.max(axis=0) + 2, shape)
    inside = np.zeros(high - low, dtype=bool)
    inside[tuple((region - low).T)] = True
    around = binary_dilation(inside, neighbours(3, DUAL_CONNECTIVITY[connectivity]))
    return np.argwhere(around & ~inside) + low


def _ends(step):
    """Places of both ends of all edges of one direction."""
    near = tuple(slice(max(-s, 0), min(-s, 0) or None) for s in step)
    far = tuple(slice(max(s, 0), min(s, 0) or None) for s in step)
    return near, far


def _shortest_path(edges, lengths, n_vertices, start, end):
    # scipy's graph routines take 32-bit indices.
    ends = tuple(edges.astype(np.int32).T)
    graph = csr_array((lengths, ends), shape=(n_vertices, n_vertices))
    _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    path = [end]
    while path[-1] != start:
        path.append(before[path[-1]])
    return np.array(path[::-1], dtype=np.intp)
