"""Tables of rows, and what is none."""

import numpy as np
from sklearn.utils.validation import validate_data

from sktopo._arrays import check_unmasked


def as_batch(X, rows):
    """An array or a frame, or a list of samples; rows in a list are an array."""
    if hasattr(X, "shape"):
        # An array of arrays, or a Series of them, is a list of samples.
        is_list = len(X.shape) == 1 and X.dtype == object
        return list(X) if is_list else X
    if hasattr(X, "__array__") or not hasattr(X, "__iter__"):
        return np.asarray(X)
    samples = list(X)
    for i, sample in enumerate(samples):
        check_unmasked(sample, f"X[{i}]")
    axes, sizes = _axes_and_sizes(samples)
    is_list = axes - {0, 1} or len(sizes) > 1 or (axes == {1} and not rows)
    return samples if is_list or not samples else np.asarray(samples)


def _axes_and_sizes(samples):
    """The numbers of axes of samples, and the lengths of rows where all are rows."""
    axes = {_depth(x) for x in samples}
    return axes, {np.size(x) if axes == {1} else 0 for x in samples}


def _depth(x):
    """How deeply a list is nested, along its first entries."""
    depth = 0
    while isinstance(x, (list, tuple)):
        depth += 1
        if not x:
            break
        x = x[0]
    return depth + len(x.shape) if hasattr(x, "shape") else depth


def safe_spread(spread, rows):
    """Standard deviations to divide by; of equal numbers these, or 1 for zeros.

    Equal numbers have a mean that is rounded, and deviate from that.

    Parameters
    ----------
    spread : float or ndarray of shape (n_columns,)
        Of all entries, or of each column.
    rows : ndarray of shape (n_rows, n_columns)

    Returns
    -------
    ndarray
    """
    size = np.abs(rows).max(axis=0 if np.ndim(spread) else None, initial=0.0)
    is_spread = spread > 10 * np.finfo(float).eps * size
    return np.where(is_spread, spread, np.where(size > 0, size, 1.0))


def validate_table(estimator, X, y="no_validation", **checks):
    """scikit-learn's ``validate_data``, for integers beyond floating point, too."""
    try:
        return validate_data(estimator, X, y, **checks)
    except OverflowError as error:
        raise ValueError(
            f"X and y of {type(estimator).__name__} must hold numbers that are "
            f"floating-point numbers: {error}"
        ) from error


def check_one_table(X, owner, instead):
    """Raise ValueError where X holds many arrays, or rows of many lengths.

    Parameters
    ----------
    X : object
        What is to be one array (n_samples, n_features).
    owner : str
    instead : str
        A sentence that says what takes many.
    """
    check_unmasked(X, f"X of {owner}")
    got = None
    if hasattr(X, "shape"):
        X = as_batch(X, rows=True)
        if not isinstance(X, list) and len(X.shape) == 3:
            got = f"an array of shape {tuple(X.shape)}"
    elif not hasattr(X, "__array__") and not hasattr(X, "__len__"):
        got = f"a {type(X).__name__}" if hasattr(X, "__iter__") else None
    if isinstance(X, (list, tuple)) and len(X):
        axes, sizes = _axes_and_sizes(X)
        if max(axes) > 1 or len(sizes) > 1:
            what = "arrays" if max(axes) > 1 else "rows of different lengths"
            got = f"{len(X)} {what}"
    if got is not None:
        raise ValueError(
            f"X of {owner} must be one array of shape (n_samples, n_features). "
            f"Got {got}. {instead}"
        )
