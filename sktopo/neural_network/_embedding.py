"""What embeddings share: rows to codes, and codes to rows."""

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted

from sktopo._sklearn_compat import CallbackSupportMixin
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import warn_unused
from sktopo.neural_network._code_topology import (
    TOPOLOGY_CONSTRAINTS,
    topology_of_codes,
)
from sktopo.neural_network._decoding import check_codes
from sktopo.neural_network._unused import warn_of_term

_LEAST, _MOST = 1e-100, 1e100  # whose squares are numbers


class Embedding(
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    BaseEstimator,
):
    """A map of rows to codes; a subclass has ``value_and_pullback(X)``."""

    _MATCHING = {}  # parameters of MatchedPersistence

    def transform(self, X):
        """Embed rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            Codes, in the units of X.
        """
        check_is_fitted(self)
        return self.value_and_pullback(self._validated(X, reset=False))[0]

    def _validated(self, X, **checks):
        check_one_table(X, type(self).__name__, "Flatten images to rows.")
        return validate_table(self, X, dtype=np.float64, **checks)

    def _topology(self, shape):
        """The terms of ``topology_of_codes`` of this shape."""
        names = ("filtration", "objective_dimensions")
        if self.objective is None:
            why = "without an 'objective'"
            warn_unused(self, (*names, "objective_weight"), why)
        warn_of_term(self, names)
        values = {name: getattr(self, name) for name in TOPOLOGY_CONSTRAINTS}
        owner = type(self).__name__
        return topology_of_codes(
            **values, matching=self._MATCHING, shape=shape, owner=owner
        )

    def _check_n_components(self, X):
        if self.n_components > X.shape[1]:
            raise ValueError(
                f"The 'n_components' parameter of {type(self).__name__} must be at "
                f"most the number of features, {X.shape[1]}. Got {self.n_components}."
            )

    def _centred(self, X):
        """X less its mean, in units of the root of its total variance, and these."""
        mean = X.mean(axis=0)
        rows = X - mean
        extent = np.abs(rows).max()
        if extent and not _LEAST < extent < _MOST:
            raise ValueError(
                f"X of {type(self).__name__} must have an extent between {_LEAST:.0e} "
                f"and {_MOST:.0e}. Got {extent:.3e}: change its unit."
            )
        scale = float(np.sqrt((rows**2).sum(axis=1).mean())) or 1.0
        return rows / scale, mean, scale


class InvertibleEmbedding(Embedding):
    """An embedding with a way back.

    A subclass has ``components_``, one for each component of a code, and
    ``inverse_value_and_pullback(Z)``.
    """

    def inverse_transform(self, Z):
        """Make rows of codes.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_components)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        Z = check_codes(Z, len(self.components_), self)
        return self.inverse_value_and_pullback(Z)[0]

    @property
    def _n_features_out(self):
        return len(self.components_)
