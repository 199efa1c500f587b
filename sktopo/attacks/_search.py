"""The search for an adversarial version of one row."""

import numpy as np
from sklearn.utils import Bunch

_N_CANDIDATES = 16


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
    Bunch
        ``x``, the first row that reaches the goal, or that of the least loss;
        ``success`` and ``n_iter``, the number of all steps.
    """
    best, least, n_iter = budget.origin, np.inf, 0
    for x in starts:
        velocity = np.zeros_like(x)
        for k in range(n_steps + 1):
            loss, grad, is_reached = goal.evaluate(x)
            if loss < least or is_reached:
                best, least = x, loss
            if is_reached:
                return Bunch(x=best, success=True, n_iter=n_iter)
            size = np.abs(grad).sum()
            velocity = momentum * velocity
            if size > 0:
                velocity += grad / size
            if k == n_steps or not velocity.any():
                break
            length = step * 0.1 ** (k / n_steps)
            x = budget.project(x - length * budget.direction(velocity))
            n_iter += 1
    return Bunch(x=best, success=False, n_iter=n_iter)


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
    Bunch
        As of ``descend``.
    """
    x, is_free = budget.origin, np.ones(budget.origin.shape, dtype=bool)
    best, least = x, np.inf
    n_pixels = min(budget.n_pixels, x.size)
    for n_iter in range(n_pixels + 1):
        loss, grad, is_reached = goal.evaluate(x)
        if loss < least or is_reached:
            best, least = x, loss
        if is_reached or n_iter == n_pixels:
            break
        end = np.where(grad > 0, budget.low, budget.high)
        gain = np.where(is_free, grad * (x - end), 0.0).ravel()
        order = np.argsort(-gain, kind="stable")[:_N_CANDIDATES]
        places = order[gain[order] > 0]
        if places.size == 0:
            break
        tries = np.repeat(x[None], places.size, axis=0)
        tries.reshape(places.size, -1)[np.arange(places.size), places] = end.flat[
            places
        ]
        losses, _ = goal.losses(tries)
        chosen = int(np.argmin(losses))
        x = tries[chosen]
        is_free.flat[places[chosen]] = False
    return Bunch(x=best, success=is_reached, n_iter=n_iter)
