"""Diagrams -> what a vectorizer of another library makes of them, as columns."""

import warnings

import numpy as np
from sklearn.base import clone

from sktopo._diagrams import check_diagram
from sktopo._sklearn_compat import HasMethods
from sktopo.feature_extraction._base import DiagramTransformer


class DiagramVectorizer(DiagramTransformer):
    """Put a vectorizer of gudhi.representations to any diagrams, with named columns.

    Those take the diagrams of one dimension, finite and with births below deaths, and
    return bare arrays; for others they fail, or give zeros. Here a clone of the
    vectorizer is fitted for each homology dimension, on diagrams without their
    essential bars; bars of superlevel sets have both ends negated. A diagram without
    bars is 0 in all columns where the vectorizer makes no finite numbers of it, and
    complex numbers are two columns. Gradients do not go through it.

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
    homology_dimensions_ : tuple of int
        Which ones, as PersistenceDiagrams tells them; else 0, 1 and so on.

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
        vectorizer = clone(self.vectorizer).fit(clean)
        self.vectorizers_.append(vectorizer)
        some = [diagram for diagram in clean if len(diagram)]
        self._n_columns.append(_columns(vectorizer, some[:1]).shape[1])

    def _features(self, k, diagrams):
        clean, vectorizer = _clean(diagrams), self.vectorizers_[k]
        features = np.zeros((len(clean), self._n_columns[k]))
        is_empty = np.array([len(diagram) == 0 for diagram in clean])
        if not is_empty.all():
            some = [diagram for diagram in clean if len(diagram)]
            features[~is_empty] = _columns(vectorizer, some)
        if is_empty.any():
            features[is_empty] = _of_no_bars(vectorizer, features.shape[1])
        return features

    def _names(self, k):
        name = type(self.vectorizer).__name__.lower()
        return [f"{name}{i}" for i in range(self._n_columns[k])]


def _columns(vectorizer, diagrams):
    found = np.asarray(vectorizer.transform(diagrams))
    if found.ndim != 2:
        raise TypeError(
            "The 'vectorizer' parameter of DiagramVectorizer must make one row of "
            f"columns of each diagram. {vectorizer!r} made an array of shape "
            f"{found.shape} of {len(diagrams)}."
        )
    if np.iscomplexobj(found):
        found = np.hstack([found.real, found.imag])
    return found


def _of_no_bars(vectorizer, n_columns):
    """What a vectorizer makes of an empty diagram, if that is a row of numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            row = _columns(vectorizer, [np.empty((0, 2))])
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return 0.0
    is_row = row.shape == (1, n_columns) and np.isfinite(row).all()
    return row if is_row else 0.0


def _clean(diagrams):
    """Finite bars, births below deaths."""
    diagrams = [check_diagram(diagram, "DiagramVectorizer") for diagram in diagrams]
    clean = [diagram[np.isfinite(diagram).all(axis=1)] for diagram in diagrams]
    return [np.where(d[:, :1] > d[:, 1:], -d, d) for d in clean]
