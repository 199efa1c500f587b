"""
Weights that rise and fall three times
======================================

A linear model has 100 weights along a path, which form a sawtooth or a boxcar with
three maxima, as in figure 6 of "A Topology Layer for Machine Learning" (AISTATS 2020).
The topological penalty is the sum of the lifetimes of all maxima but one (``i0=2``) or
three (``i0=4``). Total variation penalises every step along the path; the topological
penalty does not charge the rises and falls of the largest maxima, but only those of the
small maxima that noise has added.

On the sawtooth the penalty that leaves three maxima has about a third of the error of
total variation with 50 samples, half as many as weights; with more samples the two are
nearly equal. The boxcar consists of few steps, and there total variation is the best.
"""

import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV

from sktopo import TopologicalRidgeCV
from sktopo.datasets import make_structured_regression
from sktopo.solvers import minimize_asymmetric_lasso

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_SAMPLES = [50, 100] if SHORT else [50, 75, 100, 125]
N_REPETITIONS = 1 if SHORT else 20
# Where there are about as many samples as weights, folds that leave out many samples
# change the problem; hence the folds are small.
CV = 3 if SHORT else 10
ALPHAS = np.logspace(-4, 1, 20)

# %%
# For comparison there are two penalties on steps: the sum of their absolute values
# ("tv", total variation) and the sum of their squares ("smooth"). The first weight is
# not penalised; the steps are the coefficients of a lasso or a ridge regression.


class StepRegression(RegressorMixin, BaseEstimator):
    """Least squares with a penalty on the steps of the weights along a path."""

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


# %%
# All strengths are chosen by cross-validation from the same grid. With the topology
# "path", the penalty is on the maxima of the weights in the persistence diagram of
# their superlevel sets.


def models():
    def steps(kind):
        return GridSearchCV(
            StepRegression(kind=kind),
            {"alpha": ALPHAS},
            cv=CV,
            scoring="neg_mean_squared_error",
        )

    options = {"topology": "path", "l2": 0.0, "fit_intercept": False, "cv": CV}
    return {
        "least squares": LinearRegression(fit_intercept=False),
        "TV": steps("tv"),
        "smooth TV": steps("smooth"),
        "Top1 (i0=2)": TopologicalRidgeCV(ALPHAS, i0=2, **options),
        "Top2 (i0=4)": TopologicalRidgeCV(ALPHAS, i0=4, **options),
    }


def errors_of(kind, n_samples, seed):
    """Mean squared error of every model on noiseless test data."""
    X, y, coef = make_structured_regression(n_samples, kind, random_state=seed)
    X_test = np.random.default_rng(seed).normal(size=(2000, coef.size))
    errors = {}
    for name, model in models().items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        found = getattr(model, "best_estimator_", model).coef_
        errors[name] = np.mean((X_test @ (found - coef)) ** 2)
    return errors


# %%
# The table has the median of the error over the repetitions, and its mean with the
# standard deviation; the curves show the median between the first and third quartiles.

fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", sharey=True)
tasks = [(n, seed) for n in N_SAMPLES for seed in range(N_REPETITIONS)]
for ax, kind in zip(axes, ("sawtooth", "boxcar"), strict=True):
    results = Parallel(n_jobs=-1)(delayed(errors_of)(kind, *task) for task in tasks)
    print(f"\n{kind.capitalize()}: test MSE, median (mean +- standard deviation)")
    print(f"{'n':>14s}" + "".join(f"{n:>26d}" for n in N_SAMPLES))
    for name in results[0]:
        errors = np.reshape([found[name] for found in results], (len(N_SAMPLES), -1))
        cells = [
            f"{np.median(e):.3g} ({e.mean():.3g} +- {e.std():.2g})" for e in errors
        ]
        print(f"{name:14s}" + "".join(f"{cell:>26s}" for cell in cells))
        low, middle, high = np.quantile(errors, [0.25, 0.5, 0.75], axis=1)
        style = "-" if name.startswith("Top") else "--"
        (line,) = ax.plot(N_SAMPLES, middle, style, marker=".", label=name)
        ax.fill_between(N_SAMPLES, low, high, color=line.get_color(), alpha=0.15)
    ax.set(title=kind, xlabel="samples", ylabel="test MSE", yscale="log")
axes[0].legend()
plt.show()
