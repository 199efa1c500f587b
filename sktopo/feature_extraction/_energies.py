"""Diagrams -> the energies E(p, q, i0) as columns."""

import numbers

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._sklearn_compat import _fit_context
from sktopo.functionals import PersistenceEnergy
from sktopo.functionals._energy import check_midpoints


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
        self._exponents()
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
        check_is_fitted(self)
        columns = _by_dimension(X)
        if len(columns) != self.n_diagrams_in_:
            raise ValueError(
                f"X has {len(columns)} diagrams for each sample, but "
                f"PersistenceEnergies was fitted on {self.n_diagrams_in_}."
            )
        exponents = self._exponents()
        features = np.hstack([_energies(column, *exponents) for column in columns])
        if not np.isfinite(features).all():
            raise ValueError(
                "PersistenceEnergies overflows: the lifetimes or midpoints are too "
                "large for their powers. Rescale the data, or take smaller p and q."
            )
        return features

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
        p, q, i0 = self._exponents()
        return np.array(
            [
                f"diagram{k}_p{_short(a)}_q{_short(b)}_i{i}"
                for k in range(self.n_diagrams_in_)
                for i in i0
                for a in p
                for b in q
            ],
            dtype=object,
        )

    def _exponents(self):
        return [self._exponent(name) for name in ("p", "q", "i0")]

    def _exponent(self, name):
        try:
            values = np.atleast_1d(getattr(self, name))
            if values.ndim != 1 or values.size == 0:
                raise ValueError("It is no sequence of numbers.")
            if np.unique(values).size < values.size:
                raise ValueError("It repeats a number.")
            for value in values.tolist():
                # The functional of one number knows what it may be.
                PersistenceEnergy(**{name: value})._check_params()
        except ValueError as error:
            raise ValueError(
                f"The {name!r} parameter of PersistenceEnergies must be a non-empty "
                f"sequence of distinct numbers. Got {getattr(self, name)!r}: {error}"
            ) from error
        return values

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


def _short(number):
    return f"{number:g}" if float(f"{number:g}") == number else repr(float(number))


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


def _energies(diagrams, p, q, i0):
    """Energies of one homology dimension, shape (n_samples, n_i0 * n_p * n_q)."""
    counts = np.array([len(diagram) for diagram in diagrams])
    bars = np.concatenate(diagrams).astype(np.float64)
    sample = np.repeat(np.arange(counts.size), counts)
    if np.isnan(bars).any() or not np.isfinite(bars[:, 0]).all():
        raise ValueError("Diagrams must have finite births and no NaN.")
    lifetime = np.abs(bars[:, 1] - bars[:, 0])
    # Inside each sample by decreasing lifetime: place 1 is the longest bar.
    order = np.lexsort((-lifetime, sample))
    starts = np.cumsum(counts) - counts
    place = np.arange(1, order.size + 1) - starts[sample]
    bars, lifetime = bars[order], lifetime[order]
    here = np.flatnonzero(np.isfinite(lifetime) & (lifetime > 0))
    bars, lifetime, place, sample = (
        bars[here],
        lifetime[here],
        place[here],
        sample[here],
    )
    middle = bars.mean(axis=1)
    for value in q.tolist():
        check_midpoints(middle, value, "PersistenceEnergies")
    with np.errstate(over="ignore"):
        terms = lifetime[:, None, None] ** p[:, None] * middle[:, None, None] ** q
    terms = terms.reshape(here.size, p.size * q.size)
    blocks = []
    for first in i0:
        counted = np.flatnonzero(place >= first)
        sums = csr_array(
            (np.ones(counted.size), (sample[counted], counted)),
            shape=(counts.size, here.size),
        )
        blocks.append(sums @ terms)
    return np.hstack(blocks)
