"""Checks of arrays that users give."""

import math

import numpy as np
import scipy.sparse as sp

_EXACT = 2**53

# Forms of arrays: numbers of axes, and what to call them.
GRID = (1, 2, 3), "a signal (1-D), an image (2-D) or a voxel grid (3-D)"
CLOUD = (2,), "a point cloud of shape (n_points, n_coordinates)"
ON_VERTICES = (1,), "a 1-D array with one value for each vertex"


def check_real_array(x, name, owner, form):
    """Return x as a finite real array of a form: (numbers of axes, its name).

    Integers and float32 stay what they are, bool becomes int8, float16 float32, and
    everything else float64. The result may be x itself.

    Raises
    ------
    TypeError
        If x is sparse.
    ValueError
        If x is not numeric, not real, not finite, empty, or has another shape.
    """
    ndim, hint = form
    if sp.issparse(x):
        raise TypeError(
            f"{name} of {owner} is a sparse matrix, but dense data is required. "
            "Use .toarray() to convert it."
        )
    if isinstance(x, np.ma.MaskedArray):
        check_unmasked(x, f"{name} of {owner}")
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(
            f"{name} of {owner} must be {hint}. Got a ragged sequence: {error}"
        ) from error
    x = _as_real(x, f"{name} of {owner}")
    if x.ndim not in ndim:
        raise ValueError(
            f"{name} of {owner} must be {hint}. Got an array of shape {x.shape}."
        )
    if x.size == 0:
        raise ValueError(
            f"{name} of {owner} must not be empty. Got an array of shape {x.shape}."
        )
    if x.dtype.kind == "f" and not math.isfinite(float(x.max()) - float(x.min())):
        if np.isfinite(x).all():
            raise ValueError(
                f"{name} of {owner} must have a finite range; its differences "
                f"overflow. Got values from {x.min()} to {x.max()}: rescale them."
            )
        raise _not_finite(x, f"{name} of {owner}")
    return x


def check_grid(x, name, owner):
    """Return a signal, an image or a voxel grid as finite float64, maybe x itself.

    Raises
    ------
    TypeError, ValueError
        As ``check_real_array``, and if it looks like a colour image.
    """
    grid = check_real_array(x, name, owner, GRID)
    check_no_colour(grid.shape, grid.dtype, f"{name} of {owner}", is_batch=False)
    return grid.astype(np.float64, copy=False)


def check_no_colour(shape, dtype, what, *, is_batch):
    """Raise ValueError where grids of any number of axes look like colour images.

    Those are uint8 arrays (h, w, 3) or (h, w, 4), and all batches (n, h, w, 3 or 4).
    """
    is_one = len(shape) == 3 and dtype == np.uint8
    if shape[-1:] not in ((3,), (4,)) or not (is_one or (is_batch and len(shape) == 4)):
        return
    read = "a voxel grid"
    if is_batch:
        read = f"a batch of {shape[0]} {'images' if is_one else 'voxel grids'}"
    insist = "a dtype other than uint8"
    if not is_one:
        insist = (
            "a list of grids of a dtype other than uint8, or Cubical(ndim=3) where "
            "there is a 'filtration' parameter"
        )
    raise ValueError(
        f"{what} must not be a colour image, or a batch of them: persistence is that "
        "of one value for each pixel. Take a channel, or a grey level such as "
        f"x.mean(axis=-1). Got shape {shape} and dtype {dtype}; to have it read as "
        f"{read}, use {insist}."
    )


def check_unmasked(x, what):
    """Raise ValueError where an array has masked entries."""
    if isinstance(x, np.ma.MaskedArray) and np.ma.is_masked(x):
        raise ValueError(
            f"{what} must have no masked entries. Got {np.ma.count_masked(x)} of them."
        )


def as_float64(x, what, *, finite=False):
    """Return x as a real float64 array, maybe x itself.

    Parameters
    ----------
    x : array-like
    what : str
        What to call it, such as "x of LogLossTerm".
    finite : bool, default=False
        Whether infinity and NaN are errors, too.

    Raises
    ------
    ValueError
        If it is no array of real numbers, or not finite where it must be.
    """
    check_unmasked(x, what)
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(
            f"{what} must be an array of real numbers. Got a ragged sequence: {error}"
        ) from error
    x = _as_real(x, what).astype(np.float64, copy=False)
    if finite and not np.isfinite(x).all():
        raise _not_finite(x, what)
    return x


def _not_finite(x, what):
    found = "NaN" if np.isnan(x).any() else "infinity"
    return ValueError(f"{what} must be finite. Input contains {found}.")


def _as_real(x, what):
    kind = x.dtype.kind
    if kind == "f":
        if x.dtype.itemsize in (4, 8):
            return x
        with np.errstate(over="ignore"):
            return x.astype(np.float32 if x.dtype.itemsize == 2 else np.float64)
    if kind in "iu":
        if x.dtype.itemsize == 8 and x.size:
            low, high = int(x.min()), int(x.max())
            if max(-low, high) > _EXACT:
                raise ValueError(
                    f"{what} must have integers up to 2**53, which are exact as "
                    f"floating-point numbers. Got values from {low} to {high}: "
                    "subtract an offset or rescale them."
                )
        return x
    if kind == "b":
        return x.astype(np.int8)  # colour images are uint8
    if kind == "c":
        raise ValueError(
            f"Complex data not supported: {what} must be real. Got dtype {x.dtype}."
        )
    try:
        if kind != "O":
            raise ValueError("it holds no numbers")
        return x.astype(np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"{what} must be an array of real numbers. Got dtype {x.dtype}: {error}"
        ) from error
