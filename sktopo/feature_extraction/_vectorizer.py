"""Diagrams -> what a vectorizer of another library makes of them, as columns."""

import numpy as np
from sklearn.base import clone

from sktopo._sklearn_compat import HasMethods
from sktopo.feature_extraction._base import DiagramTransformer


class DiagramVectorizer(DiagramTransformer):
    """Put a vectorizer of gudhi.representations to any diagrams, with named columns.

    Those take the diagrams of one dimension, finite and with births below deaths, and
    return bare arrays; for others they fail, or give zeros. Here a clone of the
    vectorizer is fitted for each homology dimension, on diagrams without their
    essential bars; bars of superlevel sets have both ends negated. Where no sample has
    any bar the columns are 0.

    Parameters
    ----------
    vectorizer : transformer of lists of diagrams
        Such as ``gudhi.representations.PersistenceImage()``, ``Landscape()`` or
        ``BettiCurve()``.

    Attributes
    ----------
    vectorizers_ : list
        The fitted ones, one for each diagram of a sample.
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.

    Examples
    --------
    >>> from gudhi.representations import BettiCurve
    >>> from sktopo import PersistenceDiagrams
    >>> from sktopo.feature_extraction import DiagramVectorizer
    >>> from sktopo.filtrations import Cubical
    >>> signals = [[0, 3, 1, 5, 2], [4, 4, 4, 4, 4]]
    >>> diagrams = PersistenceDiagrams(Cubical(superlevel=True), 0).transform(signals)
    >>> DiagramVectorizer(BettiCurve(resolution=3)).fit_transform(diagrams)
    array([[1., 2., 2.],
           [0., 0., 0.]])
    """

    _parameter_constraints = {"vectorizer": [HasMethods(["fit", "transform"])]}

    def __init__(self, vectorizer):
        self.vectorizer = vectorizer

    def _fit(self, k, diagrams):
        clean = _clean(diagrams)
        if k == 0:
            self.vectorizers_, self._n_columns = [], []
        if not any(map(len, clean)):
            # Ranges that are taken from bars need one.
            clean = [np.array([[0.0, 1.0]])]
        self.vectorizers_.append(clone(self.vectorizer).fit(clean))
        self._n_columns.append(self.vectorizers_[k].transform(clean[:1]).shape[1])

    def _features(self, k, diagrams):
        clean = _clean(diagrams)
        features = np.zeros((len(clean), self._n_columns[k]))
        filled = [i for i, diagram in enumerate(clean) if len(diagram)]
        if filled:
            found = self.vectorizers_[k].transform([clean[i] for i in filled])
            features[filled] = found
        return features

    def _names(self, k):
        name = type(self.vectorizer).__name__.lower()
        return [f"{name}{i}" for i in range(self._n_columns[k])]


def _clean(diagrams):
    """Finite bars, births below deaths."""
    clean = [diagram[np.isfinite(diagram).all(axis=1)] for diagram in diagrams]
    return [np.where(d[:, :1] > d[:, 1:], -d, d) for d in clean]
