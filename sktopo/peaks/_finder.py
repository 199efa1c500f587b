"""A batch of samples -> the most prominent peaks of each, as columns."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._progress import ProgressLine
from sktopo._samples import read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import N_JOBS, POSITIVE_INT
from sktopo._workers import in_even_chunks
from sktopo.filtrations import Cubical
from sktopo.peaks._find import PEAK_CONSTRAINTS, find_peaks

_AXES = {1: ("place",), 2: ("row", "column"), 3: ("plane", "row", "column")}


class PeakFinder(TransformerMixin, BaseEstimator):
    """Describe every sample by its most prominent peaks.

    Each peak has columns for where it is, its height and its prominence; see
    ``find_peaks``. Where a sample has fewer peaks, the rest of them are peaks of no
    prominence at its lowest cell.

    Parameters
    ----------
    n_peaks : int >= 1, default=3
        Peaks of each sample.
    min_prominence : float >= 0, default=0.0
        In the unit of the samples; what is less prominent is no peak.
    superlevel : bool, default=True
        Maxima, or with False minima.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels are neighbours; see :class:`~sktopo.filtrations.Cubical`.
    rule : {"persistence", "scipy"}, default="persistence"
        See ``find_peaks``; "scipy" is for signals only.
    order : {"prominence", "place"}, default="prominence"
        The most prominent peak first, or of those that were found the first in C
        order, so that a column stays with a peak when two of them trade prominence.
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals.
    n_jobs : int or None, default=None
        Samples are spread over so many workers of joblib. The result is the same.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the samples.

    Attributes
    ----------
    sample_shape_ : tuple of int
        Shape of the samples.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X has names.

    See Also
    --------
    sktopo.peaks.find_peaks : The peaks of one sample, with their saddles.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.peaks import PeakFinder
    >>> X = np.array([[0, 6, 1, 4, 3], [5, 2, 2, 8, 0]])
    >>> finder = PeakFinder(2)
    >>> finder.fit_transform(X)
    array([[1., 6., 6., 3., 4., 3.],
           [3., 8., 8., 0., 5., 3.]])
    >>> finder.get_feature_names_out().tolist()[:3]
    ['peak0_place', 'peak0_height', 'peak0_prominence']
    """

    _parameter_constraints = {
        "n_peaks": [POSITIVE_INT],
        **PEAK_CONSTRAINTS,
        "order": [StrOptions({"prominence", "place"})],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_peaks=3,
        *,
        min_prominence=0.0,
        superlevel=True,
        connectivity="full",
        rule="persistence",
        order="prominence",
        image_shape=None,
        n_jobs=None,
        verbose=0,
    ):
        self.n_peaks = n_peaks
        self.min_prominence = min_prominence
        self.superlevel = superlevel
        self.connectivity = connectivity
        self.rule = rule
        self.order = order
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters against X, and remember the shape of its samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, ...)
            Signals, or flat images with ``image_shape``; images or voxel grids.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the samples cannot have such peaks, or are of several shapes.
        """
        samples = self._read(X, reset=True).arrays
        self._row(samples[0])
        return self

    def transform(self, X):
        """Find the peaks of every sample.

        Parameters
        ----------
        X : array-like
            As in ``fit``, of the same shape.

        Returns
        -------
        ndarray of shape (n_samples, n_peaks * (n_axes + 2))
            For each peak its place, its height and its prominence.
        """
        check_is_fitted(self)
        samples = self._read(X, reset=False).arrays
        line = ProgressLine(type(self).__name__, len(samples), "sample", self.verbose)
        return np.stack(in_even_chunks(self._rows, samples, self.n_jobs, line=line))

    def get_feature_names_out(self, input_features=None):
        """Names of the columns, such as "peak0_height".

        Parameters
        ----------
        input_features : array-like or None, default=None
            Not used.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        kinds = (*_AXES[len(self.sample_shape_)], "height", "prominence")
        names = [f"peak{k}_{kind}" for k in range(self.n_peaks) for kind in kinds]
        return np.array(names, dtype=object)

    def _rows(self, samples, start):
        return [self._row(x) for x in samples]

    def _row(self, x):
        peaks = find_peaks(
            x,
            self.min_prominence,
            self.n_peaks,
            superlevel=self.superlevel,
            connectivity=self.connectivity,
            rule=self.rule,
        )
        places = peaks.places.reshape(len(peaks.heights), x.ndim)
        found = np.column_stack([places, peaks.heights, peaks.prominences])
        if self.order == "place":
            found = found[np.lexsort(places.T[::-1])]
        lowest = np.argmin(x) if self.superlevel else np.argmax(x)
        none = [*np.unravel_index(lowest, x.shape), x.ravel()[lowest], 0.0]
        missing = np.tile(np.array(none, float), (self.n_peaks - len(found), 1))
        return np.concatenate([found, missing]).ravel()

    def _read(self, X, *, reset):
        return read_samples(self, X, reset=reset, kind=Cubical(), one_shape=True)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
