"""Predictions of classifiers from their margins."""

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin


class MarginClassifierMixin(ClassifierMixin):
    """Predicts by ``decision_function`` and ``classes_``.

    The margins of two classes are log odds of the second one, in one axis; those of
    more are log probabilities up to a constant.
    """

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        margins = self.decision_function(X)
        best = margins > 0 if margins.ndim == 1 else margins.argmax(axis=1)
        return self.classes_[best.astype(np.intp)]

    def predict_log_proba(self, X):
        """Predict logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        margins = self.decision_function(X)
        if margins.ndim == 1:
            return log_expit(np.column_stack([-margins, margins]))
        return log_softmax(margins, axis=1)

    def predict_proba(self, X):
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        return np.exp(self.predict_log_proba(X))
