"""The gradient of an estimator's loss with respect to its input."""

from functools import partial

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from sktopo._arrays import as_float64
from sktopo._losses import logistic_losses, softmax_losses, squared_losses
from sktopo._sklearn_compat import is_multilabel
from sktopo.gradients._compose import last_of
from sktopo.gradients._pullbacks import value_and_pullback


def input_gradient(estimator, X, y):
    """The gradient of each row's own loss with respect to the row.

    See :func:`loss_and_gradient`, which returns the losses too.

    Parameters
    ----------
    estimator : classifier or regressor
        A fitted one through which :func:`value_and_pullback` goes.
    X : array-like of shape (n_samples, n_features)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)

    Returns
    -------
    ndarray of X's shape

    Raises
    ------
    ValueError, TypeError, NotImplementedError
        As loss_and_gradient does.

    Examples
    --------
    A step along its sign is the attack of Goodfellow et al. (2015):

    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sktopo.gradients import input_gradient
    >>> X, y = load_digits(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X, y)
    >>> model.score(X, y) > 0.98
    True
    >>> model.score(X + 2 * np.sign(input_gradient(model, X, y)), y) < 0.2
    True
    """
    return loss_and_gradient(estimator, X, y)[1]


def loss_and_gradient(estimator, X, y):
    """The loss of each row, and its gradient with respect to the row.

    With the scores f(x) of a classifier the loss is the cross-entropy
    ``-log softmax(f(x))[y]``, for one score ``log(1 + exp(-f(x)))`` of a row of
    ``classes_[1]`` and ``log(1 + exp(f(x)))`` of ``classes_[0]``, and for several
    labels at once the sum of these over the labels. With the predictions of a regressor
    it is ``||f(x) - y||^2 / 2``.

    Parameters
    ----------
    estimator : classifier or regressor
        A fitted one through which :func:`value_and_pullback` goes.
    X : array-like of shape (n_samples, n_features)
        Or what else the estimator takes, such as (n_samples, height, width).
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Labels in ``estimator.classes_``, a matrix of 0 and 1 where the classifier was
        fitted with one, or the targets of a regressor.

    Returns
    -------
    losses : ndarray of shape (n_samples,)
    gradient : ndarray of X's shape

    Raises
    ------
    ValueError
        If X or y is not finite, has another shape than the estimator was fitted to,
        or y has a label that the classifier does not know; if an SVC has no score for
        each class, that is, ``decision_function_shape="ovo"``.
    TypeError
        If X is sparse, or the estimator is neither classifier nor regressor.
    NotImplementedError
        If no gradient of the estimator is known.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> from sktopo.gradients import loss_and_gradient
    >>> model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    >>> losses, gradient = loss_and_gradient(model, [[3.0]], [5.0])
    >>> losses, gradient
    (array([0.5]), array([[2.]]))
    """
    loss_of_output = loss_of(estimator)
    check_is_fitted(estimator)
    X = validate_data(
        estimator,
        X,
        reset=False,
        dtype=np.float64,
        allow_nd=True,
        ensure_2d=np.ndim(X) < 3,
    )
    output, pullback = value_and_pullback(estimator, X)
    losses, grad_output = loss_of_output(output, y)
    return losses, pullback(grad_output)


def loss_of(estimator):
    """Its loss as a function (output, y) -> (losses, gradient in the output).

    For loops that have looked at X once and call value_and_pullback themselves.
    """
    if isinstance(estimator, type):
        raise TypeError(
            f"estimator must be a fitted one. Got the class {estimator.__name__}."
        )
    if is_classifier(estimator):
        return partial(_cross_entropy, estimator)
    if is_regressor(estimator):
        return partial(_half_squared_error, estimator)
    raise TypeError(
        "estimator must be a classifier or a regressor, so that it has a loss. "
        f"Got {estimator!r}."
    )


def _half_squared_error(estimator, output, y):
    y = as_float64(y, "y", finite=True)
    if output.ndim == 1 and y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    _check_shape(estimator, y, output.shape)
    return squared_losses(output, y)


def _cross_entropy(estimator, scores, y):
    last = last_of(estimator)
    if is_multilabel(last):
        return _binary_losses(scores, _indicators(estimator, y, scores.shape))
    codes = _codes(estimator, column_or_1d(y))
    _check_shape(estimator, codes, scores.shape[:1])
    n_classes = len(estimator.classes_)
    if scores.ndim == 1 and n_classes == 2:
        return _binary_losses(scores, codes)
    # Three classes have three pairs: the number of columns alone does not tell.
    if getattr(last, "decision_function_shape", "ovr") == "ovo":
        raise ValueError(
            f"The cross-entropy needs a score for each of the {n_classes} classes, but "
            f"those of {type(last).__name__} are for pairs of classes. Set "
            "decision_function_shape='ovr'."
        )
    if scores.shape[1:] != (n_classes,):
        raise ValueError(
            f"The cross-entropy needs a score for each of the {n_classes} classes of "
            f"{type(estimator).__name__}. Got scores of shape {scores.shape}."
        )
    return softmax_losses(scores, np.eye(n_classes)[codes])


def _binary_losses(scores, codes):
    losses, grad = logistic_losses(scores, codes)
    return losses.reshape(len(losses), -1).sum(axis=1), grad


def _codes(estimator, y):
    """The place of each label in ``classes_``."""
    known = {label: k for k, label in enumerate(estimator.classes_.tolist())}
    labels = y.tolist()
    unknown = [label for label in labels if label not in known]
    if unknown:
        raise ValueError(
            f"y must have labels in classes_ of {type(estimator).__name__}, "
            f"{estimator.classes_}. Got {unknown[0]!r}."
        )
    return np.array([known[label] for label in labels], dtype=np.intp)


def _indicators(estimator, y, shape):
    y = np.asarray(y)
    _check_shape(estimator, y, shape)
    if not np.isin(y, (0, 1)).all():
        raise ValueError(
            f"y must have a 0 or 1 for each label of {type(estimator).__name__}."
        )
    return y


def _check_shape(estimator, y, expected):
    if y.shape != expected:
        raise ValueError(
            f"y must have shape {expected}, as the outputs of "
            f"{type(estimator).__name__} have. Got {y.shape}."
        )
