"""
Three arms of a cloud of cells, in a linear projection
======================================================

154 cells that develop along a branching path are rows of 50 principal components of
some thousand genes (or, where these are not at hand, 64 pixels of digits). Their shape
is known: one piece with three arms. As in the paper on topologically regularized
embeddings (R. Vandaele et al., "Topologically Regularized Data Embeddings", ICLR 2022),
a projection to two dimensions is wanted that keeps the variance and has this shape: the
components of all points are to merge early, and those of the points far from the centre
are to be three that stay apart.

A projection with a prescribed shape may find it in noise. Hence the same is done for
normal noise with the covariance of the cells, and what was found from half of the cells
is checked on the other half. The arms of the cells come out, and neighbours tell their
groups about as well as after PCA. In noise there are arms, too, and even longer ones,
but not in the other half; and in the other half of the cells they are little longer
than after PCA. A prescribed shape in a projection is therefore no evidence that it
exists in the data, except in rows that the projection has not been fitted to.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from sktopo import TopologicalProjection
from sktopo.base import Term
from sktopo.datasets import load_stored
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# The term for the arms: ``value_and_grad`` returns a value and its gradient for the
# points. ``i0`` is the first bar that is counted in the energy, where the first bar of
# all is the essential one.


class Arms(Term):
    """Minus the two longest finite lifetimes of components of points far outside.

    Parameters
    ----------
    share : float
        Of the largest distance from the centre, beyond which points are outside.
    """

    def __init__(self, share=0.5):
        self.share = share

    def value_and_grad(self, x):
        longest_two = PersistenceEnergy(p=1, i0=4) - PersistenceEnergy(p=1, i0=2)
        distance = np.linalg.norm(x - x.mean(axis=0), axis=1)
        outside = distance >= self.share * distance.max()
        value, slope = PersistenceTerm("weak_alpha", longest_two, 0).value_and_grad(
            x[outside]
        )
        grad = np.zeros(x.shape)
        grad[outside] = slope
        return value, grad


# %%
# The cells where a folder of data is named by ``SKTOPO_DATA``, or else digits; and the
# projection with a term for the arms and one for the components of all points.

cells = load_stored("cell_bifurcating.npz")
if cells is None:
    X, labels = load_digits(n_class=3, return_X_y=True)
    X, labels = X[:154].astype(float), labels[:154]
else:
    X, labels = cells["pca50"], np.unique(cells["group"], return_inverse=True)[1]
arms = Arms()
together = PersistenceTerm("weak_alpha", PersistenceEnergy(p=1, i0=2), 0)
model = TopologicalProjection(
    objective=arms + 0.05 * together,
    topology_weight=10.0,
    max_iter=50 if SHORT else 500,
)

# %%
# How far three arms are apart is the sum of the two longest finite lifetimes, in units
# of the spread of all rows: for the half of the rows that the projection was found for
# and for the other half; means over five random halves.


def apart(codes, spread):
    return -arms(codes / spread)


rng = np.random.default_rng(0)
noise = rng.multivariate_normal(X.mean(axis=0), np.cov(X.T), len(X))
print(f"{'':24s}{'seen':>10s}{'not seen':>10s}")
for name, data in (("cells", X), ("noise", noise)):
    spread = np.sqrt(data.var(axis=0).sum())
    for way, fresh in (("PCA", PCA(2)), ("three arms", model)):
        found = []
        for run in range(1 if SHORT else 5):
            order = np.random.default_rng(run).permutation(len(data))
            seen, others = np.split(data[order], 2)
            fresh.fit(seen)
            found.append([apart(fresh.transform(r), spread) for r in (seen, others)])
        print(
            f"{name + ', ' + way:24s}"
            + "".join(f"{v:10.3f}" for v in np.mean(found, 0))
        )

# %%
# The groups of the cells, as nearest neighbours in two dimensions tell them.

folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=0)
views = {
    "PCA": PCA(2).fit_transform(X),
    "three arms": model.fit_transform(X),
    "noise, PCA": PCA(2).fit_transform(noise),
    "noise, three arms": model.fit_transform(noise),
}
for name in ("PCA", "three arms"):
    scores = cross_val_score(KNeighborsClassifier(5), views[name], labels, cv=folds)
    print(
        f"accuracy of 5 neighbours, {name}: {scores.mean():.1%} +- {scores.std():.1%}"
    )

# %%
# All projections, of the cells and of noise.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.2), layout="constrained")
for ax, (name, view) in zip(axes, views.items(), strict=True):
    colours = np.zeros(len(view)) if name.startswith("noise") else labels
    ax.scatter(*view.T, c=colours, cmap="viridis", s=10)
    ax.set(title=name, xticks=[], yticks=[])
    ax.set_aspect("equal", "datalim")
plt.show()
