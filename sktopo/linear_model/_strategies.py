"""Which way to go down ||target - design @ w||^2 + alpha * penalty(w)."""

import numpy as np
from scipy.linalg import norm
from scipy.optimize import OptimizeResult

from sktopo.linear_model._penalised_problem import EXACT
from sktopo.solvers import (
    LBFGS,
    Adam,
    Composite,
    ProximalGradient,
    Run,
    TiedLeastSquares,
)

# Fusion tolerances: how close neighbours must be, relative to the largest weight, to
# be taken as tied. A descent that stops early leaves ties open by some percent.
_REACHES = (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-7, 0.0)
_ROUNDING = 1e-9  # what an exact proximal step leaves open
_STEPS_BETWEEN = 10  # identification costs about as much as so many proximal steps
_FIRST_SEARCH, _SEARCH = 100, 10  # proximal steps, for a better split into runs
_LARGE = 400  # rows and columns from which proximal steps go before Newton's method
_DESCENT_STEPS = 400  # after which a descent is near enough to a minimum for a start
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
        ``room`` says which of many that fit exactly and cost nothing was taken; see
        ``PathLeastSquares.centre``.
    """
    if problem.alpha == 0:
        x = problem.least_squares
        fun = problem.error.value_and_grad(x)[0]
        return OptimizeResult(x=x, fun=fun, nit=0, status=0, room=-np.inf)
    exact = exact_solver(solver, problem.penalty)
    if exact == "dc":
        return _by_difference_of_convex(problem, starts, settings)
    minimize = _by_prox if exact == "prox" else _by_descent
    # One descent costs more than it is worth to go down from each.
    start = min(starts, key=problem.objective, default=None)
    result = minimize(problem, start, solver=solver, settings=settings)
    result.room = -np.inf
    return result


def _by_descent(problem, start, *, solver, settings):
    """Adam, L-BFGS or both; where the penalty is piecewise linear, then exactly."""
    if start is None:
        start = problem.least_squares
    if solver == "lbfgs":
        result = LBFGS(**settings).minimize(problem.objective, start)
    else:
        result = _adam(problem, start, settings)
        if solver == "auto" and not problem.penalty.is_random:
            rest = {**settings, "max_iter": settings["max_iter"] - result.nit}
            smooth = LBFGS(**rest).minimize(problem.objective, result.x)
            result.x, result.fun = smooth.x, smooth.fun
            result.nit += smooth.nit
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
        Results for the same alphas under a penalty close by: more starts.

    Returns
    -------
    list of scipy.optimize.OptimizeResult
    """
    if (alphas == 0).any():
        problem.least_squares  # noqa: B018 -- computed once for all of the path

    def sweep(indices, more):
        results, last = [], []
        for k, others in zip(indices, more, strict=True):
            stage = problem.relaxed(problem.penalty, alphas[k])
            result = minimize_penalised(
                stage, solver=solver, starts=last + others, settings=settings
            )
            results.append(result)
            last = [result.x]
        return results

    indices = range(len(alphas))
    down = sweep(indices, [[r.x] for r in beside] if beside else [[] for _ in alphas])
    if exact_solver(solver, problem.penalty) != "dc":
        return down
    up = sweep(indices[::-1], [[down[-1].x], *([] for _ in alphas[1:])])[::-1]
    slack = EXACT * float(problem.target @ problem.target)
    pairs = zip(down, up, strict=True)
    return [min(pair, key=lambda r: (max(r.fun, slack), -r.room)) for pair in pairs]


def _by_prox(problem, start, *, solver, settings):
    """Proximal gradient, and exact solutions where the penalty has convex majorants.

    The objective of clusters has many minima, and from least squares one falls into
    those that plain descent finds; the solution for one cluster, a convex problem, is
    where to start from. With the weights assigned to runs for good, the problem is
    convex as well: it is solved exactly, then proximal steps, which know all splits
    into runs, look for a better one, until they find none.
    """
    if problem.penalty.majorant is None:
        start = problem.least_squares if start is None else start
        return _prox_stage(problem, start, settings)
    if start is None:
        start = problem.design.equal_weights(problem.target)
        for relaxation in problem.penalty.relaxations:
            part = problem.relaxed(relaxation)
            start = _convex(part, relaxation, start, settings).x
            start = _searched(problem, start, _FIRST_SEARCH, settings).x
    return _by_majorants(problem, start, settings)


def _by_majorants(problem, start, settings):
    """Exact convex problems and proximal steps in turn; the objective falls."""
    end, penalty = settings["max_iter"], problem.penalty
    majorant, best, n_iter = penalty.majorant(start), None, 0
    while True:
        left = {**settings, "max_iter": max(1, end - n_iter)}
        result = _convex(problem, majorant, start, left)
        n_iter += result.nit
        gain = np.inf if best is None else best.fun - result.fun
        if gain > 0:
            best = result
        is_done = gain <= settings["tol"] * abs(result.fun) or majorant is penalty
        if is_done or n_iter >= end:
            break
        search = _searched(problem, best.x, min(_SEARCH, end - n_iter), settings)
        n_iter += search.nit
        start, majorant = search.x, penalty.majorant(search.x)
        if majorant == penalty.majorant(best.x):
            break
    best.nit = n_iter
    return best


def _searched(problem, start, n_steps, settings):
    """Some proximal steps, which may find a better split into runs."""
    return _prox_stage(problem, start, {**settings, "max_iter": n_steps})


def _convex(problem, majorant, start, settings):
    """The minimum under a convex majorant of the penalty, polished."""
    design, max_iter, n_iter = problem.design, settings["max_iter"], 0
    if min(design.matrix.shape) > _LARGE and not design.is_wide:
        # A system of equations costs as much as many steps with products alone.
        part = problem.relaxed(majorant)
        first = {**settings, "max_iter": max_iter // 2}
        result = _prox_stage(part, start, first)
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


def _prox_stage(problem, start, settings):
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


def _by_difference_of_convex(problem, starts, settings):
    """Exact convex problems, each with the tangent at the last solution.

    The start decides which minimum is found; so least squares, total variation alone
    and the solutions of smaller i0 are tried, and the best is kept.
    """
    descents = _Descents(problem, settings)
    for start in starts:
        descents.descend(start)
    if starts:
        return descents.result()
    descents.descend(problem.least_squares)
    flat = descents.total_variation(problem.least_squares)
    descents.descend(flat)
    if not problem.design.is_unique:
        # Least squares is not unique, and one of its solutions no good guess.
        for factor in (1.0, 3.0):
            left = max(0, settings["max_iter"] - descents.run.nit)
            limits = {**settings, "max_iter": min(_DESCENT_STEPS, left // 2)}
            stronger = problem.relaxed(problem.penalty, factor * problem.alpha)
            adam = _adam(stronger, problem.least_squares, limits)
            descents.run.nit += adam.nit
            descents.descend(adam.x)
    start = flat
    for relaxation in problem.penalty.relaxations:
        start = descents.descend(start, relaxation)
        descents.descend(start)
    return descents.result()


class _Descents:
    """Descents from several starts; the best of all that is reached is kept."""

    def __init__(self, problem, settings):
        self.problem, self.settings = problem, settings
        self.run = Run(None, problem.least_squares, "dc", verbose=settings["verbose"])
        self._sign = 1.0 if problem.penalty.superlevel else -1.0
        self._ends = []

    def descend(self, start, penalty=None):
        """From a start to convergence, under this penalty or a relaxation of it."""
        problem, run = self.problem, self.run
        part = problem if penalty is None else problem.relaxed(penalty)
        w, last = start, np.inf
        while run.nit < self.settings["max_iter"]:
            w = self._solve(part.penalty.concave_slope(w), w)
            value = part.objective.value_and_grad(w)[0]
            reached = value
            if part is not problem:
                reached = problem.objective.value_and_grad(w)[0]
            run.record(w, reached)
            if not last - value > self.settings["tol"] * abs(value):
                run.status = 0
                break
            last = value
        self._ends.append(w)
        return w

    def result(self):
        """The best weights; of many that fit exactly and cost nothing, the centre.

        Fewer rows than weights leave polytopes of them. Of those that descents have
        ended in, the one with the most room is taken.
        """
        result, problem = self.run.result(), self.problem
        result.room = -np.inf
        if problem.design.is_unique or not problem.is_solved_exactly(result.x):
            return result
        sign, seen = self._sign, set()
        for w in self._ends:
            slope = problem.penalty.concave_slope(w)
            if slope.tobytes() in seen or not problem.is_solved_exactly(w):
                continue
            seen.add(slope.tobytes())
            centre, room = problem.design.along_a_path.centre(
                sign * problem.target, sign * slope, sign * w
            )
            if room > result.room:
                result.x, result.room = sign * centre, room
        return result

    def total_variation(self, start):
        """The minimum with total variation for a penalty."""
        flat = np.zeros(start.size)
        flat[[0, -1]] += 0.5 * self._sign
        return self._solve(flat, start)

    def _solve(self, concave_slope, start):
        sign, problem = self._sign, self.problem
        path = problem.design.along_a_path
        target, moment = sign * problem.target, sign * problem.moment
        slope, start = sign * concave_slope, sign * start
        return sign * path.minimize(target, moment, problem.alpha, slope, start)


def _adam(problem, start, settings):
    # The norm of BLAS, unlike a mean of squares, does not over- or underflow.
    size = float(norm(start)) / np.sqrt(start.size)
    adam = Adam(size / 10 if size > 0 else 0.1, schedule="adaptive", **settings)
    return adam.minimize(problem.objective, start)
