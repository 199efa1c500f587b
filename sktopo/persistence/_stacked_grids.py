"""Bars of many grids of one shape at once.

Paths and images whose pixels are top-dimensional cells stand in one stacked grid, with
a barrier row between any two that enters last: until then they do not meet. One call is
far cheaper than many of small grids. Other grids are paired one by one.
"""

import numpy as np

from sktopo.persistence._bars import NEVER, pairs_from_ranks
from sktopo.persistence._basins import nondegenerate
from sktopo.persistence._grid import (
    grid_diagrams,
    stacked_diagrams,
    unsorted_grid_pairs,
)
from sktopo.persistence._order import last_of, ranks_of, sort_order

_NO_BARS = np.empty((0, 2))


def stacked_grid_bars(
    grids,
    connectivity,
    homology_dimensions,
    *,
    essential="drop",
    superlevel=False,
    cache=None,
):
    """Bars of many paths, images or voxel grids.

    Parameters
    ----------
    grids : ndarray of shape (n_grids, ...)
    connectivity : {"full", "face", "freudenthal"}
    homology_dimensions : tuple of int
    essential : {"drop", "extremum"}, default="drop"
        Whether essential bars never die or die at the last pixel of their grid.
    superlevel : bool, default=False
        Let large values enter first.
    cache : dict or None, default=None
        Of a single grid: the last values and their order, for a faster sort.

    Returns
    -------
    list of Bars
        For each dimension the bars of all grids, as indices into ``grids.ravel()``:
        grid after grid, in the order that ``FilteredComplex.bars`` has.
    """
    n_grids, *shape = grids.shape
    if n_grids > 1 and (connectivity != "full" or len(shape) > 2):
        how = {"essential": essential, "superlevel": superlevel}
        each = [
            stacked_grid_bars(grid[None], connectivity, homology_dimensions, **how)
            for grid in grids
        ]
        return [first.followed_by(others) for first, *others in zip(*each, strict=True)]
    found = unsorted_grid_pairs(
        grids, connectivity, homology_dimensions, descending=superlevel
    )
    if found is None:
        order = _sorted(grids, superlevel, cache)
        ranks = ranks_of(order).reshape(grids.shape)
        diagrams = stacked_diagrams(ranks, connectivity, homology_dimensions)
        found = pairs_from_ranks(diagrams, order, homology_dimensions)
    end, size = NEVER, grids[0].size
    if essential == "extremum":
        last = last_of(grids.reshape(n_grids, -1), descending=superlevel)
        last += np.arange(0, grids.size, size)
    never = -np.inf if superlevel else np.inf
    parts = []
    for pairs in found:
        if essential == "extremum":
            end = last[pairs.essential // size]
        parts.append(pairs.bars(grids.ravel(), end, never))
    if n_grids == 1:
        return parts
    return [
        bars.take(np.argsort(bars.indices[:, 0] // size, kind="stable"))
        for bars in parts
    ]


def _sorted(grids, superlevel, cache):
    """The order of each grid by itself, one behind the other."""
    if cache is None or len(grids) > 1:
        return sort_order(grids.reshape(len(grids), -1), descending=superlevel)
    values = grids.ravel()
    order = sort_order(values, descending=superlevel, previous=cache.get("order"))
    cache["order"] = values, order
    return order


def stacked_grid_diagrams(
    grids, homology_dimensions, *, essential="drop", superlevel=False
):
    """Diagrams of many paths or images whose pixels are top-dimensional cells.

    Without pairs and hence without sorting, which is faster where no gradient is
    wanted.

    Parameters
    ----------
    grids : ndarray of float64 of shape (n_grids, n) or (n_grids, h, w)
    homology_dimensions : tuple of int
    essential, superlevel
        As of ``stacked_grid_bars``.

    Returns
    -------
    diagrams : ndarray of shape (n_bars, 2)
        Those of each dimension of the first grid, of the next grid, and so on. Bars of
        zero lifetime may be among them or not.
    lengths : ndarray of int of shape (n_grids * n_dimensions,)
        How many bars each diagram has.
    """
    sign = -1.0 if superlevel else 1.0
    values = (sign * grids).reshape(len(grids), *nondegenerate(grids.shape[1:]))
    found = [
        diagrams.get(k, _NO_BARS)
        for grid in values
        for diagrams in [grid_diagrams(grid, "full", homology_dimensions)]
        for k in homology_dimensions
    ]
    lengths = np.array([len(diagram) for diagram in found])
    bars = np.concatenate(found)
    if essential == "extremum":
        never = np.flatnonzero(np.isinf(bars[:, 1]))
        last = values.reshape(len(grids), -1).max(axis=1)
        bars[never, 1] = last.repeat(len(homology_dimensions)).repeat(lengths)[never]
    bars *= sign
    return bars, lengths
