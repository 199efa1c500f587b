"""
Bridges that a segmentation sees
================================

The bridges between dark blobs are deepened by plain gradients and by STUMP
(``STUMPImageOptimizer``), and the images are segmented by the random walker of
scikit-image, as in figure III.3 of "A Fast and Robust Method for Global Topological
Functional Optimization" (AISTATS 2021). The markers of the random walker are the lowest
and the highest pixels, a share q of them each; every other pixel goes to the marker
that a random walk reaches first. Plain gradients make bridges of single pixels, which
are seen with many markers only; STUMP makes wider ones, for which fewer are enough.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage.segmentation import random_walker
from sklearn.base import clone

from sktopo import STUMPImageOptimizer
from sktopo.datasets import load_stored, make_blobs_with_bridges
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The image of the paper where it is at hand, or else another of the same kind.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    image = make_blobs_with_bridges(60 if SHORT else 256, random_state=0)
else:
    image = stored["blobs"].astype(float)

# %%
# Each blob is a component of the sublevel sets; it dies at the height of the bridge
# that joins it to another one. STUMP lowers the deaths of bars longer than 50 by
# gradients of copies under noise that are pooled by random weights. Plain gradients do
# not pool.

stump = STUMPImageOptimizer(
    functional=PersistenceNorm(side="death", min_persistence=50),
    pooling=RandomPooling(4, weights="uniform", max_noise=50.0),
    learning_rate=1.0 if SHORT else 0.05,
    n_steps=200 if SHORT else 10_000,
    random_state=0,
)
ways = {
    "plain": {"pooling": 1, "functional__p": 2},
    "STUMP": {"pooling__n_weightings": 4096},
}
ends = {"start": image}
for way, params in ways.items():
    model = clone(stump).set_params(**params)
    ends[way] = model.fit([image]).transform([image])[0]


def segment(image, q):
    """Where a random walk meets the lowest pixels first."""
    low, high = np.quantile(image, [q, 1 - q])
    markers = np.where(image <= low, 1, np.where(image >= high, 2, 0))
    return random_walker(image / 255, markers, mode="bf") == 1


# %%
# The components of the segment of low pixels, and the share of the largest one.

shares = (0.1, 0.2, 0.3)
fig, axes = plt.subplots(3, 4, figsize=(10, 7.8), layout="constrained")
print(f"{'':8s}" + "".join(f"{f'q = {q}':>22s}" for q in shares))
for row, (way, end) in zip(axes, ends.items(), strict=True):
    row[0].imshow(end, vmin=0, vmax=255)
    row[0].set_title(way)
    cells = []
    for ax, q in zip(row[1:], shares, strict=True):
        low = segment(end, q)
        labels, n = ndimage.label(low, structure=np.ones((3, 3)))
        largest = np.bincount(labels[low]).max() / low.sum()
        cells.append(f"{n} parts, largest {largest:.0%}")
        parts = np.ma.masked_equal(labels, 0)
        ax.imshow(parts, vmin=0, vmax=n, cmap="tab20")
        ax.set_title(f"q = {q}: {n}")
    print(f"{way:8s}" + "".join(f"{cell:>22s}" for cell in cells))
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
plt.show()
