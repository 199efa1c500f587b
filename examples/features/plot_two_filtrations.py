"""
One digit, two filtrations
==========================

A "9" as an image, whose level of ink falls, and as the cloud of its inky pixels, around
which balls grow; figure 15 of "A Topology Layer for Machine Learning" (AISTATS 2020,
doi:10.48550/arXiv.1905.12200). The level sets see the ring at once, however small it
is; for the balls its lifetime is its width, and every stroke is a chain of points.

Below, numbers on a line: the weights of a linear classifier, plain and under the L1
norm, figure 19. Their components in the Vietoris-Rips filtration die at the gaps
between them.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from common import SHORT, digits, save
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical

X, y, X_test, y_test = digits(n_train=2000, n_test=2000)


def draw(ax, diagrams, title, free):
    """Diagrams of dimensions 0 and 1; what never dies stands at the end."""
    finite = np.concatenate([d[np.isfinite(d).all(axis=1)] for d in diagrams])
    low, high = finite.min(), finite.max()
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    ax.plot([low, high], [low, high], color="0.7", linewidth=1)
    for k, diagram in enumerate(diagrams):
        ends = np.nan_to_num(diagram[:, 1], posinf=high, neginf=low)
        ax.plot(diagram[:, 0], ends, "ox"[k], label=f"H{k}", alpha=0.7)
    ax.set(title=title, xlabel="birth", ylabel="death")
    ax.legend(loc=free)


def longest(diagram, n=3):
    """The longest finite lifetimes."""
    lifetimes = np.abs(np.diff(diagram[np.isfinite(diagram[:, 1])]))
    return np.sort(lifetimes.ravel())[::-1][:n].round(2).tolist()


nine = X[np.flatnonzero(y == 9)[0 if SHORT else 4]]
ink = np.argwhere(nine > 0.5).astype(float)
level = persistence_diagrams(nine, Cubical(superlevel=True), essential="drop")
balls = persistence_diagrams(ink, "vietoris_rips", essential="drop")
print("longest finite bars      H0                  H1")
for name, diagrams in {"level of ink": level, "balls": balls}.items():
    print(f"{name:25s}" + "".join(f"{longest(d)!s:20s}" for d in diagrams))

fig, axes = plt.subplots(1, 4, figsize=(13, 3.3), layout="constrained")
axes[0].imshow(nine, cmap="gray")
axes[1].plot(ink[:, 1], -ink[:, 0], "k.")
axes[1].set_aspect("equal")
for ax, title in zip(axes[:2], ("the image", "its inky pixels"), strict=True):
    ax.set(title=title, xticks=[], yticks=[])
draw(axes[2], level, "superlevel sets", "upper left")
draw(axes[3], balls, "Vietoris-Rips", "lower right")
save(fig, "two_filtrations.png")

# %%
# Weights of a classifier of all ten digits, as shares of the largest one, without and
# with the L1 norm, whose strength is chosen by cross-validation.

warnings.simplefilter("ignore", ConvergenceWarning)
rows, test_rows = X.reshape(len(X), -1), X_test.reshape(len(X_test), -1)
common = {"max_iter": 50 if SHORT else 300, "tol": 1e-3}
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
save(fig, "weight_gaps.png")
