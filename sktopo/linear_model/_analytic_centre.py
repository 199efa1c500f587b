"""Which of many weights that fit exactly and cost nothing: the analytic centre."""

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

_MAX_ITER = 60  # Newton steps; some 15 to 30 are enough where there is a centre
_SHRINK = 0.5  # of a backtracking line search
_SLOPE = 0.05  # share of the promised decrease that a step has to bring
_TOLERANCE = 1e-9  # of the residuals, relative to their terms


def centre_of_monotone_steps(rows, target, start):
    """Maximise the sum of log(z_i) over z > 0 with rows @ z = target.

    It is the analytic centre of a polytope: the point that an interior-point method
    ends in, in the middle and not at a vertex, and the same in any units [1]_. Newton's
    method starts from steps that need not satisfy the equations.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n)
    target : ndarray of shape (n_rows,)
    start : ndarray of shape (n,)
        Positive.

    Returns
    -------
    z : ndarray of shape (n,)
    log_barrier : float
        The sum of the logarithms; minus infinity where no centre is found.

    References
    ----------
    .. [1] S. Boyd and L. Vandenberghe, "Convex Optimization", Cambridge University
       Press 2004, sections 8.5.3 and 10.3, :doi:`10.1017/CBO9780511804441`.
    """
    z, dual = start, np.zeros(target.size)
    size = np.abs(target).max(initial=0.0)
    for _ in range(_MAX_ITER):
        scaled = rows * z
        square = scaled @ scaled.T
        square[np.diag_indices_from(square)] += 1e-13 * np.trace(square) / len(square)
        left = rows @ z - target
        try:
            factor = cho_factor(square, check_finite=False)
        except LinAlgError:
            break
        # In units of z: of the step, of the slope of the logarithms, and of the dual.
        new_dual = cho_solve(factor, left + scaled.sum(axis=1), check_finite=False)
        step = 1 - scaled.T @ new_dual
        merit = _residual(scaled, left, dual, size)
        if merit <= _TOLERANCE * np.sqrt(z.size):
            return z, float(np.log(z).sum())
        length = min(1.0, 0.99 / max(-step.min(), 0.99))
        while length > 1e-10:
            new = z * (1 + length * step)
            between = dual + length * (new_dual - dual)
            now = _residual(rows * new, rows @ new - target, between, size)
            if now <= (1 - _SLOPE * length) * merit:
                break
            length *= _SHRINK
        else:
            break
        z, dual = new, between
    return start, -np.inf


def _residual(scaled, left, dual, size):
    """The norm of the optimality conditions, those of the slopes in units of z."""
    slopes = scaled.T @ dual - 1
    equations = left / size if size > 0 else left
    return float(np.sqrt(slopes @ slopes + equations @ equations))
