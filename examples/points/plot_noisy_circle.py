"""
Eight ways to close a circle
============================

200 points near a circle have one large hole, and the loss asks that it be closed. The
plain gradient moves four points for each bar. Fields carry the gradient to the
neighbourhood of these points, and big steps move every simplex that has to move for a
bar to vanish. All methods start with the rate 0.1 (Adam with 0.01, its usual one) from
the same three circles, on the weak Alpha filtration; a step is one evaluation of the
loss.

There are two losses: the sum of squared lifetimes and the sum of squared deaths. With
the first one plain descent is the fastest method in seconds. The second one is harder,
since a short bar that appears at a large value adds the square of that value, however
short it is; only the local mean of the gradients by Nadaraya and Watson comes down to a
tenth of it on all circles in tens of steps.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.functionals import FunctionalFromCallable, PersistenceEnergy
from sktopo.objectives import Subsampling
from sktopo.plotting import PointOptimizationDisplay
from sktopo.points import FieldMethod

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# A functional maps a persistence diagram, whose rows are births and deaths, to a number
# and to its gradient. ``FunctionalFromCallable`` makes one of any function.


def squared_deaths(diagram):
    grad = np.zeros_like(diagram)
    grad[:, 1] = 2 * diagram[:, 1]
    return (diagram[:, 1] ** 2).sum(), grad


losses = {
    "squared lifetimes": PersistenceEnergy(p=2),
    "squared deaths": FunctionalFromCallable(squared_deaths),
}
copies = Subsampling(noise=0.01, n_samples=8)
shortest = Subsampling(noise=0.01, n_samples=8, combine="min_norm")
methods = {
    "gradient, Adam": {"solver": "adam", "learning_rate": 0.01},
    "gradient, descent": {},
    "gradient, L-BFGS": {"solver": "lbfgs", "learning_rate": None},
    "gradients of 8 noisy copies": {"sampling": copies, "max_iter": 100},
    "the same, minimum norm": {"sampling": shortest, "max_iter": 100},
    "diffeomorphic": {"method": FieldMethod("diffeomorphic", bandwidth=0.1)},
    "Nadaraya-Watson": {"method": FieldMethod("nadaraya_watson", bandwidth=0.1)},
    "big steps": {"method": "big_step"},
}
common = {"solver": "gd", "learning_rate": 0.1, "random_state": 0}
levels = (0.5, 0.1, 0.01)
max_iter, seeds = (60, range(1)) if SHORT else (300, range(3))

# %%
# A fit ends when 1 % of the loss is left; a callback keeps the time of each step.


def run(X, loss, params):
    """A fit that ends at 1 %, and the seconds after each of its steps."""
    seconds, start = [], time.perf_counter()

    def clock(result):
        seconds.append(time.perf_counter() - start)
        return result.history[-1] < levels[-1] * result.history[0]

    params = {"max_iter": max_iter} | common | params
    params["max_iter"] = min(params["max_iter"], max_iter)
    return TopoPointOptimizer(loss, callback=clock, **params).fit(X), [0.0, *seconds]


def reached(fit, seconds, level):
    """Steps and seconds until so much of the loss is left."""
    left = fit.loss_curve_ / fit.loss_curve_[0]
    if left.min() > level:
        return "-"
    step = int(np.argmax(left <= level))
    return f"{step} ({seconds[step]:.2f})"


# %%
# The table shows steps, and seconds in parentheses, until 50 %, 10 % and 1 % of the
# loss are left, for each of the circles.

curves = {}
for name, loss in losses.items():
    print(
        f"\n{name:30s}" + "".join(f"{level:^{12 * len(seeds)}.0%}" for level in levels)
    )
    for method, params in methods.items():
        runs = [
            run(make_noisy_circle(200, random_state=seed)[0], loss, params)
            for seed in seeds
        ]
        curves[name, method] = runs[0][0]
        cells = [
            "".join(f"{reached(*one, level):>12s}" for one in runs) for level in levels
        ]
        print(f"{method:30s}" + "".join(cells))

# %%
# With squared lifetimes the methods that move many points at once need the fewest
# steps. With squared deaths big steps stop at a large loss: they make many edges
# equally long, and short bars are born among these, each of which adds the square of
# that length.

fig, axes = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained")
for ax, name in zip(axes, losses, strict=True):
    for method in methods:
        left = curves[name, method].loss_curve_ / curves[name, method].loss_curve_[0]
        style = "-" if "gradient" not in method and "same" not in method else "--"
        steps = np.arange(1, len(left))
        ax.plot(steps, np.minimum.accumulate(left)[1:], style, label=method)
    ax.set(title=name, xlabel="step", xscale="log", yscale="log", ylim=(8e-3, 1.2))
axes[0].set_ylabel("share of the loss that is left")
axes[1].legend(fontsize="small", loc="lower left")
plt.show()

# %%
# The points after the motion, for squared lifetimes. Each method makes as many steps as
# it needs to come to 1 %.

fig, axes = plt.subplots(1, 4, figsize=(13, 3.4), layout="constrained")
shown = ["gradient, descent", "diffeomorphic", "Nadaraya-Watson", "big steps"]
for ax, method in zip(axes, shown, strict=True):
    fit = curves["squared lifetimes", method]
    PointOptimizationDisplay.from_estimator(fit, ax=ax, point_kw={"s": 6})
    ax.set_title(f"{method}: {fit.n_iter_} steps")
plt.show()

# %%
# A field moves the whole plane. ``transform`` moves points along it that the fit has
# not seen, and ``inverse_transform`` moves them back. Only the fields are stored for
# this. The table shows how far points are from where they started, after both.

X, _ = make_noisy_circle(200, random_state=0)
new, _ = make_noisy_circle(1000, noise=0.2, random_state=1)
print(f"\n{'there and back':30s}{'99 % within':>14s}{'all within':>14s}")
for method in ("diffeomorphic", "Nadaraya-Watson"):
    fit = curves["squared deaths", method]
    for name, points in (("the points", X), ("new points", new)):
        back = fit.inverse_transform(fit.transform(points))
        off = np.abs(back - points).max(axis=1)
        label = f"{method}, {name}"
        print(f"{label:30s}{np.quantile(off, 0.99):14.1e}{off.max():14.1e}")
