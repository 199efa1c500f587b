"""Gradient descent with a watchdog."""

from sktopo._validation import NON_NEGATIVE, NON_NEGATIVE_INT, POSITIVE, POSITIVE_INT
from sktopo.base import Solver
from sktopo.solvers._run import Progress, Run

_GROW, _LARGEST = 1.5, 2.0  # slower than it shrinks, up to twice the given rate
_SHRINK, _SMALLEST = 0.5, 1e-6  # bisection, until steps no longer change seven digits


class GradientDescent(Solver):
    """Steps along the negative gradient, at a rate that follows the progress.

    A step below the best value so far makes the rate half as large again, up to twice
    ``learning_rate``. Other steps are made on trial: when more than ``patience`` of
    them in a row have not led below the best value, the run goes back to its best
    point with half the rate. It has converged when the rate is less than 1e-6 of
    ``learning_rate``. The best value never rises, and is what the history holds; values
    on the way may, as they must where the function jumps or has a narrow valley [1]_.

    A random function has nothing to be watched by: each step is taken, with the rate
    ``learning_rate``.

    Parameters
    ----------
    learning_rate : float > 0, default=0.01
        The first step is this times the gradient.
    max_iter : int >= 0, default=1000
        Steps at most, those on trial included.
    tol : float >= 0, default=0.0
        With more than 0, the run ends when ``n_iter_no_change`` steps in a row have
        not lowered the best value by more than ``tol`` of it.
    n_iter_no_change : int >= 1, default=20
        Steps without progress before the run ends.
    patience : int >= 0, default=10
        Steps on trial; with 0 each step goes down.
    step : callable or None, default=None
        ``step(x, grad, rate) -> (new x, record of the step)``: what a step is, where it
        is not ``x - rate * grad``. With None in place of the new x it refuses a rate
        that is too large for it.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    References
    ----------
    .. [1] R. M. Chamberlain, M. J. D. Powell, C. Lemarechal and H. C. Pedersen, "The
       watchdog technique for forcing convergence in algorithms for constrained
       optimization", Mathematical Programming Studies 16 (1982),
       :doi:`10.1007/BFb0120945`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> from sktopo.solvers import GradientDescent
    >>> goal = SquaredErrorTerm([1.0, -2.0])
    >>> GradientDescent(0.1).minimize(goal, np.zeros(2)).x.round(6)
    array([ 1., -2.])
    """

    _parameter_constraints = {
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "tol": [NON_NEGATIVE],
        "n_iter_no_change": [POSITIVE_INT],
        "patience": [NON_NEGATIVE_INT],
        "step": [callable, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        learning_rate=0.01,
        *,
        max_iter=1000,
        tol=0.0,
        n_iter_no_change=20,
        patience=10,
        step=None,
        verbose=0,
    ):
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.patience = patience
        self.step = step
        self.verbose = verbose

    def minimize(self, objective, x0, *, callback=None):
        """Minimise from x0; see ``sktopo.base.Solver.minimize``.

        Returns
        -------
        scipy.optimize.OptimizeResult
            It has in addition ``steps``, the records that lead from x0 to ``x``.
        """
        self._check_params()
        run = Run(
            objective,
            x0,
            "GradientDescent",
            callback,
            self.verbose,
            total=self.max_iter,
        )
        run.steps = []
        return run.minimize(self._all_steps if run.is_random else self._watched_steps)

    def _watched_steps(self, run):
        best_x = x = run.x0
        value, best_grad = run.evaluate(x)
        run.start(x, value)
        progress = Progress(self.tol, value)
        grad, rate, trial = best_grad, self.learning_rate, []
        for _ in range(self.max_iter):
            if not best_grad.any() or rate < _SMALLEST * self.learning_rate:
                run.status = 0
                return
            new, step, rate = self._move(x, grad, rate)
            if new is not None:
                x = new
                value, grad = run.evaluate(x)
                trial.append(step)
            if new is not None and value < run.best_value:
                best_x, best_grad = x, grad
                run.steps += trial
                rate, trial = min(_GROW * rate, _LARGEST * self.learning_rate), []
            elif new is None or len(trial) > self.patience or not grad.any():
                x, grad, value = best_x, best_grad, run.best_value
                rate, trial = _SHRINK * rate, []
            run.record(best_x, min(value, run.best_value))
            quiet = progress.note(run.best_value)
            if self.tol > 0 and quiet >= self.n_iter_no_change:
                run.status = 0
                return

    def _all_steps(self, run):
        x = run.x0
        value, grad = run.evaluate(x)
        run.start(x, value)
        progress = Progress(self.tol, value)
        for _ in range(self.max_iter):
            new, step, _ = self._move(x, grad, self.learning_rate)
            is_moved = new is not None
            if is_moved:
                x = new
            value, grad = run.evaluate(x)
            if is_moved:
                # Not before: an evaluation that fails leaves the last point.
                run.steps.append(step)
            run.record(x, value)
            if self.tol > 0 and progress.note(value) >= self.n_iter_no_change:
                run.status = 0
                return

    def _move(self, x, grad, rate):
        """The step at this rate, or at the largest below it that is possible."""
        move = _straight if self.step is None else self.step
        while rate >= _SMALLEST * self.learning_rate:
            new, step = move(x, grad, rate)
            if new is not None:
                return new, step, rate
            rate *= _SHRINK
        return None, None, rate


def _straight(x, grad, rate):
    return x - rate * grad, None
