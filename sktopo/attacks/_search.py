"""The search for an adversarial version of one row."""

import numpy as np

from sktopo.solvers import Run

_N_CANDIDATES = 16  # pixels that are tried out of all: the gradient ranks them well


def descend(goal, budget, step, n_steps, momentum, starts):
    """Steps along the gradient of the loss, until the goal is reached.

    The gradients are divided by their 1-norm and summed up with momentum. From every
    start the steps shrink to a tenth: what long ones jump over short ones may find.

    Parameters
    ----------
    goal : Goal
    budget : MaximumBudget or EuclideanBudget
    step : float
        Length of the first step, in the norm of the budget.
    n_steps : int
        At most, from every start.
    momentum : float
    starts : iterable of ndarray

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x``, the first row that reaches the goal, or that of the least loss;
        ``success`` and ``nit``, the number of all steps.
    """

    def steps(run):
        for x in starts:
            velocity = np.zeros_like(x)
            for k in range(n_steps + 1):
                grad = _evaluate(run, goal, x, is_step=k > 0)
                size = np.abs(grad).sum()
                velocity = momentum * velocity
                if size > 0:
                    velocity += grad / size
                if k == n_steps or not velocity.any():
                    break
                length = step * 0.1 ** (k / n_steps)
                x = budget.project(x - length * budget.direction(velocity))

    return Run(None, budget.origin, "TopologicalAttack").minimize(steps)


def flip_pixels(goal, budget):
    """Pixel after pixel goes to one end of its range.

    In every step the gradient names those that promise most, and the one is taken that
    does most.

    Parameters
    ----------
    goal : Goal
    budget : PixelBudget

    Returns
    -------
    scipy.optimize.OptimizeResult
        As of ``descend``.
    """

    def steps(run):
        x, is_free = budget.origin, np.ones(budget.origin.shape, dtype=bool)
        grad = _evaluate(run, goal, x, is_step=False)
        for _ in range(min(budget.n_pixels, x.size)):
            end = np.where(grad > 0, budget.low, budget.high)
            gain = np.where(is_free, grad * (x - end), 0.0).ravel()
            order = np.argsort(-gain, kind="stable")[:_N_CANDIDATES]
            places = order[gain[order] > 0]
            if places.size == 0:
                return
            tries = np.repeat(x[None], places.size, axis=0)
            rows = np.arange(places.size)
            tries.reshape(places.size, -1)[rows, places] = end.flat[places]
            losses, _ = goal.losses(tries)
            chosen = int(np.argmin(losses))
            x = tries[chosen]
            is_free.flat[places[chosen]] = False
            grad = _evaluate(run, goal, x, is_step=True)

    return Run(None, budget.origin, "TopologicalAttack").minimize(steps)


def _evaluate(run, goal, x, is_step):
    """The gradient at x; ends the run where the goal is reached."""
    loss, grad, is_reached = goal.evaluate(x)
    note = run.record if is_step else run.start
    note(x, loss)
    if is_reached:
        run.finish(x, loss)
    return grad
