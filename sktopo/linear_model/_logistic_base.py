"""What the logistic models share: classes, weights of samples, and predictions."""

import numpy as np
from sklearn.utils import compute_class_weight
from sklearn.utils.validation import check_is_fitted

from sktopo._margins import MarginClassifierMixin
from sktopo._sklearn_compat import StrOptions
from sktopo._tables import check_one_table, validate_table
from sktopo.gradients import linear_classifier
from sktopo.linear_model._base import ONE_TABLE_HINT, PenalisedModel, checked_weight
from sktopo.linear_model._logistic_data import LogisticData

CLASS_WEIGHT_CONSTRAINT = [dict, StrOptions({"balanced"}), None]


class LogisticClassifier(MarginClassifierMixin, PenalisedModel):
    """Predicts from ``coef_``, ``intercept_`` and ``classes_``."""

    _advice = (
        "Raise max_iter or tol, scale the data, or set l2 where the classes are "
        "linearly separable"
    )

    def _validated(self, X, y, sample_weight):
        """The data, checked; the classes are remembered."""
        check_one_table(X, type(self).__name__, ONE_TABLE_HINT)
        X, y = validate_table(self, X, y, dtype=(np.float64, np.float32))
        self._read_classes(y)
        return X, y, checked_weight(self, sample_weight, X)

    def _data(self, X, y, sample_weight):
        """The classes as columns, and the samples with all of their weights."""
        labels = np.searchsorted(self.classes_, y)
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        if self.class_weight is not None:
            weight = weight * self._class_weights(y, labels, weight)[labels]
        return LogisticData(
            X,
            self._target_of(labels),
            weight,
            fit_intercept=self.fit_intercept,
            solver=self.solver,
            settings=self._settings(),
        )

    def _class_weights(self, y, labels, sample_weight):
        """A weight for each class."""
        if self.class_weight == "balanced":
            totals = np.bincount(labels, sample_weight, len(self.classes_))
            # A class whose samples weigh nothing is not there to be balanced.
            weights = np.zeros(len(totals))
            return np.divide(totals.mean(), totals, out=weights, where=totals > 0)
        weights = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        if not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
            raise ValueError(
                f"The 'class_weight' parameter of {type(self).__name__} must hold "
                "floats in the range [0, inf), one of them positive. "
                f"Got {self.class_weight!r} instead."
            )
        return weights

    def decision_function(self, X):
        """Compute the margins.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log odds of the second of two classes; log probabilities up to a constant.
        """
        check_is_fitted(self)
        X = validate_table(self, X, dtype=(np.float64, np.float32), reset=False)
        margins = X @ self.coef_.T + self.intercept_
        return margins[:, 0] if margins.shape[1] == 1 else margins

    def value_and_pullback(self, X):
        """Compute the margins, and the pullback; see ``sktopo.gradients``.

        Parameters
        ----------
        X : ndarray of float64 of shape (n_samples, n_features)

        Returns
        -------
        margins : ndarray of shape (n_samples,) or (n_samples, n_classes)
            What ``decision_function`` returns.
        pullback : callable
            From an array of the shape of ``margins`` to one of X's shape.
        """
        check_is_fitted(self)
        return linear_classifier(self, X)
