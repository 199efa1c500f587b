"""Pairs of paths, images and voxel grids.

Connectivity "full": pixels are top-dimensional cells, sublevel sets are joined across
corners. "face": pixels are vertices of a grid of squares or cubes, sublevel sets are
joined across faces only. "freudenthal": pixels are the vertices of the triangulation
with one diagonal in each square, from (i, j) to (i + 1, j + 1).
"""

import math
from functools import partial

import numpy as np

from sktopo.persistence._bars import pairs_from_keys, pairs_from_ranks
from sktopo.persistence._basins import nondegenerate
from sktopo.persistence._components import grid_components
from sktopo.persistence._fast_grid import fast_voxel_pairs
from sktopo.persistence._gudhi import (
    image_diagrams,
    path_diagram,
    sparse_flag_diagrams,
)
from sktopo.persistence._keys import (
    cells_in,
    indexed_keys,
    looked_up,
    valued_keys,
)
from sktopo.persistence._order import ranks_of
from sktopo.persistence._passes import through_edges
from sktopo.persistence._periodic import (
    complement_diagram,
    periodic_diagrams,
    refined,
    times_circle,
    voxel_diagrams,
)

CONNECTIVITIES = ("full", "face", "freudenthal")


def grid_pairs(order, shape, connectivity, homology_dimensions, periodic=None):
    """Persistence pairs of a function on a path, an image or a voxel grid.

    Parameters
    ----------
    order : ndarray of shape (n_present,)
        The pixels that are there, in the order in which they enter, as indices in C
        order.
    shape : tuple of 1, 2 or 3 ints
    connectivity : {"full", "face", "freudenthal"}
    homology_dimensions : tuple of int
    periodic : tuple of bool or None, default=None
        Axes whose two ends are neighbours.

    Returns
    -------
    list of PersistencePairs
    """
    ranks = ranks_of(order, math.prod(shape)).reshape(shape)
    if periodic is not None and any(periodic):
        diagrams = _on_circles(ranks, connectivity, periodic, homology_dimensions)
    else:
        ranks = ranks.reshape(nondegenerate(shape))
        diagrams = grid_diagrams(ranks, connectivity, homology_dimensions)
    if order.size < ranks.size:
        diagrams = {k: _until(order.size, found) for k, found in diagrams.items()}
    return pairs_from_ranks(diagrams, order, homology_dimensions)


def unsorted_grid_pairs(grids, connectivity, homology_dimensions, *, descending=False):
    """Persistence pairs of grids without a sort of all cells, where that is exact.

    Parameters
    ----------
    grids : ndarray of shape (n_grids, n), (n_grids, h, w) or (1, d, h, w)
        Real and finite. Several are paired as one in which they do not meet.
    connectivity : {"full", "face", "freudenthal"}
        "full" for several.
    homology_dimensions : tuple of int
    descending : bool, default=False
        Whether large values enter first.

    Returns
    -------
    list of PersistencePairs, or None
        The same as of ``grid_pairs``, as indices into ``grids.ravel()``; None where it
        takes the order.
    """
    if len(nondegenerate(grids.shape[1:])) > 2:
        return fast_voxel_pairs(
            grids[0], connectivity, homology_dimensions, descending=descending
        )
    keys, cells_of = indexed_keys(grids, descending=descending), cells_in
    if keys is None:
        keys = valued_keys(grids, descending=descending)
        if keys is None:
            return None
        cells_of = partial(looked_up, keys)
    diagrams = stacked_diagrams(keys, connectivity, homology_dimensions)
    return pairs_from_keys(diagrams, cells_of, homology_dimensions)


def stacked_diagrams(keys, connectivity, homology_dimensions):
    """Diagrams of grids of keys, all bars together; see ``unsorted_grid_pairs``."""
    n_grids, *shape = keys.shape
    if n_grids == 1:
        grid = keys.reshape(nondegenerate(shape))
        return grid_diagrams(grid, connectivity, homology_dimensions)
    # A row between any two that enters last.
    n_rows, *n_columns = shape
    barrier = np.nextafter(keys.max(), np.inf)
    stacked = np.full((n_grids, n_rows + 1, *n_columns), barrier)
    stacked[:, :-1] = keys
    stacked = stacked.reshape(-1, *n_columns)[:-1]
    stacked = stacked.reshape(nondegenerate(stacked.shape))
    diagrams = grid_diagrams(stacked, connectivity, homology_dimensions)
    return {k: _until(barrier, found) for k, found in diagrams.items()}


def _until(end, diagram):
    """A diagram of the filtration as it is before a rank."""
    diagram = diagram[diagram[:, 0] < end]
    return np.where(diagram < end, diagram, np.inf)


def _on_circles(ranks, connectivity, periodic, homology_dimensions):
    """Diagrams of a periodic grid, of which axes of one pixel are left out first."""
    long = [axis for axis, n in enumerate(ranks.shape) if n > 1]
    n_short = sum(p for axis, p in enumerate(periodic) if axis not in long)
    periodic = tuple(periodic[axis] for axis in long)
    # Every bar of the product has come up by at most one dimension for each circle.
    wanted = sorted({k - j for k in homology_dimensions for j in range(n_short + 1)})
    wanted = tuple(k for k in wanted if 0 <= k <= len(long)) or (0,)
    ranks = ranks.reshape(nondegenerate(ranks.shape))
    if any(periodic):
        diagrams = periodic_diagrams(ranks, connectivity, periodic, wanted)
    else:
        diagrams = grid_diagrams(ranks, connectivity, wanted)
    for _ in range(n_short):
        diagrams = times_circle(diagrams)
    return diagrams


def grid_diagrams(values, connectivity, homology_dimensions):
    """Sublevel diagrams of a grid of nondegenerate shape: {dimension: (n_bars, 2)}.

    Essential bars die at inf. A dimension in which nothing is born may be missing.
    """
    return _DIAGRAMS[values.ndim, connectivity](values, homology_dimensions)


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
    top = np.nextafter(ranks.max(), np.inf)
    framed = np.full((ranks.shape[0] + 2, ranks.shape[1] + 2), -top)
    np.negative(ranks, out=framed[1:-1, 1:-1])
    h0, h1 = image_diagrams(framed)
    components = -h1[:, ::-1]
    # The frame's death: this component never dies.
    components[components[:, 1] == top, 1] = np.inf
    holes = -h0[np.isfinite(h0[:, 1])][:, ::-1]
    return {0: components, 1: holes}


def _freudenthal_image(ranks, homology_dimensions):
    return dict(enumerate(image_diagrams(refined(ranks))))


def _full_voxels(ranks, homology_dimensions):
    return _voxels(ranks, "full", homology_dimensions)


def _face_voxels(ranks, homology_dimensions):
    return _voxels(ranks, "face", homology_dimensions)


def _freudenthal_voxels(ranks, homology_dimensions):
    return _voxels(ranks, "freudenthal", homology_dimensions)


def _voxels(ranks, connectivity, homology_dimensions):
    if 1 in homology_dimensions and connectivity != "freudenthal":
        wanted = [k for k in homology_dimensions if k < 3]
        return voxel_diagrams(ranks, connectivity, wanted)
    diagrams = {}
    if 0 in homology_dimensions:
        diagrams[0] = grid_components(ranks, connectivity)
    if 2 in homology_dimensions:
        diagrams[2] = complement_diagram(ranks, connectivity)
    if 1 in homology_dimensions:
        diagrams[1] = _freudenthal_loops(ranks)
    return diagrams


def _freudenthal_loops(ranks):
    """H1 of the triangulation, which is the flag complex of its edges.

    A loop is born with an edge, whenever its vertices have entered.
    """
    cells = np.arange(ranks.size).reshape(ranks.shape)
    a, b, enters = through_edges(ranks, cells, "freudenthal")
    edges = np.column_stack([a, b])
    bars = sparse_flag_diagrams(edges, enters, ranks.size, 1)[1]
    return bars[bars[:, 0] < bars[:, 1]]


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
