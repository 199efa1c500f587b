"""Pairs of paths, images and voxel grids.

Connectivity "full": pixels are top-dimensional cells, sublevel sets are joined across
corners. "face": pixels are vertices of a grid of squares or cubes, sublevel sets are
joined across faces only. "freudenthal": pixels are the vertices of the triangulation
with one diagonal in each square, from (i, j) to (i + 1, j + 1).
"""

from functools import lru_cache

import numpy as np

from sktopo.base import PersistencePairs
from sktopo.persistence._components import grid_components
from sktopo.persistence._diagram import no_pairs, pairs_from_ranks
from sktopo.persistence._gudhi import (
    cubical_diagrams,
    image_diagrams,
    path_diagram,
)
from sktopo.persistence._order import ranks_of, sort_order

CONNECTIVITIES = ("full", "face", "freudenthal")
_NO_BARS = np.empty((0, 2))
_WALL = -1


def grid_pairs(order, shape, connectivity, homology_dimensions):
    """Persistence pairs of a function on a path, an image or a voxel grid.

    Parameters
    ----------
    order : ndarray of shape (n_pixels,)
        The permutation that sorts the pixels, in C order.
    shape : tuple of 1, 2 or 3 ints
    connectivity : {"full", "face", "freudenthal"}
    homology_dimensions : tuple of int

    Returns
    -------
    list of PersistencePairs
    """
    thick = [n for n in shape if n > 1]
    ranks = ranks_of(order).reshape(thick or 1)
    diagrams = _DIAGRAMS[ranks.ndim, connectivity](ranks, homology_dimensions)
    return [
        pairs_from_ranks(k, diagrams[k], order) if k in diagrams else no_pairs(k)
        for k in homology_dimensions
    ]


def stacked_grid_pairs(values, connectivity, homology_dimensions, *, descending=False):
    """Pairs of many paths, images or voxel grids of one shape at once.

    Paths and images whose pixels are top cells stand in one tall grid, with a row
    between any two that enters last: until then they do not meet. One call is far
    cheaper than many of small grids. Others are taken one by one.

    Parameters
    ----------
    values : ndarray of shape (n_grids, *shape)
    connectivity : {"full", "face", "freudenthal"}
    homology_dimensions : tuple of int
    descending : bool, default=False
        Let large values enter first.

    Returns
    -------
    list of PersistencePairs
        Of indices into ``values.ravel()``.
    """
    n_grids, *shape = values.shape
    order = sort_order(values.reshape(n_grids, -1), descending=descending)
    if n_grids == 1:
        return grid_pairs(order, shape, connectivity, homology_dimensions)
    if connectivity == "full" and len(shape) < 3:
        return _tall_grid_pairs(order, values.shape, homology_dimensions)
    size = order.size // n_grids
    found = [
        grid_pairs(one - k * size, shape, connectivity, homology_dimensions)
        for k, one in enumerate(order.reshape(n_grids, size))
    ]
    return [_behind_each_other(each, size) for each in zip(*found, strict=True)]


def _behind_each_other(pairs, size):
    """The pairs of one dimension in grids of some size, as those in all of them."""
    finite = [one.finite + k * size for k, one in enumerate(pairs)]
    essential = [one.essential + k * size for k, one in enumerate(pairs)]
    return PersistencePairs(
        pairs[0].dimension, np.concatenate(finite), np.concatenate(essential)
    )


def _tall_grid_pairs(order, shape, homology_dimensions):
    tall, place, index, walls = _tall_layout(shape)
    found = []
    for pairs in grid_pairs(
        np.concatenate([place[order], walls]), tall, "full", homology_dimensions
    ):
        finite, essential = index[pairs.finite], index[pairs.essential]
        finite = finite[finite[:, 0] != _WALL]
        never = finite[:, 1] == _WALL
        essential = np.sort(np.concatenate([essential, finite[never, 0]]))
        found.append(PersistencePairs(pairs.dimension, finite[~never], essential))
    return found


@lru_cache(maxsize=4)
def _tall_layout(shape):
    """Shape of the tall grid, where each pixel is in it, and back; and its walls."""
    n_grids, n_rows, n_columns = (*shape, 1)[:3]
    tall = ((n_rows + 1) * n_grids - 1, n_columns)
    row, column = np.divmod(np.arange(n_grids * n_rows * n_columns), n_columns)
    place = (row + row // n_rows) * n_columns + column
    index = np.full(tall[0] * n_columns, _WALL)
    index[place] = np.arange(place.size)
    return tall, place, index, np.flatnonzero(index == _WALL)


def stacked_grid_diagrams(values, homology_dimensions):
    """Sublevel diagrams of many paths or images of one shape as top-dimensional cells.

    Without pairs and hence without sorting, which is faster where no gradient is
    wanted.

    Parameters
    ----------
    values : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)
    homology_dimensions : tuple of int

    Returns
    -------
    list of ndarray of shape (n_bars, 2)
        For each grid those of each dimension, one behind the other. Bars of zero
        lifetime may be among them or not; essential ones die at inf.
    """
    n_grids, *shape = values.shape
    thick = values.reshape(n_grids, *([n for n in shape if n > 1] or [1]))
    find = _DIAGRAMS[thick.ndim - 1, "full"]
    return [
        found.get(k, _NO_BARS)
        for found in [find(grid, homology_dimensions) for grid in thick]
        for k in homology_dimensions
    ]


def _path(ranks, homology_dimensions):
    return {0: path_diagram(ranks)}


def _full_image(ranks, homology_dimensions):
    if 2 in ranks.shape:
        return _path(ranks.min(axis=ranks.shape.index(2)), homology_dimensions)
    components, holes = image_diagrams(ranks)
    return {0: components, 1: holes}


def _face_image(ranks, homology_dimensions):
    # Duality: the 4-connected sublevel sets are the holes of the 8-connected
    # superlevel sets, once a frame that is there from the start surrounds the image.
    top = float(ranks.size)
    framed = np.zeros((ranks.shape[0] + 2, ranks.shape[1] + 2))
    framed[1:-1, 1:-1] = top - ranks
    h0, h1 = image_diagrams(framed)
    components = top - h1[:, ::-1]
    # The frame's death: this component never dies.
    components[components[:, 1] == top, 1] = np.inf
    holes = top - h0[np.isfinite(h0[:, 1])][:, ::-1]
    return {0: components, 1: holes}


def _refined(ranks):
    """Vertices at even places, between them edges, which enter with their last end."""
    fine = np.empty([2 * n - 1 for n in ranks.shape])
    fine[(slice(None, None, 2),) * ranks.ndim] = ranks
    for corner in np.ndindex(*(2,) * ranks.ndim):
        if any(corner):
            near = tuple(slice(None, -1) if c else slice(None) for c in corner)
            far = tuple(slice(1, None) if c else slice(None) for c in corner)
            place = tuple(slice(c, None, 2) for c in corner)
            np.maximum(ranks[near], ranks[far], out=fine[place])
    return fine


def _freudenthal_image(ranks, homology_dimensions):
    return dict(enumerate(image_diagrams(_refined(ranks))))


def _full_voxels(ranks, homology_dimensions):
    return _voxels(ranks, homology_dimensions, full=True)


def _face_voxels(ranks, homology_dimensions):
    return _voxels(ranks, homology_dimensions, full=False)


def _voxels(ranks, homology_dimensions, *, full):
    diagrams = {}
    if 1 in homology_dimensions:
        wanted = [k for k in homology_dimensions if k < 3]
        cells_are = "top_dimensional_cells" if full else "vertices"
        found = cubical_diagrams(ranks, wanted, cells_are=cells_are)
        return dict(zip(wanted, found, strict=True))
    if 0 in homology_dimensions:
        diagrams[0] = grid_components(ranks, full=full)
    if 2 in homology_dimensions:
        diagrams[2] = _cavities(ranks, full=full)
    return diagrams


def _cavities(ranks, *, full):
    """H2 as H0 of the complement, whose neighbours are of the other kind."""
    top = float(ranks.size)
    framed = np.pad(top - ranks, 1, constant_values=0.0)
    # A permutation again: the frame's voxels come first, before all of the grid.
    frame = framed == 0.0
    n_frame = np.count_nonzero(frame)
    framed += n_frame - 1.0
    framed[frame] = np.arange(n_frame)
    h0 = grid_components(framed, full=not full)
    h0 = h0[(h0[:, 0] < h0[:, 1]) & np.isfinite(h0[:, 1]) & (h0[:, 0] >= n_frame)]
    return top - (h0[:, ::-1] - (n_frame - 1.0))


def _freudenthal_voxels(ranks, homology_dimensions):
    wanted = [k for k in homology_dimensions if k < 3]
    return dict(zip(wanted, cubical_diagrams(_refined(ranks), wanted), strict=True))


_DIAGRAMS = {
    (1, "full"): _path,
    (1, "face"): _path,
    (1, "freudenthal"): _path,
    (2, "full"): _full_image,
    (2, "face"): _face_image,
    (2, "freudenthal"): _freudenthal_image,
    (3, "full"): _full_voxels,
    (3, "face"): _face_voxels,
    (3, "freudenthal"): _freudenthal_voxels,
}
