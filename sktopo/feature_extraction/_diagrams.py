"""A batch of samples -> diagrams."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sktopo._fitting import fit_context
from sktopo._progress import ProgressLine
from sktopo._samples import StatelessMixin, read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import N_JOBS, check_homology_dimensions
from sktopo._workers import in_even_chunks
from sktopo.diagrams import diagrams_and_pullback, diagrams_of
from sktopo.feature_extraction._base import DiagramList
from sktopo.filtrations import FILTRATION_CONSTRAINT, as_filtration, warn_of_points


class PersistenceDiagrams(
    StatelessMixin, TransformerMixin, BaseEstimator, auto_wrap_output_keys=None
):
    """Compute the persistence diagrams of every sample of a batch.

    Diagrams are lists of arrays with one bar in a row; a vectorizer such as
    PersistenceEnergies, or one of ``gudhi.representations``, comes next in a Pipeline.

    Parameters
    ----------
    filtration : Filtration or str, default="cubical"
        From a sample to a filtered complex: one of ``sktopo.filtrations``, or
        "cubical", "vietoris_rips", "weak_alpha" or "alpha" for one with its defaults.
    homology_dimensions : int or tuple of int, default=(0, 1)
        An int gives one array for each sample, as the vectorizers of
        ``gudhi.representations`` take them; a tuple gives a list of arrays, from which
        their DimensionSelector takes one.
    essential : {"extremum", "drop"}, default="extremum"
        Bars that never die end where the filtration does (see the Conventions of
        ``sktopo.base``), or have death inf (-inf for superlevel sets).
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals on a path.
    n_jobs : int or None, default=None
        Samples are spread over so many workers; None is 1 unless in a
        ``joblib.parallel_config`` context, -1 all cores. The result is the same.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the samples.

    Attributes
    ----------
    sample_shape_ : tuple of int or None
        Shape of the grids, where X is an array of them.
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
        "filtration": FILTRATION_CONSTRAINT,
        "homology_dimensions": ["array-like", numbers.Integral],
        "essential": [StrOptions({"extremum", "drop"})],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        filtration="cubical",
        homology_dimensions=(0, 1),
        essential="extremum",
        image_shape=None,
        n_jobs=None,
        verbose=0,
    ):
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.essential = essential
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Check the parameters against X; nothing is learned.

        Parameters
        ----------
        X : array-like or list of array-like
            A batch of what the filtration takes; of one image it is ``[image]``. Each
            row of a 2-D array (n_samples, n_features) is a signal, or a flat image with
            ``image_shape``; images (n_samples, h, w), voxel grids (n_samples, d, h, w),
            or a list of point clouds.
        y : None
            Ignored.

        Returns
        -------
        self
        """
        dimensions = self._dimensions()
        samples = self._read(X, reset=True).arrays
        # The first sample tells whether the filtration can take this kind of data.
        warn_of_points(self.filtration, samples[0], type(self).__name__)
        self._chunk(samples[:1], 0, dimensions)
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
            lists with one such array for each dimension. The list tells its
            ``homology_dimensions`` to the step behind, for the names of columns.
        """
        dimensions = self._dimensions()
        samples = self._read(X, reset=False).arrays
        line = ProgressLine(type(self).__name__, len(samples), "sample", self.verbose)
        found = in_even_chunks(self._chunk, samples, self.n_jobs, dimensions, line=line)
        if isinstance(self.homology_dimensions, numbers.Integral):
            found = (diagrams[0] for diagrams in found)
        row_index = X.index if hasattr(X, "iloc") else None
        return DiagramList(found, dimensions, row_index)

    def value_and_pullback(self, X):
        """Compute diagrams, and the pullback of gradients in them.

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
        samples = self._read(X, reset=False)
        found = [
            diagrams_and_pullback(complex_, dimensions, self.essential)
            for complex_ in self._complexes(samples.arrays)
        ]
        is_single = isinstance(self.homology_dimensions, numbers.Integral)

        def pullback(grads):
            return samples.restore(
                [
                    complex_pullback([grad] if is_single else grad)
                    for grad, (_, complex_pullback) in zip(grads, found, strict=True)
                ]
            )

        diagrams = (one[0] if is_single else one for one, _ in found)
        return DiagramList(diagrams, dimensions), pullback

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

    def set_params(self, **params):
        """Set parameters, also those of a filtration that is not a name.

        Parameters
        ----------
        **params : dict
            Such as ``filtration__superlevel``.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the filtration is a name, which has no parameters.
        """
        of_filtration = [name for name in params if name.startswith("filtration__")]
        filtration = params.get("filtration", self.filtration)
        if of_filtration and isinstance(filtration, str):
            raise ValueError(
                f"The 'filtration' parameter of {type(self).__name__} is the name "
                f"{filtration!r}, which has no parameters to set. Give the filtration "
                f"itself, such as Cubical(), to set {of_filtration[0]!r}."
            )
        return super().set_params(**params)

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

    def _chunk(self, samples, start, dimensions):
        return [
            diagrams_of(complex_, dimensions, self.essential)
            for complex_ in self._complexes(samples, start)
        ]

    def _complexes(self, samples, start=0):
        filtration = self._filtration()
        for i, x in enumerate(samples, start):
            try:
                yield filtration.build(x)
            except (TypeError, ValueError, MemoryError) as error:
                message = f"Sample {i} of X, for {type(self).__name__}: {error}"
                raise type(error)(message) from error

    def _filtration(self):
        return as_filtration(self.filtration, type(self).__name__)

    def _read(self, X, *, reset):
        return read_samples(self, X, reset=reset, kind=self._filtration())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        try:
            filtration = self._filtration()
        except TypeError:  # which a fit raises; one with such a parameter is shown
            return tags
        tags.input_tags.two_d_array = 1 in filtration.sample_ndim
        tags.input_tags.three_d_array = 2 in filtration.sample_ndim
        tags.input_tags.allow_nan = filtration.takes_missing
        return tags
