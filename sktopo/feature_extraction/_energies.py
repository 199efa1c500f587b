"""Diagrams -> the energies E(p, q, i0) as columns."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._sklearn_compat import _fit_context
from sktopo.functionals import EnergyTable


class PersistenceEnergies(TransformerMixin, BaseEstimator):
    """Turn diagrams into the numbers E(p, q, i0), one column for each combination.

    E(p, q, i0) is the sum of ``|d - b|^p ((d + b) / 2)^q`` over the bars from the i0-th
    longest on; see PersistenceEnergy. The features of [1]_ are the default: p and q
    from 0 to 4.

    Parameters
    ----------
    p : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the lifetime.
    q : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the midpoint.
    i0 : sequence of int >= 1, default=(1,)
        The first bars that count.

    Attributes
    ----------
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.

    See Also
    --------
    PersistenceDiagrams : Data to diagrams.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.3, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.feature_extraction import PersistenceEnergies
    >>> diagrams = [np.array([[0.0, 2.0], [0.0, 1.0]]), np.empty((0, 2))]
    >>> energies = PersistenceEnergies(p=(1, 2), q=(0,)).fit(diagrams)
    >>> energies.transform(diagrams)
    array([[3., 5.],
           [0., 0.]])
    >>> energies.get_feature_names_out()
    array(['diagram0_p1_q0_i1', 'diagram0_p2_q0_i1'], dtype=object)
    """

    _parameter_constraints = {
        "p": ["array-like", numbers.Real],
        "q": ["array-like", numbers.Real],
        "i0": ["array-like", numbers.Integral],
    }

    def __init__(self, p=(0, 1, 2, 3, 4), q=(0, 1, 2, 3, 4), i0=(1,)):
        self.p = p
        self.q = q
        self.i0 = i0

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and count the diagrams of a sample.

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
        self._table()
        self.n_diagrams_in_ = len(_by_dimension(X))
        return self

    def transform(self, X):
        """Compute the energies.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_diagrams_in_ * n_i0 * n_p * n_q)
            Finite: essential bars count for i0 and add nothing.

        Raises
        ------
        ValueError
            If X holds no diagrams or another number of them, if a midpoint is negative
            while a q is not an integer, or if a power overflows.
        """
        table, columns = self._table(), self._columns(X)
        return np.hstack([table.values(*_stacked(column)) for column in columns])

    def value_and_pullback(self, X):
        """Compute the energies, and the way back for their gradients.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.

        Returns
        -------
        features : ndarray of shape (n_samples, n_diagrams_in_ * n_i0 * n_p * n_q)
            What ``transform`` returns.
        pullback : callable
            Takes an array of the shape of ``features``, and returns a list of the
            structure of X with an array of shape (n_bars, 2) for each diagram.
        """
        table, columns = self._table(), self._columns(X)
        stacked = [_stacked(column) for column in columns]
        found = [table.value_and_pullback(*one) for one in stacked]
        features = np.hstack([energies for energies, _ in found])
        is_nested = isinstance(X[0], (list, tuple))

        def pullback(grad):
            parts = np.split(np.asarray(grad), len(columns), axis=1)
            back = [
                np.split(pull(part), np.cumsum(lengths)[:-1])
                for part, (_, pull), (_, lengths) in zip(
                    parts, found, stacked, strict=True
                )
            ]
            return list(map(list, zip(*back, strict=True))) if is_nested else back[0]

        return features, pullback

    def get_feature_names_out(self, input_features=None):
        """Names of the columns: diagram, p, q and i0.

        Parameters
        ----------
        input_features : array-like or None, default=None
            Not used.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        names = self._table().names
        return np.array(
            [
                f"diagram{k}_{name}"
                for k in range(self.n_diagrams_in_)
                for name in names
            ],
            dtype=object,
        )

    def _table(self):
        return EnergyTable(self.p, self.q, self.i0, type(self).__name__)

    def _columns(self, X):
        check_is_fitted(self)
        columns = _by_dimension(X)
        if len(columns) != self.n_diagrams_in_:
            raise ValueError(
                f"X has {len(columns)} diagrams for each sample, but "
                f"PersistenceEnergies was fitted on {self.n_diagrams_in_}."
            )
        return columns

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _by_dimension(X):
    """One list of diagrams over all samples for each homology dimension."""
    if not hasattr(X, "__iter__"):
        raise ValueError(
            f"PersistenceEnergies takes a list with the diagrams of each sample. Got "
            f"{X!r}."
        )
    samples = list(X)
    if not samples:
        raise ValueError("Found 0 sample(s) while a minimum of 1 is required.")
    if all(isinstance(sample, (list, tuple)) for sample in samples) and all(
        _is_diagram(diagram) for sample in samples for diagram in sample
    ):
        if len({len(sample) for sample in samples}) > 1 or not samples[0]:
            raise ValueError(
                "PersistenceEnergies takes the same number of diagrams for each "
                f"sample. Got {sorted({len(sample) for sample in samples})}."
            )
        return [list(column) for column in zip(*samples, strict=True)]
    for i, sample in enumerate(samples):
        if not _is_diagram(sample):
            raise ValueError(
                "PersistenceEnergies takes diagrams: arrays of shape (n_bars, 2), or "
                f"lists with one for each dimension. Sample {i} has shape "
                f"{_shape(sample)}."
            )
    return [samples]


def _is_diagram(x):
    return isinstance(x, np.ndarray) and x.ndim == 2 and x.shape[1] == 2


def _shape(x):
    return x.shape if hasattr(x, "shape") else f"unknown ({type(x).__name__})"


def _stacked(diagrams):
    """All bars of one homology dimension, and how many each diagram has."""
    bars = np.concatenate(diagrams).astype(np.float64)
    if np.isnan(bars).any() or not np.isfinite(bars[:, 0]).all():
        raise ValueError("Diagrams must have finite births and no NaN.")
    return bars, np.array([len(diagram) for diagram in diagrams])
