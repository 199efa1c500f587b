"""Newton's method for all rows of the weights at once, among weights that are tied."""

import numpy as np
from scipy.linalg import block_diag

from sktopo._ties import Ties
from sktopo.linear_model._penalised_problem import solve_symmetric

_ROUNDING = 1e-9  # up to which weights are tied, relative to the largest
_DAMPING = 1e-5  # of the Hessian, relative to what it is in the row that curves most


def tied_newton_goal(state):
    """The weights and intercepts that a Newton step under the present ties leads to.

    As long as the same weights are tied and the same cells paired, a piecewise linear
    penalty is linear, and the objective a smooth function of the values of the ties
    and of the intercepts [1]_. Unlike a row after the other, the step sees how the
    rows of softmax depend on each other.

    Parameters
    ----------
    state : State

    Returns
    -------
    coef : ndarray of shape (n_rows, n_features)
    intercept : ndarray of shape (n_rows,)
    decrease : float
        Of the objective, as far as it is quadratic.

    References
    ----------
    .. [1] A. S. Lewis, "Active Sets, Nonsmoothness, and Sensitivity", SIAM Journal on
       Optimization 13 (2002), :doi:`10.1137/S1052623401387623`.
    """
    problem, coef, intercept = state.problem, state.coef, state.intercept
    residual, row_slopes = state.residual, state.penalties[1]
    ones = np.ones((len(problem.X), int(problem.fit_intercept)))
    ties = [Ties(problem.ties(w, _ROUNDING)) for w in coef]
    columns = [np.hstack([tie.sums(problem.X), ones]) for tie in ties]
    widths = [block.shape[1] for block in columns]
    row = np.repeat(np.arange(len(coef)), widths)

    weight = problem.sample_weight
    probability = np.clip(residual + problem.target, 0.0, 1.0)
    weighted = np.sqrt(weight)[:, None] * np.hstack(columns)
    others = probability[:, row] * weighted
    hessian, slopes, no_norm = [], [], np.zeros(ones.shape[1])
    for k, (tie, block) in enumerate(zip(ties, columns, strict=True)):
        own = np.sqrt(weight * probability[:, k])[:, None] * block
        norms = np.append(2 * problem.l2 * tie.counts, no_norm)
        hessian.append(own.T @ own + np.diag(norms))
        slope = block.T @ (weight * residual[:, k])
        slope[: tie.counts.size] += tie.sums(row_slopes[k])
        slopes.append(slope)
    hessian = block_diag(*hessian) - others.T @ others
    slope, places = np.concatenate(slopes), np.cumsum([0, *widths])

    # Of linearly separable classes, what is nearly flat must not be left to rounding.
    curvature = np.average(probability * (1 - probability), axis=0, weights=weight)
    damping = _DAMPING * curvature.max() * (weighted**2).sum(axis=0)
    hessian[np.diag_indices_from(hessian)] += damping
    step = solve_symmetric(hessian, -slope)
    decrease = -float(slope @ step) / 2
    coef, intercept = coef.copy(), intercept.copy()
    for k, (tie, place) in enumerate(zip(ties, places, strict=False)):
        end = place + tie.counts.size
        coef[k] += step[place:end][tie.labels]
        if problem.fit_intercept:
            intercept[k] += step[end]
    return coef, intercept, decrease
