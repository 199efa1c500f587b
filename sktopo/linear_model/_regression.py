"""One data set under one penalty, before and after it is minimised."""

import numpy as np

from sktopo.linear_model._design import centred
from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._strategies import minimize_penalised, penalised_path


class Regression:
    """Least squares for all targets of a data set.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    sample_weight : ndarray of shape (n_samples,) or None
    alpha : float
    penalty : Term
    l2 : float
    fit_intercept : bool
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    """

    def __init__(
        self,
        X,
        y,
        sample_weight,
        alpha,
        penalty,
        *,
        l2,
        fit_intercept,
        solver,
        settings,
    ):
        self.alpha = alpha
        self._how = {"solver": solver, "settings": settings}
        design, targets, self._X_mean, self._y_mean = centred(
            X.astype(np.float64),
            y.reshape(len(y), -1).astype(np.float64),
            sample_weight,
            fit_intercept,
            l2,
        )
        self._problems = [
            Problem(design, target, alpha, penalty) for target in targets.T
        ]
        self._is_single, self._dtype = y.ndim == 1, X.dtype
        self.shape = (len(self._problems), X.shape[1])

    def minimize(self, starts):
        """A result for each target, from its start or, where that is None, the best."""
        return [
            minimize_penalised(problem, start=start, **self._how)
            for problem, start in zip(self._problems, starts, strict=True)
        ]

    def path(self, alphas):
        """For each of the falling alphas a list with a result for each target."""
        paths = [
            penalised_path(problem, alphas, **self._how) for problem in self._problems
        ]
        return list(zip(*paths, strict=True))

    def unpacked(self, results):
        """``coef_`` and ``intercept_`` of results for all targets."""
        coef = np.stack([result.x for result in results])
        intercept = (self._y_mean - coef @ self._X_mean).astype(self._dtype)
        coef = coef.astype(self._dtype)
        if self._is_single:
            return coef[0], intercept[0]
        return coef, intercept


def count_unfinished(results):
    """How many results have not converged."""
    return sum(result.status != 0 for result in results)
