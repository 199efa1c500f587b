"""The run of a solver: what it has seen, when it stops, what it hands over."""

import numpy as np
from scipy.optimize import OptimizeResult

STATUS = {
    0: "converged",
    1: "the maximum number of iterations was reached",
    2: "stopped by the callback",
    3: "the value or its gradient is not finite",
}


class Stop(Exception):
    """Raised inside a run in order to end it."""


class Progress:
    """Counts the steps in a row that have not lowered the best value.

    Parameters
    ----------
    tol : float
        The share of the best value that a step must lower it by.
    value : float
        At the start.
    """

    def __init__(self, tol, value):
        self.tol, self._watched, self.quiet = tol, value, 0

    def note(self, best_value):
        """Count a step; return how many in a row were without progress."""
        self.quiet += 1
        if self._watched - best_value > self.tol * abs(best_value):
            self._watched, self.quiet = best_value, 0
        return self.quiet


class Run:
    """Counts, records and keeps the best point of one minimisation.

    Parameters
    ----------
    value_and_grad : callable
        With an attribute ``is_random`` that is true, its values at two points do not
        compare, and the last point is kept in place of the best.
    x0 : ndarray
    callback : callable or None
    verbose : int
        0 is silent; k prints every k-th step.
    name : str
        What to call the solver in messages.
    """

    def __init__(self, value_and_grad, x0, *, callback, verbose, name):
        self.x0 = np.array(x0, dtype=np.float64)
        if not callable(value_and_grad):
            raise TypeError(
                f"value_and_grad of {name}.minimize must be a function, such as the "
                f"method of a term. Got {value_and_grad!r}."
            )
        self._function = value_and_grad
        self.is_random = getattr(value_and_grad, "is_random", False)
        self._callback = callback
        self._verbose = verbose
        self._name = name
        self.history = []
        self.nfev = 0
        self.best_x, self.best_value = self.x0.copy(), np.inf
        self.steps = None
        self.status = 1

    def evaluate(self, x):
        """The function at x, in the shape of x0; ends the run where it is no number."""
        value, grad = self._function(x)
        self.nfev += 1
        grad = np.asarray(grad, dtype=np.float64)
        if grad.shape != self.x0.shape:
            raise ValueError(
                f"The function that {self._name} minimises must return a gradient of "
                f"shape {self.x0.shape}. Got {grad.shape}."
            )
        if not (np.isfinite(value) and np.isfinite(grad).all()):
            if self.nfev == 1:
                raise ValueError(
                    f"The function that {self._name} minimises is not finite at the "
                    f"start: its value is {value}."
                )
            self.status = 3
            raise Stop
        return float(value), grad

    def record(self, x, value):
        """Note a step; ends the run where the callback says so."""
        self.history.append(value)
        if value < self.best_value or self.is_random:
            self.best_value = value
            self.best_x = np.array(x, dtype=np.float64).reshape(self.x0.shape)
        step = len(self.history) - 1
        if self._verbose and step % self._verbose == 0:
            print(f"[{self._name}] step {step}: {value:.6g}")
        if step and self._callback is not None:
            try:
                stop = self._callback(self.result())
            except StopIteration:
                stop = True
            if stop:
                self.status = 2
                raise Stop

    def result(self):
        """The best point so far, as an OptimizeResult."""
        extra = {} if self.steps is None else {"steps": list(self.steps)}
        return OptimizeResult(
            x=self.best_x.copy(),
            fun=self.best_value,
            nit=max(0, len(self.history) - 1),
            nfev=self.nfev,
            history=np.array(self.history),
            status=self.status,
            success=self.status == 0,
            message=STATUS[self.status],
            **extra,
        )

    def minimize(self, steps):
        """Run ``steps(run)`` to its end, whichever it is.

        An exception from outside, KeyboardInterrupt among them, is raised again with
        the result so far in its attribute ``result``.
        """
        try:
            steps(self)
        except Stop:
            pass
        except BaseException as error:
            error.result = self.result()
            raise
        return self.result()
