"""Which way to go down ||target - design @ w||^2 + alpha * penalty(w)."""

import numpy as np
from scipy.optimize import OptimizeResult

from sktopo.linear_model._descent import descend
from sktopo.linear_model._majorants import (
    by_prox,
    minimize_convex,
    proximal_gradient,
)
from sktopo.linear_model._penalised_problem import EXACT
from sktopo.linear_model._tangents import (
    by_difference_of_convex,
    rate_from,
    tangent_step,
)

# Fusion tolerances: how close neighbours must be, relative to the largest weight, to
# be taken as tied. A descent that stops early leaves ties open by some percent.
_REACHES = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-7, 0.0)
_WARM_STEPS = 150  # of a descent that starts from a solution close by, at least
# What the exact solvers need of a penalty; see ``sktopo.base.Term``.
_NEEDS = {"prox": ("prox",), "dc": ("concave_slope", "superlevel")}


def minimize_penalised(problem, *, solver, starts, settings):
    """Weights of least objective that the solver finds, and its result.

    Parameters
    ----------
    problem : Problem
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    starts : list of ndarray of shape (n_features,)
        The best one is taken, by "dc" that which leads to the best. None at all lets
        the solver choose.
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``log_barrier`` says which of many that fit exactly and cost nothing was taken;
        see ``PathLeastSquares.centre``.
    """
    if problem.alpha == 0:
        x = problem.least_squares
        fun = problem.error.value_and_grad(x)[0]
        return OptimizeResult(x=x, fun=fun, nit=0, status=0, log_barrier=-np.inf)
    exact = exact_solver(solver, problem.penalty)
    if exact == "dc":
        return by_difference_of_convex(problem, starts, settings)
    # One descent costs more than it is worth to go down from each.
    start = min(starts, key=problem.objective, default=None)
    if exact == "prox":
        result = by_prox(problem, start, settings)
    else:
        result = _by_descent(problem, start, solver, settings)
    result.log_barrier = -np.inf
    return result


def _by_descent(problem, start, solver, settings):
    """The best of descents, from least squares and maybe from equal weights.

    From the latter where the objective is lower there, or the penalty is not piecewise
    linear: then no descent ends in an exact minimum.
    """
    starts, penalty = [start], problem.penalty
    if start is None:
        starts = [problem.least_squares]
        equal = problem.design.equal_weights(problem.target)
        if not penalty.is_random and (
            not penalty.is_piecewise_linear
            or problem.objective(equal) < problem.objective(starts[0])
        ):
            starts.append(equal)
    results = [_descended(problem, start, solver, settings) for start in starts]
    return min(results, key=lambda result: result.fun)


def _descended(problem, start, solver, settings):
    """Adam, L-BFGS or both; where the penalty is piecewise linear, then exactly."""
    rate = rate_from(start)
    result = descend(problem.objective, start, solver, rate, settings)
    if problem.penalty.is_piecewise_linear:
        problem.polish(result, _REACHES)
    return result


def exact_solver(solver, penalty):
    """The exact solver that is taken for a penalty, "prox" or "dc", or None."""
    if solver in _NEEDS:
        return solver
    names = [name for name in _NEEDS if not missing_for(name, penalty)]
    return names[0] if solver == "auto" and names else None


def missing_for(solver, penalty):
    """The names of the capabilities that a solver needs and a penalty has not."""
    return [name for name in _NEEDS.get(solver, ()) if getattr(penalty, name) is None]


def penalised_path(problem, alphas, *, solver, settings, beside=None):
    """Results for one problem under falling alphas, each started from the last.

    A difference of convex functions has many minima. There the path is followed upwards
    as well, and of the two results for each alpha the better one kept.

    Parameters
    ----------
    problem : Problem
        Its own alpha plays no part.
    alphas : ndarray of shape (n_alphas,)
        In falling order.
    solver, settings
        As for ``minimize_penalised``.
    beside : list of OptimizeResult or None, default=None
        Results for the same alphas under a penalty close by: more starts. None are
        those under the penalty's relaxations, one after the other.

    Returns
    -------
    list of scipy.optimize.OptimizeResult
    """
    if (alphas == 0).any():
        problem.least_squares  # noqa: B018 -- computed once for all of the path

    exact = exact_solver(solver, problem.penalty)
    if exact == "dc" and beside is None:
        how = {"solver": solver, "settings": settings}
        for relaxation in problem.penalty.relaxations:
            easier = problem.with_penalty(relaxation)
            beside = penalised_path(easier, alphas, beside=beside or [], **how)
    most = settings["max_iter"]
    short = {**settings, "max_iter": min(most, max(_WARM_STEPS, most // 4))}

    def sweep(indices, more):
        results, last = [], []
        for k, others in zip(indices, more, strict=True):
            stage = problem.with_penalty(problem.penalty, alphas[k])
            starts = last + others
            result = minimize_penalised(
                stage,
                solver=solver,
                starts=starts,
                settings=short if starts and exact is None else settings,
            )
            results.append(result)
            last = [result.x]
        return results

    indices = range(len(alphas))
    down = sweep(indices, [[r.x] for r in beside] if beside else [[] for _ in alphas])
    if exact != "dc":
        return down
    if beside and not problem.design.is_unique:
        # Many weights fit exactly then: the solver's own starts find other ones.
        first = problem.with_penalty(problem.penalty, alphas[0])
        own = minimize_penalised(first, solver=solver, starts=[], settings=settings)
        down[0] = better(problem, down[0], own)
    up = sweep(indices[::-1], [[down[-1].x], *([] for _ in alphas[1:])])[::-1]
    return [better(problem, *pair) for pair in zip(down, up, strict=True)]


def better(problem, *results):
    """The result of least objective; of those at zero, that of largest log barrier."""
    zero = EXACT * float(problem.target @ problem.target)
    return min(results, key=lambda result: (max(result.fun, zero), -result.log_barrier))


def convex_step(problem, start, slope=None):
    """The minimum of the squared error with a convex majorant of the penalty at start.

    Parameters
    ----------
    problem : Problem
        Under a penalty with ``majorant``, ``prox`` or ``concave_slope``, or alpha 0.
    start : ndarray of shape (n_features,)
    slope : ndarray of shape (n_features,) or None, default=None
        Of the tangent, in place of ``concave_slope`` at the start.

    Returns
    -------
    ndarray of shape (n_features,)
    """
    penalty, settings = problem.penalty, {"max_iter": 1000, "tol": 1e-9, "verbose": 0}
    if problem.alpha == 0:
        return problem.least_squares
    if penalty.concave_slope is not None:
        slope = penalty.concave_slope(start) if slope is None else slope
        return tangent_step(problem, slope, start)
    if penalty.majorant is None:
        return proximal_gradient(problem, start, settings).x
    return minimize_convex(problem, penalty.majorant(start), start, settings).x
