"""
One digit, two filtrations
==========================

A handwritten "9" is an image, whose superlevel sets grow as the level of ink falls; and
it is a cloud of points (x, y, value) in space, one for each pixel, around which balls
grow (the Vietoris-Rips filtration), as in figure 15 of "A Topology Layer for Machine
Learning" (AISTATS 2020, doi:10.48550/arXiv.1905.12200). The axis of the values is as
long as the image is wide, or one unit, the distance of two pixels. The superlevel sets
have one long bar for the component and one for the ring, however small the ring is. The
balls depend on distances: every pixel is a component at first, and there are also loops
along the axis of the values.

The last part is on numbers on a line: the weights of a linear classifier, without and
with the L1 norm, as in figure 19, where their diagrams are shown. Their components in
the Vietoris-Rips filtration die at the gaps between them. Under the L1 norm most
weights have the same value, zero.
"""

import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

from sktopo import persistence_diagrams
from sktopo.datasets import load_stored
from sktopo.filtrations import Cubical
from sktopo.functionals import FunctionalFromCallable
from sktopo.objectives import PersistenceTerm

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# Images of digits with values from 0 to 1: those of MNIST where a folder of data is
# named by ``SKTOPO_DATA``, or else the smaller ones that come with scikit-learn.

mnist = None if SHORT else load_stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X.reshape(-1, 8, 8) / 16, y, random_state=0)
else:
    X, y = mnist["x_train"] / 255, mnist["y_train"]
    X_test, y_test = mnist["x_test"] / 255, mnist["y_test"]
n_train, n_test = (300, 60) if SHORT else (2000, 2000)
X, y, X_test, y_test = X[:n_train], y[:n_train], X_test[:n_test], y_test[:n_test]

# %%
# The diagrams of a "9" in both filtrations, with the number of bars and the longest
# finite lifetimes of components (H0) and loops (H1). In the image, rows and columns are
# the first two coordinates of the points.


def longest(diagram, n=3):
    """The longest finite lifetimes."""
    lifetimes = np.abs(np.diff(diagram[np.isfinite(diagram[:, 1])]))
    return np.sort(lifetimes.ravel())[::-1][:n].round(2).tolist()


nine = X[np.flatnonzero(y == 9)[0 if SHORT else 4]]
width = nine.shape[1]
row, column = np.indices(nine.shape)
cloud = np.stack([column.ravel(), row.ravel(), nine.ravel()], axis=1)
tall = cloud * [1, 1, width]
found = {
    "level of ink": (nine, Cubical(superlevel=True)),
    f"balls, values to {width}": (tall, "vietoris_rips"),
    "balls, values to 1": (cloud, "vietoris_rips"),
}
print(f"{'':22s}{'H0':>6s}  {'longest finite':20s}{'H1':>6s}  longest")
for name, (sample, filtration) in found.items():
    diagrams = persistence_diagrams(sample, filtration, essential="drop")
    found[name] = diagrams
    cells = [f"{len(d):6d}  {longest(d)!s:20s}" for d in diagrams]
    print(f"{name:22s}" + "".join(cells).rstrip())


# %%
# The lifetime of a loop is the difference in length of two edges: one at whose length
# the loop is born and one at whose length it is filled. The gradient of the lifetime is
# not zero at the up to four end points of these edges, which are found by it.


def places(points, k):
    """The points between which the k-th longest loop is born and dies."""

    def lifetime(diagram):
        lifetimes, grad = diagram[:, 1] - diagram[:, 0], np.zeros_like(diagram)
        bar = np.argsort(-lifetimes)[k]
        grad[bar] = -1, 1
        return lifetimes[bar], grad

    functional = FunctionalFromCallable(lifetime)
    term = PersistenceTerm("vietoris_rips", {1: functional})
    return points[term.value_and_grad(points)[1].any(axis=1)]


def draw(ax, diagrams, title, free):
    """Diagrams of dimensions 0 and 1; essential bars are drawn at the last level."""
    finite = np.concatenate([d[np.isfinite(d).all(axis=1)] for d in diagrams])
    low, high = finite.min(), finite.max()
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    ax.plot([low, high], [low, high], color="0.7", linewidth=1)
    for k, diagram in enumerate(diagrams):
        ends = np.nan_to_num(diagram[:, 1], posinf=high, neginf=low)
        ax.plot(diagram[:, 0], ends, "ox"[k], label=f"H{k}", alpha=0.7)
    ax.set(title=title, xlabel="birth", ylabel="death")
    ax.legend(loc=free)


# %%
# The table lists column, row and value of these points for the three longest loops, and
# the figure marks them in the image.

fig = plt.figure(figsize=(13, 3.3), layout="constrained")
axes = [fig.add_subplot(1, 4, 1), fig.add_subplot(1, 4, 2, projection="3d")]
axes += [fig.add_subplot(1, 4, 3), fig.add_subplot(1, 4, 4)]
axes[0].imshow(nine, cmap="gray")
axes[0].set(title="the image", xticks=[], yticks=[])
axes[1].scatter(tall[:, 0], -tall[:, 1], tall[:, 2], c=tall[:, 2], s=3)
axes[1].set(title="its values in space", xticks=[], yticks=[])
for k, color in enumerate(("C1", "C2", "C3")):
    ends = places(tall, k)
    print(
        f"loop {k + 1}: " + ", ".join(str(tuple(end)) for end in ends.round(1).tolist())
    )
    axes[0].plot(ends[:, 0], ends[:, 1], "o", color=color, label=f"loop {k + 1}")
axes[0].legend(fontsize="x-small", loc="lower right")
draw(axes[2], found["level of ink"], "superlevel sets", "upper left")
draw(axes[3], found[f"balls, values to {width}"], "Vietoris-Rips", "lower right")
plt.show()

# %%
# Weights of a classifier of all ten digits, divided by the largest one, without and
# with the L1 norm, whose strength is chosen by cross-validation. The column "equal" has
# the share of weights whose value another weight has already.

warnings.simplefilter("ignore", ConvergenceWarning)
rows, test_rows = X.reshape(len(X), -1), X_test.reshape(len(X_test), -1)
common = {"max_iter": 50 if SHORT else 300, "tol": 1e-3, "random_state": 0}
l1 = LogisticRegression(l1_ratio=1.0, solver="saga", **common)
models = {
    "plain": LogisticRegression(C=1e6, **common),
    "L1": GridSearchCV(l1, {"C": [0.1, 1.0]}, cv=3, n_jobs=2),
}
fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", sharey=True)
print("\nweights        accuracy  equal  gaps: sum  longest  above 0.01")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    model.fit(rows, y)
    accuracy = model.score(test_rows, y_test)
    weights = getattr(model, "best_estimator_", model).coef_.ravel()
    weights = np.unique(weights / np.abs(weights).max())
    (gaps,) = persistence_diagrams(
        weights[:, None], "vietoris_rips", 0, essential="drop"
    )
    gaps = gaps[np.isfinite(gaps[:, 1]), 1]
    equal = 1 - len(weights) / (10 * rows.shape[1])
    print(
        f"{name:14s}{accuracy:9.3f}{equal:7.0%}{gaps.sum():11.2f}{gaps.max():9.3f}"
        f"{np.count_nonzero(gaps > 0.01):12d}"
    )
    ax.hist(gaps, bins=np.geomspace(1e-6, 1, 40))
    ax.set(xscale="log", xlabel="death, of components born at 0", title=name)
axes[0].set_ylabel("components")
plt.show()
