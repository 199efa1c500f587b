"""What an attack wants a classifier to say of one row."""

import numpy as np

from sktopo.gradients import loss_of, value_and_pullback

_MARGIN = 1e-6  # the least lead of the winning score: rounding must not undo it


def with_feature_names(estimator, X):
    """Rows as the estimator was fitted to them: with names, if they had names."""
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        return X
    try:
        import pandas as pd
    except ImportError:  # the names are of another library
        return X
    return pd.DataFrame(X, columns=names)


class Goal:
    """That a row is taken for some class, or for any but one.

    Parameters
    ----------
    estimator : fitted classifier
    label : object
        One of ``estimator.classes_``.
    is_untargeted : bool
        Whether all other classes are the goal.
    """

    def __init__(self, estimator, label, is_untargeted):
        self._estimator, self._label = estimator, label
        self._loss = loss_of(estimator)
        self._classes = estimator.classes_
        self._code = int(np.flatnonzero(self._classes == label)[0])
        self._others = is_untargeted

    def evaluate(self, x):
        """Loss of one row, its gradient, and whether the goal is reached."""
        output, pullback = value_and_pullback(self._estimator, x[None])
        wanted = self._wanted(_columns(output))
        losses, grad_output = self._loss(output, self._classes[wanted])
        is_reached = self._leads(_columns(output), wanted)[0] and self._confirmed(x)
        return float(losses[0]), pullback(grad_output)[0], is_reached

    def losses(self, X):
        """Losses of many rows, and which of them seem to reach the goal."""
        output = _scores(self._estimator, X)
        wanted = self._wanted(_columns(output))
        losses, _ = self._loss(output, self._classes[wanted])
        return losses, self._leads(_columns(output), wanted)

    def _confirmed(self, x):
        row = with_feature_names(self._estimator, x[None])
        is_label = self._estimator.predict(row)[0] == self._label
        return bool(is_label != self._others)

    def _wanted(self, scores):
        """The class of each row that is sought: where any will do, the nearest one."""
        if not self._others:
            return np.full(len(scores), self._code)
        scores = scores.copy()
        scores[:, self._code] = -np.inf
        return scores.argmax(axis=1)

    @staticmethod
    def _leads(scores, wanted):
        rows = np.arange(len(scores))
        rest = scores.copy()
        rest[rows, wanted] = -np.inf
        second = rest.max(axis=1)
        lead = scores[rows, wanted] - second
        return lead > _MARGIN * np.maximum(1.0, np.abs(second))


def _columns(output):
    """Scores with a column for each of two classes too."""
    if output.ndim == 1:
        return np.stack([np.zeros_like(output), output], axis=1)
    return output


def _scores(estimator, X):
    """The scores of value_and_pullback, without the pullback."""
    X = with_feature_names(estimator, X)
    if hasattr(estimator, "decision_function"):
        return estimator.decision_function(X)
    with np.errstate(divide="ignore"):
        log = np.log(np.maximum(estimator.predict_proba(X), np.finfo(float).tiny))
    return log[:, 1] - log[:, 0] if log.shape[1] == 2 else log
