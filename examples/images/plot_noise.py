"""
With noise, and without
=======================

STUMP (``STUMPImageOptimizer``) pools the image by random weights in each step; it may
also add noise to every pixel. Figure II.3 of "A Fast and Robust Method for Global
Topological Functional Optimization" (AISTATS 2021) shows that its result is smoother
where there was noise. This example computes the three images of the paper, or others of
the same kind, with its noise and without, all else equal.

Without noise the same few pixels of a window decide in every step; with noise other
ones do, and the change spreads over more pixels. For the paper's wells and circle the
bars are longer without noise; for its blobs, whose bars are to become short, noise
leaves a third of the sum of lifetimes. The drawn blobs have about the same bars with
noise and without.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.datasets import (
    load_stored,
    make_blobs_with_bridges,
    make_double_well,
    make_sampled_circle,
)
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The images, and what is asked of each: a higher wall between two wells (a late death
# in H0), a ring that closes early (an early birth in H1), and deep bridges between
# blobs (early deaths in H0). The settings are those of the paper.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    images = {
        "wells": make_double_well(60 if SHORT else 310, random_state=0),
        "circle": make_sampled_circle(60 if SHORT else 210, random_state=0),
        "blobs": make_blobs_with_bridges(60 if SHORT else 256, random_state=0),
    }
else:
    images = {name: stored[name].astype(float) for name in ("wells", "circle", "blobs")}

common = {
    "learning_rate": 1.0 if SHORT else 0.05,
    "n_steps": 300 if SHORT else 10_000,
    "random_state": 0,
}
tasks = {
    "wells": STUMPImageOptimizer(
        functional=PersistenceNorm(side="death", min_persistence=50),
        pooling=RandomPooling(5, weights="uniform", max_noise=50.0),
        maximize=True,
        **common,
    ),
    "circle": STUMPImageOptimizer(
        homology_dimensions=1,
        functional=PersistenceNorm(side="birth", min_persistence=50),
        pooling=RandomPooling(5, weights="uniform", max_noise=100.0),
        maximize=True,
        **common,
    ),
    "blobs": STUMPImageOptimizer(
        functional=PersistenceNorm(side="death", min_persistence=50),
        pooling=RandomPooling(4, weights="uniform", max_noise=50.0),
        **common,
    ),
}
ways = {"with noise": {}, "without noise": {"pooling__max_noise": 0.0}}
ends = {name: {"start": image} for name, image in images.items()}
for name, image in images.items():
    for way, params in ways.items():
        model = clone(tasks[name]).set_params(**params)
        ends[name][way] = model.fit([image]).transform([image])[0]

# %%
# The roughness is the mean difference of two neighbouring pixels of the change, divided
# by the mean of the change itself: 2 for a change that alternates from pixel to pixel,
# near 0 for a smooth one.


def roughness(change):
    """How much neighbours differ, relative to the size of the change."""
    sides = (np.abs(np.diff(change, axis=axis)).mean() for axis in (0, 1))
    return sum(sides) / 2 / np.abs(change).mean()


def summary(image, dimension):
    """The longest lifetime, and the sum of those above 50."""
    (diagram,) = persistence_diagrams(image, "cubical", dimension, essential="drop")
    lifetimes = diagram[:, 1] - diagram[:, 0]
    lifetimes = lifetimes[np.isfinite(lifetimes) & (lifetimes > 50)]
    return lifetimes.max(initial=0.0), lifetimes.sum()


# %%
# For each level of noise the longest lifetime and the sum of those above 50, on average
# over noisy copies; noise adds long bars of its own. Then the share of pixels that
# moved, the largest change, and the roughness.

levels, n_copies = (0, 20, 50), 3 if SHORT else 20
rng = np.random.default_rng(0)
print(f"{'':24s}" + "".join(f"{f'noise {level}':>16s}" for level in levels), end="")
print(f"{'moved':>8s}{'largest':>9s}{'rough':>8s}")
for name, image in images.items():
    noises = rng.uniform(-1, 1, (n_copies, *image.shape))
    for way, end in ends[name].items():
        print(f"{name:8s}{way:16s}", end="")
        for level in levels:
            copies = end + level * (noises if level else noises[:1])
            dimension = tasks[name].homology_dimensions
            numbers = [summary(copy, dimension) for copy in copies]
            longest, total = np.mean(numbers, axis=0)
            print(f"{longest:9.1f}{total:7.0f}", end="")
        if way in ways:
            change = end - image
            print(f"{np.mean(change != 0):8.1%}{np.abs(change).max():9.0f}", end="")
            print(f"{roughness(change):8.2f}", end="")
        print()

# %%
# The images at the end of both ways, and their changes.

fig, axes = plt.subplots(3, 4, figsize=(11, 8.4), layout="constrained")
for row, (name, image) in zip(axes, images.items(), strict=True):
    for (left, right), way in zip(row.reshape(2, 2), ways, strict=True):
        end = ends[name][way]
        bound = np.abs(end - image).max()
        left.imshow(end, vmin=0, vmax=255)
        left.set(title=f"{name}, {way}", xticks=[], yticks=[])
        right.imshow(end - image, vmin=-bound, vmax=bound, cmap="RdBu")
        right.set(title="change", xticks=[], yticks=[])
plt.show()
