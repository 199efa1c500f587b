"""A quadratic with a kink at zero in every coordinate, by an active set."""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

_RIDGE = 1e-11
_TOLERANCE = 1e-9
_MAX_CROSSINGS = 64


def minimize_kinked_quadratic(gram, moment, up, down, x0=None, max_iter=200):
    """Minimise x' Q x - 2 q' x + sum of up_i (x_i)+ and down_i (-x_i)+.

    The lasso is the case up = down. On the coordinates that are not zero the problem is
    a linear system; each step goes toward its solution and stops in the best point of
    the way, where coordinates may come to rest at zero, and then lets those go whose
    gradient says so, all of them while that helps and else the one that says so most
    [1]_. The objective falls in every step.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
        Q, symmetric and positive semidefinite.
    moment : ndarray of shape (n,)
        q.
    up, down : ndarray of shape (n,)
        Costs of positive and of negative coordinates, up + down >= 0.
    x0 : ndarray of shape (n,) or None, default=None
        The start; None is zero. Its signs are a good guess where they are nearly right.
    max_iter : int, default=200

    Returns
    -------
    x : ndarray of shape (n,)
    converged : bool

    References
    ----------
    .. [1] H. Lee, A. Battle, R. Raina and A. Y. Ng, "Efficient sparse coding
       algorithms", NIPS 2006 (feature-sign search).
    """
    n = moment.size
    x = np.zeros(n) if x0 is None else np.array(x0, dtype=np.float64)
    tolerance = _TOLERANCE * max(np.abs(moment).max(initial=0.0), np.finfo(float).tiny)
    one_by_one = False
    for _ in range(max_iter):
        grad = 2 * (gram @ x - moment)
        wants_up, wants_down = -grad - up, grad - down
        at_zero = x == 0
        wants = np.where(at_zero, np.maximum(wants_up, wants_down), 0.0)
        rest = np.where(x > 0, grad + up, np.where(x < 0, grad - down, 0.0))
        if wants.max() <= tolerance and np.abs(rest).max() <= tolerance:
            return x, True
        # Once the others are at rest, a single one surely goes the right way.
        is_at_rest = np.abs(rest).max() <= 100 * tolerance
        go = is_at_rest & (wants > tolerance)
        if one_by_one:
            go &= np.arange(n) == np.argmax(wants)
        sign = np.sign(x)
        sign[go] = np.where(wants_up[go] > 0, 1.0, -1.0)
        active = np.flatnonzero(sign)
        slope = np.where(sign[active] > 0, up[active], -down[active])
        small = gram[np.ix_(active, active)]
        solution = _solve(small, moment[active] - slope / 2)
        new, gain = _best_on_the_way(
            x[active],
            solution,
            grad[active],
            small,
            up[active],
            down[active],
        )
        if gain <= 0:
            if one_by_one:
                return x, False
            one_by_one = True
            continue
        one_by_one = False
        x[active] = new
    return x, False


def _solve(gram, right):
    ridge = _RIDGE * np.trace(gram) / max(len(gram), 1)
    while True:
        try:
            return cho_solve(cho_factor(gram + ridge * np.eye(len(gram))), right)
        except LinAlgError:
            ridge *= 100


def _best_on_the_way(x, goal, grad, gram, up, down):
    """The best of the goal and of the points where a coordinate passes zero."""
    step = goal - x
    passes = (x != 0) & (np.sign(goal) != np.sign(x))
    times = np.append(-x[passes] / step[passes], 1.0)
    if times.size > _MAX_CROSSINGS:
        times = np.quantile(times, np.linspace(0, 1, _MAX_CROSSINGS), method="nearest")
    points = x + times[:, None] * step
    points[np.abs(points) <= 1e-13 * np.abs(x)] = 0.0

    def kinks(z):
        return np.maximum(z, 0) @ up + np.maximum(-z, 0) @ down

    bend = step @ (gram @ step)
    change = times * (grad @ step) + times**2 * bend + kinks(points) - kinks(x)
    best = int(np.argmin(change))
    return points[best], -change[best]
