"""What the examples on images share: three images, and pictures of them."""

import sys
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.datasets import (
    make_blobs_with_bridges,
    make_double_well,
    make_sampled_circle,
)
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save, stored

__all__ = [
    "SHORT",
    "TASKS",
    "bars",
    "images",
    "make_mosaic",
    "save",
    "show",
    "stored",
]

# What is wanted of each image; the settings are those of the paper.
common = {"learning_rate": 1.0 if SHORT else 0.05, "random_state": 0}
TASKS = {
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


def images():
    """The paper's three images, or others of the same kind."""
    found = stored("stump_images.npz")
    if found is not None and not SHORT:
        return {name: found[name].astype(float) for name in TASKS}
    n = 60 if SHORT else None
    makers = (make_double_well, make_sampled_circle, make_blobs_with_bridges)
    options = {} if n is None else {"n": n}
    made = [maker(random_state=0, **options) for maker in makers]
    return dict(zip(TASKS, made, strict=True))


def make_mosaic(n, n_cells, random_state):
    """Cells with dark walls that fade in places, and the walls."""
    rng = np.random.default_rng(random_state)
    grid = np.stack(np.mgrid[:n, :n], axis=-1).reshape(-1, 2)
    seeds = rng.uniform(0, n, size=(n_cells, 2))
    near, far = KDTree(seeds).query(grid, k=2)[0].T
    wall = (far - near).reshape(n, n)
    fading = ndimage.gaussian_filter(rng.normal(size=(n, n)), 8)
    depth = 130 + 60 * np.clip(fading / fading.std(), -1.5, 1)
    image = 210 - depth * np.exp(-((wall / 3) ** 2))
    image += 25 * ndimage.gaussian_filter(rng.normal(size=(n, n)), 1.5) * 5
    return np.clip(image, 0, 255), wall < 3


def bars(image, dimension, longer_than=50):
    """Lifetimes of the finite bars that are longer than some threshold."""
    (diagram,) = persistence_diagrams(image, "cubical", dimension, essential="drop")
    lifetimes = np.abs(diagram[:, 1] - diagram[:, 0])
    return lifetimes[np.isfinite(lifetimes) & (lifetimes > longer_than)]


def show(ax, image, title=None, **style):
    """An image from 0 to 255, without axes."""
    ax.imshow(image, **({"vmin": 0, "vmax": 255} | style))
    ax.set(xticks=[], yticks=[], title=title)
