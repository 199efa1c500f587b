"""L-BFGS, scipy's."""

import numpy as np
from scipy.optimize import minimize

from sktopo._memory import check_count
from sktopo._validation import NON_NEGATIVE, NON_NEGATIVE_INT, POSITIVE_INT
from sktopo.base import Solver
from sktopo.solvers._run import Run


class LBFGS(Solver):
    """Limited-memory quasi-Newton steps with a line search (scipy's L-BFGS-B).

    Fast where the function is smooth. Where persistence is nonsmooth it may stop early;
    the best point seen is returned.

    Parameters
    ----------
    max_iter : int >= 0, default=1000
        Steps at most.
    tol : float >= 0, default=1e-9
        The run has converged when a step lowers the value by at most ``tol`` of it, or
        no coordinate of the gradient is larger than ``tol`` times the largest one at
        the start. Where a line search finds no lower value, as at a kink, the run ends
        with status 4.
    memory : int >= 1, default=20
        How many past steps make the quadratic model.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    References
    ----------
    .. [1] R. H. Byrd, P. Lu, J. Nocedal and C. Zhu, "A limited memory algorithm for
       bound constrained optimization", SIAM Journal on Scientific Computing 16 (1995),
       :doi:`10.1137/0916069`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> from sktopo.solvers import LBFGS
    >>> goal = SquaredErrorTerm([1.0, -2.0])
    >>> LBFGS().minimize(goal, np.zeros(2)).x.round(6)
    array([ 1., -2.])
    """

    _parameter_constraints = {
        "max_iter": [NON_NEGATIVE_INT],
        "tol": [NON_NEGATIVE],
        "memory": [POSITIVE_INT],
        "verbose": ["verbose"],
    }

    def __init__(self, *, max_iter=1000, tol=1e-9, memory=20, verbose=0):
        self.max_iter = max_iter
        self.tol = tol
        self.memory = memory
        self.verbose = verbose

    def minimize(self, objective, x0, *, callback=None):
        """Minimise from x0; see ``sktopo.base.Solver.minimize``."""
        self._check_params()
        check_count("LBFGS", "memory", self.memory, 20 * np.size(x0))
        run = Run(objective, x0, "LBFGS", callback, self.verbose, total=self.max_iter)
        return run.minimize(self._steps)

    def _steps(self, run):
        shape = run.x0.shape

        value, grad = run.evaluate(run.x0)
        run.start(run.x0, value)
        steepest = np.abs(grad).max(initial=0.0)
        if self.max_iter == 0 or steepest == 0:
            run.status = 0 if self.max_iter else 1
            return
        # In these units of the values and of x the first step, too, is free of scale. A
        # value that is little but rounding says less of lengths than x.
        least = np.sqrt(np.finfo(float).eps) * np.abs(run.x0).max()
        length = max(abs(value) / steepest, least)
        if length < np.sqrt(np.finfo(float).tiny):
            length = 1.0
        unit = length * steepest

        def scaled_function(z):
            value, grad = run.evaluate(length * z.reshape(shape))
            return value / unit, grad.ravel() / steepest

        def after_step(intermediate_result):
            last, value = run.history[-1], float(unit * intermediate_result.fun)
            run.record(length * intermediate_result.x, value)
            if last - value <= self.tol * max(abs(last), abs(value)):
                raise StopIteration

        start = run.x0.ravel() / length
        found = minimize(
            scaled_function,
            start,
            jac=True,
            method="L-BFGS-B",
            callback=after_step,
            options={
                "maxiter": self.max_iter,
                "maxfun": 50 * self.max_iter,
                "maxcor": self.memory,
                "ftol": 0.0,
                "gtol": self.tol,
            },
        )
        # 2 is a line search that failed; a callback that raises ends with 99.
        run.status = {1: 1, 2: 4}.get(found.status, 0)
