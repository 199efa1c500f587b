"""Losses of scores and their gradients, for terms and for gradients of estimators."""

import numpy as np
from scipy.special import expit, log_softmax


def logistic_losses(margins, target):
    """log(1 + exp(m)) - t m of every entry, and its derivative in the margin m.

    Parameters
    ----------
    margins, target : ndarray of one shape
        Log odds, and probabilities t from 0 to 1.

    Returns
    -------
    losses, residual : ndarray of the same shape
    """
    return np.logaddexp(0.0, margins) - target * margins, expit(margins) - target


def softmax_losses(scores, target):
    """-sum of t log softmax(scores) of every row, and its gradient in the scores.

    Parameters
    ----------
    scores, target : ndarray of shape (n_samples, n_classes)
        The target holds probabilities t, such as a 1 in the column of the right class.

    Returns
    -------
    losses : ndarray of shape (n_samples,)
    residual : ndarray of shape (n_samples, n_classes)
    """
    log_probabilities = log_softmax(scores, axis=1)
    losses = -(target * log_probabilities).sum(axis=1)
    total = target.sum(axis=1, keepdims=True)
    return losses, np.exp(log_probabilities) * total - target


def log_losses(margins, target):
    """The loss of every sample, and its gradient in the margins.

    Parameters
    ----------
    margins, target : ndarray of shape (n_samples,) or (n_samples, n_rows)

    Returns
    -------
    losses : ndarray of shape (n_samples,)
    residual : ndarray of the margins' shape
        Probabilities less the target.
    """
    if margins.ndim == 2 and margins.shape[1] > 1:
        return softmax_losses(margins, target)
    losses, residual = logistic_losses(margins, target)
    return losses.reshape(len(margins)), residual


def squared_losses(output, target):
    """||output - target||^2 / 2 of every sample, and its gradient in the output."""
    residual = output - target
    return (residual**2).reshape(len(residual), -1).sum(axis=1) / 2, residual
