"""Logistic regression with penalised weights: its objective, and plain descents."""

from functools import cached_property

import numpy as np

from sktopo._losses import log_losses
from sktopo.base import Term
from sktopo.linear_model._descent import descend
from sktopo.objectives import ComposedTerm, LogLossTerm

MOST_CURVATURE = 0.25  # Böhning's bound on p (1 - p)
_RATE = 0.1  # of Adam, where margins have about the size of the weights


class LogisticColumns:
    """The columns of X and of an intercept, centred: once for all penalties of them.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    sample_weight : ndarray of shape (n_samples,)
    fit_intercept : bool
    """

    def __init__(self, X, sample_weight, fit_intercept):
        self.X, self.sample_weight = X, sample_weight
        self.fit_intercept = fit_intercept

    @cached_property
    def mean(self):
        """The means of X; zero without an intercept."""
        if not self.fit_intercept:
            return np.zeros(self.X.shape[1])
        return np.average(self.X, axis=0, weights=self.sample_weight)

    @property
    def weighted(self):
        """X less its means, times the roots of the weights of samples."""
        return np.sqrt(self.sample_weight)[:, None] * (self.X - self.mean)

    @cached_property
    def size(self):
        """The largest singular value of the weighted columns of X."""
        return float(np.linalg.norm(self.weighted, 2))

    @cached_property
    def unit(self):
        """The entry of the intercept's column: it is as long as X is large."""
        return self.size / float(np.sqrt(self.sample_weight.sum())) or 1.0

    @cached_property
    def centred(self):
        """X less its means, and a column for an intercept, orthogonal to it."""
        centred = self.X - self.mean
        if not self.fit_intercept:
            return centred
        return np.column_stack([centred, np.full(len(centred), self.unit)])


class LogisticProblem:
    """log loss + alpha * sum of penalty(row of coef) + l2 ||coef||^2.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    target : ndarray of shape (n_samples, n_rows)
        One column for the log odds of two classes, or one for each class.
    sample_weight : ndarray of shape (n_samples,)
    alpha, l2 : float >= 0
    penalty : Term
    fit_intercept : bool
    columns : LogisticColumns or None, default=None
        Those of X, where another problem has them.
    """

    def __init__(
        self, X, target, sample_weight, alpha, penalty, l2, fit_intercept, columns=None
    ):
        self.X, self.target, self.sample_weight = X, target, sample_weight
        self.alpha, self.penalty, self.l2 = alpha, penalty, l2
        self.fit_intercept = fit_intercept
        if columns is None:
            columns = LogisticColumns(X, sample_weight, fit_intercept)
        self.columns = columns

    def with_penalty(self, penalty, alpha=None, l2=None):
        """The same data under another penalty."""
        return LogisticProblem(
            self.X,
            self.target,
            self.sample_weight,
            self.alpha if alpha is None else alpha,
            penalty,
            self.l2 if l2 is None else l2,
            self.fit_intercept,
            self.columns,
        )

    @property
    def lipschitz(self):
        """That of the gradient of all but the penalty, in one row of the weights."""
        return MOST_CURVATURE * self.columns.size**2 + 2 * self.l2 or 1.0

    @property
    def has_one_majorant(self):
        """Whether proximal Newton steps see all of the penalty."""
        penalty = self.penalty
        if self.alpha == 0:
            return True
        return penalty.majorant is None or penalty.majorant(np.zeros(1)) is penalty

    def losses(self, margins):
        """The weighted loss, and probabilities less the target."""
        losses, residual = log_losses(margins, self.target)
        return float(self.sample_weight @ losses), residual

    def row_penalties(self, coef):
        """The penalty and the squared norm of each row, and their gradients."""
        norms, slopes = self.l2 * (coef**2).sum(axis=1), 2 * self.l2 * coef
        if self.alpha == 0:
            return norms, slopes
        values, grads = self.penalty.batch_value_and_grad(coef)
        return norms + self.alpha * values, slopes + self.alpha * grads

    def ties(self, w, reach):
        """Labels of the weights of a row; see ``Problem.ties``."""
        if self.alpha == 0:
            return np.arange(w.size)
        penalty = self.penalty
        if penalty.majorant is not None:
            penalty = penalty.majorant(w)
        return penalty.ties(w, reach * np.abs(w).max(initial=0.0))

    def value(self, coef, intercept):
        """The objective."""
        loss, _ = self.losses(self.X @ coef.T + intercept)
        return loss + self.row_penalties(coef)[0].sum()

    @property
    def objective(self):
        """All of it, as a term in the weights with the intercept behind them."""
        ones = np.ones((len(self.X), int(self.fit_intercept)))
        loss = LogLossTerm(self.target, np.hstack([self.X, ones]), self.sample_weight)
        n_features = self.X.shape[1]
        return loss + _RowPenalties(self.penalty, self.alpha, self.l2, n_features)


class _RowPenalties(Term):
    """alpha * penalty + l2 ||.||^2 of the first n_features entries of every row."""

    def __init__(self, penalty, alpha, l2, n_features):
        self.penalty = penalty
        self.alpha = alpha
        self.l2 = l2
        self.n_features = n_features

    def value_and_grad(self, x):
        """Evaluate at rows of weights."""
        return self._sum(x, [self.penalty.value_and_grad] * len(x))

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration."""
        functions = []

        def value_and_grad(x):
            while len(functions) < len(x):
                functions.append(self.penalty.warm_value_and_grad())
            return self._sum(x, functions)

        return value_and_grad

    @property
    def is_random(self):
        """Whether the penalty is random."""
        return self.penalty.is_random

    def _sum(self, x, functions):
        coef = x[:, : self.n_features]
        value, grad = self.l2 * float((coef**2).sum()), np.zeros(x.shape)
        grad[:, : self.n_features] = 2 * self.l2 * coef
        for k, function in enumerate(functions):
            energy, slope = function(coef[k])
            value += self.alpha * energy
            grad[k, : self.n_features] += self.alpha * slope
        return value, grad


def descend_together(problem, coef, intercept, solver, settings):
    """Descend in weights and intercepts at once, by Adam, L-BFGS or both.

    Returns
    -------
    scipy.optimize.OptimizeResult
        With ``x`` the pair (coef, intercept).
    """
    # In units in which the margins, not the weights, move by about the same.
    n_features = problem.X.shape[1]
    unit = np.ones(n_features + problem.fit_intercept)
    mean = np.average(problem.X, axis=0, weights=problem.sample_weight)
    spread = np.average((problem.X - mean) ** 2, axis=0, weights=problem.sample_weight)
    unit[:n_features] = 1 / (np.sqrt(spread.mean()) or 1.0)
    objective = ComposedTerm(
        problem.objective, (lambda z: z * unit, lambda z, grad: grad * unit)
    )
    start = np.column_stack([coef, intercept])[:, : unit.size] / unit
    result = descend(objective, start, solver, _RATE, settings)
    x = result.x * unit
    result.x = x[:, :n_features], np.zeros(len(x))
    if problem.fit_intercept:
        result.x = x[:, :n_features], x[:, n_features]
    return result
