"""The domain of a grid: axes that close, and pixels that are not there."""

import numpy as np
import scipy.sparse as sp

from sktopo._arrays import as_float64, check_unmasked


def check_periodic(periodic, ndim, owner):
    """Which of so many axes are periodic, as a tuple of bool; None for none.

    Raises
    ------
    ValueError
        If it is neither one bool nor one for each axis.
    """
    if periodic is False:
        return None
    axes = np.asarray(periodic)
    if axes.dtype != bool or axes.shape not in ((), (ndim,)):
        raise ValueError(
            f"The 'periodic' parameter of {owner} must be a bool, or one for each of "
            f"the {ndim} axes of x. Got {periodic!r} instead."
        )
    axes = tuple(np.broadcast_to(axes, ndim).tolist())
    return axes if any(axes) else None


def read_masked(x, mask, owner):
    """A grid and where it has no pixels.

    Parameters
    ----------
    x : array-like
    mask : "missing" or array-like of bool
        NaN and masked entries of x, or an array of x's shape that is true where it has
        no pixel.
    owner : str

    Returns
    -------
    x : ndarray
        With one of its values in the place of each pixel that is not there.
    is_absent : ndarray of bool of x's shape, or None
        None where all pixels are there.

    Raises
    ------
    ValueError
        If the mask is not of x's shape or leaves no pixel.
    """
    if sp.issparse(x):
        return x, None
    shape = np.shape(x)
    if isinstance(mask, str):
        is_absent = np.ma.getmaskarray(x) if isinstance(x, np.ma.MaskedArray) else False
        x = np.asarray(x)
        if x.dtype.kind == "O":  # None is missing, too
            x = as_float64(x, f"x of {owner}")
        is_absent = is_absent | (np.isnan(x) if x.dtype.kind == "f" else False)
        is_absent = np.broadcast_to(is_absent, shape)
        source = "x"
    else:
        is_absent = np.asarray(mask)
        source = "The 'mask' parameter"
        if is_absent.dtype != bool or is_absent.shape != shape:
            raise ValueError(
                f"The 'mask' parameter of {owner} must be bool and of the shape of x, "
                f"{shape}. Got dtype {is_absent.dtype} and shape {is_absent.shape}."
            )
        if isinstance(x, np.ma.MaskedArray):
            x = np.ma.array(x.data, mask=np.ma.getmaskarray(x) & ~is_absent)
            check_unmasked(x, f"x of {owner}, where the 'mask' parameter leaves it,")
            x = x.data
        x = np.asarray(x)
    if is_absent.size and is_absent.all():
        raise ValueError(f"{source} of {owner} must leave a pixel. Got none.")
    if not is_absent.any():
        return x, None
    return np.where(is_absent, x[~is_absent][0], x), is_absent
