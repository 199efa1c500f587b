"""Floods of one grid: which minima or maxima are kept, and where new values come from.

A round floods what is left of one homology dimension: for H0 the minima of short bars,
up to the pass to one that is kept; for the highest dimension, whose bars are those of
the components of the complement, the maxima, down.
"""

import numpy as np

from sktopo.persistence import (
    DUAL_CONNECTIVITY,
    flooded_ranks,
    grid_pairs,
    ranks_of,
    sort_order,
)

_MOST_ROUNDS = 50  # two or three are enough for noise


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
    source = np.arange(values.size)
    for _ in range(_MOST_ROUNDS):
        before = source
        for k in dimensions:
            found = values.ravel()[source]
            order = sort_order(found)
            (pairs,) = grid_pairs(order, values.shape, connectivity, (k,))
            birth, death = pairs.finite.T
            kept = is_long(k, found[death] - found[birth])
            if k == 0:
                minima = np.concatenate([birth[kept], pairs.essential])
                cells = _flooded(order, values.shape, minima, connectivity)
            else:
                maxima = death[kept]
                cells = _flooded_from_above(order, values.shape, maxima, connectivity)
            source = source[cells]
        if len(dimensions) == 1 or np.array_equal(source, before):
            break
    return source


def _flooded(order, shape, minima, connectivity):
    """The cells whose values a grid takes that has no minima but these."""
    is_kept = np.zeros(order.size, dtype=bool)
    is_kept[minima] = True
    ranks = ranks_of(order).reshape(shape)
    return order[flooded_ranks(ranks, is_kept, connectivity)]


def _flooded_from_above(order, shape, maxima, connectivity):
    """The same for maxima, those of loops or cavities.

    They are the minima of the complement, whose neighbours are of the other kind, and
    in which a frame around the grid is there from the start.
    """
    cells = np.pad(np.arange(order.size).reshape(shape) + 1, 1).ravel()
    frame, place = np.flatnonzero(cells == 0), np.flatnonzero(cells)
    framed = np.concatenate([frame, place[order[::-1]]])
    padded = tuple(n + 2 for n in shape)
    minima = np.append(place[maxima], frame[0])
    taken = _flooded(framed, padded, minima, DUAL_CONNECTIVITY[connectivity])
    return cells[taken[place]] - 1
