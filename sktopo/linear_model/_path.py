"""Least squares with a penalty on the maxima of weights along a path.

For superlevel sets of w on a path, p = 1 and q = 0,

    E(1, 0, i0) = (TV(w) + w_first + w_last) / 2 - (max(w) + the i0 - 2 longest bars)

is a difference of convex functions. With the second one replaced by its tangent, what
is left charges each step of w for going the wrong way: a quadratic with a kink at zero
in every difference of w. Solving that exactly and taking the next tangent lowers the
objective in every round.
"""

import numpy as np

from sktopo.solvers import minimize_kinked_quadratic


class PathLeastSquares:
    """||target - design @ w||^2 in the differences of w, its first entry eliminated.

    Parameters
    ----------
    design : ndarray of shape (n_rows, n_features)
    target : ndarray of shape (n_rows,)
    """

    def __init__(self, design, target):
        # Column i: what a step of all weights behind i does to the prediction.
        behind = np.cumsum(design[:, ::-1], axis=1)[:, ::-1]
        self._level = behind[:, 0]
        self._weight = float(self._level @ self._level)
        self._steps, self._target = behind[:, 1:], target
        steps, target = self._steps, target
        if self._weight > 0:
            share = self._level / self._weight
            steps = steps - np.outer(share, self._level @ steps)
            target = target - share * (self._level @ target)
        self._gram, self._moment = steps.T @ steps, steps.T @ target

    def minimize(self, alpha, concave_slope, start):
        """Minimise the squared error + alpha (TV + w_first + w_last) / 2 - tangent.

        Parameters
        ----------
        alpha : float
        concave_slope : ndarray of shape (n_features,)
            The slope of what is subtracted; its entries sum to 1.
        start : ndarray of shape (n_features,)

        Returns
        -------
        w : ndarray of shape (n_features,)
        """
        behind = np.cumsum(concave_slope[::-1])[::-1][1:]
        tangent = alpha * (0.5 - behind)
        up = np.maximum(alpha / 2 + tangent, 0.0)
        down = np.maximum(alpha / 2 - tangent, 0.0)
        steps, _ = minimize_kinked_quadratic(
            self._gram, self._moment, up, down, x0=np.diff(start)
        )
        first = 0.0
        if self._weight > 0:
            rest = self._target - self._steps @ steps
            first = float(self._level @ rest) / self._weight
        return first + np.concatenate([[0.0], np.cumsum(steps)])
