"""Gather a diagram at index pairs, scatter its gradient back."""

import numpy as np

from sktopo.base import PersistencePairs

NEVER = -1


def pairs_from_ranks(dimension, diagram, order):
    """Turn a diagram of ranks, deaths inf where essential, into index pairs."""
    never = diagram[:, 1] == np.inf
    if never.any():
        essential = order[diagram[never, 0].astype(np.intp)]
        diagram = diagram[~never]
    else:
        essential = np.empty(0, dtype=np.intp)
    return PersistencePairs(dimension, order.take(diagram.astype(np.intp)), essential)


def no_pairs(dimension):
    """The pairs of a dimension in which nothing is born."""
    return PersistencePairs(
        dimension, np.empty((0, 2), dtype=np.intp), np.empty(0, dtype=np.intp)
    )


def index_pairs(pairs, essential, last):
    """All bars as one array of index pairs, the essential ones behind the finite.

    Parameters
    ----------
    pairs : PersistencePairs
    essential : {"drop", "extremum"}
        "drop" lets essential bars die never (-1), "extremum" at ``last``.
    last : int
        The index of the last value of the filtration.

    Returns
    -------
    indices : ndarray of shape (n_bars, 2)
    """
    if pairs.essential.size == 0:
        return pairs.finite
    death = NEVER if essential == "drop" else last
    tail = np.empty((pairs.essential.size, 2), dtype=np.intp)
    tail[:, 0] = pairs.essential
    tail[:, 1] = death
    return np.concatenate([pairs.finite, tail])


def gather_diagram(values, indices, superlevel=False):
    """The diagram (n_bars, 2) at index pairs; a death of -1 is inf, or -inf."""
    diagram = values[indices].astype(np.float64)
    never = indices[:, 1] == NEVER
    if never.any():
        diagram[never, 1] = -np.inf if superlevel else np.inf
    return diagram


def scatter_gradient(grad_diagram, indices, n_values):
    """Sum a gradient in the diagram into a gradient in the values."""
    flat, weights = indices.ravel(), grad_diagram.ravel()
    if NEVER in indices[:, 1]:
        here = flat != NEVER
        flat, weights = flat[here], weights[here]
    return np.bincount(flat, weights=weights, minlength=n_values)


def longest_first(diagram):
    """The stable order of bars by decreasing lifetime, essential bars first."""
    return np.argsort(-np.abs(diagram[:, 1] - diagram[:, 0]), kind="stable")
