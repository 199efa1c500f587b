"""Pairs of paths, images and voxel grids.

Connectivity "full": pixels are top-dimensional cells, sublevel sets are joined across
corners. "face": pixels are vertices of a grid of squares or cubes, sublevel sets are
joined across faces only. "freudenthal": pixels are the vertices of the triangulation
with one diagonal in each square, from (i, j) to (i + 1, j + 1).
"""

import numpy as np

from sktopo.persistence._bars import pairs_from_ranks
from sktopo.persistence._components import grid_components
from sktopo.persistence._gudhi import cubical_diagrams, image_diagrams, path_diagram
from sktopo.persistence._order import ranks_of

CONNECTIVITIES = ("full", "face", "freudenthal")


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
    ranks = ranks_of(order).reshape(nondegenerate(shape))
    diagrams = grid_diagrams(ranks, connectivity, homology_dimensions)
    return pairs_from_ranks(diagrams, order, homology_dimensions)


def nondegenerate(shape):
    """The axes of a grid that are longer than one pixel, or one axis of one pixel."""
    return tuple(n for n in shape if n > 1) or (1,)


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
