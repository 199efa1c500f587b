"""Proximal steps of a logistic model: they know all splits of the weights into runs."""

import numpy as np

from sktopo.base import Term
from sktopo.solvers import Composite, ProximalGradient


def after_proximal_steps(state, n_steps):
    """The state after proximal steps in one row after the other."""
    for k in range(len(state.coef)):
        state = _after_steps_in_row(state, k, n_steps)
    return state


def _after_steps_in_row(state, k, n_steps):
    problem, margins = state.problem, state.margins.copy()
    # The intercept of centred columns hardly depends on the weights.
    columns, mean, unit = (
        problem.columns.centred,
        problem.columns.mean,
        problem.columns.unit,
    )

    def smooth(z):
        margins[:, k] = columns @ z
        loss, residual = problem.losses(margins)
        w = z[: mean.size]
        grad = columns.T @ (problem.sample_weight * residual[:, k])
        grad[: mean.size] += 2 * problem.l2 * w
        return loss + problem.l2 * float(w @ w), grad

    penalty = _WithoutIntercept(problem.penalty, mean.size)
    objective = Composite(smooth, penalty, problem.lipschitz, problem.alpha)
    w, b = state.coef[k], state.intercept[k]
    start = np.append(w, (b + mean @ w) / unit)[: columns.shape[1]]
    z = ProximalGradient(max_iter=n_steps, tol=0.0).minimize(objective, start).x
    w = z[: mean.size]
    b = z[-1] * unit - mean @ w if problem.fit_intercept else 0.0
    return state.with_row(k, w, float(b))


def keeps_ties(state, *, under_majorant=False):
    """Whether a proximal gradient step in any of the rows keeps the weights tied.

    A minimum among tied weights is one among all weights then: under a convex penalty,
    or the majorant of the penalty at the weights. Under another penalty, proximal steps
    will find no better split into runs.
    """
    problem, penalty = state.problem, state.problem.penalty
    if problem.alpha == 0:
        return True
    if penalty.prox is None or penalty.ties is None:
        return False
    step = 1 / problem.lipschitz
    for k, w in enumerate(state.coef):
        if under_majorant and problem.penalty.majorant is not None:
            penalty = problem.penalty.majorant(w)
        moved = penalty.prox(w - step * state.smooth_slope(k), step * problem.alpha)
        if not np.array_equal(penalty.ties(moved, 0.0), penalty.ties(w, 0.0)):
            return False
    return True


class _WithoutIntercept(Term):
    """A penalty of the first entries, n_features of them, and none of the rest."""

    def __init__(self, penalty, n_features):
        self.penalty, self.n_features = penalty, n_features

    def value_and_grad(self, x):
        """Evaluate at weights with an intercept behind them."""
        value, grad = self.penalty.value_and_grad(x[: self.n_features])
        return value, np.append(grad, np.zeros(x.size - self.n_features))

    def prox(self, x, step):
        """Minimise ||z - x||^2 / 2 + step * penalty(z) over z."""
        z = self.penalty.prox(x[: self.n_features], step)
        return np.append(z, x[self.n_features :])
