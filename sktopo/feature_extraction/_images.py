"""Batches of images or signals, read from what users have."""

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from sktopo._validation import (
    check_image_shape,
    check_real_array,
    check_rows,
    shape_of,
)

# Others become float64. These are less to send to workers, and exact where they are
# multiplied by float64.
_DTYPES = (np.float64, np.float32, np.uint8)


def read_images(estimator, X, *, reset):
    """The samples of X: rows as signals or, with ``image_shape``, images; or images.

    Parameters
    ----------
    estimator : estimator with an ``image_shape``
        Of which ``sample_shape_`` is set or checked.
    X : array-like of shape (n_samples, n_features) or (n_samples, h, w)
    reset : bool
        Whether this is a fit.

    Returns
    -------
    ndarray of shape (n_samples, n_features) or (n_samples, h, w)
        Of float64, float32 or uint8.
    """
    name, image_shape = type(estimator).__name__, estimator.image_shape
    if len(shape_of(X)) == 3 and image_shape is None:
        images = check_real_array(
            X, name="X", owner=name, ndim=(3,), ndim_hint="a batch of images"
        )
        if images.dtype not in _DTYPES:
            images = images.astype(np.float64)
    else:
        if image_shape is not None:
            check_rows(X, name)
        images = validate_data(estimator, X, dtype=_DTYPES, reset=reset)
        if image_shape is not None:
            shape = check_image_shape(image_shape, images.shape[1], name, ndim=(2,))
            images = images.reshape(len(images), *shape)
    shape = images.shape[1:]
    if reset:
        estimator.sample_shape_ = shape
    elif shape != estimator.sample_shape_:
        raise ValueError(
            f"X has samples of shape {shape}, but {name} was fitted on samples of "
            f"shape {estimator.sample_shape_}."
        )
    return images


def read_classes(X, y, owner):
    """One class for each sample, as an array."""
    if y is None:
        raise ValueError(f"{owner} requires y to be passed, but the target y is None.")
    y = column_or_1d(y, warn=True)
    check_consistent_length(X, y)
    check_classification_targets(y)
    return y
