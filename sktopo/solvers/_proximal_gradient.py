"""Accelerated proximal gradient: a smooth function plus one with a prox."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sktopo._validation import NON_NEGATIVE, NON_NEGATIVE_INT
from sktopo.base import Solver, Term
from sktopo.solvers._run import Run


class Composite(NamedTuple):
    """``smooth + weight * nonsmooth``, for a solver that treats the two apart.

    Parameters
    ----------
    smooth : callable
        ``smooth(x) -> (value, gradient)``.
    nonsmooth : Term
        With a ``prox``; see ``sktopo.base.Term``. It need not be convex.
    lipschitz : float > 0
        The Lipschitz constant of the gradient of ``smooth``, or a bound on it.
    weight : float >= 0, default=1.0

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.base import Term
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> from sktopo.solvers import Composite, ProximalGradient
    >>> class Lasso(Term):
    ...     def value_and_grad(self, x):
    ...         return float(np.abs(x).sum()), np.sign(x)
    ...
    ...     def prox(self, x, step):
    ...         return np.sign(x) * np.maximum(np.abs(x) - step, 0)
    >>> near = SquaredErrorTerm(np.array([0.1, 2.0]))
    >>> objective = Composite(near.value_and_grad, Lasso(), lipschitz=2.0)
    >>> ProximalGradient().minimize(objective, np.zeros(2)).x.round(6)
    array([0. , 1.5])
    """

    smooth: Callable
    nonsmooth: Term
    lipschitz: float
    weight: float = 1.0


class ProximalGradient(Solver):
    """Gradient steps on a smooth function, proximal steps on a nonsmooth one.

    Nesterov's momentum is dropped and taken up again whenever it would raise the
    objective, which therefore never rises [1]_, [2]_. The nonsmooth function need not
    be convex; every step ends in a minimum of its own model.

    Parameters
    ----------
    max_iter : int >= 0, default=1000
        Steps at most.
    tol : float >= 0, default=1e-9
        The run has converged when ten steps together lower the objective by less than
        ``tol`` of it.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    References
    ----------
    .. [1] A. Beck and M. Teboulle, "Fast gradient-based algorithms for constrained
       total variation image denoising and deblurring problems", IEEE Transactions on
       Image Processing 18 (2009), :doi:`10.1109/TIP.2009.2028250`.
    .. [2] B. O'Donoghue and E. Candès, "Adaptive restart for accelerated gradient
       schemes", Foundations of Computational Mathematics 15 (2015),
       :doi:`10.1007/s10208-013-9150-3`.

    Examples
    --------
    Least squares with an absolute value, whose prox is the soft threshold:

    >>> import numpy as np
    >>> from sktopo.base import Term
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> from sktopo.solvers import Composite, ProximalGradient
    >>> class AbsoluteValue(Term):
    ...     def value_and_grad(self, x):
    ...         return float(np.abs(x).sum()), np.sign(x)
    ...     def prox(self, x, step):
    ...         return np.sign(x) * np.maximum(np.abs(x) - step, 0)
    >>> near = SquaredErrorTerm([3.0, 0.2])
    >>> objective = Composite(near.value_and_grad, AbsoluteValue(), lipschitz=2.0)
    >>> ProximalGradient().minimize(objective, np.zeros(2)).x
    array([2.5, 0. ])
    """

    needs = ("prox",)

    _parameter_constraints = {
        "max_iter": [NON_NEGATIVE_INT],
        "tol": [NON_NEGATIVE],
        "verbose": ["verbose"],
    }

    def __init__(self, *, max_iter=1000, tol=1e-9, verbose=0):
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose

    def minimize(self, objective, x0, *, callback=None):
        """Minimise from x0; see ``sktopo.base.Solver.minimize``.

        Parameters
        ----------
        objective : Composite
        x0 : ndarray
            The start; it is not changed.
        callback : callable or None, default=None

        Returns
        -------
        scipy.optimize.OptimizeResult

        Raises
        ------
        TypeError
            If the objective is no Composite, or its nonsmooth term has no prox.
        """
        self._check_params()
        if not isinstance(objective, Composite):
            raise TypeError(
                "The objective of ProximalGradient.minimize must be a Composite. "
                f"Got {objective!r}."
            )
        if missing := self.missing_in(objective.nonsmooth):
            raise TypeError(
                f"{type(objective.nonsmooth).__name__} is not compatible with "
                f"ProximalGradient: it does not define {', '.join(missing)}."
            )

        def value_and_smooth_grad(x):
            value, grad = objective.smooth(x)
            return value + objective.weight * objective.nonsmooth(x), grad

        run = Run(
            value_and_smooth_grad,
            x0,
            "ProximalGradient",
            callback,
            self.verbose,
            total=self.max_iter,
        )
        return run.minimize(lambda run: self._steps(run, objective))

    def _steps(self, run, objective):
        step = 1.0 / objective.lipschitz

        def prox(x):
            return objective.nonsmooth.prox(x, objective.weight * step)

        x = ahead = run.x0.copy()
        value, grad = run.evaluate(x)
        run.start(x, value)
        slope = grad
        momentum = 1.0
        for _ in range(self.max_iter):
            new = prox(ahead - step * slope)
            new_value, new_grad = run.evaluate(new)
            if new_value > value:
                # The momentum has carried too far: a plain step never rises.
                momentum = 1.0
                new = prox(x - step * grad)
                new_value, new_grad = run.evaluate(new)
            next_momentum = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
            ahead = new + (momentum - 1) / next_momentum * (new - x)
            momentum = next_momentum
            x, value, grad = new, new_value, new_grad
            slope = objective.smooth(ahead)[1]
            run.record(x, value)
            if len(run.history) > 10:
                gain = run.history[-11] - value
                if gain <= self.tol * abs(value):
                    run.status = 0
                    return
