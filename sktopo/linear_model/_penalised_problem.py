"""||target - design @ w||^2 + alpha * penalty(w), and its exact local minima."""

from functools import cached_property

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from sktopo._ties import Ties

_MAX_STALE = 3  # rounds of polishing without progress: it cycles
EXACT = 1e-12  # error or penalty that is rounding, relative


class Problem:
    """Data, a penalty and its weight.

    Parameters
    ----------
    design : Design
    target : ndarray of shape (n_rows,)
    alpha : float >= 0
    penalty : Term
        On weights of shape (n_features,); what more it can do is told in
        ``sktopo.base.Term``.
    """

    def __init__(self, design, target, alpha, penalty):
        self.design, self.target = design, target
        self.alpha, self.penalty = alpha, penalty
        self.error = design.error(target)

    @cached_property
    def objective(self):
        """The error with the penalty, as a term in the weights."""
        return self.error + self.alpha * self.penalty

    def with_penalty(self, penalty, alpha=None):
        """The same data under another penalty."""
        alpha = self.alpha if alpha is None else alpha
        problem = Problem(self.design, self.target, alpha, penalty)
        for name in ("least_squares", "moment"):
            if name in vars(self):
                vars(problem)[name] = vars(self)[name]
        return problem

    @cached_property
    def least_squares(self):
        """The solution without the penalty."""
        return self.design.least_squares(self.target)

    @property
    def n_determined(self):
        """How many values the data can decide on."""
        n_rows, n_features = self.design.matrix.shape
        return n_features if self.design.is_unique else n_rows

    @cached_property
    def moment(self):
        """The right-hand side of the normal equations."""
        return self.design.matrix.T @ self.target

    def is_solved_exactly(self, w):
        """Whether neither the error nor the penalty is more than rounding."""
        size = float(self.target @ self.target)
        if self.error.value_and_grad(w)[0] > EXACT * size:
            return False
        return self.penalty.value_and_grad(w)[0] <= 1e3 * EXACT * np.abs(w).max()

    def is_fixed_point(self, w, step=None):
        """Whether a proximal step leaves w where it is, up to rounding.

        Under a convex penalty one of any length does; the default is the longest with
        which the objective cannot rise.
        """
        step = 1 / self.design.lipschitz if step is None else step
        _, grad = self.error.value_and_grad(w)
        moved = self.penalty.prox(w - step * grad, self.alpha * step)
        return np.abs(moved - w).max() <= 1e-10 * np.abs(w).max(initial=0.0)

    def ties(self, w, reach):
        """Labels of the weights: neighbours within ``reach`` of max |w| share one."""
        return self.penalty.ties(w, reach * np.abs(w).max(initial=0.0))

    def polish(self, result, reaches):
        """End a descent on a nonsmooth penalty in the exact minimum that it circled.

        A penalty that is piecewise linear is linear as long as the same cells are
        paired. Fuse neighbours that are nearly tied, keep the pairs, and solve the
        small least squares that is left; repeat until it settles. Of several reaches
        the best result is kept, and the descent's own where none is better. What has
        settled has converged, whatever the descent says.
        """
        slack = 1e-12 * float(self.target @ self.target)
        descended, tried = result.x, set()
        for reach in reaches:
            w, labels = descended, self.ties(descended, reach)
            if labels.tobytes() in tried:
                continue
            tried.add(labels.tobytes())
            lowest, n_stale = np.inf, 0
            # The data do not decide on more values than there are rows.
            while labels.max() < self.n_determined and n_stale < _MAX_STALE:
                last, w = w, self._minimum_with_ties(labels, w)
                settled = np.abs(w - last).max() <= 1e-13 * np.abs(w).max()
                value = self.objective.value_and_grad(w)[0]
                n_stale = 0 if value < lowest else n_stale + 1
                lowest = min(lowest, value)
                if value < result.fun + slack:
                    result.x, result.fun, slack = w, value, 0.0
                if settled:
                    if np.allclose(w, result.x, rtol=1e-12, atol=0.0):
                        result.status = 0
                    break
                labels = self.ties(w, reach)

    def _minimum_with_ties(self, labels, w):
        """The minimum for weights tied like this and paired as they are in w."""
        ties = Ties(labels)
        tied = (ties.sums(w) / ties.counts)[labels]
        _, slope = self.penalty.value_and_grad(tied)
        columns = ties.sums(self.design.matrix)
        right = ties.sums(self.moment - self.alpha / 2 * slope)
        gram = columns.T @ columns
        gram[np.diag_indices_from(gram)] += self.design.ridge * ties.counts
        return solve_symmetric(gram, right)[labels]


def solve_symmetric(gram, right):
    """Solve a symmetric system; of least norm where it is singular.

    In units in which all diagonal entries are 1, so that no column is taken for zero
    because another one is large; the norm is that in these units.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
        Positive semidefinite up to rounding.
    right : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,)
    """
    diagonal = np.diagonal(gram)
    unit = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    gram, right = gram * unit[:, None] * unit, right * unit
    try:
        factor = cho_factor(gram)
        diagonal = np.abs(np.diagonal(factor[0]))
        if diagonal.min() > 1e-7 * diagonal.max():
            return unit * cho_solve(factor, right)
    except LinAlgError:
        pass
    return unit * np.linalg.lstsq(gram, right, rcond=1e-12)[0]
