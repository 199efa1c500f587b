"""||target - design @ w||^2 + alpha * penalty(w): descend, then finish exactly."""

from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, norm
from scipy.optimize import OptimizeResult
from sklearn.base import clone

from sktopo.linear_model._path import PathLeastSquares
from sktopo.objectives import SquaredError
from sktopo.solvers import LBFGS, Adam, ProximalGradient

# How close neighbours must be, relative to the largest weight, to be taken as tied.
_REACHES = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-7, 0.0)
_SHORT_REACHES = (1e-9,)
_MAX_SETTLING = 30
_STEPS_BETWEEN = 20
_RUNGS = 8
_LOOSE = 1e-4
_DESCENT_STEPS = 500


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
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    start : ndarray of shape (n_features,) or None
        None lets the solver choose.
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.

    Returns
    -------
    scipy.optimize.OptimizeResult
    """
    problem = _Problem(_Data(design, target), alpha, penalty)
    if solver == "prox" or (solver == "auto" and penalty.has_prox):
        return _by_prox(problem, start, settings)
    if solver == "dc" or (solver == "auto" and penalty.has_split):
        return _by_difference_of_convex(problem, start, settings)
    value_and_grad = problem.objective.warm_value_and_grad()
    if start is None:
        start = problem.data.least_squares
    if solver == "lbfgs":
        result = LBFGS(**settings).minimize(value_and_grad, start)
    else:
        result = _adam(problem, start, settings)
        if solver == "auto":
            rest = {**settings, "max_iter": settings["max_iter"] - result.nit}
            smooth = LBFGS(**rest).minimize(value_and_grad, result.x)
            result.x, result.fun = smooth.x, smooth.fun
            result.nit += smooth.nit
    if penalty.p == 1 and penalty.q == 0:
        problem.finish(result, _REACHES)
    return result


def _by_prox(problem, start, settings):
    """Proximal gradient that ends in the exact solution as soon as that is known.

    The penalty with i0 = 2 is convex. Its solution is where to start from: the
    objective of a larger i0 has many minima, and from least squares one falls into
    those that plain descent finds. Where least squares is not unique, only the penalty
    pulls in some directions, and slowly; then the way leads from equal weights, the
    solution of a large alpha, down to the alpha that is asked for.
    """
    penalty, max_iter, tol = problem.penalty, settings["max_iter"], settings["tol"]
    stages = [(problem, max_iter, tol)]
    if start is None:
        range_ = clone(penalty).set_params(i0=2)
        if penalty.i0 > 2 and max_iter > 1:
            convex = _Problem(problem.data, problem.alpha, range_)
            stages = [(convex, max_iter // 2, tol), *stages]
        if problem.data.is_unique:
            start = problem.data.least_squares
        else:
            start = problem.data.equal_weights
            end = stages[0][1] // 2
            ladder = [
                (_Problem(problem.data, alpha, range_), end, _LOOSE)
                for alpha in problem.alphas_above(start)
            ]
            stages = [*ladder, *stages]
    n_steps = 0
    for stage, end, stage_tol in stages:
        if end <= n_steps:
            continue
        limits = {**settings, "max_iter": end - n_steps, "tol": max(tol, stage_tol)}
        result = _prox_stage(stage, start, limits)
        n_steps += result.nit
        start = result.x
    result.nit = n_steps
    return result


def _prox_stage(problem, start, settings):
    exact = []

    def settle(result):
        if result.nit % _STEPS_BETWEEN or not problem.is_determined(result.x):
            return False
        problem.finish(result, _SHORT_REACHES)
        if problem.is_fixed_point(result.x):
            exact.append(result)
        return bool(exact)

    result = ProximalGradient(**settings).minimize_composite(
        problem.data.error.value_and_grad,
        start,
        kinked=problem.penalty,
        lipschitz=problem.data.lipschitz,
        factor=problem.alpha,
        callback=settle,
    )
    if exact:
        result.x, result.fun, result.status = exact[0].x, exact[0].fun, 0
    else:
        problem.finish(result, _SHORT_REACHES)
    return result


def _by_difference_of_convex(problem, start, settings):
    """Exact convex problems, each with the tangent at the last solution.

    The start decides which minimum is found; so least squares, total variation alone
    and the solutions of smaller i0 are tried, and the best is kept.
    """
    penalty, max_iter = problem.penalty, settings["max_iter"]
    sign = 1.0 if penalty.superlevel else -1.0
    path = PathLeastSquares(problem.data.design, sign * problem.data.target)
    objective = problem.objective.value_and_grad
    best = OptimizeResult(x=None, fun=np.inf, nit=0, status=1)

    def descend(start, i0):
        """From a start to rest, under the penalty of one i0; noting the best."""
        part, part_objective = penalty, objective
        if i0 != penalty.i0:
            part = clone(penalty).set_params(i0=i0)
            part_problem = _Problem(problem.data, problem.alpha, part)
            part_objective = part_problem.objective.value_and_grad
        w, last = start, np.inf
        while best.nit < max_iter:
            slope = part.concave_slope(sign * w)
            w = sign * path.minimize(problem.alpha, slope, sign * w)
            best.nit += 1
            value = part_objective(w)[0]
            reached = value if part is penalty else objective(w)[0]
            if settings["verbose"]:
                print(f"[dc] i0 {i0}, step {best.nit}: {value:.6g}")
            if reached < best.fun:
                best.x, best.fun = w, reached
            if not last - value > settings["tol"] * abs(value):
                best.status = 0
                break
            last = value
        return w

    if start is not None:
        descend(start, penalty.i0)
        return best
    least_squares = problem.data.least_squares
    descend(least_squares, penalty.i0)
    flat = np.zeros(least_squares.size)
    flat[[0, -1]] += 0.5
    start = sign * path.minimize(problem.alpha, flat, sign * least_squares)
    descend(start, penalty.i0)
    if not problem.data.is_unique:
        # Least squares is not unique, and one of its solutions no good guess.
        steps = min(_DESCENT_STEPS, max(0, max_iter - best.nit))
        descended = _adam(problem, least_squares, {**settings, "max_iter": steps})
        best.nit += descended.nit
        descend(descended.x, penalty.i0)
    for i0 in range(2, min(penalty.i0, 4)):
        start = descend(start, i0)
        descend(start, penalty.i0)
    return best


def _adam(problem, start, settings):
    # The norm of BLAS, unlike a mean of squares, does not over- or underflow.
    size = float(norm(start)) / np.sqrt(start.size)
    adam = Adam(size / 10 if size > 0 else 0.1, schedule="adaptive", **settings)
    return adam.minimize(problem.objective.warm_value_and_grad(), start)


class _Data:
    """||target - design @ w||^2, and what the solvers ask of it, computed once."""

    def __init__(self, design, target):
        self.design, self.target = design, target
        self.error = SquaredError(target, design)

    @property
    def is_unique(self):
        """Whether there are rows enough for one solution."""
        return len(self.design) >= self.design.shape[1]

    @cached_property
    def gram(self):
        """The matrix of the normal equations."""
        return self.design.T @ self.design

    @cached_property
    def moment(self):
        """Their right-hand side."""
        return self.design.T @ self.target

    @cached_property
    def least_squares(self):
        """The solution without a penalty, of least norm."""
        return np.linalg.lstsq(self.design, self.target, rcond=None)[0]

    @cached_property
    def equal_weights(self):
        """The solution of an infinite penalty on the range."""
        rows = self.design.sum(axis=1)
        scale = rows @ rows
        common = rows @ self.target / scale if scale > 0 else 0.0
        return np.full(self.design.shape[1], common)

    @cached_property
    def lipschitz(self):
        """Of the gradient of the squared error; any number will do where that is 0."""
        return 2 * norm(self.design, 2) ** 2 or 1.0


class _Problem:
    """Data with a penalty and its weight."""

    def __init__(self, data, alpha, penalty):
        self.data, self.alpha, self.penalty = data, alpha, penalty
        self.objective = data.error + alpha * penalty

    def alphas_above(self, equal):
        """From the least alpha that keeps weights equal, a ladder down to this one."""
        pull = -self.data.error.value_and_grad(equal)[1]
        top = np.maximum(pull, 0.0).sum()
        if not top > self.alpha:
            return []
        return np.geomspace(top, self.alpha, _RUNGS + 1)[1:-1]

    def is_determined(self, w):
        """Whether the data decide on the values that w takes."""
        return np.unique(w).size <= len(self.data.design)

    def is_fixed_point(self, w):
        """Whether a proximal step leaves w where it is, up to rounding."""
        step = 1 / self.data.lipschitz
        _, grad = self.data.error.value_and_grad(w)
        moved = self.penalty.prox(w - step * grad, self.alpha * step)
        return np.abs(moved - w).max() <= 1e-10 * np.abs(w).max(initial=0.0)

    def finish(self, result, reaches):
        """End a descent on a kinked penalty in the exact minimum that it was circling.

        With p = 1 and q = 0 the penalty is linear as long as the same cells are paired.
        Fuse neighbours that are nearly tied, keep the pairs, and solve the small least
        squares that is left; repeat until it settles. Of several reaches the best
        result is kept, and the descent's own where none is better. What has settled has
        converged, whatever the descent says.
        """
        value_and_grad = self.objective.value_and_grad
        gram, moment = self.data.gram, self.data.moment
        slack = 1e-12 * float(self.data.target @ self.data.target)
        descended = result.x
        for reach in reaches:
            w = descended
            for _ in range(_MAX_SETTLING):
                labels = self.penalty.fused(w, reach * np.abs(w).max(initial=0.0))
                fuse = np.zeros((w.size, labels.max() + 1))
                fuse[np.arange(w.size), labels] = 1.0
                tied = fuse @ ((fuse.T @ w) / fuse.sum(axis=0))
                _, slope = self.penalty.value_and_grad(tied)
                pull = fuse.T @ (moment - self.alpha / 2 * slope)
                last = w
                w = fuse @ _solve(fuse.T @ gram @ fuse, pull)
                settled = np.abs(w - last).max() <= 1e-13 * np.abs(w).max()
                value = value_and_grad(w)[0]
                if value < result.fun + slack:
                    result.x, result.fun, slack = w, value, 0.0
                if settled:
                    if np.allclose(w, result.x, rtol=1e-12, atol=0.0):
                        result.status = 0
                    break


def _solve(gram, pull):
    """Solve normal equations; of least norm where they are singular."""
    try:
        factor = cho_factor(gram)
        diagonal = np.abs(np.diagonal(factor[0]))
        if diagonal.min() > 1e-7 * diagonal.max():
            return cho_solve(factor, pull)
    except LinAlgError:
        pass
    return np.linalg.lstsq(gram, pull, rcond=1e-12)[0]
