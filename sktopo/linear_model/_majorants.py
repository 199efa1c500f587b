"""Penalties with a prox: exact convex problems, and proximal steps."""

import numpy as np
from scipy.optimize import OptimizeResult

from sktopo.linear_model._penalised_problem import EXACT
from sktopo.solvers import Composite, ProximalGradient, TiedLeastSquares

_ROUNDING = 1e-9  # what an exact proximal step leaves open, relative to the weights
_STEPS_BETWEEN = 10  # identification costs about as much as so many proximal steps
FIRST_STEPS = 100  # proximal steps from a relaxation, whose split into runs is a guess
_STEPS = 10  # proximal steps for a better split, from a minimum
_LARGE = 400  # rows and columns from which proximal steps go before Newton's method


def by_prox(problem, start, settings):
    """Proximal gradient, and exact solutions where the penalty has convex majorants.

    The objective of clusters has many minima, and from least squares one falls into
    those that plain descent finds; the solution for one cluster, a convex problem, is
    where to start from. With the weights assigned to runs for good, the problem is
    convex as well: it is solved exactly, then proximal steps, which know all splits
    into runs, look for a better one, until they find none.
    """
    if problem.penalty.majorant is None:
        start = problem.least_squares if start is None else start
        return proximal_gradient(problem, start, settings)
    if start is None:
        start = problem.design.equal_weights(problem.target)
        for relaxation in problem.penalty.relaxations:
            part = problem.with_penalty(relaxation)
            start = minimize_convex(part, relaxation, start, settings).x
            start = _after_proximal_steps(problem, start, FIRST_STEPS, settings).x
    return _by_majorants(problem, start, settings)


def _by_majorants(problem, start, settings):
    """Exact convex problems and proximal steps in turn; the objective falls."""
    end, penalty = settings["max_iter"], problem.penalty
    majorant, best, n_iter = penalty.majorant(start), None, 0
    while True:
        left = {**settings, "max_iter": max(1, end - n_iter)}
        result = minimize_convex(problem, majorant, start, left)
        n_iter += result.nit
        gain = np.inf if best is None else best.fun - result.fun
        if gain > 0:
            best = result
        is_done = gain <= settings["tol"] * abs(result.fun) or majorant is penalty
        if is_done or n_iter >= end:
            break
        ahead = _after_proximal_steps(
            problem, best.x, min(_STEPS, end - n_iter), settings
        )
        n_iter += ahead.nit
        start, majorant = ahead.x, penalty.majorant(ahead.x)
        if majorant == penalty.majorant(best.x):
            break
    best.nit = n_iter
    return best


def _after_proximal_steps(problem, start, n_steps, settings):
    """Some proximal steps, which may find a better split into runs."""
    return proximal_gradient(problem, start, {**settings, "max_iter": n_steps})


def minimize_convex(problem, majorant, start, settings):
    """The minimum under a convex majorant of the penalty, polished."""
    design, max_iter, n_iter = problem.design, settings["max_iter"], 0
    part = problem.with_penalty(majorant)
    # Where the ties of the start are the right ones, that is all there is to do.
    known = OptimizeResult(x=start, fun=part.objective(start), status=1, nit=1)
    part.polish(known, (_ROUNDING,))
    _, grad = part.error.value_and_grad(known.x)
    # Long enough to see a gradient that is small, but not longer than rounding allows.
    step, size = 1 / design.lipschitz, np.abs(known.x).max()
    if size > 0:
        slope = np.abs(grad).max() / (design.lipschitz * size)
        step /= np.clip(slope, EXACT, 1.0)
    if known.status == 0 and part.is_fixed_point(known.x, step):
        known.fun = problem.objective(known.x)
        return known
    if min(design.matrix.shape) > _LARGE and not design.is_wide:
        # A system of equations costs as much as many steps with products alone.
        first = {**settings, "max_iter": max_iter // 2}
        result = proximal_gradient(part, start, first)
        if result.status == 0:
            return result
        start, n_iter = result.x, result.nit
    tied = TiedLeastSquares(
        design.matrix,
        problem.target,
        design.ridge,
        problem.alpha,
        majorant,
        design.lipschitz,
        gram=None if design.is_wide else design.square,
    )
    x, n_steps, converged = tied.minimize(
        start, tol=settings["tol"], max_iter=max(1, max_iter - n_iter)
    )
    fun = problem.objective.value_and_grad(x)[0]
    result = OptimizeResult(x=x, fun=fun, nit=n_iter + n_steps)
    result.status = 0 if converged else 1
    problem.polish(result, (_ROUNDING,))
    return result


def proximal_gradient(problem, start, settings):
    exact, last = [], np.empty(0)

    def identified(result):
        """Once the ties no longer change, try what they lead to."""
        nonlocal last
        if result.nit % _STEPS_BETWEEN:
            return False
        labels = problem.ties(result.x, _ROUNDING)
        same, last = np.array_equal(labels, last), labels
        if same and labels.max() < problem.n_determined:
            problem.polish(result, (_ROUNDING,))
            if problem.is_fixed_point(result.x):
                exact.append(result)
        return bool(exact)

    objective = Composite(
        problem.error.value_and_grad,
        problem.penalty,
        problem.design.lipschitz,
        problem.alpha,
    )
    has_ties = problem.penalty.is_piecewise_linear
    result = ProximalGradient(**settings).minimize(
        objective, start, callback=identified if has_ties else None
    )
    if exact:
        result.x, result.fun, result.status = exact[0].x, exact[0].fun, 0
    elif has_ties:
        problem.polish(result, (_ROUNDING,))
    return result
