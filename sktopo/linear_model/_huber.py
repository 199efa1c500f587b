"""Huber's loss for the errors, which charges large ones in proportion to their size."""

import numpy as np
from scipy.optimize import OptimizeResult

from sktopo.linear_model._design import CentredData
from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._regression import Regression
from sktopo.linear_model._strategies import minimize_penalised

_MAX_ROUNDS = 200  # of weighted least squares; they converge linearly
_CURVATURES = (0.3, 1.0)  # of outliers, in shares of a bound from above
_SHARE = 1e-2  # of the tolerance of the solver: rounds are many and short
_LEAST_SCALE = 1e-10  # of the spread of the targets, where they are fitted exactly


class HuberRegression(Regression):
    """Huber's loss for all targets of a data set, with what Regression has.

    For one target with weights s it is ::

        sum of s (scale + scale * H((y - X w - b) / scale))

    minimised over the scale as well, where H(z) is z^2 for abs(z) up to epsilon and
    2 epsilon abs(z) - epsilon^2 beyond [1]_.

    Parameters
    ----------
    X, y, sample_weight, fit_intercept, solver, settings
        As of Regression.
    epsilon : float >= 1

    References
    ----------
    .. [1] A. B. Owen, "A robust hybrid of lasso and ridge regression", Contemporary
       Mathematics 443 (2007), :doi:`10.1090/conm/443/08555`.
    """

    def __init__(self, X, y, sample_weight, *, epsilon, **how):
        super().__init__(X, y, sample_weight, **how)
        self._epsilon = epsilon
        weight = np.ones(len(X)) if sample_weight is None else sample_weight
        used = weight > 0  # a row of weight 0 is no row
        self._X = X[used].astype(np.float64)
        self._y = y.reshape(len(y), -1)[used].astype(np.float64)
        self._weight = weight[used].astype(np.float64)

    def minimize(self, penalty, alpha, l2, starts):
        """A result for each target, from its start or, where that is None, the best."""
        given = [[] if start is None else [start] for start in starts]
        return [
            self._minimum(k, penalty, alpha, l2, start) for k, start in enumerate(given)
        ]

    def paths(self, penalties, alphas, l2):
        """Follow a path of falling alphas under each penalty, close to the last.

        Yields
        ------
        list of list of OptimizeResult
            For each of the alphas a list with a result for each target.
        """
        beside = [[[] for _ in alphas] for _ in self._y.T]
        for penalty in penalties:
            paths = [
                self._path(k, penalty, alphas, l2, others)
                for k, others in enumerate(beside)
            ]
            beside = [[[result.x] for result in path] for path in paths]
            yield list(zip(*paths, strict=True))

    def _path(self, target, penalty, alphas, l2, beside):
        path, last = [], []
        for alpha, others in zip(alphas, beside, strict=True):
            path.append(self._minimum(target, penalty, alpha, l2, last + others))
            last = [path[-1].x]
        return path

    def improved(self, results, penalty, alpha, l2):
        """The results, or those from the solver's own starts where they are better."""
        own = self.minimize(penalty, alpha, l2, [None] * len(results))
        pairs = zip(results, own, strict=True)
        return [min(pair, key=lambda result: result.fun) for pair in pairs]

    def ridge_path(self, l2s):
        """``coef_`` and ``intercept_`` without a penalty, for each of the l2s."""
        models, last = [], [[] for _ in self._y.T]
        for l2 in l2s:
            results = [
                self._minimum(k, None, 0.0, l2, start) for k, start in enumerate(last)
            ]
            last = [[result.x] for result in results]
            models.append(self.unpacked(results))
        return models

    def most_l2(self):
        """A weight of the squared norm beyond which there is little but the norm."""
        return super().most_l2() / self._unit

    def strengths(self, penalty, degree, n_alphas):
        """Alphas from the one at which nothing but the free bars is left, downward."""
        return super().strengths(penalty, degree, n_alphas) / self._unit

    @property
    def _unit(self):
        """The scale of the targets: errors count in units of it."""
        return float(np.mean(self._spreads())) or 1.0

    def _spreads(self):
        middle = np.average(self._y, axis=0, weights=self._weight)
        squares = np.average((self._y - middle) ** 2, axis=0, weights=self._weight)
        return np.sqrt(squares)

    def unpacked(self, results):
        """``coef_`` and ``intercept_`` of results for all targets."""
        coef = np.stack([result.x for result in results])
        return self._typed(coef, np.array([result.intercept for result in results]))

    def _minimum(self, target, penalty, alpha, l2, starts):
        """Rounds of weighted least squares, each a bound of the loss from above."""
        y, spread = self._y[:, target], float(self._spreads()[target])
        size = spread or float(np.abs(y).max()) or 1.0
        least = max(_LEAST_SCALE * size, np.finfo(float).tiny ** 0.45)
        middle = np.average(y, weights=self._weight) if self._fit_intercept else 0.0
        error = y - middle
        if starts:
            x = min(starts, key=lambda x: self._weight @ np.abs(y - self._X @ x))
            of_start = y - self._X @ x
            if self._fit_intercept:
                of_start = of_start - np.median(of_start)
            # Errors of zero would weigh so much that no other weights are tried.
            if self._scale(of_start, least) > least:
                error = of_start
            starts = [x]
        best = OptimizeResult(fun=np.inf, error=error, status=1)
        best.scale, n_iter = self._scale(error, least), 0
        tol = _SHARE * self._how["settings"]["tol"]
        for _ in range(_MAX_ROUNDS):
            for curvature in _CURVATURES:
                result = self._round(
                    y, best, curvature, penalty, alpha, l2, starts, least
                )
                n_iter += max(1, result.nit)
                if result.fun < best.fun:
                    break
            gain = best.fun - result.fun
            if gain > 0:
                best, starts = result, [result.x]
            if gain <= tol * abs(best.fun):
                break
        else:
            best.status = 1
        best.nit = n_iter
        return best

    def _round(self, y, last, curvature, penalty, alpha, l2, starts, least):
        """The least squares of a model of the loss at the last errors.

        With the curvature 1 of the errors that are outliers, the model is a bound from
        above. They have none: with less, the rounds are fewer, as long as it helps.
        """
        size = np.maximum(np.abs(last.error), self._epsilon * last.scale)
        share = self._epsilon * last.scale / size
        bound = np.where(share < 1, curvature * share, 1.0)
        # Of the same slope: where the curvature is less, the response is farther.
        response = y + (share / bound - 1) * last.error
        weight = self._weight * bound / last.scale
        data = CentredData(self._X, response[:, None], weight, self._fit_intercept)
        design, targets = data.design(l2)
        problem = Problem(design, targets[:, 0], alpha, penalty)
        result = minimize_penalised(problem, starts=starts, **self._how)
        x = result.x
        result.intercept = float(data.y_mean[0] - x @ data.X_mean)
        result.error = y - self._X @ x - result.intercept
        result.scale = self._scale(result.error, least)
        result.fun = self._loss(result.error, result.scale) + l2 * float(x @ x)
        if alpha > 0:
            result.fun += alpha * penalty.value_and_grad(x)[0]
        return result

    def _loss(self, error, scale):
        size, bound = np.abs(error), self._epsilon * scale
        is_small = size <= bound
        loss = np.where(is_small, error**2 / scale, 2 * self._epsilon * size)
        loss = loss - np.where(is_small, 0.0, self._epsilon * bound)
        return float(self._weight @ (scale + loss))

    def _scale(self, error, least):
        """The scale of least loss: with the largest errors beyond it, how many so ever.

        With some errors beyond, it is known in closed form; the right number of them is
        the one for which they, and no others, are.
        """
        size = np.abs(error)
        order = np.argsort(size)
        weight, size = self._weight[order], size[order]
        inside = np.cumsum(weight * size**2)
        beyond = weight.sum() - np.cumsum(weight)
        left = weight.sum() - self._epsilon**2 * beyond
        is_possible = left > 0
        scales = np.sqrt(inside[is_possible] / left[is_possible])
        ends = np.append(size[1:], np.inf)[is_possible]
        fits = (size[is_possible] <= self._epsilon * scales) & (
            ends >= self._epsilon * scales
        )
        if not fits.any():
            return least
        return max(float(scales[np.argmax(fits)]), least)
