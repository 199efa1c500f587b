"""Least squares with a penalty on the maxima of weights along a path.

For superlevel sets of w on a path, p = 1 and q = 0,

    E(1, 0, i0) = (TV(w) + w_first + w_last) / 2 - (max(w) + the i0 - 2 longest bars)

is a difference of convex functions. With the second one replaced by its tangent, what
is left is an asymmetric lasso in the differences of w: each has a cost for going up and
one for going down. Solving that exactly and taking the next tangent lowers the
objective in every round.
"""

import numpy as np

from sktopo.solvers import minimize_asymmetric_lasso


class PathLeastSquares:
    """||target - design @ w||^2 in the differences of w, its first entry eliminated.

    Parameters
    ----------
    gram : ndarray of shape (n_features, n_features)
        design' design.
    level : ndarray of shape (n_rows,)
        The sums of the rows of the design: what a step of all weights does.
    inverse : ndarray of shape (n_features, n_features) or None
        The inverse of ``gram``, where it is at hand.
    """

    def __init__(self, gram, level, inverse=None):
        # Row and column i: a step of all weights from the i-th on.
        behind = _from_here_on(_from_here_on(gram.T).T)
        self._gram, self._share = behind[1:, 1:], behind[0, 1:]
        self._weight = float(level @ level)
        if self._weight > 1e-24 * np.trace(gram):
            self._share = self._share / self._weight
            self._gram = self._gram - self._weight * np.outer(self._share, self._share)
        else:
            self._weight = 0.0
        # What is left of the data may be rounding alone.
        rounding = 1e-13 * len(gram) * np.trace(behind)
        self._is_flat = not np.trace(self._gram) > rounding
        self._inverse = None
        if inverse is not None:
            self._inverse = np.diff(np.diff(inverse, axis=0), axis=1)

    def minimize(self, moment, alpha, concave_slope, start):
        """Minimise the squared error + alpha (TV + w_first + w_last) / 2 - tangent.

        Parameters
        ----------
        moment : ndarray of shape (n_features,)
            design' target.
        alpha : float
        concave_slope : ndarray of shape (n_features,)
            The slope of what is subtracted; its entries sum to 1.
        start : ndarray of shape (n_features,)

        Returns
        -------
        w : ndarray of shape (n_features,)
        """
        tangent = alpha * (0.5 - _from_here_on(concave_slope)[1:])
        up = np.maximum(alpha / 2 + tangent, 0.0)
        down = np.maximum(alpha / 2 - tangent, 0.0)
        behind = _from_here_on(moment)
        right, first = behind[1:], 0.0
        if self._weight:
            first = behind[0] / self._weight
            right = right - behind[0] * self._share
        steps = np.zeros(right.size)
        if not self._is_flat:
            steps, _ = minimize_asymmetric_lasso(
                self._gram, right, up, down, x0=np.diff(start), inverse=self._inverse
            )
        if self._weight:
            first -= float(self._share @ steps)
        return first + np.concatenate([[0.0], np.cumsum(steps)])


def _from_here_on(x):
    return np.cumsum(x[::-1], axis=0)[::-1]
