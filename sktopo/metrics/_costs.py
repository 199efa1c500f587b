"""What it costs to move a bar, to another one or to the diagonal."""

import numpy as np
from scipy.spatial.distance import cdist

_METRICS = {1: "cityblock", 2: "euclidean", np.inf: "chebyshev"}


def step_norms(steps, internal_p):
    """The norm of steps in the plane, which no power of a small one makes zero.

    Parameters
    ----------
    steps : ndarray of shape (..., 2)
    internal_p : float >= 1

    Returns
    -------
    ndarray of shape (...)
    """
    x, y = np.abs(steps[..., 0]), np.abs(steps[..., 1])
    if internal_p == 2:
        return np.hypot(x, y)
    if internal_p == 1:
        return x + y
    large, small = np.maximum(x, y), np.minimum(x, y)
    if internal_p == np.inf:
        return large
    ratio = np.divide(small, large, out=np.zeros(large.shape), where=large > 0)
    return large * (1 + ratio**internal_p) ** (1 / internal_p)


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
    return step_norms(steps, internal_p) ** p


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
    if internal_p in _METRICS:
        distances = cdist(bars, target, _METRICS[internal_p])
    else:
        distances = step_norms(bars[:, None] - target, internal_p)
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
