"""Diagrams -> their distances to those of a training set, and a kernel of these."""

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin

from sktopo._fitting import fit_context
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import N_JOBS, POSITIVE, POSITIVE_INT
from sktopo.feature_extraction._base import DiagramTransformer, in_container
from sktopo.metrics import DISTANCES, pairwise_distances


class _ToTrainingDiagrams(ClassNamePrefixFeaturesOutMixin, DiagramTransformer):
    """A column for each diagram of ``fit``; a subclass has ``_of(columns)``.

    Several homology dimensions add up.
    """

    def _fit(self, k, diagrams):
        if k == 0:
            self.diagrams_ = []
        self.diagrams_.append([np.array(diagram, dtype=float) for diagram in diagrams])
        self._n_features_out = len(diagrams)

    def transform(self, X):
        """Compare diagrams with those of ``fit``.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_samples_fit)

        Raises
        ------
        ValueError
            If X holds no diagrams or another number of them.
        """
        return in_container(self, self._of(self._columns(X)), X)

    def fit_transform(self, X, y=None):
        """Fit, and compare the diagrams with each other, each pair once.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.
        y : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_samples, n_samples)
        """
        return in_container(self, self._fit_transform(X), X)

    def _fit_transform(self, X):
        return self.fit(X)._of(None)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns: the name of the class in small letters, and a number.

        Parameters
        ----------
        input_features : None
            Ignored.

        Returns
        -------
        ndarray of str
        """
        return ClassNamePrefixFeaturesOutMixin.get_feature_names_out(self)

    def _distances(self, columns, metric, params):
        """Distances to the training set; columns None are those of the set itself."""
        pairs = [(Y, None) for Y in self.diagrams_]
        if columns is not None:
            pairs = zip(columns, self.diagrams_, strict=True)
        return sum(
            pairwise_distances(
                X, Y, metric, n_jobs=self.n_jobs, verbose=self.verbose, **params
            )
            for X, Y in pairs
        )


class DiagramDistances(_ToTrainingDiagrams):
    """Distances of diagrams to those of the training set, a column for each.

    For k nearest neighbours and other estimators that take ``metric="precomputed"``.
    Of several homology dimensions the distances add up.

    Parameters
    ----------
    metric : {"wasserstein", "bottleneck", "sliced_wasserstein"} or callable, \
            default="wasserstein"
        See ``sktopo.metrics.pairwise_distances``.
    metric_params : dict or None, default=None
        Parameters of the metric, such as ``{"p": 1}``.
    n_jobs : int or None, default=None
        Workers of joblib, over which the pairs are spread.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the pairs.

    Attributes
    ----------
    diagrams_ : list
        For each homology dimension the diagrams of ``fit``.
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.
    homology_dimensions_ : tuple of int
        Which ones, as PersistenceDiagrams tells them; else 0, 1 and so on.

    See Also
    --------
    SlicedWassersteinKernel : Similarities, for support vector machines.

    Notes
    -----
    Diagrams with other numbers of bars that never die are infinitely far apart.

    In a search over the parameters of what comes behind, a Pipeline with ``memory``
    computes the distances of each fold once.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from sktopo import DiagramDistances
    >>> diagrams = [np.array([[0.0, k]]) for k in (1, 2, 7, 8)]
    >>> model = make_pipeline(
    ...     DiagramDistances(), KNeighborsClassifier(1, metric="precomputed")
    ... )
    >>> model.fit(diagrams, [0, 0, 1, 1]).predict([np.array([[0.0, 2.5]])])
    array([0])
    """

    _parameter_constraints = {
        "metric": [StrOptions(set(DISTANCES)), callable],
        "metric_params": [dict, None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self, metric="wasserstein", *, metric_params=None, n_jobs=None, verbose=0
    ):
        self.metric = metric
        self.metric_params = metric_params
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _fit(self, k, diagrams):
        if k == 0 and not callable(self.metric):
            self._check_metric_params()
        super()._fit(k, diagrams)

    def _check_metric_params(self):
        empty = np.empty((0, 2))
        try:
            DISTANCES[self.metric](empty, empty, **(self.metric_params or {}))
        except ValueError:  # of a parameter that it has
            raise
        except TypeError as error:
            raise TypeError(
                f"The 'metric_params' parameter of {type(self).__name__} must hold "
                f"parameters of {self.metric!r}. Got {self.metric_params!r}: {error}"
            ) from error

    def _of(self, columns):
        return self._distances(columns, self.metric, self.metric_params or {})


class SlicedWassersteinKernel(_ToTrainingDiagrams):
    r"""Similarities of diagrams to those of the training set, a column for each.

    .. math:: k(D_1, D_2) = \exp\Big(-\frac{SW(D_1, D_2)}{2 \sigma^2}\Big)

    with the sliced Wasserstein distance, for which this is positive definite [1]_: a
    matrix for ``SVC(kernel="precomputed")`` and its kind. Of several homology
    dimensions the distances add up, and the kernels are multiplied.

    Parameters
    ----------
    bandwidth : float > 0 or None, default=None
        The width sigma. None takes for 2 sigma^2 the median of the distances between
        different diagrams of the training set that are neither zero nor infinite.
    n_directions : int >= 1, default=50
        See ``sktopo.metrics.sliced_wasserstein``.
    n_jobs : int or None, default=None
        Workers of joblib, over which the pairs are spread.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the pairs.

    Attributes
    ----------
    bandwidth_ : float
        sigma.
    diagrams_ : list
        For each homology dimension the diagrams of ``fit``.
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.
    homology_dimensions_ : tuple of int
        Which ones, as PersistenceDiagrams tells them; else 0, 1 and so on.

    References
    ----------
    .. [1] M. Carrière, M. Cuturi and S. Oudot, "Sliced Wasserstein kernel for
       persistence diagrams", ICML 2017, :doi:`10.48550/arXiv.1706.03358`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from sktopo import SlicedWassersteinKernel
    >>> diagrams = [np.array([[0.0, k]]) for k in (1, 2, 7, 8)]
    >>> model = make_pipeline(SlicedWassersteinKernel(), SVC(kernel="precomputed"))
    >>> model.fit(diagrams, [0, 0, 1, 1]).predict([np.array([[0.0, 2.5]])])
    array([0])
    """

    _parameter_constraints = {
        "bandwidth": [POSITIVE, None],
        "n_directions": [POSITIVE_INT],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(self, bandwidth=None, *, n_directions=50, n_jobs=None, verbose=0):
        self.bandwidth = bandwidth
        self.n_directions = n_directions
        self.n_jobs = n_jobs
        self.verbose = verbose

    def fit(self, X, y=None):
        """Keep the diagrams, and choose the bandwidth.

        Parameters
        ----------
        X : list of length n_samples
            Arrays of shape (n_bars, 2), or lists with one such array for each homology
            dimension.
        y : None
            Ignored.

        Returns
        -------
        self
        """
        self._fit_and_compare(X)
        return self

    def _fit_transform(self, X):
        distances = self._fit_and_compare(X)
        return self._kernel(self._sliced(None) if distances is None else distances)

    @fit_context(prefer_skip_nested_validation=True)
    def _fit_and_compare(self, X):
        """Fit; the distances between the diagrams, where the bandwidth needs them."""
        super().fit(X)
        if self.bandwidth is not None:
            self.bandwidth_ = float(self.bandwidth)
            return None
        distances = self._sliced(None)
        pairs = distances[np.triu_indices(len(distances), 1)]
        some = pairs[(pairs > 0) & np.isfinite(pairs)]
        self.bandwidth_ = float(np.sqrt(np.median(some) / 2)) if some.size else 1.0
        return distances

    def _of(self, columns):
        return self._kernel(self._sliced(columns))

    def _sliced(self, columns):
        params = {"n_directions": self.n_directions}
        return self._distances(columns, "sliced_wasserstein", params)

    def _kernel(self, distances):
        # Not over the square, which may be too small for numbers.
        return np.exp(-(distances / self.bandwidth_) / (2 * self.bandwidth_))
