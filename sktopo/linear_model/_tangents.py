"""Penalties on a path: a difference of convex functions, by tangents."""

import numpy as np
from scipy.linalg import norm

from sktopo._progress import settings_within
from sktopo.linear_model._descent import descend
from sktopo.solvers import Run

_DESCENT_STEPS = 400  # after which a descent is near enough to a minimum for a start


def by_difference_of_convex(problem, starts, settings):
    """Exact convex problems, each with the tangent at the last solution.

    The start decides which minimum is found; so least squares, total variation alone
    and the solutions of smaller i0 are tried, and the best is kept.
    """
    descents = _Descents(problem, settings)
    with descents.run.going_on():
        _descend_from_all(descents, starts)
    return descents.result()


def _descend_from_all(descents, starts):
    problem, settings = descents.problem, descents.settings
    for start in starts:
        descents.descend(start)
    if starts:
        return
    start = problem.least_squares
    descents.descend(start)
    if not problem.design.is_unique:
        # Least squares is not unique, and one of its solutions no good guess.
        for factor in (1.0, 3.0):
            left = max(0, settings["max_iter"] - descents.run.nit)
            limits = settings_within(settings, min(_DESCENT_STEPS, left // 2))
            stronger = problem.with_penalty(problem.penalty, factor * problem.alpha)
            rate = rate_from(start)
            adam = descend(stronger.objective, start, "adam", rate, limits)
            descents.run.nit += adam.nit
            descents.descend(adam.x)
    for relaxation in problem.penalty.relaxations:
        start = descents.descend(start, relaxation)
        descents.descend(start)


class _Descents:
    """Descents from several starts; the best of all that is reached is kept."""

    def __init__(self, problem, settings):
        self.problem, self.settings = problem, settings
        self.run = Run(
            None,
            problem.least_squares,
            "dc",
            verbose=settings["verbose"],
            total=settings["max_iter"],
        )
        self._sign = 1.0 if problem.penalty.superlevel else -1.0
        self._ends = []
        # Minima by the slope of the tangent, which is all that they depend on.
        self._known = {}

    def descend(self, start, penalty=None):
        """From a start to convergence, under this penalty or a relaxation of it."""
        problem, run = self.problem, self.run
        part = problem if penalty is None else problem.with_penalty(penalty)
        w, last = start, np.inf
        while run.nit < self.settings["max_iter"]:
            w = self._minimum(part, part.penalty.concave_slope(w), w)
            value = part.objective.value_and_grad(w)[0]
            run.record(w, value if part is problem else problem.objective(w))
            if not last - value > self.settings["tol"] * abs(value):
                lower = self._beside(part, w, value)
                if lower is None:
                    run.status = 0
                    break
                w, value = lower
                run.record(w, value)
            last = value
        self._ends.append(w)
        return w

    def _minimum(self, part, slope, start):
        """The minimum under a tangent, computed once for each slope."""
        key = slope.tobytes()
        if key not in self._known:
            self._known[key] = tangent_step(part, slope, start)
        return self._known[key]

    def _beside(self, part, w, value):
        """A lower minimum under another slope at w, and its value; None without."""
        penalty = part.penalty
        if part is not self.problem or penalty.other_slopes is None:
            return None
        _, grad = part.error.value_and_grad(w)
        for slope in penalty.other_slopes(w, -grad / part.alpha):
            lower = self._minimum(part, slope, w)
            least = part.objective(lower)
            if value - least > self.settings["tol"] * abs(value):
                return lower, least
        return None

    def result(self):
        """The best weights; of many that fit exactly and cost nothing, the centre.

        Fewer rows than weights leave polytopes of them. Of those that descents have
        ended in, the one of largest log barrier is taken.
        """
        result, problem = self.run.result(), self.problem
        result.log_barrier = -np.inf
        if problem.design.is_unique or not problem.is_solved_exactly(result.x):
            return result
        sign, seen = self._sign, set()
        for w in self._ends:
            slope = problem.penalty.concave_slope(w)
            if slope.tobytes() in seen or not problem.is_solved_exactly(w):
                continue
            seen.add(slope.tobytes())
            centre, log_barrier = problem.design.along_a_path.centre(
                sign * problem.target, sign * slope, sign * w
            )
            if log_barrier > result.log_barrier:
                result.x, result.log_barrier = sign * centre, log_barrier
        return result


def tangent_step(problem, concave_slope, start):
    """The minimum for a path, with a tangent of this slope in the concave part."""
    sign = 1.0 if problem.penalty.superlevel else -1.0
    target, moment = sign * problem.target, sign * problem.moment
    slope, start = sign * concave_slope, sign * start
    path = problem.design.along_a_path
    return sign * path.minimize(target, moment, problem.alpha, slope, start)


def rate_from(start):
    """A rate of Adam for weights of the size of these."""
    # The norm of BLAS, unlike a mean of squares, does not over- or underflow.
    size = float(norm(start)) / np.sqrt(start.size)
    return size / 10 if size > 0 else 0.1
