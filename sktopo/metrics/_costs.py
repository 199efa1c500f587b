"""What it costs to move a bar, to another one or to the diagonal."""

import numpy as np
from scipy.spatial.distance import cdist


def step_costs(steps, p, internal_p):
    """The p-th power of the norm of steps in the plane.

    Parameters
    ----------
    steps : ndarray of shape (..., 2)
    p, internal_p : float >= 1

    Returns
    -------
    ndarray of shape (...)
    """
    if internal_p == 2:
        return (steps**2).sum(axis=-1) ** (p / 2)
    return np.linalg.norm(steps, ord=internal_p, axis=-1) ** p


def pair_costs(bars, target, p, internal_p):
    """``step_costs`` from every bar to every one of the target.

    Parameters
    ----------
    bars : ndarray of shape (n_bars, 2)
    target : ndarray of shape (n_target, 2)
    p, internal_p : float >= 1

    Returns
    -------
    ndarray of shape (n_bars, n_target)
    """
    if internal_p == 2 and p == 2:
        return cdist(bars, target, "sqeuclidean")
    if internal_p == np.inf:
        distances = cdist(bars, target, "chebyshev")
    else:
        distances = cdist(bars, target, "minkowski", p=internal_p)
    return distances if p == 1 else distances**p


def steps_from_diagonal(bars):
    """The steps from the nearest points of the diagonal to the bars.

    Parameters
    ----------
    bars : ndarray of shape (n_bars, 2)

    Returns
    -------
    ndarray of shape (n_bars, 2)
    """
    half = (bars[:, 0] - bars[:, 1]) / 2
    return np.column_stack([half, -half])
