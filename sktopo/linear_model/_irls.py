"""Logistic regression with penalised weights, by penalised least squares."""

import numpy as np

from sktopo.base import Term
from sktopo.linear_model._design import CentredData
from sktopo.linear_model._penalised_problem import Problem
from sktopo.linear_model._strategies import exact_solver, minimize_penalised
from sktopo.objectives import ComposedTerm, LogLossTerm, log_losses
from sktopo.solvers import LBFGS, Adam, Run

_LEAST_CURVATURE = 1e-4  # of saturated samples, whose responses would overflow
_MOST_CURVATURE = 0.25  # Böhning's bound on p (1 - p)


class LogisticProblem:
    """log loss + alpha * sum of penalty(row of coef) + l2 ||coef||^2.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    target : ndarray of shape (n_samples, n_rows)
        One column for the log odds of two classes, or one for each class.
    sample_weight : ndarray of shape (n_samples,)
    alpha, l2 : float >= 0
    penalty : Term
    fit_intercept : bool
    """

    def __init__(self, X, target, sample_weight, alpha, penalty, l2, fit_intercept):
        self.X, self.target, self.sample_weight = X, target, sample_weight
        self.alpha, self.penalty, self.l2 = alpha, penalty, l2
        self.fit_intercept = fit_intercept

    def losses(self, margins):
        """The weighted loss, and probabilities less the target."""
        losses, residual = log_losses(margins, self.target)
        return float(self.sample_weight @ losses), residual

    def row_penalty(self, w):
        """The penalty and the squared norm of one row of the weights."""
        return self.alpha * self.penalty.value_and_grad(w)[0] + self.l2 * (w @ w)

    @property
    def objective(self):
        """All of it, as a term in the weights with the intercept behind them."""
        ones = np.ones((len(self.X), int(self.fit_intercept)))
        loss = LogLossTerm(self.target, np.hstack([self.X, ones]), self.sample_weight)
        n_features = self.X.shape[1]
        return loss + _RowPenalties(self.penalty, self.alpha, self.l2, n_features)


class _RowPenalties(Term):
    """alpha * penalty + l2 ||.||^2 of the first n_features entries of every row."""

    def __init__(self, penalty, alpha, l2, n_features):
        self.penalty = penalty
        self.alpha = alpha
        self.l2 = l2
        self.n_features = n_features

    def value_and_grad(self, x):
        """Evaluate at rows of weights."""
        return self._sum(x, [self.penalty.value_and_grad] * len(x))

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration."""
        functions = []

        def value_and_grad(x):
            while len(functions) < len(x):
                functions.append(self.penalty.warm_value_and_grad())
            return self._sum(x, functions)

        return value_and_grad

    @property
    def is_random(self):
        """Whether the penalty is random."""
        return self.penalty.is_random

    def _sum(self, x, functions):
        coef = x[:, : self.n_features]
        value, grad = self.l2 * float((coef**2).sum()), np.zeros(x.shape)
        grad[:, : self.n_features] = 2 * self.l2 * coef
        for k, function in enumerate(functions):
            energy, slope = function(coef[k])
            value += self.alpha * energy
            grad[k, : self.n_features] += self.alpha * slope
        return value, grad


def minimize_logistic(problem, coef, intercept, *, solver, settings, is_warm):
    """Weights and intercepts of least objective that the solver finds.

    The exact solvers go from two starts, weights of zero and the end of a descent by
    Adam, and the better result is kept; where the penalty has a prox and no relaxation
    it is convex, and one start enough. The weights without a penalty are no start:
    those of classes that can be separated are infinite.

    Parameters
    ----------
    problem : LogisticProblem
    coef : ndarray of shape (n_rows, n_features)
    intercept : ndarray of shape (n_rows,)
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}
    settings : dict
        ``max_iter``, ``tol`` and ``verbose`` of the solver.
    is_warm : bool
        Whether to start from these weights and nowhere else.

    Returns
    -------
    scipy.optimize.OptimizeResult
        With ``x`` the pair (coef, intercept).
    """
    if solver == "auto" and problem.alpha == 0:
        solver = "lbfgs"
    penalty = problem.penalty
    if exact_solver(solver, penalty) is None:
        return _descend(problem, coef, intercept, solver, settings)
    if is_warm:
        return _reweight(problem, coef, intercept, solver, settings)
    results = [_reweight(problem, coef, intercept, solver, settings)]
    n_steps = 0
    if penalty.prox is None or penalty.relaxations:
        descent = _descend(problem, coef, intercept, "adam", settings)
        results.append(_reweight(problem, *descent.x, solver, settings))
        n_steps = descent.nit
    best = min(results, key=lambda result: result.fun)
    best.nit = n_steps + sum(result.nit for result in results)
    return best


def _reweight(problem, coef, intercept, solver, settings):
    """Descend by least squares: rows of the weights in turn, until all have converged.

    Around the present margins the loss of one row is a weighted squared error, which
    the solvers for least squares take with its penalty. Where its curvature is too flat
    a guess and the objective would rise, the bound 1/4 takes its place, with which it
    cannot [1]_.

    References
    ----------
    .. [1] D. Böhning, "Multinomial logistic regression algorithm", Annals of the
       Institute of Statistical Mathematics 44 (1992), :doi:`10.1007/BF00048682`.
    """
    coef, intercept = coef.copy(), intercept.copy()
    margins = problem.X @ coef.T + intercept
    penalties = np.array([problem.row_penalty(w) for w in coef])
    value = problem.losses(margins)[0] + penalties.sum()
    null_loss, _ = problem.losses(np.zeros(margins.shape))
    inner = {**settings, "verbose": 0}
    start = np.column_stack([coef, intercept])
    run = Run(None, start, "reweighted", verbose=settings["verbose"])
    while run.nit < settings["max_iter"]:
        last = value
        for k in range(len(coef)):
            for w, b in _proposals(problem, margins, k, coef[k], solver, inner):
                new_margins = margins.copy()
                new_margins[:, k] = problem.X @ w + b
                new_penalties = penalties.copy()
                new_penalties[k] = problem.row_penalty(w)
                new_value = problem.losses(new_margins)[0] + new_penalties.sum()
                if new_value <= value:
                    coef[k], intercept[k], value = w, b, new_value
                    margins, penalties = new_margins, new_penalties
                    break
        run.record(np.column_stack([coef, intercept]), value)
        # Losses of classes that can be separated fall for ever, relative to themselves.
        if last - value <= settings["tol"] * max(abs(value), 1e-2 * null_loss):
            run.status = 0
            break
    result = run.result()
    result.x = result.x[:, :-1], result.x[:, -1]
    return result


def _proposals(problem, margins, k, start, solver, settings):
    """New weights and intercept of row k: the IRLS step, and a majorisation [1]_."""
    _, residual = problem.losses(margins)
    residual = residual[:, k]
    probability = np.clip(residual + problem.target[:, k], 0.0, 1.0)
    curvature = np.maximum(probability * (1 - probability), _LEAST_CURVATURE)
    for bound in (curvature, np.full(len(residual), _MOST_CURVATURE)):
        response = margins[:, k] - residual / bound
        data = CentredData(
            problem.X,
            response[:, None],
            problem.sample_weight * bound / 2,
            problem.fit_intercept,
        )
        design, targets = data.design(problem.l2)
        row = Problem(design, targets[:, 0], problem.alpha, problem.penalty)
        result = minimize_penalised(
            row, solver=solver, starts=[start], settings=settings
        )
        yield result.x, float(data.y_mean[0] - result.x @ data.X_mean)


def _descend(problem, coef, intercept, solver, settings):
    """Descend in weights and intercepts at once."""
    # In units in which the margins, not the weights, move by about the same.
    n_features = problem.X.shape[1]
    unit = np.ones(n_features + problem.fit_intercept)
    mean = np.average(problem.X, axis=0, weights=problem.sample_weight)
    spread = np.average((problem.X - mean) ** 2, axis=0, weights=problem.sample_weight)
    unit[:n_features] = 1 / max(np.sqrt(spread.mean()), 1e-12)
    objective = ComposedTerm(
        problem.objective, (lambda z: z * unit, lambda z, grad: grad * unit)
    )
    start = np.column_stack([coef, intercept])[:, : unit.size] / unit
    n_steps = 0
    if solver in ("auto", "adam"):
        adam = Adam(0.1, schedule="adaptive", **settings)
        result = adam.minimize(objective, start)
        n_steps, start = result.nit, result.x
    if solver == "lbfgs" or (solver == "auto" and not objective.is_random):
        result = LBFGS(**settings).minimize(objective, start)
        result.nit += n_steps
    x = result.x * unit
    result.x = x[:, :n_features], np.zeros(len(x))
    if problem.fit_intercept:
        result.x = x[:, :n_features], x[:, n_features]
    return result
