"""||target - design @ w||^2 + alpha * penalty(w): descend, then finish exactly."""

import numpy as np
from scipy.linalg import norm

from sktopo.objectives import SquaredError
from sktopo.solvers import LBFGS, Adam

# How close neighbours must be, relative to the largest weight, to be taken as tied.
_REACHES = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-7, 0.0)
_MAX_SETTLING = 30


def centred(X, y, sample_weight, fit_intercept):
    """Fold weights and intercept into the data.

    Returns
    -------
    design : ndarray of shape (n_rows, n_features)
        At most n_features rows: more are reduced by QR, which changes the squared error
        by a constant only.
    targets : ndarray of shape (n_rows, n_targets)
    X_mean, y_mean : ndarray
        Zero without an intercept.
    """
    weight = np.ones(len(X)) if sample_weight is None else sample_weight
    X_mean, y_mean = np.zeros(X.shape[1]), np.zeros(y.shape[1])
    if fit_intercept:
        X_mean = np.average(X, axis=0, weights=weight)
        y_mean = np.average(y, axis=0, weights=weight)
    used = weight > 0
    root = np.sqrt(weight[used])[:, None]
    design, targets = root * (X[used] - X_mean), root * (y[used] - y_mean)
    if len(design) > X.shape[1]:
        q, design = np.linalg.qr(design)
        targets = q.T @ targets
    return design, targets, X_mean, y_mean


def minimize_penalised(design, target, alpha, penalty, *, solver, start, settings):
    """Weights of least objective that the solver finds, and its result.

    Parameters
    ----------
    design, target : ndarray of shape (n_rows, n_features) and (n_rows,)
    alpha : float > 0
    penalty : WeightPenalty
    solver : {"auto", "adam", "lbfgs"}
    start : ndarray of shape (n_features,)
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.

    Returns
    -------
    scipy.optimize.OptimizeResult
    """
    objective = SquaredError(target, design) + alpha * penalty
    value_and_grad = objective.warm_value_and_grad()
    if solver == "lbfgs":
        result = LBFGS(**settings).minimize(value_and_grad, start)
    else:
        # The norm of BLAS, unlike a mean of squares, does not over- or underflow.
        size = float(norm(start)) / np.sqrt(start.size)
        adam = Adam(size / 10 if size > 0 else 0.1, schedule="adaptive", **settings)
        result = adam.minimize(value_and_grad, start)
        if solver == "auto":
            settings["max_iter"] -= result.nit
            smooth = LBFGS(**settings).minimize(value_and_grad, result.x)
            result.x, result.fun = smooth.x, smooth.fun
            result.nit += smooth.nit
    if penalty.p == 1 and penalty.q == 0:
        finish(result, design, target, alpha, penalty)
    return result


def finish(result, design, target, alpha, penalty):
    """End a descent on a kinked penalty in the exact minimum that it was circling.

    With p = 1 and q = 0 the penalty is linear as long as the same cells are paired.
    Fuse neighbours that are nearly tied, keep the pairs, and solve the small least
    squares that is left; repeat until it settles. Of several reaches the best result
    is kept, and the descent's own where none is better. What has settled has
    converged, whatever the descent says.
    """
    value_and_grad = (SquaredError(target, design) + alpha * penalty).value_and_grad
    gram, moment = design.T @ design, design.T @ target
    slack = 1e-12 * float(target @ target)
    descended = result.x
    for reach in _REACHES:
        w = descended
        for _ in range(_MAX_SETTLING):
            labels = penalty.fused(w, reach * np.abs(w).max(initial=0.0))
            fuse = np.zeros((w.size, labels.max() + 1))
            fuse[np.arange(w.size), labels] = 1.0
            tied = fuse @ ((fuse.T @ w) / fuse.sum(axis=0))
            _, slope = penalty.value_and_grad(tied)
            pull = fuse.T @ (moment - alpha / 2 * slope)
            last = w
            w = fuse @ np.linalg.lstsq(fuse.T @ gram @ fuse, pull, rcond=1e-12)[0]
            settled = np.abs(w - last).max() <= 1e-13 * np.abs(w).max()
            value = value_and_grad(w)[0]
            if value < result.fun + slack:
                result.x, result.fun, slack = w, value, 0.0
            if settled:
                if np.allclose(w, result.x, rtol=1e-12, atol=0.0):
                    result.status = 0
                break
