"""Floods of one grid: which minima or maxima are kept, and where new values come from.

A round floods what is left of one homology dimension: for H0 the minima of short bars,
up to the pass to one that is kept; for the highest dimension, whose bars are those of
the components of the complement, the maxima, down.
"""

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sktopo._warnings import warn_user
from sktopo.persistence import (
    flooded_graph_ranks,
    flooded_ranks,
    flooded_ranks_from_above,
    grid_diagrams,
    nondegenerate,
    ranks_of,
    sort_order,
)

_MOST_ROUNDS = 100  # two to six are enough for noise


def simplified_source(values, dimensions, is_long, *, connectivity):
    """The cells whose values a simplified grid takes, after floods by turns.

    Parameters
    ----------
    values : ndarray of shape (n,), (h, w) or (d, h, w)
    dimensions : tuple of int
        0, the highest one of the grid, or both.
    is_long : callable
        From a dimension and the lifetimes of its bars to a mask of those that are
        kept.
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    source : ndarray of int of shape (values.size,)
        The new values are ``values.ravel()[source]``.
    """
    first = sort_order(values.ravel())
    levels = values.ravel()[first]
    # What the grid is now, as ranks in the first order.
    taken = ranks_of(first).astype(np.int64)
    order = first
    for _ in range(_MOST_ROUNDS):
        ranks = ranks_of(order).reshape(nondegenerate(values.shape))
        diagrams = grid_diagrams(ranks, connectivity, dimensions)
        todo = []
        for k in dimensions:
            bars = diagrams.get(k, np.empty((0, 2)))
            bars = bars[np.isfinite(bars[:, 1])].astype(np.intp)
            birth, death = levels.take(taken.take(order.take(bars.T)))
            kept = is_long(k, death - birth)
            if (death > birth)[~kept].any():
                todo.append((k, bars[kept]))
        if not todo:
            break
        k, kept = todo[0]
        if k == 0:
            minima = np.append(0, kept[:, 0])
            flooded = flooded_ranks(ranks, minima, connectivity)
        else:
            flooded = flooded_ranks_from_above(ranks, kept[:, 1], connectivity)
        taken = taken.take(order.take(flooded.ravel()))
        if len(dimensions) == 1:
            break
        # Plain sorts of integers are fast: one holds the rank and the cell.
        order = np.sort(taken << 32 | np.arange(taken.size)) & (2**32 - 1)
    else:
        warn_user(
            f"Floods of a grid of shape {values.shape} end after {_MOST_ROUNDS} rounds "
            "of both dimensions, with short bars left. Simplify one dimension, or "
            "simplify the result again.",
            ConvergenceWarning,
        )
    return first.take(taken)


def simplified_vertices(complex_, edges, is_long):
    """The vertices whose values a simplified function on a graph takes.

    Parameters
    ----------
    complex_ : FilteredComplex
        Of the function; its bars of H0 are simplified.
    edges : ndarray of shape (n_edges, 2)
    is_long : callable
        As for ``simplified_source``.

    Returns
    -------
    source : ndarray of int of shape (n_vertices,)
    """
    (pairs,) = complex_.persistence_pairs(0)
    birth, death = complex_.values[pairs.finite.T].astype(np.float64)
    kept = pairs.finite[is_long(0, np.abs(death - birth)), 0]
    ranks = ranks_of(complex_.order)
    minima = ranks[np.append(kept, pairs.essential)].astype(np.intp)
    return complex_.order[flooded_graph_ranks(ranks, minima, edges)]
