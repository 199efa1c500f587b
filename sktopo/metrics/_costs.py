"""What it costs to move a bar, to another one or to the diagonal."""

import numpy as np


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
