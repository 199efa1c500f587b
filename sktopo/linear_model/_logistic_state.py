"""Weights, margins and objective of a logistic model, and one Newton step."""

import numpy as np

from sktopo.linear_model._design import CentredData
from sktopo.linear_model._logistic_problem import MOST_CURVATURE, LogisticProblem
from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._strategies import convex_step

_LEAST_CURVATURE = 1e-5  # of the largest: that of saturated samples underflows
SHARES = 0.5 ** np.arange(6)  # of a step, tried one after the other
_ROUNDING = 1e-12  # of sums of rows, relative to the sizes of their entries
_PLAIN_SWEEPS = 3  # without a penalty: toward the least loss, not to its end


class State:
    """Weights and intercepts, their margins, and the objective there.

    ``penalties`` are the values and gradients of ``LogisticProblem.row_penalties``.
    """

    def __init__(self, problem, coef, intercept, margins=None, penalties=None):
        self.problem, self.coef, self.intercept = problem, coef, intercept
        if margins is None:
            margins = problem.X @ coef.T + intercept
            penalties = problem.row_penalties(coef)
        self.margins, self.penalties = margins, penalties
        loss, self.residual = problem.losses(margins)
        self.value = loss + penalties[0].sum()

    def smooth_slope(self, k):
        """The gradient in row k of all but the penalty."""
        problem = self.problem
        weighted = problem.sample_weight * self.residual[:, k]
        return weighted @ problem.X + 2 * problem.l2 * self.coef[k]

    def with_row(self, k, w, b):
        """The state with other weights and another intercept in row k."""
        coef, intercept = self.coef.copy(), self.intercept.copy()
        margins = self.margins.copy()
        coef[k], intercept[k] = w, b
        margins[:, k] = self.problem.X @ w + b
        values, slopes = (part.copy() for part in self.penalties)
        values[k : k + 1], slopes[k : k + 1] = self.problem.row_penalties(w[None])
        return State(self.problem, coef, intercept, margins, (values, slopes))

    def under(self, problem):
        """The same weights, where the penalty is another one."""
        return State(problem, self.coef, self.intercept)


def proximal_newton_step(state, k, slope=None):
    """The state after a proximal Newton step in row k; where none helps, the same.

    Where the curvature at the present margins is too flat a guess, and no part of the
    step lowers the objective, the bound 1/4 takes its place, with which it falls [1]_.
    The slope is that of the tangent in a concave part, where it is another one than
    ``concave_slope``.

    References
    ----------
    .. [1] D. Böhning, "Multinomial logistic regression algorithm", Annals of the
       Institute of Statistical Mathematics 44 (1992), :doi:`10.1007/BF00048682`.
    """
    problem, w, b = state.problem, state.coef[k], state.intercept[k]
    residual = state.residual[:, k]
    probability = np.clip(residual + problem.target[:, k], 0.0, 1.0)
    curvature = probability * (1 - probability)
    largest = curvature[problem.sample_weight > 0].max()
    least = max(_LEAST_CURVATURE * largest, np.finfo(float).tiny)
    curvature = np.maximum(curvature, least)
    for bound in (curvature, np.full(len(residual), MOST_CURVATURE)):
        data = CentredData(
            problem.X,
            (state.margins[:, k] - residual / bound)[:, None],
            problem.sample_weight * bound / 2,
            problem.fit_intercept,
        )
        design, targets = data.design(problem.l2)
        row = Problem(design, targets[:, 0], problem.alpha, problem.penalty)
        goal = convex_step(row, w, slope)
        goal_b = float(data.y_mean[0] - goal @ data.X_mean)
        for share in SHARES:
            new = state.with_row(k, w + share * (goal - w), b + share * (goal_b - b))
            if new.value < state.value:
                return new
    return state


def unpenalised_state(problem):
    """A state toward the least loss without the penalty."""
    unpenalised = problem.with_penalty(problem.penalty, alpha=0.0)
    n_rows = problem.target.shape[1]
    state = State(unpenalised, np.zeros((n_rows, problem.X.shape[1])), np.zeros(n_rows))
    for _ in range(_PLAIN_SWEEPS):
        for k in range(n_rows):
            state = proximal_newton_step(state, k)
    return state.under(problem)


def equal_weights_state(problem):
    """A state toward the least loss among weights that are equal in every row."""
    n_features = problem.X.shape[1]
    sums = problem.X.sum(axis=1, keepdims=True)
    # Of rows whose sums differ by rounding alone, equal weights say nothing.
    size = np.abs(problem.X).sum(axis=1).max(initial=0.0)
    if np.ptp(sums) <= _ROUNDING * size:
        sums = np.zeros_like(sums)
    summed = LogisticProblem(
        sums,
        problem.target,
        problem.sample_weight,
        0.0,
        problem.penalty,
        problem.l2 * n_features,
        problem.fit_intercept,
    )
    state = unpenalised_state(summed)
    return State(problem, state.coef.repeat(n_features, axis=1), state.intercept)
