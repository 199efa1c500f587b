"""
A wall, a ring and bridges
==========================

Three images are changed for three aims, as in figure III.1 of "A Fast and Robust Method
for Global Topological Functional Optimization" (AISTATS 2021): to raise a wall between
two wells, to close a ring that is sampled by bumps, and to deepen the bridges between
blobs. This is done along plain gradients, which act on one pixel for each end of a bar,
and by STUMP (``STUMPImageOptimizer``): in each step noise is added to the image, and it
is pooled by random weights that are drawn afresh.

Plain gradients reach long bars, or few of them, by changing single pixels. STUMP builds
a wall, a ring and bridges of some width. The settings are those of the paper: bars that
live longer than 50, a rate of 0.05, 10,000 steps, squared lifetimes for the plain
gradients and lifetimes for STUMP.
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
# The images of the paper where they are at hand, or else others of the same kind.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    images = {
        "wells": make_double_well(60 if SHORT else 310, random_state=0),
        "circle": make_sampled_circle(60 if SHORT else 210, random_state=0),
        "blobs": make_blobs_with_bridges(60 if SHORT else 256, random_state=0),
    }
else:
    images = {name: stored[name].astype(float) for name in ("wells", "circle", "blobs")}

# %%
# As the sublevel sets grow, the two wells are two components (H0), of which one dies at
# the height of the wall: the wall rises with this death. The ring is a loop (H1) that
# is born when its last gap closes: it closes earlier when this birth falls. The blobs
# are components that die at the heights of their bridges, which are to fall.

n_steps = 300 if SHORT else 10_000
common = {
    "learning_rate": 1.0 if SHORT else 0.05,
    "n_steps": n_steps,
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
ways = {
    "plain": {"pooling": 1, "functional__p": 2},
    "STUMP": {},
    "STUMP, bank of 4,096": {"pooling__n_weightings": 4096},
    "STUMP, simplex": {"pooling__weights": "simplex"},
}

# %%
# The table shows the number, the longest and the sum of the finite bars that are longer
# than 50, the share of pixels that moved, and the time of a step.


def row(name, way, image, rest=""):
    """Print the bars of an image."""
    dimension = tasks[name].homology_dimensions
    (diagram,) = persistence_diagrams(image, "cubical", dimension, essential="drop")
    lifetimes = diagram[:, 1] - diagram[:, 0]
    lifetimes = lifetimes[np.isfinite(lifetimes) & (lifetimes > 50)]
    print(
        f"{name:8s}{way:22s}{lifetimes.size:10d}{lifetimes.max(initial=0):9.1f}"
        f"{lifetimes.sum():8.0f}{rest}"
    )


print(f"{'':8s}{'':22s}{'bars > 50':>10s}{'longest':>9s}{'sum':>8s}", end="")
print(f"{'pixels moved':>14s}{'ms a step':>11s}")
found = {}
for name, image in images.items():
    found[name] = {"start": image}
    row(name, "start", image)
    for way, params in ways.items():
        model = clone(tasks[name]).set_params(**params)
        run = model.fit([image]).optimize([image])
        end = found[name][way] = run.images[0]
        moved, cost = np.mean(end != image), 1e3 * run.seconds[0] / n_steps
        row(name, way, end, f"{moved:14.1%}{cost:11.2f}")

# %%
# The images at the start and after both optimisations, and what STUMP changed.

fig, axes = plt.subplots(3, 4, figsize=(11, 8.4), layout="constrained")
for axs, (name, ends) in zip(axes, found.items(), strict=True):
    pictures = {name: ends["start"], "plain": ends["plain"], "STUMP": ends["STUMP"]}
    for ax, (title, picture) in zip(axs, pictures.items(), strict=False):
        ax.imshow(picture, vmin=0, vmax=255)
        ax.set_title(title)
    change = ends["STUMP"] - ends["start"]
    limit = np.abs(change).max()
    axs[3].imshow(change, vmin=-limit, vmax=limit, cmap="RdBu_r")
    axs[3].set_title("what STUMP changed")
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
plt.show()
