"""Predictions of classifiers from their margins."""

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets


class MarginClassifierMixin(ClassifierMixin):
    """Predicts by ``decision_function`` and ``classes_``.

    The margins of two classes are log odds of the second one, in one axis; those of
    more are log probabilities up to a constant.
    """

    def _read_classes(self, y):
        """Remember the classes of a fit.

        Returns
        -------
        labels : ndarray of int of shape (n_samples,)
            Their places in ``classes_``.

        Raises
        ------
        ValueError
            If y holds no classes, or fewer than two.
        """
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y of {type(self).__name__}.fit must hold at least 2 classes. "
                f"Got 1 class: {self.classes_.tolist()[0]!r}."
            )
        return labels

    def _target_of(self, labels):
        """One column for each class, or that of the second one of two."""
        target = np.eye(len(self.classes_))[labels]
        return target[:, 1:] if len(self.classes_) == 2 else target

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
