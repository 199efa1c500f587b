"""
Shapes from a few points
========================

Circles, spheres, tori, clusters and filled balls in space, of 100 noisy points each,
turned at random and scaled to one size. Components, loops and cavities of the growing
balls around the points tell them apart, in every one of several forms, against what
needs no topology: coordinates, and distances between points. All are cross-validated.
"""

import matplotlib.pyplot as plt
import numpy as np
from digits import SHORT, save
from gudhi.representations import BettiCurve, PersistenceImage
from scipy.spatial.distance import pdist
from scipy.spatial.transform import Rotation
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import PersistenceDiagrams, PersistenceEnergies
from sktopo.feature_extraction import DiagramVectorizer, LongestLifetimes
from sktopo.filtrations import Alpha

N_POINTS, N_CLOUDS = 100, 10 if SHORT else 60
KINDS = ("circle", "sphere", "torus", "clusters", "ball")


def make_shape(kind, noise, rng):
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
    points = points + noise * rng.normal(size=points.shape)
    points = Rotation.random(random_state=rng).apply(points)
    return (points - points.mean(axis=0)) / points.std()


def clouds(noise):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(KINDS)), N_CLOUDS)
    return np.stack([make_shape(KINDS[k], noise, rng) for k in y]), y


def behind(*steps):
    return make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=5000))


def sorted_distances(X):
    """100 quantiles of the distances in each cloud."""
    return np.stack([np.quantile(pdist(x), np.linspace(0, 1, 100)) for x in X])


def flat(X):
    return np.reshape(X, (len(X), -1))


def diagrams():
    return PersistenceDiagrams(Alpha(), homology_dimensions=(0, 1, 2), n_jobs=2)


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
noises = (0.05, 0.2) if SHORT else (0, 0.05, 0.1, 0.15, 0.2, 0.3)
scores = {name: [] for name in models}
for noise in noises:
    X, y = clouds(noise)
    for name, model in models.items():
        scores[name].append(cross_val_score(model, X, y, cv=5).mean())
print(f"accuracy, noise of {'':10s}" + "".join(f"{noise:8g}" for noise in noises))
for name, row in scores.items():
    print(f"{name:28s}" + "".join(f"{score:8.3f}" for score in row))

fig = plt.figure(figsize=(12, 3.6), layout="constrained")
left, right = fig.subfigures(1, 2, width_ratios=(3, 2))
rng = np.random.default_rng(0)
axes = left.subplots(1, len(KINDS), subplot_kw={"projection": "3d"})
for ax, kind in zip(axes, KINDS, strict=True):
    ax.scatter(*make_shape(kind, 0.05, rng).T, s=6)
    ax.set_title(kind)
    ax.set_aspect("equal")
    ax.set_axis_off()
ax = right.subplots()
for name, row in scores.items():
    plain = name in ("coordinates", "distances")
    ax.plot(noises, row, ("o:" if plain else "o-"), label=name)
ax.axhline(1 / len(KINDS), color="0.8")
ax.set(xlabel="noise", ylabel="accuracy", ylim=(0, 1.05))
ax.legend(fontsize="small")
save(fig, "shapes.png")
