"""Classes and a data set under penalties of the weights, for a search of strengths."""

import numpy as np
from scipy.linalg import norm

from sktopo.linear_model._logistic_problem import LogisticProblem
from sktopo.linear_model._penalty import critical_alpha
from sktopo.linear_model._proximal_newton import minimize_logistic
from sktopo.linear_model._regression import DECADES


class LogisticData:
    """Log losses for a data set; it offers to a search what Regression offers.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    target : ndarray of shape (n_samples, n_rows)
    sample_weight : ndarray of shape (n_samples,)
    fit_intercept : bool
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    """

    def __init__(self, X, target, sample_weight, *, fit_intercept, solver, settings):
        self._problem = LogisticProblem(
            X.astype(np.float64), target, sample_weight, 0.0, None, 0.0, fit_intercept
        )
        self._dtype = X.dtype
        self._how = {"solver": solver, "settings": settings}

    @property
    def shape(self):
        """How many rows of weights there are, and how long they are."""
        return self._problem.target.shape[1], self._problem.X.shape[1]

    def minimize(self, penalty, alpha, l2, *starts):
        """A result, from the best pair of weights and intercepts, or from zero.

        Without a start the solver tries several of its own.
        """
        problem = self._problem.with_penalty(penalty, alpha, l2)
        starts = [start for start in starts if start is not None]
        if starts:
            start = min(starts, key=lambda start: problem.value(*start))
        else:
            start = np.zeros(self.shape), np.zeros(self.shape[0])
        return minimize_logistic(problem, *start, is_warm=bool(starts), **self._how)

    def paths(self, penalties, alphas, l2):
        """Follow a path of falling alphas under each penalty, close to the last.

        Yields
        ------
        list of list of OptimizeResult
            For each of the alphas a list with one result.
        """
        beside, plain = [None] * len(alphas), None
        for penalty in penalties:
            path, last = [], None
            for k, alpha in enumerate(alphas):
                if alpha == 0 and plain is not None:
                    result = plain
                else:
                    result = self.minimize(penalty, alpha, l2, last, beside[k])
                if alpha == 0:
                    plain = result
                last = result.x
                path.append(result)
            beside = [result.x for result in path]
            yield [[result] for result in path]

    def improved(self, results, penalty, alpha, l2):
        """The result, or that from the solver's own starts where it is better."""
        own = self.minimize(penalty, alpha, l2)
        return [min((results[0], own), key=lambda result: result.fun)]

    def ridge_path(self, l2s):
        """``coef_`` and ``intercept_`` without a penalty, for each of the l2s."""
        results, last = [], None
        for l2 in l2s:
            result = self.minimize(None, 0.0, l2, last)
            last = result.x
            results.append(self.unpacked([result]))
        return results

    def most_l2(self):
        """A weight of the squared norm beyond which there is little but the norm."""
        return float(norm(self._problem.columns.weighted) ** 2) / 4

    def strengths(self, penalty, degree, n_alphas):
        """Alphas from the one at which nothing but the free bars is left, downward.

        Parameters as of ``Regression.strengths``. The slope of the loss is that at
        weights of zero, less what equal weights would take away from it.
        """
        weight, target = self._problem.sample_weight, self._problem.target
        share = np.full(target.shape[1], 1 / max(2, target.shape[1]))
        if self._problem.fit_intercept:
            share = np.average(target, axis=0, weights=weight)
        weighted = self._problem.columns.weighted
        moments = weighted.T @ (np.sqrt(weight)[:, None] * (target - share))
        size = float(norm(moments)) / (self.most_l2() or 1.0)
        if size == 0:
            return np.zeros(n_alphas)
        descents = (moments - moments.mean(axis=0)).T
        tops = [critical_alpha(penalty, descent) for descent in descents]
        return max(tops) * size ** (1 - degree) * np.logspace(0, -DECADES, n_alphas)

    def unpacked(self, results):
        """``coef_`` and ``intercept_`` of a result."""
        coef, intercept = results[0].x
        return coef.astype(self._dtype), intercept.astype(self._dtype)
