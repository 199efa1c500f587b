"""
What a fit costs
================

This example measures the seconds for one fit against the number of weights, with 1.2
samples for each weight and default settings, beside ridge regression and the lasso. The
exact solvers of :class:`~sktopo.TopologicalRidge` factorise the data once; how long
they take after that depends on the solution and not on a tolerance. With 2,000 weights
a fit takes a few seconds, about ten times as long as ridge regression.
"""

import os
import time

import matplotlib.pyplot as plt
from sklearn.linear_model import Lasso, Ridge

from sktopo import TopologicalRidge
from sktopo.datasets import make_structured_regression

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_FEATURES = [50, 100] if SHORT else [50, 100, 200, 500, 1000, 2000]

# %%
# Each model is fitted to data that suit its penalty: weights of three values
# ("clusters") or weights along a path with three maxima ("sawtooth"). ``i0`` is the
# first bar, in the order of lifetimes, that is penalised.

options = {"alpha": 1.0, "fit_intercept": False}
models = {
    "clusters, i0=2": ("clusters", TopologicalRidge(i0=2, **options)),
    "clusters, i0=4": ("clusters", TopologicalRidge(i0=4, **options)),
    "path, i0=2": ("sawtooth", TopologicalRidge(topology="path", i0=2, **options)),
    "path, i0=4": ("sawtooth", TopologicalRidge(topology="path", i0=4, **options)),
    "ridge": ("sawtooth", Ridge(**options)),
    "lasso": ("sawtooth", Lasso(0.01, fit_intercept=False)),
}

print(f"{'weights':24s}" + "".join(f"{p:>10d}" for p in N_FEATURES))
fig, ax = plt.subplots(figsize=(6, 4.5), layout="constrained")
for name, (kind, model) in models.items():
    seconds = []
    for p in N_FEATURES:
        X, y, _ = make_structured_regression(
            6 * p // 5, kind, n_features=p, random_state=0
        )
        start = time.perf_counter()
        model.fit(X, y)
        seconds.append(time.perf_counter() - start)
    print(f"{name:24s}" + "".join(f"{s:10.3f}" for s in seconds))
    ax.loglog(
        N_FEATURES, seconds, "-" if "i0" in name else "--", marker=".", label=name
    )
ax.set(xlabel="weights", ylabel="seconds for one fit")
ax.legend()
plt.show()
