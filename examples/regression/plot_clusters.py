"""
Weights that take three values
==============================

A linear model has 100 weights, each of them one of three values, and is fitted to few
noisy samples, as in figure 5 of "A Topology Layer for Machine Learning" (AISTATS 2020).
The topological penalty is the sum of the gaps between neighbouring values of the sorted
weights: of all gaps (``i0=2``), or of all but the two longest (``i0=4``), which leaves
three clusters unpenalised. Least squares, lasso and ridge regression are fitted for
comparison. All strengths are chosen by 5-fold cross-validation from the same grid.

No method finds the weights from fewer than about 70 samples. From 80 to 100 samples the
penalty that leaves three clusters finds them almost exactly, although there are no more
samples than weights; with 130 samples the other methods still have five times its
error. Least squares is at its worst where there are as many samples as weights, because
there it amplifies the noise most.
"""

import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from joblib import Parallel, delayed
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, LinearRegression, RidgeCV

from sktopo import TopologicalRidgeCV
from sktopo.datasets import make_structured_regression

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_SAMPLES = [60, 90] if SHORT else list(range(40, 131, 10))
N_REPETITIONS = 2 if SHORT else 20
ALPHAS = np.logspace(-4, 1, 20)

# %%
# The models. The penalty on gaps is that of the topology "values", in which weights are
# points on a line: each cluster is a connected component that is born at 0 and dies at
# the gap to the next one.


def models(n_samples):
    """All models; the lasso divides the squared error by 2 n, the others do not."""
    options = {"cv": 5, "fit_intercept": False}
    topological = {"topology": "values", "l2": 0.0, **options}
    return {
        "least squares": LinearRegression(fit_intercept=False),
        "L1": LassoCV(alphas=ALPHAS / (2 * n_samples), max_iter=20_000, **options),
        "L2": RidgeCV(ALPHAS, **options),
        "Top1 (i0=2)": TopologicalRidgeCV(ALPHAS, i0=2, **topological),
        "Top2 (i0=4)": TopologicalRidgeCV(ALPHAS, i0=4, **topological),
    }


def errors_of(kind, n_samples, seed):
    """Mean squared error of every model on noiseless test data."""
    X, y, coef = make_structured_regression(n_samples, kind, random_state=seed)
    X_test = np.random.default_rng(seed).normal(size=(2000, coef.size))
    errors = {}
    for name, model in models(n_samples).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        errors[name] = np.mean((X_test @ (model.coef_ - coef)) ** 2)
    return errors


# %%
# The table has the median of the error over the repetitions, and its mean with the
# standard deviation; the curves show the median between the first and third quartiles.

fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", sharey=True)
tasks = [(n, seed) for n in N_SAMPLES for seed in range(N_REPETITIONS)]
cases = {"clusters": "{1, 2, 3}", "signs": "{-1, 0, 1}"}
for ax, (kind, values) in zip(axes, cases.items(), strict=True):
    results = Parallel(n_jobs=-1)(delayed(errors_of)(kind, *task) for task in tasks)
    print(f"\nWeights in {values}: test MSE, median (mean +- standard deviation)")
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
    ax.set(
        title=f"weights in {values}", xlabel="samples", ylabel="test MSE", yscale="log"
    )
axes[0].legend()
plt.show()
