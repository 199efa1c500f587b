"""What transformers of diagrams share: diagrams by dimension, names, pullbacks."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._arrays import check_unmasked
from sktopo._diagrams import check_diagram
from sktopo._fitting import fit_context
from sktopo._sklearn_compat import container_of


class DiagramList(list):
    """The diagrams of many samples, and the dimensions that they are of.

    Parameters
    ----------
    diagrams : iterable
        Arrays of shape (n_bars, 2), or lists with one for each dimension.
    homology_dimensions : tuple of int
    row_index : pandas.Index or None, default=None
        That of the table whose rows the samples were.
    """

    def __init__(self, diagrams, homology_dimensions, row_index=None):
        super().__init__(diagrams)
        self.homology_dimensions = homology_dimensions
        self.row_index = row_index

    def __reduce__(self):
        return type(self), (list(self), self.homology_dimensions, self.row_index)

    def __getitem__(self, index):
        found = super().__getitem__(index)
        if isinstance(index, slice):
            rows = None if self.row_index is None else self.row_index[index]
            return type(self)(found, self.homology_dimensions, rows)
        return found


def in_container(transformer, features, diagrams):
    """Features of diagrams, with the index of their table where that is wanted.

    scikit-learn adds the names of columns, and knows no index of a list.
    """
    row_index = getattr(diagrams, "row_index", None)
    if row_index is None or container_of(transformer) != "pandas":
        return features
    import pandas as pd

    return pd.DataFrame(features, index=row_index)


class DiagramTransformer(TransformerMixin, BaseEstimator):
    """Diagrams of each sample, one or one for each dimension, to columns.

    A subclass has ``_fit(k, diagrams)``, which may look at the diagrams of the k-th
    dimension, ``_features(k, diagrams)`` and ``_names(k)``.
    """

    @fit_context(prefer_skip_nested_validation=True)
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

        Raises
        ------
        ValueError
            If X holds no diagrams, or a parameter cannot be.
        """
        columns = _by_dimension(X, type(self).__name__)
        self.n_diagrams_in_ = len(columns)
        told = getattr(X, "homology_dimensions", None)
        self.homology_dimensions_ = tuple(told or range(len(columns)))
        for k, diagrams in enumerate(columns):
            self._fit(k, diagrams)
        return self

    def transform(self, X):
        """Compute the features.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)

        Raises
        ------
        ValueError
            If X holds no diagrams or another number of them.
        """
        parts = [self._features(k, d) for k, d in enumerate(self._columns(X))]
        return in_container(self, np.hstack(parts), X)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns, which begin with the homology dimension.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the diagrams of a sample, such as those that PersistenceDiagrams
            gives. None is what ``fit`` was told, and else H0, H1 and so on.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        if input_features is None:
            input_features = [f"H{k}" for k in self.homology_dimensions_]
        if len(input_features) != self.n_diagrams_in_:
            raise ValueError(
                f"input_features of {type(self).__name__} must have a name for each of "
                f"the {self.n_diagrams_in_} diagrams of a sample. "
                f"Got {list(input_features)!r}."
            )
        return np.array(
            [
                f"{diagram}_{name}"
                for k, diagram in enumerate(input_features)
                for name in self._names(k)
            ],
            dtype=object,
        )

    def _columns(self, X):
        check_is_fitted(self)
        name = type(self).__name__
        columns = _by_dimension(X, name)
        if len(columns) != self.n_diagrams_in_:
            raise ValueError(
                f"X has {len(columns)} diagrams for each sample, but {name} was fitted "
                f"on {self.n_diagrams_in_}."
            )
        return columns

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags


class DifferentiableDiagramTransformer(DiagramTransformer):
    """One whose features of all diagrams come in one pass, with their pullback.

    A subclass has ``_values(bars, lengths)`` and ``_value_and_pullback(bars, lengths)``
    of the diagrams of one dimension, one behind the other.
    """

    def value_and_pullback(self, X):
        """Compute the features, and the pullback of gradients in them.

        Parameters
        ----------
        X : list of length n_samples
            As in ``fit``.

        Returns
        -------
        features : ndarray of shape (n_samples, n_features_out)
            What ``transform`` returns.
        pullback : callable
            Takes an array of the shape of ``features``, and returns a list of the
            structure of X with an array of shape (n_bars, 2) for each diagram.
        """
        stacked = [self._stacked(column) for column in self._columns(X)]
        found = [self._value_and_pullback(*one) for one in stacked]
        is_nested = isinstance(next(iter(X)), (list, tuple))

        def pullback(grad):
            parts = np.split(np.asarray(grad), len(stacked), axis=1)
            back = [
                np.split(pull_part(part), np.cumsum(lengths)[:-1])
                for part, (_, pull_part), (_, lengths) in zip(
                    parts, found, stacked, strict=True
                )
            ]
            return list(map(list, zip(*back, strict=True))) if is_nested else back[0]

        return np.hstack([features for features, _ in found]), pullback

    def _fit(self, k, diagrams):
        self._stacked(diagrams)

    def _features(self, k, diagrams):
        return self._values(*self._stacked(diagrams))

    def _stacked(self, diagrams):
        """All bars of one homology dimension, and how many each diagram has."""
        bars = check_diagram(np.concatenate(diagrams), type(self).__name__)
        return bars, np.array([len(diagram) for diagram in diagrams])


def _by_dimension(X, owner):
    """One list of diagrams over all samples for each homology dimension."""
    if not hasattr(X, "__iter__"):
        raise ValueError(
            f"{owner} takes a list with the diagrams of each sample. Got {X!r}."
        )
    if hasattr(X, "columns"):
        raise TypeError(
            f"{owner} takes a list with the diagrams of each sample, such as "
            f"PersistenceDiagrams returns. Got a {type(X).__name__}."
        )
    samples = list(X)
    for i, sample in enumerate(samples):
        for diagram in sample if isinstance(sample, (list, tuple)) else [sample]:
            check_unmasked(diagram, f"X[{i}] of {owner}")
    if not samples:
        raise ValueError("Found 0 sample(s) while a minimum of 1 is required.")
    if all(isinstance(sample, (list, tuple)) for sample in samples) and all(
        _is_diagram(diagram) for sample in samples for diagram in sample
    ):
        if len({len(sample) for sample in samples}) > 1 or not samples[0]:
            raise ValueError(
                f"{owner} takes the same number of diagrams for each sample. "
                f"Got {sorted({len(sample) for sample in samples})}."
            )
        return [list(column) for column in zip(*samples, strict=True)]
    for i, sample in enumerate(samples):
        if not _is_diagram(sample):
            raise ValueError(
                f"{owner} takes diagrams: arrays of shape (n_bars, 2), or lists with "
                f"one for each dimension. Sample {i} has shape {_shape(sample)}."
            )
    return [samples]


def _is_diagram(x):
    return isinstance(x, np.ndarray) and x.ndim == 2 and x.shape[1] == 2


def _shape(x):
    return x.shape if hasattr(x, "shape") else f"unknown ({type(x).__name__})"
