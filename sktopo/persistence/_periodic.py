"""Diagrams of grids of which some axes are circles.

H0 is that of the basins, and the finite bars of the highest dimension below the grid's
own are H0 of the complement, by duality. Of a cylinder or a torus the essential bars of
H1 are left: the first loops of the sublevel sets that go around, of which the winding
modulo 2 is all that counts. Of a solid torus gudhi knows.
"""

import numpy as np

from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    framed_complement,
    grid_basins,
)
from sktopo.persistence._components import elder_rule, grid_components
from sktopo.persistence._gudhi import cubical_diagrams
from sktopo.persistence._passes import lowest_first
from sktopo.persistence._spanning_tree import spanning_tree


def complement_diagram(ranks, connectivity, periodic=None):
    """Finite bars of the highest dimension as H0 of the complement.

    Parameters
    ----------
    ranks, connectivity, periodic
        As of ``grid_basins``.

    Returns
    -------
    diagram : ndarray of shape (n_bars, 2)
    """
    framed, n_frame = framed_complement(ranks, periodic)
    h0 = grid_components(framed, DUAL_CONNECTIVITY[connectivity], periodic)
    h0 = h0[np.isfinite(h0[:, 1]) & (h0[:, 0] >= n_frame)]
    return ranks.size + n_frame - 1.0 - h0[:, ::-1]


def periodic_diagrams(ranks, connectivity, periodic, homology_dimensions):
    """Diagrams of a grid: {dimension: (n_bars, 2)}.

    Parameters
    ----------
    ranks : ndarray of shape (n,), (h, w) or (d, h, w)
        A permutation of range(size), with more than one cell along each axis.
    connectivity : {"full", "face", "freudenthal"}
    periodic : tuple of bool
    homology_dimensions : tuple of int
    """
    if ranks.ndim == 3 and max(homology_dimensions) > 0:
        return voxel_diagrams(ranks, connectivity, homology_dimensions, periodic)
    if ranks.ndim == 3 or max(homology_dimensions) == 0:
        return {0: grid_components(ranks, connectivity, periodic)}
    basins = grid_basins(ranks, connectivity, periodic, winding=True)
    n_basins = basins.minima.size
    *passes, windings = lowest_first(*basins.passes)
    loops = spanning_tree(n_basins, *passes, windings)[2]
    essential = [(height, np.inf) for height in _independent(loops)]
    found = {
        0: np.column_stack([basins.minima, elder_rule(n_basins, *passes)[0]]),
        1: np.reshape(essential, (-1, 2)),
    }
    if ranks.ndim == 2:
        finite = complement_diagram(ranks, connectivity, periodic)
        found[1] = np.concatenate([finite, found[1]])
    if ranks.ndim == 2 and all(periodic):
        found[2] = np.array([[ranks.size - 1.0, np.inf]])
    return found


def times_circle(diagrams):
    """Diagrams of the product with a circle on which the function is constant.

    By Künneth's formula every bar comes once more, one dimension higher.
    """
    product = {}
    for k, diagram in diagrams.items():
        for dimension in (k, k + 1):
            product.setdefault(dimension, []).append(diagram)
    return {k: np.concatenate(parts) for k, parts in product.items()}


def _independent(loops):
    """The heights of the first loops whose windings are independent modulo 2."""
    span = {0}
    for height, winding in loops:
        if winding not in span:
            span |= {winding ^ other for other in span}
            yield height


def voxel_diagrams(ranks, connectivity, homology_dimensions, periodic=None):
    """Diagrams of a voxel grid by gudhi: {dimension: (n_bars, 2)}."""
    cells_are = "vertices" if connectivity == "face" else "top_dimensional_cells"
    if connectivity == "freudenthal":
        ranks = refined(ranks, periodic)
    diagrams = cubical_diagrams(
        ranks, homology_dimensions, cells_are=cells_are, periodic=periodic
    )
    return dict(zip(homology_dimensions, diagrams, strict=True))


def refined(ranks, periodic=None):
    """Vertices at even places, between them edges, which enter with their last end."""
    periodic = periodic or (False,) * ranks.ndim
    shape = [2 * n - (not p) for n, p in zip(ranks.shape, periodic, strict=True)]
    fine = np.empty(shape)
    for axis in np.flatnonzero(periodic):
        ranks = np.concatenate([ranks, ranks.take([0], axis)], axis)
    own = tuple(slice((n + 1) // 2) for n in shape)
    fine[(slice(None, None, 2),) * ranks.ndim] = ranks[own]
    for corner in np.ndindex(*(2,) * ranks.ndim):
        if any(corner):
            place = tuple(slice(c, None, 2) for c in corner)
            near = tuple(slice(n) for n in fine[place].shape)
            far = tuple(
                slice(c, c + n) for c, n in zip(corner, fine[place].shape, strict=True)
            )
            np.maximum(ranks[near], ranks[far], out=fine[place])
    return fine
