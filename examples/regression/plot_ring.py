"""
Weights that make a ring
========================

A linear model has 2,500 weights, which are an image of a ring, and is fitted to 1,500
noisy samples, as in figure 7 of "A Topology Layer for Machine Learning" (AISTATS 2020).
There are fewer equations than weights, so least squares cannot find the image. The
topological penalty leaves one component (H0) and one hole (H1) of the superlevel sets
of the weights free and penalises the lifetimes of all others; the energies of both
persistence diagrams are added.

With the penalty on components and holes the relative error of the weights is 0.01,
beside 0.65 for least squares and ridge regression. A penalty on the components alone
has 0.58: it removes bright specks, but the dark ones remain, which are holes.
"""

import os
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, RidgeCV

from sktopo import TopologicalRidge, TopologicalRidgeCV
from sktopo.datasets import make_structured_regression

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
# On an image the solver is a descent with a limited number of steps, which warns.
warnings.simplefilter("ignore", ConvergenceWarning)

# %%
# The data, and models with and without topology. ``topology`` is the shape of the image
# of weights, and ``homology_dimensions`` says whether components (0) or also holes (1)
# are penalised.

side = 20 if SHORT else 50
X, y, coef = make_structured_regression(
    6 * side**2 // 10, "ring", n_features=side, random_state=0
)
options = {"topology": (side, side), "fit_intercept": False, "max_iter": 300}
models = {
    "least squares": LinearRegression(fit_intercept=False),
    "ridge, cross-validated": RidgeCV(np.logspace(-4, 4, 9), fit_intercept=False),
    "one component": TopologicalRidge(10.0, **options),
    "one component, one hole": TopologicalRidge(
        10.0, homology_dimensions=(0, 1), **options
    ),
    "the same, cross-validated": TopologicalRidgeCV(
        [1.0, 10.0, 100.0],
        i0=2,
        l2=0.0,
        homology_dimensions=(0, 1),
        cv=3,
        n_jobs=-1,
        **options,
    ),
}

print(f"{len(X)} samples, {coef.size} weights\n")
print(f"{'':28s}{'relative error':>14s}{'seconds':>10s}")
found = {"true": coef}
for name, model in models.items():
    start = time.perf_counter()
    model.fit(X, y)
    seconds = time.perf_counter() - start
    found[name] = model.coef_
    error = np.linalg.norm(model.coef_ - coef) / np.linalg.norm(coef)
    print(f"{name:28s}{error:14.3f}{seconds:10.1f}")

# %%
# The weights as images. The penalty makes many weights exactly equal; the descent ends
# in the exact minimum under the equalities that it has found, which is why the last
# image has no noise left.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.2), layout="constrained")
shown = ["true", "least squares", "one component", "one component, one hole"]
for ax, name in zip(axes, shown, strict=True):
    ax.imshow(found[name].reshape(side, side), vmin=-0.5, vmax=1.5, cmap="gray")
    ax.set_title(name)
    ax.set_axis_off()
plt.show()
