"""What the examples on regression share: models, repetitions, tables and curves."""

import sys
import warnings
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, LinearRegression, Ridge, RidgeCV
from sklearn.model_selection import GridSearchCV

from sktopo import TopologicalRidgeCV
from sktopo.datasets import make_structured_regression
from sktopo.solvers import minimize_asymmetric_lasso

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save

__all__ = [
    "ALPHAS",
    "SHORT",
    "StepRegression",
    "compare",
    "errors_of",
    "plain_models",
    "plot_curves",
    "print_table",
    "save",
    "step_models",
    "topological_models",
]
ALPHAS = np.logspace(-4, 1, 20)


class StepRegression(RegressorMixin, BaseEstimator):
    """Least squares with a penalty on the steps of the weights along a path.

    "tv" is their total variation; "smooth" their sum of squares, which has the same
    solutions as its root, at other strengths.
    """

    def __init__(self, alpha=1.0, kind="tv"):
        self.alpha = alpha
        self.kind = kind

    def fit(self, X, y):
        behind = np.cumsum(X[:, ::-1], axis=1)[:, ::-1]
        level, steps = behind[:, 0], behind[:, 1:]
        share = level / (level @ level)
        steps_left = steps - np.outer(share, level @ steps)
        y_left = y - share * (level @ y)
        if self.kind == "tv":
            cost = np.full(steps.shape[1], self.alpha)
            change, _ = minimize_asymmetric_lasso(
                steps_left.T @ steps_left, steps_left.T @ y_left, cost, cost
            )
        else:
            ridge = Ridge(self.alpha, fit_intercept=False)
            change = ridge.fit(steps_left, y_left).coef_
        first = share @ (y - steps @ change)
        self.coef_ = first + np.concatenate([[0.0], np.cumsum(change)])
        return self

    def predict(self, X):
        return X @ self.coef_


def plain_models(n_samples, cv):
    """Peers that know nothing of the topology; all strengths on the same grid."""
    # Lasso divides the squared error by twice the number of samples.
    lasso = LassoCV(
        alphas=ALPHAS / (2 * n_samples), cv=cv, fit_intercept=False, max_iter=20_000
    )
    return {
        "least squares": LinearRegression(fit_intercept=False),
        "L1": lasso,
        "L2": RidgeCV(ALPHAS, cv=cv, fit_intercept=False),
    }


def step_models(cv):
    """Peers that know that the weights lie on a path."""
    return {
        name: GridSearchCV(
            StepRegression(kind=kind),
            {"alpha": ALPHAS},
            cv=cv,
            scoring="neg_mean_squared_error",
        )
        for name, kind in (("TV", "tv"), ("smooth TV", "smooth"))
    }


def topological_models(topology, cv):
    """One free bar, and three."""
    return {
        name: TopologicalRidgeCV(
            ALPHAS, i0=i0, l2=0.0, topology=topology, fit_intercept=False, cv=cv
        )
        for name, i0 in (("Top1 (i0=2)", 2), ("Top2 (i0=4)", 4))
    }


def errors_of(weights, n_samples, seed, models):
    """Mean squared error of every model on noiseless test data."""
    X, y, coef = make_structured_regression(n_samples, weights, random_state=seed)
    X_test = np.random.default_rng(seed).normal(size=(2000, coef.size))
    errors = {}
    for name, model in models(n_samples).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        found = getattr(model, "best_estimator_", model).coef_
        errors[name] = np.mean((X_test @ (found - coef)) ** 2)
    return errors


def compare(weights, n_samples, n_repetitions, models):
    """Errors of all models: a dict of arrays (len(n_samples), n_repetitions)."""
    tasks = [(n, seed) for n in n_samples for seed in range(n_repetitions)]
    results = Parallel(n_jobs=-1)(
        delayed(errors_of)(weights, n, seed, models) for n, seed in tasks
    )
    shape = (len(n_samples), n_repetitions)
    return {
        name: np.reshape([errors[name] for errors in results], shape)
        for name in results[0]
    }


def print_table(title, n_samples, errors):
    """Medians over the repetitions, and means with their spread."""
    print(f"\n{title}: test MSE, median (mean +- standard deviation)")
    print(f"{'n':>14s}" + "".join(f"{n:>26d}" for n in n_samples))
    for name, values in errors.items():
        cells = [
            f"{np.median(v):.3g} ({v.mean():.3g} +- {v.std():.2g})" for v in values
        ]
        print(f"{name:14s}" + "".join(f"{cell:>26s}" for cell in cells))


def plot_curves(ax, title, n_samples, errors):
    """Medians with the range from the first to the third quartile."""
    for name, values in errors.items():
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
        style = "-" if name.startswith("Top") else "--"
        (line,) = ax.plot(n_samples, middle, style, marker=".", label=name)
        ax.fill_between(n_samples, low, high, color=line.get_color(), alpha=0.15)
    ax.set(title=title, xlabel="samples", ylabel="test MSE", yscale="log")
