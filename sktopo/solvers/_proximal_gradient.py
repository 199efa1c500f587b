"""Accelerated proximal gradient: a smooth function plus one with a cheap prox."""

import numbers

import numpy as np

from sktopo._sklearn_compat import Interval
from sktopo._validation import ValidatedParams
from sktopo.solvers._run import Run


class ProximalGradient(ValidatedParams):
    """Gradient steps on a smooth function, proximal steps on a kinked one.

    Nesterov's momentum is dropped and taken up again whenever it would raise the
    objective, which therefore never rises [1]_, [2]_. The kinked function need not be
    convex; every step ends in a minimum of its own model.

    Parameters
    ----------
    max_iter : int >= 0, default=1000
        Steps at most.
    tol : float >= 0, default=1e-9
        The run has converged when ten steps together lower the objective by less than
        ``tol`` of it.
    verbose : int >= 0, default=0
        k > 0 prints every k-th step.

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
    >>> from sktopo.objectives import SquaredError
    >>> from sktopo.solvers import ProximalGradient
    >>> class AbsoluteValue(Term):
    ...     def value_and_grad(self, x):
    ...         return float(np.abs(x).sum()), np.sign(x)
    ...     def prox(self, x, step):
    ...         return np.sign(x) * np.maximum(np.abs(x) - step, 0)
    >>> near = SquaredError([3.0, 0.2])
    >>> solver = ProximalGradient()
    >>> solver.minimize_composite(
    ...     near.value_and_grad, np.zeros(2), kinked=AbsoluteValue(), lipschitz=2.0
    ... ).x
    array([2.5, 0. ])
    """

    _parameter_constraints = {
        "max_iter": [Interval(numbers.Integral, 0, None, closed="left")],
        "tol": [Interval(numbers.Real, 0, None, closed="left")],
        "verbose": ["verbose"],
    }

    def __init__(self, *, max_iter=1000, tol=1e-9, verbose=0):
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose

    def minimize_composite(
        self, value_and_grad, x0, *, kinked, lipschitz, factor=1.0, callback=None
    ):
        """Minimise ``value_and_grad(x)[0] + factor * kinked(x)``.

        Parameters
        ----------
        value_and_grad : callable
            The smooth function.
        x0 : ndarray
            The start; it is not changed.
        kinked : Term
            With ``value_and_grad`` and ``prox(x, step)``, which minimises
            ``||z - x||^2 / 2 + step * kinked(z)`` over z.
        lipschitz : float > 0
            A bound on the curvature of the smooth function: the Lipschitz constant of
            its gradient.
        factor : float >= 0, default=1.0
            Weight of the kinked function.
        callback : callable or None, default=None
            As in ``Solver.minimize``.

        Returns
        -------
        scipy.optimize.OptimizeResult

        Raises
        ------
        TypeError
            If the term declares no prox.
        """
        self._check_params()
        if not hasattr(kinked, "prox"):
            raise TypeError(
                f"{type(kinked).__name__} is not compatible with ProximalGradient: "
                "it declares no prox(x, step)."
            )

        def objective(x):
            value, grad = value_and_grad(x)
            return value + factor * kinked.value_and_grad(x)[0], grad

        run = Run(
            objective,
            x0,
            callback=callback,
            verbose=self.verbose,
            name="ProximalGradient",
        )
        step = 1.0 / lipschitz
        return run.minimize(
            lambda run: self._steps(
                run, value_and_grad, lambda x: kinked.prox(x, factor * step), step
            )
        )

    def _steps(self, run, smooth, prox, step):
        x = ahead = run.x0.copy()
        value, grad = run.evaluate(x)
        run.record(x, value)
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
            slope = smooth(ahead)[1]
            run.record(x, value)
            if len(run.history) > 10:
                gain = run.history[-11] - value
                if gain <= self.tol * abs(value):
                    run.status = 0
                    return
