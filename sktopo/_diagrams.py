"""Diagrams that others have made."""

import numpy as np

from sktopo._arrays import as_float64


def check_diagram(diagram, owner, *, has_safe_lifetimes=False):
    """Return a diagram as float64 of shape (n_bars, 2).

    Births are finite, no death is NaN, and bars that die have a finite lifetime.

    Parameters
    ----------
    diagram : array-like of shape (n_bars, 2)
        A death may be inf or -inf.
    owner : str
        In whose name errors are raised.
    has_safe_lifetimes : bool, default=False
        Whether the caller sees to it that lifetimes do not overflow.

    Returns
    -------
    ndarray of shape (n_bars, 2)
        Maybe the diagram itself.

    Raises
    ------
    ValueError
        If it has another shape or other values.
    """
    if type(diagram) is not np.ndarray or diagram.dtype != np.float64:
        diagram = as_float64(diagram, f"A diagram for {owner}")
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
    if has_safe_lifetimes:
        return diagram
    with np.errstate(over="ignore"):
        is_too_long = np.isinf(diagram[:, 1] - diagram[:, 0])
    is_too_long &= np.isfinite(diagram[:, 1])
    if is_too_long.any():
        raise ValueError(
            f"A diagram for {owner} must have bars whose lifetimes do not overflow. "
            f"Got {diagram[is_too_long][0]}: rescale the data."
        )
    return diagram


def even_directions(n):
    """Unit vectors of the right half plane, evenly spread, as columns."""
    angle = np.pi * (np.arange(n) / n - 0.5)
    return np.stack([np.cos(angle), np.sin(angle)])
