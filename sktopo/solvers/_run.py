"""The run of a solver: what it has seen, when it stops, what it hands over."""

from array import array
from contextlib import contextmanager, suppress

import numpy as np
from scipy.optimize import OptimizeResult

from sktopo._arrays import as_float64
from sktopo._progress import ProgressLine
from sktopo.base import Term

STATUS = {
    0: "converged",
    1: "the maximum number of iterations was reached",
    2: "stopped by the callback",
    3: "the value or its gradient is not finite",
    4: "no lower value was found along the last direction, as at a kink",
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

    def note(self, value):
        """Count a step; return how many in a row were without progress."""
        self.quiet += 1
        if self._watched - value > self.tol * abs(value):
            self._watched, self.quiet = value, 0
        return self.quiet


class Run:
    """Counts, records, reports and keeps the best point of one minimisation.

    Parameters
    ----------
    objective : Term, callable or None
        What ``evaluate`` evaluates; None where the steps do that by themselves. Where
        its attribute ``is_random`` is true, its values at two points do not compare,
        and the last point is kept in place of the best.
    x0 : ndarray
    name : str
        What to call the solver in messages.
    callback : callable or None, default=None
    verbose : int, default=0
        0 is silent; 1 shows one line that moves, 2 prints a line for each step.
    total : int or None, default=None
        How many steps there may be.
    is_random : bool, default=False
        Where there is no objective to tell.
    """

    def __init__(
        self,
        objective,
        x0,
        name,
        callback=None,
        verbose=0,
        *,
        total=None,
        is_random=False,
    ):
        self.x0 = np.array(as_float64(x0, f"x0 of {name}.minimize", finite=True))
        self.is_random = getattr(objective, "is_random", is_random)
        if isinstance(objective, Term):
            objective = objective.warm_value_and_grad()
        if objective is not None and not callable(objective):
            raise TypeError(
                f"The objective of {name}.minimize must be a term or a function. "
                f"Got {objective!r}."
            )
        if callback is not None and not callable(callback):
            raise TypeError(
                f"The 'callback' parameter of {name}.minimize must be a callable or "
                f"None. Got {callback!r}."
            )
        self._function = objective
        self._callback, self._name = callback, name
        self._line = ProgressLine(name, total, "step", verbose)
        self.history = array("d")
        self.nit = self.nfev = 0
        self._point, self.best_value = self.x0, np.inf
        self.steps = None
        self.status = 1

    @property
    def best_x(self):
        """The best point, or the last one where values do not compare."""
        return self._point() if callable(self._point) else self._point

    def evaluate(self, x):
        """The function at x, in the shape of x0; ends the run where it is no number."""
        # What overflows is found below, and told once.
        with np.errstate(over="ignore", invalid="ignore"):
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
                what = f"its value is {value}"
                if np.isfinite(value):
                    what = f"its value is {value}, but its gradient is not finite"
                raise ValueError(
                    f"The function that {self._name} minimises is not finite at the "
                    f"start: {what}."
                )
            self.status = 3
            raise Stop
        return float(value), grad

    def start(self, x, value):
        """Note the value at the start, before any step."""
        self._note(x, value)

    def record(self, x, value):
        """Note a step; ends the run where the callback says so.

        x may be a function that returns the point, for a run that keeps its last one.
        """
        self.nit += 1
        self._note(x, value)
        if self._callback is None:
            return
        try:
            stop = self._callback(self.result())
        except StopIteration:
            stop = True
        if stop:
            self.status = 2
            raise Stop

    def finish(self, x, value):
        """Keep a point that is a solution, whatever values others have; end the run."""
        self.best_value, self._point, self.status = value, x, 0
        raise Stop

    def _note(self, x, value):
        self.history.append(value)
        if value < self.best_value or self.is_random:
            self.best_value = value
            if not callable(x):
                x = np.array(x, dtype=np.float64).reshape(self.x0.shape)
            self._point = x
        if self.nit:
            self._line.advance(loss=float(value))

    def result(self):
        """The best point so far, as an OptimizeResult."""
        extra = {} if self.steps is None else {"steps": list(self.steps)}
        return OptimizeResult(
            x=np.array(self.best_x),
            fun=self.best_value,
            nit=self.nit,
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
        with self.going_on():
            steps(self)
        return self.result()

    @contextmanager
    def going_on(self):
        """What is done within is the run; see ``minimize``."""
        with self._line:
            try:
                yield
            except Stop:
                pass
            except BaseException as error:
                with suppress(AttributeError, TypeError):  # of exceptions with slots
                    error.result = self.result()
                raise
