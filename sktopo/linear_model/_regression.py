"""One data set under the penalty of one model, before and after it is minimised."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sktopo.linear_model._design import centred
from sktopo.linear_model._least_squares import minimize_penalised, penalised_path
from sktopo.linear_model._problem import Problem
from sktopo.linear_model._topology import check_solver, weight_penalty


class Regression:
    """Least squares for all targets of a data set.

    Parameters
    ----------
    model : TopologicalRidge or TopologicalRidgeCV
        Whose parameters hold, and in whose name errors are raised.
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_targets)
    sample_weight : ndarray of shape (n_samples,) or None
    """

    def __init__(self, model, X, y, sample_weight):
        self.model = model
        self.alpha, penalty = weight_penalty(model, X.shape[1])
        check_solver(model, penalty)
        design, targets, self._X_mean, self._y_mean = centred(
            X.astype(np.float64),
            y.reshape(len(y), -1).astype(np.float64),
            sample_weight,
            model.fit_intercept,
            model.l2,
        )
        self._problems = [
            Problem(design, target, self.alpha, penalty) for target in targets.T
        ]
        self._is_single, self._dtype = y.ndim == 1, X.dtype
        self.shape = (len(self._problems), X.shape[1])

    def minimize(self, starts):
        """A result for each target, from its start or, where that is None, the best."""
        return [
            minimize_penalised(
                problem,
                solver=self.model.solver,
                start=start,
                settings=self._settings,
            )
            for problem, start in zip(self._problems, starts, strict=True)
        ]

    def path(self, alphas):
        """For each of the falling alphas a list with a result for each target."""
        paths = [
            penalised_path(
                problem, alphas, solver=self.model.solver, settings=self._settings
            )
            for problem in self._problems
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

    @property
    def _settings(self):
        model = self.model
        return {
            "max_iter": model.max_iter,
            "tol": model.tol,
            "verbose": model.verbose,
        }


def warn_where_unfinished(model, n_unfinished, n_problems):
    """Tell the user of a public method of the model, one level above."""
    if n_unfinished:
        warnings.warn(
            f"{type(model).__name__} made max_iter={model.max_iter} steps without "
            f"coming to rest in {n_unfinished} of {n_problems} problems. Raise "
            "max_iter or tol, or scale the data.",
            ConvergenceWarning,
            stacklevel=4,
        )


def count_unfinished(results):
    """How many results have not come to rest."""
    return sum(result.status != 0 for result in results)
