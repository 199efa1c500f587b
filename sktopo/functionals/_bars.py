"""What functionals share: bars, their lifetimes, powers with finite slopes."""

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


def power_and_slope(x, exponent, largest=None):
    """X ** exponent and its derivative, for x >= 0 or an integer exponent.

    For exponents between 0 and 1 the derivative has no bound as x falls to 0: it is
    cut at its value at 1e-8 of the largest x, or of what is given for each x.
    """
    if exponent == 0:
        return np.ones_like(x), np.zeros_like(x)
    if exponent == 1:
        return x, np.ones_like(x)
    if exponent < 1:
        size = np.abs(x)
        largest = size.max(initial=0.0) if largest is None else largest
        floor = np.maximum(1e-8 * largest, np.finfo(float).tiny)
        return x**exponent, exponent * np.maximum(size, floor) ** (exponent - 1)
    return x**exponent, exponent * x ** (exponent - 1)
