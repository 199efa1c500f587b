"""A batch of samples -> diagrams."""

import numbers

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import gen_even_slices
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import validate_data

from sktopo._sklearn_compat import HasMethods, StrOptions, _fit_context
from sktopo._validation import (
    check_filtration,
    check_homology_dimensions,
    check_image_shape,
    check_real_array,
    check_rows,
)
from sktopo.diagrams import diagrams_and_pullback, diagrams_of


class PersistenceDiagrams(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Compute the persistence diagrams of every sample of a batch.

    Diagrams are lists of arrays with one bar in a row; a vectorizer such as
    PersistenceEnergies, or one of ``gudhi.representations``, comes next in a Pipeline.

    Parameters
    ----------
    filtration : Filtration
        From a sample to a filtered complex, one of ``sktopo.filtrations``.
    homology_dimensions : int or tuple of int, default=(0, 1)
        An int gives one array for each sample, as the vectorizers of
        ``gudhi.representations`` take them; a tuple gives a list of arrays, from which
        their DimensionSelector takes one.
    essential : {"extremum", "drop"}, default="extremum"
        Bars that never die end at the last value of the filtration, or have death inf
        (-inf for superlevel sets).
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals on a path.
    n_jobs : int or None, default=None
        Samples are spread over so many workers; None is 1 unless in a
        ``joblib.parallel_config`` context, -1 all cores. The result is the same.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns, where X is a 2-D array.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X has names.

    See Also
    --------
    PersistenceEnergies : Diagrams to numbers.
    sktopo.persistence_diagrams : The diagrams of one sample.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sktopo.feature_extraction import PersistenceDiagrams
    >>> from sktopo.filtrations import Cubical
    >>> X, y = load_digits(return_X_y=True)
    >>> holes = PersistenceDiagrams(Cubical(superlevel=True), 1, image_shape=(8, 8))
    >>> diagrams = holes.fit_transform(X)
    >>> diagrams[0]
    array([[8., 0.]])
    """

    _parameter_constraints = {
        "filtration": [HasMethods(["build"])],
        "homology_dimensions": ["array-like", numbers.Integral],
        "essential": [StrOptions({"extremum", "drop"})],
        "image_shape": ["array-like", None],
        "n_jobs": [numbers.Integral, None],
    }

    def __init__(
        self,
        filtration,
        homology_dimensions=(0, 1),
        essential="extremum",
        image_shape=None,
        n_jobs=None,
    ):
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.essential = essential
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Check the parameters against X; nothing is learned.

        Parameters
        ----------
        X : array-like or list of array-like
            A batch of what the filtration takes: signals or flat images of shape
            (n_samples, n_features), images (n_samples, h, w), voxel grids
            (n_samples, d, h, w), or a list of point clouds.
        y : None
            Ignored.

        Returns
        -------
        self
        """
        check_filtration(self.filtration, type(self).__name__)
        dimensions = self._dimensions()
        samples = self._samples(X, reset=True)
        # The first sample tells whether the filtration can take this kind of data.
        self._chunk(samples[:1], dimensions)
        return self

    def transform(self, X):
        """Compute diagrams, longest bars first.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        list of length n_samples
            Arrays of shape (n_bars, 2) if ``homology_dimensions`` is an int, else
            lists with one such array for each dimension.
        """
        dimensions = self._dimensions()
        samples = self._samples(X, reset=False)
        n_jobs = min(effective_n_jobs(self.n_jobs), len(samples))
        if n_jobs == 1:
            found = self._chunk(samples, dimensions)
        else:
            chunks = Parallel(n_jobs=self.n_jobs)(
                delayed(self._chunk)(samples[rows], dimensions, rows.start)
                for rows in gen_even_slices(len(samples), n_jobs)
            )
            found = [diagrams for chunk in chunks for diagrams in chunk]
        if isinstance(self.homology_dimensions, numbers.Integral):
            return [diagrams[0] for diagrams in found]
        return found

    def value_and_pullback(self, X):
        """Compute diagrams, and the way back for gradients in them.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        diagrams : list of length n_samples
            What ``transform`` returns.
        pullback : callable
            Takes a list of the structure of ``diagrams``, gradients in place of
            diagrams, and returns the gradient in X: an array of its shape, or a list
            of arrays where X is a list of samples of different shapes. The death of an
            essential bar at infinity has none.
        """
        dimensions = self._dimensions()
        samples = self._samples(X, reset=False)
        found = [
            diagrams_and_pullback(complex_, dimensions, self.essential)
            for complex_ in self._complexes(samples)
        ]
        is_single = isinstance(self.homology_dimensions, numbers.Integral)

        def pullback(grads):
            back = [
                pull([grad] if is_single else grad)
                for grad, (_, pull) in zip(grads, found, strict=True)
            ]
            if isinstance(samples, list):
                return back
            return np.stack(back).reshape(np.shape(X))

        diagrams = [one[0] if is_single else one for one, _ in found]
        return diagrams, pullback

    def get_feature_names_out(self, input_features=None):
        """Names of the diagrams of a sample, "H0", "H1" and so on.

        Parameters
        ----------
        input_features : array-like or None, default=None
            Not used.

        Returns
        -------
        ndarray of str
        """
        return np.array([f"H{k}" for k in self._dimensions()], dtype=object)

    def set_output(self, *, transform=None):
        """Do nothing: diagrams are lists in every container.

        It is here so that ``set_output`` of a Pipeline reaches the steps behind.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default=None

        Returns
        -------
        self
        """
        return self

    def _dimensions(self):
        return check_homology_dimensions(self.homology_dimensions, type(self).__name__)

    def _chunk(self, samples, dimensions, start=0):
        return [
            diagrams_of(complex_, dimensions, self.essential)
            for complex_ in self._complexes(samples, start)
        ]

    def _complexes(self, samples, start=0):
        for i, x in enumerate(samples, start):
            try:
                yield self.filtration.build(x)
            except (TypeError, ValueError, MemoryError) as error:
                message = f"Sample {i} of X, for {type(self).__name__}: {error}"
                raise type(error)(message) from error

    def _samples(self, X, *, reset):
        """The batch as a list or array of samples."""
        ndim = self.filtration.sample_ndim
        if self.image_shape is not None:
            return self._flat_images(X, reset)
        X = _as_batch(X)
        shape = (len(X),) if isinstance(X, list) else X.shape
        if shape[:1] == (0,):
            raise ValueError(
                f"Found array with 0 sample(s) (shape={shape}) while a minimum of 1 "
                f"is required by {type(self).__name__}."
            )
        if isinstance(X, list):
            self._check_samples(X, ndim)
        elif len(shape) == 2 and 1 in ndim:
            X = validate_data(self, X, reset=reset, dtype=_KEEP)
        elif len(shape) - 1 not in ndim:
            expected = " or ".join(f"{k + 1}-D array" for k in ndim)
            raise ValueError(
                f"{type(self).__name__} with {self.filtration!r} expects a batch: a "
                f"list with one {self.filtration.sample_name} for each sample, or a "
                f"{expected}. Got an array of shape {shape}. Reshape your data or "
                "put a single sample into a list."
            )
        else:
            X = check_real_array(
                X,
                name="X",
                owner=type(self).__name__,
                ndim=(len(shape),),
                ndim_hint="a batch",
            )
        return X if isinstance(X, list) else np.asarray(X)

    def _check_samples(self, X, ndim):
        for i, x in enumerate(X):
            if np.ndim(x) not in ndim:
                raise ValueError(
                    f"{type(self).__name__} with {self.filtration!r} expects a batch: "
                    f"each sample is a {self.filtration.sample_name}. Got sample {i} "
                    f"of shape {np.shape(x)}."
                )

    def _flat_images(self, X, reset):
        if not self.filtration.is_grid:
            raise ValueError(
                f"The 'image_shape' parameter of {type(self).__name__} is for grids. "
                f"Got {self.image_shape!r} with {self.filtration!r}."
            )
        check_rows(X, type(self).__name__)
        X = validate_data(self, X, reset=reset, dtype=_KEEP)
        shape = check_image_shape(
            self.image_shape,
            X.shape[1],
            type(self).__name__,
            self.filtration.sample_ndim,
        )
        return X.reshape(len(X), *shape)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        ndim = getattr(self.filtration, "sample_ndim", ())
        tags.input_tags.two_d_array = 1 in ndim
        tags.input_tags.three_d_array = 2 in ndim
        return tags

    def __sklearn_is_fitted__(self):
        return True


_KEEP = (np.float64, np.float32, np.int64, np.int32, np.int16, np.uint16, np.uint8)


def _as_batch(X):
    """An array, or a list of samples where their shapes differ."""
    if hasattr(X, "shape"):
        # An array of arrays, or a Series of them, is a list of samples.
        is_list = len(X.shape) == 1 and X.dtype == object
        return list(X) if is_list else X
    if hasattr(X, "__array__") or not hasattr(X, "__iter__"):
        return np.asarray(X)
    samples = list(X)
    if any(hasattr(x, "shape") for x in samples):
        return samples
    try:
        return np.asarray(samples)
    except ValueError:
        return samples
