"""One data set under penalties of the weights, before and after it is minimised."""

import numpy as np
from scipy.linalg import norm

from sktopo.linear_model._design import CentredData
from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._penalty import critical_alpha
from sktopo.linear_model._strategies import (
    better,
    minimize_penalised,
    penalised_path,
)

DECADES = 4  # that alphas span, as long as nobody says which ones to try


class Regression:
    """Least squares for all targets of a data set.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    sample_weight : ndarray of shape (n_samples,) or None
    fit_intercept : bool
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    """

    def __init__(self, X, y, sample_weight, *, fit_intercept, solver, settings):
        self._how = {"solver": solver, "settings": settings}
        targets = y.reshape(len(y), -1).astype(np.float64)
        self._data = CentredData(
            X.astype(np.float64), targets, sample_weight, fit_intercept
        )
        self._is_single, self._dtype = y.ndim == 1, X.dtype
        self._fit_intercept = fit_intercept
        self.shape = (targets.shape[1], X.shape[1])

    def problems(self, penalty, alpha, l2):
        """A problem for each target, of one design."""
        design, targets = self._data.design(l2)
        return [Problem(design, target, alpha, penalty) for target in targets.T]

    def minimize(self, penalty, alpha, l2, starts):
        """A result for each target, from its start or, where that is None, the best."""
        return [
            minimize_penalised(
                problem, starts=[] if start is None else [start], **self._how
            )
            for problem, start in zip(
                self.problems(penalty, alpha, l2), starts, strict=True
            )
        ]

    def paths(self, penalties, alphas, l2):
        """Follow a path of falling alphas under each penalty, close to the last.

        Yields
        ------
        list of list of OptimizeResult
            For each of the alphas a list with a result for each target.
        """
        beside = [None] * self.shape[0]
        problems = self.problems(None, 0.0, l2)
        for penalty in penalties:
            beside = [
                penalised_path(
                    problem.with_penalty(penalty), alphas, beside=last, **self._how
                )
                for problem, last in zip(problems, beside, strict=True)
            ]
            yield list(zip(*beside, strict=True))

    def improved(self, results, penalty, alpha, l2):
        """The results, or those from the solver's own starts where they are better."""
        own = self.minimize(penalty, alpha, l2, [None] * len(results))
        problems = self.problems(penalty, alpha, l2)
        return [better(*both) for both in zip(problems, results, own, strict=True)]

    def ridge_path(self, l2s):
        """``coef_`` and ``intercept_`` without a penalty, for each of the l2s."""
        return [self._unpacked(coef) for coef in self._data.ridge_path(l2s)]

    def most_l2(self):
        """A weight of the squared norm beyond which there is little but the norm."""
        return float(norm(self._data.matrix) ** 2)

    def strengths(self, penalty, degree, n_alphas):
        """Alphas from the one at which nothing but the free bars is left, downward.

        Parameters
        ----------
        penalty : Term
        degree : float
            The penalty of c w is ``c**degree`` times that of w.
        n_alphas : int

        Returns
        -------
        ndarray of shape (n_alphas,)
            In the unit of the data: those of c y are ``c**(2 - degree)`` times as
            large.
        """
        tops = []
        for problem in self.problems(penalty, 0.0, 0.0):
            equal = problem.design.equal_weights(problem.target)
            descent = -problem.error.value_and_grad(equal)[1]
            moment = 2 * problem.moment
            size = float(norm(moment)) / (2 * norm(self._data.matrix) ** 2 or 1.0)
            top = critical_alpha(penalty, descent)
            tops.append(top * size ** (1 - degree) if size > 0 else 0.0)
        return max(tops) * np.logspace(0, -DECADES, n_alphas)

    def unpacked(self, results):
        """``coef_`` and ``intercept_`` of results for all targets."""
        return self._unpacked(np.stack([result.x for result in results]))

    def _unpacked(self, coef):
        return self._typed(coef, self._data.y_mean - coef @ self._data.X_mean)

    def _typed(self, coef, intercept):
        intercept, coef = intercept.astype(self._dtype), coef.astype(self._dtype)
        if not self._is_single:
            return coef, intercept
        return coef[0], intercept[0] if self._fit_intercept else 0.0


def count_unfinished(results):
    """How many results have not converged."""
    return sum(result.status != 0 for result in results)
