"""Batches of signals, images and voxel grids, read from what users have."""

import numpy as np
from sklearn.utils.validation import validate_data

from sktopo._validation import (
    check_image_shape,
    check_real_array,
    check_rows,
    shape_of,
)


def read_grids(estimator, X, *, reset):
    """The batch as a list of float64 arrays, one for each sample.

    Parameters
    ----------
    estimator : estimator with an ``image_shape``
    X : array-like or list of array-like
        Rows as signals or, with ``image_shape``, images or voxel grids; images; voxel
        grids; or a list of grids of any sizes.
    reset : bool
        Whether this is a fit.

    Returns
    -------
    list of ndarray
    """
    name, image_shape = type(estimator).__name__, estimator.image_shape
    if is_list_of_grids(X):
        return [_checked(x, f"X[{i}]", name, (1, 2, 3)) for i, x in enumerate(X)]
    if len(shape_of(X)) > 2 and image_shape is None:
        return list(_checked(X, "X", name, (3, 4)))
    if image_shape is not None:
        check_rows(X, name)
    X = validate_data(estimator, X, dtype=np.float64, reset=reset)
    if image_shape is None:
        return list(X)
    shape = check_image_shape(image_shape, X.shape[1], name)
    return list(X.reshape(len(X), *shape))


def is_list_of_grids(X):
    """Whether X is a list of images, or of signals of several lengths."""
    if not isinstance(X, (list, tuple)) or len(X) == 0:
        return False
    ndim = np.ndim(X[0])
    return ndim > 1 or (ndim == 1 and len({np.size(x) for x in X}) > 1)


def _checked(X, name, owner, ndim):
    return check_real_array(
        X,
        name=name,
        owner=owner,
        ndim=ndim,
        ndim_hint="a signal, an image, a voxel grid, or a batch of them",
    ).astype(np.float64)
