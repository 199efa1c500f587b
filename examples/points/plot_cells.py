"""
Cells pulled onto their branches
================================

154 cells that develop along a path which branches, measured in some thousand genes and
given by 50 principal components (or, where these data are not at hand, the 64 pixels of
handwritten zeros and ones). The cloud is noisy; what is known of its shape is that it
hangs together and has no loops. So the gaps of H0 and the loops of H1 are made small:
for the points alone, with a grouping term that holds near neighbours apart, and along
a field.

Labels are used for colours and for the score only. The motion sees all points, those of
the test folds included, without their labels.
"""

import matplotlib.pyplot as plt
import numpy as np
from clouds import SHORT, save, stored
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from sktopo import TopoPointOptimizer, persistence_diagrams
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.points import Grouping

cells = stored("cell_bifurcating.npz")
if cells is None:
    X, labels = load_digits(n_class=2, return_X_y=True)
    X, labels = X[:150].astype(float), labels[:150]
else:
    X, labels = cells["pca50"], np.unique(cells["group"], return_inverse=True)[1]
# In units of the median distance, so that the weights below mean the same anywhere.
X = (X - X.mean(axis=0)) / np.median(np.linalg.norm(X - X.mean(axis=0), axis=1))

shape = PersistenceTerm(
    "vietoris_rips", {0: PersistenceEnergy(p=2), 1: PersistenceEnergy(p=1)}
)
common = {"filtration": "vietoris_rips", "max_iter": 30 if SHORT else 200}
ways = {
    "points alone": {"learning_rate": 0.01},
    "with their groups": {"learning_rate": 0.01, "grouping": Grouping(0.1, scale=1.0)},
    "along a field": {"learning_rate": 0.1, "method": "nadaraya_watson"},
}
clouds = {"as measured": X}
for name, params in ways.items():
    fit = TopoPointOptimizer(shape, **common, **params).fit(X)
    clouds[name] = fit.points_

# %%
# A score that cannot be chosen by looking: how well nearest neighbours tell the groups.

folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=0)
print(f"{'':20s}{'gaps':>8s}{'loops':>8s}{'accuracy of 5 neighbours':>26s}")
diagrams = {}
for name, points in clouds.items():
    h0, h1 = diagrams[name] = persistence_diagrams(
        points, "vietoris_rips", essential="drop"
    )
    gaps = (h0[np.isfinite(h0[:, 1]), 1] ** 2).sum()
    loops = (h1[:, 1] - h1[:, 0]).sum()
    scores = cross_val_score(KNeighborsClassifier(5), points, labels, cv=folds)
    print(
        f"{name:20s}{gaps:8.2f}{loops:8.3f}{scores.mean():18.1%} +- {scores.std():.1%}"
    )

# %%
# The branches come out: three arms that meet, where there was a cloud. Neighbours know
# the groups neither better nor worse for it, within the spread over the folds. What the
# motion is good for is to see the shape, and to measure along it.
#
# All four in the plane of the first two principal components of the measured cloud.

plane = PCA(2).fit(X)
deaths = diagrams["as measured"][0][:, 1]
longest = deaths[np.isfinite(deaths)].max()
fig, axes = plt.subplots(2, 4, figsize=(13, 6), layout="constrained")
for (name, points), (above, below) in zip(clouds.items(), axes.T, strict=True):
    above.scatter(*plane.transform(points).T, c=labels, cmap="viridis", s=12)
    above.set(title=name, xticks=[], yticks=[])
    for k, diagram in enumerate(diagrams[name]):
        below.scatter(*diagram.T, s=12, label=f"H{k}")
    below.axline((0, 0), slope=1, color="0.8", linewidth=1)
    below.set(xlabel="birth", xlim=(-0.05, 1.05), ylim=(-0.1, 1.05 * longest))
axes[1, 0].set_ylabel("death")
axes[1, 0].legend(loc="lower right")
save(fig, "cells.png")
