"""
Chairs of voxels in one piece
=============================

A generator of chairs of voxels makes some that consist of several pieces. In the
superlevel sets of the voxels of a chair there should be one component, so the energy
E(1, 0, 2), the sum of the lifetimes of all other components, is made small: over the
latent codes (:class:`~sktopo.LatentOptimizer`) or over the weights of the generator
(:class:`~sktopo.TopologicalDecoder`). The chairs are made by a rule (a seat, four legs,
a back of three kinds, and sometimes arms, of random sizes); the generator is a
perceptron from 24 principal components to voxels, in place of a GAN, and its codes come
from a normal distribution.

Moving codes or training weights leaves a quarter of the pieces, and most voxels as they
were. To leave out all but the largest component of the voxels above 0.1 is of little
use here: what is connected at that level is not connected at higher ones.
"""

import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import label
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import euclidean_distances
from sklearn.neural_network import MLPRegressor

from sktopo import LatentOptimizer, PersistenceDiagrams, TopologicalDecoder
from sktopo.filtrations import Cubical
from sktopo.metrics import coverage, minimum_matching_distance, pairwise_distances

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
SIDE = 16
SHAPE = (SIDE,) * 3
VOXELS = {"image_shape": SHAPE, "clip": (0, 1)}
N_RUNS, N_SAMPLES, N_CHAIRS = (1, 20, 150) if SHORT else (5, 100, 1500)

# %%
# The rule that makes chairs.


def chair(rng):
    """Voxels of a chair, 0 or 1, by depth, width and height."""
    voxels = np.zeros(SHAPE)
    (depth, width), thick = rng.integers(8, 13, size=2), rng.integers(1, 3)
    seat, top, leg = rng.integers(5, 8), rng.integers(12, 16), rng.integers(1, 3)
    front, left = (SIDE - depth) // 2, (SIDE - width) // 2
    deep, wide = slice(front, front + depth), slice(left, left + width)
    voxels[deep, wide, seat : seat + thick] = 1
    posts = [slice(j, j + leg) for j in (left, left + width - leg)]
    for post in posts:
        for i in (front, front + depth - leg):
            voxels[i : i + leg, post, :seat] = 1
    back = rng.integers(3)  # a board, a frame, or a frame with a slat
    if back == 0:
        voxels[front, wide, seat:top] = 1
    else:
        middle = left + width // 2
        for post in [*posts, slice(middle - 1, middle + 1)][: back + 1]:
            voxels[front, post, seat:top] = 1
        voxels[front, wide, top - 2 : top] = 1
    if rng.random() < 0.4:
        arm = seat + thick + rng.integers(1, 4)
        for j in (left, left + width - 1):
            voxels[deep, j, arm] = 1
            voxels[front + depth - 1, j, seat:arm] = 1
    return voxels.ravel()


# %%
# The generator, and the two estimators that reduce the energy: by moving each code, and
# by training the weights.

warnings.simplefilter("ignore", ConvergenceWarning)
rng = np.random.default_rng(0)
X = np.array([chair(rng) for _ in range(N_CHAIRS)])
pca = PCA(24, random_state=0).fit(X)
codes = pca.transform(X)
decoder = MLPRegressor(
    hidden_layer_sizes=(32,) if SHORT else (128, 256), max_iter=60, random_state=0
).fit(codes, X)
trained = TopologicalDecoder(
    FrozenEstimator(decoder), max_iter=5 if SHORT else 200, random_state=0, **VOXELS
).fit(codes, X)
model = LatentOptimizer(
    FrozenEstimator(decoder), n_steps=20 if SHORT else 200, n_jobs=-1, **VOXELS
).fit(codes)

# %%
# What is measured: long bars of each sample ("pieces"), the change of the images, and
# minimum matching distances (MMD) to, and coverage (COV) of, other images, in L2 and in
# the 1-Wasserstein distance of diagrams.

LONG = 0.1  # Only bars of a longer lifetime are counted.


def diagrams_of(samples):
    """Diagrams of components in the superlevel sets of rows of voxels."""
    transformer = PersistenceDiagrams(Cubical(superlevel=True), 0, image_shape=SHAPE)
    return transformer.fit_transform(np.clip(samples, 0, 1))


def n_pieces(diagrams):
    """How many long bars each diagram has."""
    return np.array([np.sum(bars[:, 0] - bars[:, 1] > LONG) for bars in diagrams])


def measures(samples, baseline, reference, rng):
    """A row of the table."""
    samples, baseline = np.clip(samples, 0, 1), np.clip(baseline, 0, 1)
    diagrams = diagrams_of(samples)
    is_seen = np.ptp(samples, axis=1) > LONG
    pieces = n_pieces(diagrams)[is_seen]
    distances = euclidean_distances(samples, reference)
    few = rng.choice(len(samples), N_SAMPLES, replace=False)
    between = pairwise_distances(
        [diagrams[i] for i in few],
        diagrams_of(reference),
        p=1,
        n_jobs=-1,
    )
    spread = np.linalg.norm(baseline - baseline.mean(axis=0))
    return {
        "blank": np.mean(~is_seen),
        "pieces": pieces.mean(),
        "one piece": np.mean(pieces == 1),
        "change": np.linalg.norm(samples - baseline) / spread,
        "MMD-L2": minimum_matching_distance(distances),
        "COV-L2": coverage(distances),
        "MMD-W1": minimum_matching_distance(between),
        "COV-W1": coverage(between),
    }


def largest_component(samples):
    """Samples without what is outside the largest component above ``LONG``."""
    kept = np.zeros_like(samples)
    for sample, out in zip(samples, kept, strict=True):
        image = sample.reshape(SHAPE)
        parts, n_parts = label(image > LONG, structure=np.ones((3,) * image.ndim))
        if n_parts:
            sizes = np.bincount(parts.ravel(), weights=image.ravel(), minlength=2)
            out[:] = np.where(parts == 1 + np.argmax(sizes[1:]), image, 0).ravel()
    return kept


# %%
# Samples of all ways beside new chairs, as a table of means over runs.

tables, pictures = {}, {}
for run in range(N_RUNS):
    rng = np.random.default_rng(run + 1)
    reference = np.array([chair(rng) for _ in range(N_SAMPLES)])
    Z = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), N_SAMPLES)
    plain = decoder.predict(Z)
    rows = {
        "decoder": plain,
        "codes moved": model.generate(Z),
        "weights trained": trained.predict(Z),
        "largest component": largest_component(plain),
        "chairs": np.array([chair(rng) for _ in range(N_SAMPLES)]),
    }
    for name, samples in rows.items():
        tables.setdefault(name, []).append(measures(samples, plain, reference, rng))
        if run == 0:
            pictures[name] = samples[:6]

columns = list(next(iter(tables.values()))[0])
print("\nMeans over runs, +- standard deviation")
print(f"{'':28s}" + "".join(f"{column:>16s}" for column in columns))
for name, runs in tables.items():
    cells = []
    for column in columns:
        values = [row[column] for row in runs]
        cells.append(f"{np.mean(values):.3f} +- {np.std(values):.3f}")
    print(f"{name:28s}" + "".join(f"{cell:>16s}" for cell in cells))

# %%
# Six samples of each kind; voxels above 0.3 are drawn.

fig = plt.figure(figsize=(11, 8.5))
for r, (name, samples) in enumerate(pictures.items()):
    for c, sample in enumerate(samples):
        ax = fig.add_subplot(len(pictures), 6, 6 * r + c + 1, projection="3d")
        seen = sample.reshape(SHAPE) > 0.3
        ax.voxels(seen, facecolor="tab:blue", edgecolor="black", linewidth=0.1)
        ax.view_init(20, 30)
        ax.set_axis_off()
        if c == 0:
            ax.set_title(name, fontsize="small", loc="left")
fig.tight_layout(pad=0.2)
plt.show()
