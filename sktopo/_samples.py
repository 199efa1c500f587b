"""What users give -> samples, and answers back in the form in which they came."""

import math
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from sktopo._arrays import check_no_colour, check_real_array, check_unmasked
from sktopo._fitting import validate_params
from sktopo._sklearn_compat import container_of
from sktopo._tables import as_batch, validate_table
from sktopo._validation import is_int
from sktopo._warnings import warn_user

_SIDE = 8  # of images, from which on square numbers of columns are no accident

# Of numbers that stay what they are; others become float64.
NUMBERS = (
    *(np.float64, np.float32, np.int64, np.int32, np.int16, np.int8),
    *(np.uint64, np.uint32, np.uint16, np.uint8),
)


class SampleKind(NamedTuple):
    """What samples are, in the words that a Filtration has for it, too."""

    sample_ndim: tuple
    sample_name: str
    is_grid: bool = True
    takes_graphs: bool = False
    takes_missing: bool = False
    has_channels: bool = False


ARRAYS = SampleKind((1, 2, 3), "row, image or voxel grid", has_channels=True)
IMAGES = SampleKind((1, 2), "signal or image")


class Samples:
    """The samples of a batch.

    Parameters
    ----------
    arrays : ndarray of shape (n_samples, *shape), or list of ndarray
    shape : tuple of int or None
        What one sample looked like, such as (n_features,) for an image from a row;
        None where samples came in a list.
    """

    def __init__(self, arrays, shape=None):
        self.arrays = arrays
        self._shape = shape

    def __len__(self):
        return len(self.arrays)

    def restore(self, arrays):
        """One answer of the size of each sample, in the form in which they came."""
        if self._shape is None:
            pairs = zip(arrays, self.arrays, strict=True)
            return [array.reshape(x.shape) for array, x in pairs]
        return np.asarray(arrays).reshape(len(arrays), *self._shape)


def read_samples(estimator, X, *, reset, kind, dtype=NUMBERS, one_shape=False):
    """Read the samples of X.

    Rows of a 2-D array or a data frame are samples of one axis or, where the estimator
    has an ``image_shape``, grids; an array of more axes holds a sample in each entry; a
    list holds samples of any sizes, unless it is one of rows.

    Parameters
    ----------
    estimator : estimator
        In whose name errors are raised. In a fit it gets ``n_features_in_`` and the
        names of columns where X has rows, and ``sample_shape_`` where X is an array of
        grids; other arrays are refused after that.
    X : array-like, or iterable of array-like
    reset : bool
        Whether this is a fit.
    kind : SampleKind or Filtration
        How many axes a sample may have, what it is called, and whether its size is one
        that a fit remembers.
    dtype : tuple of type, default=NUMBERS
        Types that stay what they are; others become the first of them.
    one_shape : bool, default=False
        Whether the samples of a list, too, are of one shape, which a fit remembers.

    Returns
    -------
    Samples
    """
    name, ndim = type(estimator).__name__, kind.sample_ndim
    if not reset and isinstance(estimator, StatelessMixin):
        validate_params(estimator)  # it may be used without a fit, which checks them
    if kind.takes_missing:
        X = _nan_where_masked(X)
    check_unmasked(X, f"X of {name}")
    image_shape = getattr(estimator, "image_shape", None)
    X = as_batch(X, rows=1 in ndim)
    if kind.is_grid and not kind.has_channels and len(ndim) > 1:
        _check_no_colour(X, name)
    if isinstance(X, list) and image_shape is None:
        if not X:
            raise ValueError(_no_samples(name, (0,)))
        samples = Samples(read_list(X, name, kind, dtype))
        shapes = {x.shape for x in samples.arrays}
        if not one_shape:
            _remember(estimator, None, reset)
            return samples
        if len(shapes) > 1:
            raise ValueError(
                f"X of {name} must have samples of one shape. Got {sorted(shapes)}."
            )
        samples.arrays = np.stack(samples.arrays)
    elif image_shape is not None or (len(X.shape) == 2 and 1 in ndim):
        samples = _read_rows(estimator, X, reset, kind, image_shape, dtype)
    else:
        samples = _read_array(X, estimator, kind, dtype)
    if kind.is_grid:
        _remember(estimator, samples.arrays.shape[1:], reset)
    return samples


def _nan_where_masked(X):
    """Arrays with NaN in the place of masked entries."""
    if isinstance(X, (list, tuple)):
        return [_nan_where_masked(x) for x in X]
    if not isinstance(X, np.ma.MaskedArray):
        return X
    dtype = X.dtype if X.dtype.kind == "f" else np.float64
    return X.astype(dtype).filled(np.nan)


def _check_no_colour(X, name):
    is_list = isinstance(X, list)
    for i, x in enumerate(X if is_list else [X]):
        what = f"X[{i}] of {name}" if is_list else f"X of {name}"
        shape, dtype = getattr(x, "shape", ()), getattr(x, "dtype", None)
        check_no_colour(shape, dtype, what, is_batch=not is_list)


def _read_rows(estimator, X, reset, kind, image_shape, dtype):
    name = type(estimator).__name__
    if image_shape is not None and not kind.is_grid:
        raise ValueError(
            f"The 'image_shape' parameter of {name} is for grids. Got {image_shape!r} "
            "for samples that are none."
        )
    axes = 3 if isinstance(X, list) else len(X.shape)
    if image_shape is not None and axes > 2:
        raise ValueError(
            f"The 'image_shape' parameter of {name} reads the rows of a 2-D array as "
            f"images. Got an X of {axes} dimensions: leave image_shape out."
        )
    finite = "allow-nan" if kind.takes_missing else True
    checks = {"dtype": dtype, "ensure_all_finite": finite}
    rows = np.asarray(validate_table(estimator, X, reset=reset, **checks))
    shape = rows.shape[1:]
    if image_shape is None and reset and kind.is_grid and 2 in kind.sample_ndim:
        _warn_of_images(estimator, rows.shape)
    if image_shape is not None:
        shape = check_image_shape(image_shape, rows.shape[1], name, kind.sample_ndim)
    return Samples(rows.reshape(len(rows), *shape), rows.shape[1:])


def _warn_of_images(estimator, shape):
    """Warn of what looks like one image, or rows of images, but is read as signals."""
    n_rows, n_columns = shape
    if n_rows == n_columns >= _SIDE:
        warn_user(
            f"{type(estimator).__name__} reads an array of shape {shape} as {n_rows} "
            "signals in rows. One image is [image], a list.",
        )
        return
    side = math.isqrt(n_columns)
    dimensions = getattr(estimator, "homology_dimensions", None)
    has_loops = dimensions is not None and np.max(dimensions) > 0
    if side >= _SIDE and side**2 == n_columns and has_loops:
        warn_user(
            f"{type(estimator).__name__} reads rows of {n_columns} columns as signals, "
            "which have no loops. For images give "
            f"image_shape=({side}, {side}); homology_dimensions=0 says that these are "
            "signals, and that there is nothing but components.",
        )


def _read_array(X, estimator, kind, dtype):
    name, ndim = type(estimator).__name__, kind.sample_ndim
    if X.shape[:1] == (0,):
        raise ValueError(_no_samples(name, X.shape))
    if len(X.shape) - 1 not in ndim:
        expected = " or ".join(f"{k + 1}-D array" for k in ndim)
        raise ValueError(
            f"{estimator!r} expects a batch: a list with one {kind.sample_name} for "
            f"each sample, or a {expected}. Got an array of shape {X.shape}. Reshape "
            "your data or put a single sample into a list."
        )
    if kind.takes_graphs or kind.takes_missing:
        return Samples(X, X.shape[1:])
    X = check_real_array(X, "X", name, ((len(X.shape),), "a batch"))
    return Samples(_in_dtype(X, dtype), X.shape[1:])


def read_list(samples, owner, kind, dtype=NUMBERS, *, name="X"):
    """Samples of any sizes as a list of arrays, each of them checked."""
    if kind.takes_graphs or kind.takes_missing:
        return [x if sp.issparse(x) else np.asarray(x) for x in samples]
    form = kind.sample_ndim, f"a {kind.sample_name}"
    checked = (
        check_real_array(x, f"{name}[{i}]", owner, form) for i, x in enumerate(samples)
    )
    return [_in_dtype(x, dtype) for x in checked]


def _in_dtype(array, dtype):
    return array if array.dtype in dtype else array.astype(dtype[0])


def _no_samples(name, shape):
    return (
        f"Found array with 0 sample(s) (shape={shape}) while a minimum of 1 is "
        f"required by {name}."
    )


def _remember(estimator, shape, reset):
    """Note the shape of samples in a fit, and hold later ones against it."""
    if reset:
        estimator.sample_shape_ = shape
        return
    fitted = getattr(estimator, "sample_shape_", None)
    if None not in (shape, fitted) and shape != fitted:
        raise ValueError(
            f"X has samples of shape {shape}, but {type(estimator).__name__} was "
            f"fitted on samples of shape {fitted}."
        )


def described(grids):
    """What grids are, in words, such as "5 images of 28 x 28 pixels"."""
    kinds = {1: ("signal", "samples"), 2: ("image", "pixels"), 3: ("grid", "voxels")}
    found = []
    for ndim in sorted({x.ndim for x in grids}):
        shapes = [x.shape for x in grids if x.ndim == ndim]
        name, unit = kinds[ndim]
        plural = "s" if len(shapes) > 1 else ""
        size = " x ".join(map(str, shapes[0]))
        sizes = f"{size} {unit}" if len(set(shapes)) == 1 else "different sizes"
        found.append(f"{len(shapes)} {name}{plural} of {sizes}")
    return " and ".join(found)


def check_image_shape(image_shape, n_features, owner, ndim=(1, 2, 3)):
    """Return the shape in which rows are read as grids, as a tuple of ints.

    Raises
    ------
    ValueError
        If it is none, or has not one pixel for each feature.
    """
    shape = tuple(np.asarray(image_shape, dtype=object).tolist())
    if len(shape) not in ndim or not all(is_int(n, 1) for n in shape):
        several = " to ".join(map(str, sorted({min(ndim), max(ndim)})))
        raise ValueError(
            f"The 'image_shape' parameter of {owner} must be {several} ints >= 1. "
            f"Got {image_shape!r} instead."
        )
    if math.prod(shape) != n_features:
        raise ValueError(
            f"The 'image_shape' parameter of {owner} must have as many pixels as X has "
            f"features, {n_features}. Got {image_shape!r} with {math.prod(shape)} "
            "pixels instead."
        )
    return shape


def read_classes(X, y, owner):
    """One class for each sample, as an array."""
    if y is None:
        raise ValueError(f"{owner} requires y to be passed, but the target y is None.")
    y = column_or_1d(y, warn=True)
    check_consistent_length(X, y)
    check_classification_targets(y)
    return y


class SameColumnsMixin(OneToOneFeatureMixin):
    """Rows or images that come out as they went in; columns keep their names."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def get_feature_names_out(self, input_features=None):
        """Names of the columns, which are those of X.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names to take where X had none.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        self._check_columns()
        return super().get_feature_names_out(input_features)

    def _check_container(self):
        """Fail before any work where its answer could not be put into columns."""
        check_is_fitted(self)
        if container_of(self) != "default":
            self._check_columns()

    def _check_columns(self):
        if not hasattr(self, "n_features_in_"):
            raise ValueError(
                f"{type(self).__name__} was fitted on a batch of images or of grids, "
                "which have no columns to name. Give it rows, with image_shape where "
                'it has one, or set_output(transform="default").'
            )


class StatelessMixin:
    """An estimator whose fit only checks: it can be used without one."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags

    def __sklearn_is_fitted__(self):
        return True
