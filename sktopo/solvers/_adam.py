"""Adam, with a rate that may fall where progress ends."""

import numpy as np

from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    FRACTION,
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
)
from sktopo.base import Solver
from sktopo.solvers._run import Progress, Run

_SHRINK = 0.3  # of the rate: half an order of magnitude
_SHARE = 1e-8  # of the largest entry of a gradient: as good as zero
_SMALLEST = 1e-6  # of the first rate: steps no longer change seven digits


class Adam(Solver):
    """First-order descent with momentum and a rate for each coordinate [1]_.

    The best point seen is returned, or the last one where the objective is random.

    Parameters
    ----------
    learning_rate : float > 0, default=0.01
        Length of a step in each coordinate, in units of x.
    schedule : {"constant", "adaptive", "linear"}, default="constant"
        With "linear" the rate falls to zero over ``max_iter`` steps: what mini-batches
        add to a gradient is averaged out in the end. With "adaptive", whenever
        ``n_iter_no_change`` steps in a row have not lowered the best value by more than
        ``tol`` of it, the run goes back to its best point with 0.3 times the rate, and
        it has converged when that is less than 1e-6 of the first one. It is the
        schedule for nonsmooth functions, around whose minima a constant rate
        oscillates.
    max_iter : int >= 0, default=1000
        Steps at most.
    tol : float >= 0, default=0.0
        Relative improvement that counts as progress. Unless the schedule is
        "adaptive", 0 makes all ``max_iter`` steps; more ends the run where progress
        does.
    n_iter_no_change : int >= 1, default=20
        Steps without progress before something is done about it.
    beta_1 : float in [0, 1), default=0.9
        Decay of the average gradient.
    beta_2 : float in [0, 1), default=0.999
        Decay of the average squared gradient.
    epsilon : float > 0 or None, default=1e-8
        Added to the root of the latter. None is 1e-8 times the largest entry of the
        gradient at the start, so that its unit does not matter.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    References
    ----------
    .. [1] D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR
       2015, :doi:`10.48550/arXiv.1412.6980`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> from sktopo.solvers import Adam
    >>> goal = SquaredErrorTerm([1.0, -2.0])
    >>> result = Adam(0.1, max_iter=500).minimize(goal, np.zeros(2))
    >>> result.x.round(3)
    array([ 1., -2.])
    """

    _parameter_constraints = {
        "learning_rate": [POSITIVE],
        "schedule": [StrOptions({"constant", "adaptive", "linear"})],
        "max_iter": [NON_NEGATIVE_INT],
        "tol": [NON_NEGATIVE],
        "n_iter_no_change": [POSITIVE_INT],
        "beta_1": [FRACTION],
        "beta_2": [FRACTION],
        "epsilon": [POSITIVE, None],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        learning_rate=0.01,
        *,
        schedule="constant",
        max_iter=1000,
        tol=0.0,
        n_iter_no_change=20,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        verbose=0,
    ):
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.verbose = verbose

    def minimize(self, objective, x0, *, callback=None):
        """Minimise from x0; see ``sktopo.base.Solver.minimize``."""
        self._check_params()
        run = Run(objective, x0, "Adam", callback, self.verbose, total=self.max_iter)
        return run.minimize(self._steps)

    def _steps(self, run):
        x = run.x0.copy()
        value, grad = run.evaluate(x)
        run.start(x, value)
        best_grad = grad
        rate, mean, square, age = self.learning_rate, 0.0, 0.0, 0
        epsilon = self.epsilon
        if epsilon is None:
            epsilon = max(_SHARE * np.abs(grad).max(initial=0.0), np.finfo(float).tiny)
        progress = Progress(self.tol, value)
        for n_steps in range(self.max_iter):
            if self.schedule == "linear":
                rate = self.learning_rate * (1 - n_steps / self.max_iter)
            age += 1
            mean = self.beta_1 * mean + (1 - self.beta_1) * grad
            square = self.beta_2 * square + (1 - self.beta_2) * grad**2
            size = np.sqrt(square / (1 - self.beta_2**age)) + epsilon
            x = x - rate * (mean / (1 - self.beta_1**age)) / size
            value, grad = run.evaluate(x)
            if run.is_random or value < run.best_value:
                best_grad = grad
            run.record(x, value)
            if progress.note(run.best_value) < self.n_iter_no_change:
                continue
            if self.schedule != "adaptive":
                if self.tol > 0:
                    run.status = 0
                    return
                continue
            rate *= _SHRINK
            if rate < _SMALLEST * self.learning_rate:
                run.status = 0
                return
            x, grad = run.best_x.copy(), best_grad
            mean, square, age, progress.quiet = 0.0, 0.0, 0, 0
