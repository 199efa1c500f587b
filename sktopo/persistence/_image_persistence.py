"""Bars that one grid has in another: persistence of the inclusion of sublevel sets.

Where f >= c, sublevel sets of f lie in those of c. A class in the image of that
inclusion is born as a class of f and dies as one of c [1]_: in H0 basins of c merge by
the elder rule, but the older one is that which f enters first; the highest dimension is
H0 of the complement.

.. [1] D. Cohen-Steiner, H. Edelsbrunner, J. Harer and D. Morozov, "Persistent homology
   for kernels, images, and cokernels", SODA 2009, :doi:`10.1137/1.9781611973068.110`.
"""

import numpy as np

from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    framed_complement,
    grid_basins,
)
from sktopo.persistence._components import elder_rule
from sktopo.persistence._order import inverse_permutation, ranks_of
from sktopo.persistence._passes import lowest_first


def image_persistence_pairs(order, larger_order, shape, connectivity, dimension):
    """Bars of the sublevel sets of f in those of c <= f.

    Parameters
    ----------
    order, larger_order : ndarray of shape (n_pixels,)
        The permutations that sort f and c.
    shape : tuple of int
    connectivity : {"full", "face", "freudenthal"}
    dimension : int
        0 or the highest dimension below the grid's own.

    Returns
    -------
    births, deaths : ndarray of intp
        The pixels of f and of c that make each finite bar. Those for which f at the
        birth is no smaller than c at the death are none.
    """
    ranks, larger = (ranks_of(o).reshape(shape) for o in (order, larger_order))
    if dimension == 0:
        oldest, deaths = _merges(larger, order, connectivity)
        return order[oldest], larger_order[deaths]
    ranks, n_frame = framed_complement(ranks)
    larger = framed_complement(larger)[0]
    by_age = inverse_permutation(larger.ravel().astype(np.intp))
    oldest, deaths = _merges(ranks, by_age, DUAL_CONNECTIVITY[connectivity])
    top = order.size + n_frame - 1
    return order[top - deaths], larger_order[top - oldest]


def _merges(ranks, by_age, connectivity):
    """The elder rule for components by the age of their oldest cell.

    Parameters
    ----------
    ranks : ndarray
        In which cells are joined.
    by_age : ndarray of shape (n_cells,)
        The cells, the oldest one first.
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    oldest : ndarray of intp
        Of each component that dies the place of its oldest cell in ``by_age``.
    deaths : ndarray of intp
        The rank at which it does.
    """
    basins = grid_basins(ranks, connectivity)
    n_basins = basins.minima.size
    oldest = np.empty(n_basins, dtype=np.intp)
    # The last one written is the oldest.
    oldest[basins.of_cell.ravel()[by_age[::-1]]] = np.arange(by_age.size)[::-1]
    by_basin = np.argsort(oldest)
    number = inverse_permutation(by_basin, np.int32)
    a, b, heights = basins.passes
    deaths, _ = elder_rule(n_basins, *lowest_first(number[a], number[b], heights))
    dies = np.flatnonzero(np.isfinite(deaths))
    return oldest[by_basin[dies]], deaths[dies].astype(np.intp)
