"""Diagrams that functionals are given."""

import numpy as np


def check_diagram(diagram, owner):
    """Return a diagram as float64 of shape (n_bars, 2); births finite, no NaN.

    Raises
    ------
    ValueError
        If it has another shape, a birth is not finite, or a death is NaN.
    """
    try:
        diagram = np.asarray(diagram, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"A diagram for {owner} must be an array of real numbers: {error}"
        ) from error
    if diagram.shape == (0,):
        return diagram.reshape(0, 2)
    if diagram.ndim != 2 or diagram.shape[1] != 2:
        raise ValueError(
            f"A diagram for {owner} must have shape (n_bars, 2). "
            f"Got {diagram.shape} instead."
        )
    if not np.isfinite(diagram[:, 0]).all() or np.isnan(diagram[:, 1]).any():
        raise ValueError(
            f"A diagram for {owner} must have finite births and no NaN. "
            f"Got {diagram[~np.isfinite(diagram[:, 0]) | np.isnan(diagram[:, 1])][0]}."
        )
    return diagram


def check_target(target, owner):
    """Return a target diagram, essential bars allowed."""
    try:
        return check_diagram(target, owner)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The 'target' parameter of {owner} must be a diagram of shape "
            f"(n_bars, 2): {error}"
        ) from error
