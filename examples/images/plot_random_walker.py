"""
Bridges that a segmentation sees
================================

The blobs with deeper bridges, by plain gradients and by STUMP, handed to the random
walker, figure III.3 of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021). Its markers are the lowest and the highest pixels, a share
q of them each; every other pixel goes to the marker that a walk reaches first. Bridges
of single pixels are not seen by it, those of some width are. Needs scikit-image.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, TASKS, images, save, show
from scipy import ndimage
from skimage.segmentation import random_walker
from sklearn.base import clone

n_steps = 200 if SHORT else 10_000
shares = (0.1, 0.2, 0.3)
image = images()["blobs"]
ways = {
    "plain": {"pooling": 1, "functional__p": 2},
    "STUMP": {"pooling__n_weightings": 4096},
}
ends = {"start": image}
for way, params in ways.items():
    model = clone(TASKS["blobs"]).set_params(n_steps=n_steps, **params)
    ends[way] = model.fit([image]).transform([image])[0]


def segment(image, q):
    """Where a random walk meets the lowest pixels first."""
    low, high = np.quantile(image, [q, 1 - q])
    markers = np.where(image <= low, 1, np.where(image >= high, 2, 0))
    return random_walker(image / 255, markers, mode="bf") == 1


fig, axes = plt.subplots(3, 4, figsize=(10, 7.8), layout="constrained")
print(f"{'':8s}" + "".join(f"{f'q = {q}':>22s}" for q in shares))
for row, (way, end) in zip(axes, ends.items(), strict=True):
    show(row[0], end, way)
    cells = []
    for ax, q in zip(row[1:], shares, strict=True):
        low = segment(end, q)
        labels, n = ndimage.label(low, structure=np.ones((3, 3)))
        largest = np.bincount(labels[low]).max() / low.sum()
        cells.append(f"{n} parts, largest {largest:.0%}")
        show(ax, np.ma.masked_equal(labels, 0), f"q = {q}: {n}", vmax=n, cmap="tab20")
    print(f"{way:8s}" + "".join(f"{cell:>22s}" for cell in cells))
save(fig, "random_walker.png")
