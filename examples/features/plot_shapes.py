"""
Shapes from a few points
========================

Circles, spheres, tori, clusters and filled balls in space, of 100 noisy points each,
turned at random and scaled to one size; once as they are, once stretched along each
axis at random before. Components, loops and cavities of the growing balls around the
points tell them apart, in several forms, beside what needs no topology: coordinates,
and distances between points. All are cross-validated.
"""

from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from common import SHORT, accuracies, save
from gudhi.representations import BettiCurve, PersistenceImage
from scipy.spatial.distance import pdist
from scipy.spatial.transform import Rotation
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import (
    DiagramVectorizer,
    LongestLifetimes,
    PersistenceDiagrams,
    PersistenceEnergies,
)

N_POINTS, N_CLOUDS = 100, 10 if SHORT else 40
KINDS = ("circle", "sphere", "torus", "clusters", "ball")


def make_shape(kind, noise, stretch, rng):
    """One cloud, with normal noise, of standard deviation 1 along each axis in all."""
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


def behind(*steps):
    return make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=5000))


def sorted_distances(X):
    """100 quantiles of the distances in each cloud."""
    return np.stack([np.quantile(pdist(x), np.linspace(0, 1, 100)) for x in X])


def flat(X):
    return np.reshape(X, (len(X), -1))


def diagrams():
    return PersistenceDiagrams("alpha", homology_dimensions=(0, 1, 2), n_jobs=2)


models = {
    "longest lifetimes": behind(diagrams(), LongestLifetimes(5, i0=2)),
    "energies": behind(diagrams(), PersistenceEnergies(p=(0, 1, 2), q=(0, 1))),
    "Betti curves": behind(diagrams(), DiagramVectorizer(BettiCurve(resolution=30))),
    "persistence images": behind(
        diagrams(),
        DiagramVectorizer(PersistenceImage(bandwidth=0.1, resolution=(8, 8))),
    ),
    "coordinates": behind(FunctionTransformer(flat)),
    "distances": behind(FunctionTransformer(sorted_distances)),
}
noises = (0.1,) if SHORT else (0, 0.1, 0.2, 0.3)
stretches = {"as they are": 0.0, "stretched": 0.6}
scores = {
    title: accuracies(title, models, partial(clouds, stretch=stretch), noises)
    for title, stretch in stretches.items()
}

fig = plt.figure(figsize=(13, 4), layout="constrained")
left, right = fig.subfigures(1, 2, width_ratios=(1, 1))
rng = np.random.default_rng(0)
rows = left.subplots(2, len(KINDS), subplot_kw={"projection": "3d"})
for row, stretch in zip(rows, stretches.values(), strict=True):
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
save(fig, "shapes.png")
