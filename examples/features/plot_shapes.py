"""
Shapes from a few points
========================

Circles, spheres, tori, clusters and filled balls in space, of 100 noisy points each,
are turned at random and scaled to one size; in one data set as they are, in the other
stretched at random along each axis before. Components, loops and cavities of growing
balls around the points tell them apart. They are turned into features in several forms,
beside features that need no topology: coordinates, and distances between points.

All models are cross-validated, at several levels of noise. Where shapes are not
stretched, distances between points are sufficient, and better under noise. Where they
are stretched, persistence images and energies are ahead until noise has filled the
holes.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from gudhi.representations import BettiCurve, PersistenceImage
from scipy.spatial.distance import pdist
from scipy.spatial.transform import Rotation
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import (
    DiagramVectorizer,
    LongestLifetimes,
    PersistenceDiagrams,
    PersistenceEnergies,
)

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# The clouds of points, five kinds of them.

N_POINTS, N_CLOUDS = 100, 10 if SHORT else 40
STRETCH = 0.6  # Axes are scaled by factors from 0.4 to 1.6.
KINDS = ("circle", "sphere", "torus", "clusters", "ball")


def make_shape(kind, noise, stretch, rng):
    """One cloud with normal noise; all coordinates together have deviation 1."""
    angle, other = rng.uniform(0, 2 * np.pi, (2, N_POINTS))
    normal = rng.normal(size=(N_POINTS, 3))
    direction = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    if kind == "circle":
        points = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    elif kind == "sphere":
        points = direction
    elif kind == "torus":
        ring = 1 + 0.45 * np.cos(other)
        points = np.stack(
            [ring * np.cos(angle), ring * np.sin(angle), 0.45 * np.sin(other)], axis=1
        )
    elif kind == "clusters":
        centres = rng.normal(size=(3, 3))
        points = centres[rng.integers(3, size=N_POINTS)] + 0.2 * normal
    else:
        points = direction * rng.random((N_POINTS, 1)) ** (1 / 3)
    points = points * rng.uniform(1 - stretch, 1 + stretch, 3)
    points = points + noise * rng.normal(size=points.shape)
    points = Rotation.random(random_state=rng).apply(points)
    return (points - points.mean(axis=0)) / points.std()


def clouds(noise, stretch):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(KINDS)), N_CLOUDS)
    return np.stack([make_shape(KINDS[k], noise, stretch, rng) for k in y]), y


# %%
# The features. The alpha complex gives the diagrams of growing balls, in dimension 0
# (components), 1 (loops) and 2 (cavities); ``DiagramVectorizer`` takes vectorisations
# of gudhi, one for each dimension.


def linear(*steps):
    """A linear classifier of the features that the steps return."""
    return make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=5000))


def sorted_distances(X):
    """100 quantiles of the distances in each cloud."""
    return np.stack([np.quantile(pdist(x), np.linspace(0, 1, 100)) for x in X])


def flat(X):
    return np.reshape(X, (len(X), -1))


def diagrams():
    return PersistenceDiagrams("alpha", homology_dimensions=(0, 1, 2), n_jobs=2)


models = {
    "longest lifetimes": linear(diagrams(), LongestLifetimes(5, i0=2)),
    "energies": linear(diagrams(), PersistenceEnergies(p=(0, 1, 2), q=(0, 1))),
    "Betti curves": linear(diagrams(), DiagramVectorizer(BettiCurve(resolution=30))),
    "persistence images": linear(
        diagrams(),
        DiagramVectorizer(PersistenceImage(bandwidth=0.1, resolution=(8, 8))),
    ),
    "coordinates": linear(FunctionTransformer(flat)),
    "distances": linear(FunctionTransformer(sorted_distances)),
}

# %%
# The mean accuracy over 5 folds, for shapes as they are and stretched.

noises = (0.1,) if SHORT else (0, 0.1, 0.2, 0.3)
scores = {}
for title, stretch in {"as they are": 0.0, "stretched": STRETCH}.items():
    data = [clouds(noise, stretch) for noise in noises]
    print(f"\n{title + ', noise of':28s}" + "".join(f"{noise:8g}" for noise in noises))
    for name, model in models.items():
        row = [cross_val_score(model, X, y, cv=5).mean() for X, y in data]
        scores.setdefault(title, {})[name] = row
        print(f"{name:28s}" + "".join(f"{score:8.3f}" for score in row))

# %%
# Clouds of all kinds, as they are and stretched, and accuracy against noise.

fig = plt.figure(figsize=(13, 4), layout="constrained")
left, right = fig.subfigures(1, 2, width_ratios=(1, 1))
rng = np.random.default_rng(0)
rows = left.subplots(2, len(KINDS), subplot_kw={"projection": "3d"})
for row, stretch in zip(rows, (0.0, STRETCH), strict=True):
    for ax, kind in zip(row, KINDS, strict=True):
        ax.scatter(*make_shape(kind, 0.05, stretch, rng).T, s=4)
        ax.set_title(kind if not stretch else None)
        ax.set_aspect("equal")
        ax.set_axis_off()
axes = right.subplots(1, 2, sharey=True)
for ax, (title, found) in zip(axes, scores.items(), strict=True):
    for name, row in found.items():
        plain = name in ("coordinates", "distances")
        ax.plot(noises, row, ("o:" if plain else "o-"), label=name)
    ax.axhline(1 / len(KINDS), color="0.8")
    ax.set(title=title, xlabel="noise", ylim=(0, 1.05))
axes[0].set_ylabel("accuracy")
axes[0].legend(fontsize="small", loc="center")
plt.show()
