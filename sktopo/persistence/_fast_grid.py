"""Pairs of voxel grids by compiled loops; None where numba is missing or turned off."""

import math

import numpy as np

from sktopo._fast import fast_module
from sktopo.persistence._bars import PersistencePairs, pairs_from_ranks
from sktopo.persistence._basins import DUAL_CONNECTIVITY, framed_complement, neighbours
from sktopo.persistence._order import ranks_of, sort_order

_MOST_CELLS = 2**31 - 1
_NO_PAIRS = np.empty((0, 2), dtype=np.intp), np.empty(0, dtype=np.intp)


def fast_voxel_pairs(grid, connectivity, homology_dimensions, *, descending=False):
    """Persistence pairs of a voxel grid.

    Parameters
    ----------
    grid : ndarray of shape (d, h, w)
        Real and finite.
    connectivity : {"full", "face", "freudenthal"}
    homology_dimensions : tuple of int
    descending : bool, default=False
        Whether large values enter first.

    Returns
    -------
    list of PersistencePairs, or None
    """
    is_large = math.prod(n + 2 for n in grid.shape) > _MOST_CELLS
    has_loops = 1 in homology_dimensions
    if is_large or (has_loops and connectivity == "freudenthal"):
        return None
    if fast_module("numba") is None:
        return None
    find = {0: _components, 1: _loops, 2: _cavities}
    return [
        find[k](grid, connectivity, descending)
        if k in find
        else PersistencePairs(k, *_NO_PAIRS)
        for k in homology_dimensions
    ]


def _loops(grid, connectivity, descending):
    """H1, of cells that are vertices or, by duality, top-dimensional cells."""
    from sktopo.persistence import _loop_kernels as kernels

    order = sort_order(grid.ravel(), descending=descending)
    ranks, n_frame = ranks_of(order).reshape(grid.shape), 0
    if connectivity == "full":
        ranks, n_frame = framed_complement(ranks)
    framed = np.full([n + 2 for n in ranks.shape], kernels.ABSENT_RANK, dtype=np.int32)
    framed[(slice(1, -1),) * ranks.ndim] = ranks
    cell_of = np.empty(ranks.size, dtype=np.int32)
    cells = np.flatnonzero(framed != kernels.ABSENT_RANK)
    cell_of[framed.reshape(-1)[cells]] = cells
    strides = np.array(framed.strides) // framed.itemsize
    steps = np.outer(strides, [-1, 1]).reshape(-1)
    bars = kernels.pair_loops(framed.reshape(-1), cell_of, steps).astype(np.float64)
    if connectivity == "full":
        bars = bars[bars[:, 0] >= n_frame]
        bars = ranks.size - 1 - bars[:, ::-1]
    return pairs_from_ranks({1: bars}, order, (1,))[0]


def _components(grid, connectivity, descending):
    sign = -1 if descending else 1
    minima, died, at = _merges(grid, connectivity, sign, np.inf)
    lives = np.ones(minima.size, dtype=bool)
    lives[died] = False
    return PersistencePairs(0, np.column_stack([minima[died], at]), minima[lives])


def _cavities(grid, connectivity, descending):
    """The highest dimension below the grid's own, as H0 of the complement."""
    # Read backwards: of equal cells the last one enters the complement first.
    backwards = grid[(slice(None, None, -1),) * grid.ndim]
    sign = 1 if descending else -1
    dual = DUAL_CONNECTIVITY[connectivity]
    minima, died, at = _merges(backwards, dual, sign, -np.inf)
    pairs = grid.size - 1 - np.column_stack([at, minima[died]])
    pairs = pairs[np.argsort(pairs[:, 1])]
    deaths = grid.reshape(-1)[pairs[:, 1]]
    pairs = pairs[sort_order(deaths, descending=descending)]
    return PersistencePairs(grid.ndim - 1, pairs, np.empty(0, dtype=np.intp))


def _merges(grid, connectivity, sign, frame):
    """The elder rule for the sublevel sets of sign * grid within a frame.

    Returns
    -------
    minima : ndarray of intp
        The oldest cell of each component, in their order.
    died, at : ndarray
        Which of them die, and at which cells. None of these is the frame.
    """
    from sktopo.persistence import _basin_kernels as kernels

    shape = tuple(n + 2 for n in grid.shape)
    values = np.full(shape, frame)
    inner = (slice(1, -1),) * grid.ndim
    np.multiply(grid, float(sign), out=values[inner])
    offsets = np.argwhere(neighbours(grid.ndim, connectivity)) - 1
    offsets = offsets[offsets.any(axis=1)]
    strides = np.array(values.strides) // values.itemsize
    values, steps = values.reshape(-1), offsets @ strides
    label, minima = kernels.find_basins(values, steps)
    minima = minima[sort_order(values[minima])]
    # A frame of -inf is born before all basins; one of inf never enters.
    n_frames = int(frame < 0)
    age = np.zeros(minima.size + 1, dtype=np.int32)
    age[label[minima]] = np.arange(n_frames, n_frames + minima.size)
    cliques = _cliques(grid.ndim, connectivity) @ strides
    passes = kernels.list_passes(values, label, cliques)
    heights = values.take(passes[:, 2])
    del values, label  # what follows needs as much memory again
    passes = passes.take(_in_order(passes[:, 2], heights), axis=0)
    died, at = kernels.join_basins(age, passes)
    return (
        _without_frame(minima, shape),
        died - n_frames,
        _without_frame(at, shape),
    )


def _cliques(ndim, connectivity):
    """Sets of cells that are all neighbours, as offsets: (n_cliques, n_cells, ndim)."""
    corners = np.array(list(np.ndindex(*(2,) * ndim)))
    if connectivity == "full":
        return corners[None]
    ends = corners[neighbours(ndim, connectivity)[tuple(corners.T + 1)]][1:]
    return np.stack([np.zeros_like(ends), ends], axis=1)


def _in_order(cells, heights):
    """The order of passes by height and cell, those of one cell in any."""
    order = np.argsort(heights)
    heights = heights.take(order)
    ties = np.flatnonzero(heights[1:] == heights[:-1])
    if (cells.take(order.take(ties)) != cells.take(order.take(ties + 1))).any():
        return order[np.lexsort((cells.take(order), heights))]
    return order


def _without_frame(cells, shape):
    """Indices into a grid from those into the grid in its frame."""
    places = [axis - 1 for axis in np.unravel_index(cells, shape)]
    return np.ravel_multi_index(places, [n - 2 for n in shape])
