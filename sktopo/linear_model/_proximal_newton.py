"""Logistic regression with penalised weights, by proximal Newton steps.

Around the present margins the loss of one row of the weights is a squared error with
weights, and around the present weights the penalty has a convex majorant: together a
least squares problem, which is solved exactly. What the objective falls by on the way
to its solution decides how far to go.
"""

import numpy as np

from sktopo._progress import settings_within
from sktopo.linear_model._logistic_problem import descend_together
from sktopo.linear_model._logistic_proximal_steps import (
    after_proximal_steps,
    keeps_ties,
)
from sktopo.linear_model._logistic_state import (
    SHARES,
    State,
    equal_weights_state,
    proximal_newton_step,
    unpenalised_state,
)
from sktopo.linear_model._majorants import FIRST_STEPS
from sktopo.linear_model._strategies import exact_solver
from sktopo.linear_model._tied_newton import tied_newton_goal
from sktopo.solvers import Run

_STEPS = 10  # proximal steps; twice those of least squares, which bound them better
_SEPARATED = 1e-8  # of the loss at zero: as good as zero, the least there can be
_FLAT = 1e-11  # of the objective: little more than what rounding may change it by
_ROUNDING = 1e-13  # of the objective: what rounding may change it by
_LOOSE = 1e-3  # tolerance of what is only a start
_ADAM_STEPS = 300  # for a start
_MANY_SWEEPS = 200  # through the rows, from one start


def minimize_logistic(problem, coef, intercept, *, solver, settings, is_warm):
    """Weights and intercepts of least objective that the solver finds.

    The exact solvers go from several starts, none of which is far from zero: the
    weights without a penalty are infinite where the classes can be separated.

    Parameters
    ----------
    problem : LogisticProblem
    coef : ndarray of shape (n_rows, n_features)
    intercept : ndarray of shape (n_rows,)
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    is_warm : bool
        Whether to start from these weights and nowhere else.

    Returns
    -------
    scipy.optimize.OptimizeResult
        With ``x`` the pair (coef, intercept).
    """
    if problem.alpha == 0 and solver in ("auto", "prox", "dc"):
        run = _Newton(problem, settings)
        with run.going_on():
            run.descend(State(problem, coef, intercept))
        return run.result()
    exact = exact_solver(solver, problem.penalty)
    if exact is None:
        starts, penalty = [(coef, intercept)], problem.penalty
        if not (is_warm or penalty.is_random or penalty.is_piecewise_linear):
            starts = [
                (state.coef, state.intercept)
                for state in (equal_weights_state(problem), unpenalised_state(problem))
            ]
        results = [
            descend_together(problem, *start, solver, settings) for start in starts
        ]
        return min(results, key=lambda result: result.fun)
    run = _Newton(problem, settings)
    start = State(problem, coef, intercept)
    if is_warm or not problem.penalty.relaxations:
        with run.going_on():
            run.descend(start)
        return run.result(start)
    with run.going_on():
        for state, n_steps in _starts(run, start, settings):
            if run.is_separated(run.descend(state, n_steps=n_steps)):
                break
    return run.result()


def _starts(run, zero, settings):
    """States to descend from, with the number of proximal steps that come first."""
    problem, n_rows = zero.problem, len(zero.coef)
    yield unpenalised_state(problem), 0
    if n_rows > 1 or not problem.has_one_majorant:
        # Rows one after the other do not find what all of them find together, nor one
        # assignment to runs what all of these find.
        settings = settings_within(settings, _ADAM_STEPS)
        together = descend_together(
            problem, zero.coef, zero.intercept, "adam", settings
        )
        yield State(problem, *together.x), 0
    start = zero
    for relaxation in problem.penalty.relaxations:
        start = run.descend(start, relaxation)
        yield start.under(problem), FIRST_STEPS


class _Newton:
    """Descents from several starts; the best of all that is reached is kept."""

    def __init__(self, problem, settings):
        self.problem, self.settings = problem, settings
        shape = (problem.target.shape[1], problem.X.shape[1] + 1)
        self._run = Run(
            None,
            np.zeros(shape),
            "proximal Newton",
            verbose=settings["verbose"],
            total=settings["max_iter"],
        )
        self.going_on = self._run.going_on
        zeros = np.zeros(problem.target.shape)
        self._null_loss, _ = problem.losses(zeros)

    def descend(self, state, relaxation=None, n_steps=_STEPS):
        """From a state to convergence, under the penalty or a relaxation of it.

        Where a majorant of the penalty is no more than that, proximal steps look for a
        better one, until they find none.
        """
        if relaxation is not None or self.problem.has_one_majorant:
            return self._converged(state, relaxation)
        while True:
            if n_steps > 0:
                state = after_proximal_steps(state, n_steps)
            last = self._converged(state)
            gain = state.value - last.value
            state, n_steps = last, _STEPS
            if (
                self._is_small(gain, state)
                or self.is_separated(state)
                or keeps_ties(state)
                or self._run.nit >= self.settings["max_iter"]
            ):
                return state

    def _converged(self, state, relaxation=None):
        problem, tol = self.problem, self.settings["tol"]
        if relaxation is not None:
            problem, tol = problem.with_penalty(relaxation), max(tol, _LOOSE)
            state = state.under(problem)
        # Of a start close by, the ties are often those of the minimum.
        state, is_stationary = self._tied(state, tol)
        status = 1
        for _ in range(max(_MANY_SWEEPS, self.settings["max_iter"] // 5)):
            if self._run.nit >= self.settings["max_iter"]:
                break
            before = state
            is_minimum = is_stationary and keeps_ties(state, under_majorant=True)
            if not is_minimum:
                for k in range(len(state.coef)):
                    state = proximal_newton_step(state, k)
                state, is_stationary = self._tied(state, tol)
            if relaxation is None:
                self._record(state)
            if self.is_separated(state):
                status = 0
                break
            gain = before.value - state.value
            if is_minimum or self._is_small(gain, before, tol):
                lower = self._beside(state) if relaxation is None else state
                if self._is_small(state.value - lower.value, state, tol):
                    status = 0
                    break
                state = lower
                self._record(state)
        # Others may have converged before, to something worse.
        above = state.value - self._run.best_value
        if relaxation is None and self._is_small(above, state):
            self._run.status = status
        return state

    def _beside(self, state):
        """The state after a step under another slope of a concave part, if it helps."""
        problem, here = state.problem, state
        if problem.alpha == 0 or problem.penalty.other_slopes is None:
            return state
        for k, w in enumerate(here.coef):
            descent = -here.smooth_slope(k) / problem.alpha
            for slope in problem.penalty.other_slopes(w, descent):
                state = proximal_newton_step(state, k, slope)
        return state

    def _tied(self, state, tol):
        """The state after Newton steps among weights that are tied like these.

        One row on a path has little of them: the exact solver costs no more there.

        Returns
        -------
        state : State
        is_stationary : bool
            Whether it is a minimum among these weights, up to the tolerance.
        """
        problem, penalty = state.problem, state.problem.penalty
        if problem.alpha > 0 and (
            penalty.ties is None or (penalty.prox is None and len(state.coef) == 1)
        ):
            return state, False
        for _ in range(_MANY_SWEEPS):
            coef, intercept = state.coef, state.intercept
            *goal, decrease = tied_newton_goal(state)
            last = state
            for share in SHARES:
                new = State(
                    problem,
                    coef + share * (goal[0] - coef),
                    intercept + share * (goal[1] - intercept),
                )
                # A gain that is rounding must not be decided by rounding.
                if new.value < state.value + self._slack(decrease, state):
                    state = new
                    break
            # The last step squares an error that is small before it.
            if self._is_small(decrease, last, tol):
                return state, True
            if state is last:
                break
        return state, False

    def _slack(self, gain, state):
        """By how much the objective may rise where a gain is little but rounding."""
        slack = _FLAT * abs(state.value)
        return slack if gain <= slack else 0.0

    def _is_small(self, gain, state, tol=None):
        tol = self.settings["tol"] if tol is None else tol
        # The loss of classes that can be separated falls for ever, relative to itself.
        return gain <= tol * max(abs(state.value), 1e-2 * self._null_loss)

    def is_separated(self, state):
        """Whether the weights go to infinity, and the objective to zero."""
        return state.value <= _SEPARATED * self._null_loss

    def _record(self, state):
        self._run.record(np.column_stack([state.coef, state.intercept]), state.value)

    def result(self, start=None):
        """The best state, as a result; the start where all gain is rounding."""
        result = self._run.result()
        if start is not None and start.value - result.fun <= _ROUNDING * abs(
            result.fun
        ):
            result.x, result.fun = (start.coef, start.intercept), start.value
            return result
        coef, intercept = result.x[:, :-1], result.x[:, -1]
        if len(intercept) > 1:
            # The same number more in each of them changes nothing.
            intercept = intercept - intercept.mean()
        result.x = coef, intercept
        return result
