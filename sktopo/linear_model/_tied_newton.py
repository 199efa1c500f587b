"""Newton's method for all rows of the weights at once, among weights that are tied."""

import numpy as np
from scipy.linalg import block_diag

from sktopo.linear_model._penalised_problem import solve_symmetric

_ROUNDING = 1e-9  # up to which weights are tied, relative to the largest
_DAMPING = 1e-5  # of the Hessian, relative to its diagonal


def tied_newton_goal(problem, coef, intercept, residual):
    """The weights and intercepts that a Newton step under the present ties leads to.

    As long as the same weights are tied and the same cells paired, a piecewise linear
    penalty is linear, and the objective a smooth function of the values of the ties
    and of the intercepts [1]_. Unlike a row after the other, the step sees how the
    rows of softmax depend on each other.

    Parameters
    ----------
    problem : LogisticProblem
    coef : ndarray of shape (n_rows, n_features)
    intercept : ndarray of shape (n_rows,)
    residual : ndarray of shape (n_samples, n_rows)
        Probabilities less the target, at the weights.

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
    ones = np.ones((len(problem.X), int(problem.fit_intercept)))
    labels = [problem.ties(w, _ROUNDING) for w in coef]
    groups = [np.eye(label.max() + 1)[label] for label in labels]
    columns = [np.hstack([problem.X @ group, ones]) for group in groups]
    widths = [block.shape[1] for block in columns]
    row = np.repeat(np.arange(len(coef)), widths)
    columns = np.hstack(columns)

    weight = problem.sample_weight[:, None]
    probability = np.clip(residual + problem.target, 0.0, 1.0)
    own = np.sqrt(weight * probability)[:, row] * columns
    other = (np.sqrt(weight) * probability)[:, row] * columns
    hessian = np.where(np.equal.outer(row, row), own.T @ own, 0.0) - other.T @ other
    no_norm = np.zeros((ones.shape[1],) * 2)
    norms = [2 * problem.l2 * (group.T @ group) for group in groups]
    hessian += block_diag(*(block for norm in norms for block in (norm, no_norm)))

    slope = columns.T @ (weight * residual)
    slope = slope[np.arange(row.size), row]
    places = np.cumsum([0, *widths])
    for w, group, place in zip(coef, groups, places, strict=False):
        slope[place : place + group.shape[1]] += group.T @ problem.row_slope(w)

    # Of linearly separable classes, what is nearly flat must not be left to rounding.
    diagonal = np.diagonal(hessian).copy()
    n_weights = np.array(widths) - ones.shape[1]
    is_weight = np.arange(row.size) - places[row] < n_weights[row]
    for kind in (is_weight, ~is_weight):
        diagonal[kind] = _DAMPING * diagonal[kind].max(initial=0.0)
    hessian[np.diag_indices_from(hessian)] += diagonal
    step = solve_symmetric(hessian, -slope)
    decrease = -float(slope @ step) / 2
    coef, intercept = coef.copy(), intercept.copy()
    for k, (group, place) in enumerate(zip(groups, places, strict=False)):
        end = place + group.shape[1]
        coef[k] += group @ step[place:end]
        if problem.fit_intercept:
            intercept[k] += step[end]
    return coef, intercept, decrease
