"""
With noise, and without
=======================

STUMP pools the image by random weights; noise on every pixel comes on top of it, or
does not. Figure II.3 of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021) shows that what it makes of an image is smoother where
there was noise. Here are the three images of the paper, with its noise and without, all
else alike.

The roughness is the mean difference of two neighbouring pixels of the change, beside
the mean of the change itself: 2 for a change that goes up and down from pixel to pixel,
near 0 for one that is spread evenly.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, TASKS, bars, images, save, show
from sklearn.base import clone

n_steps, n_copies = (300, 3) if SHORT else (10_000, 20)
levels = (0, 20, 50)
ways = {"with noise": {}, "without noise": {"pooling__max_noise": 0.0}}


def roughness(change):
    """How much neighbours differ, beside the size of the change."""
    sides = (np.abs(np.diff(change, axis=axis)).mean() for axis in (0, 1))
    return sum(sides) / 2 / np.abs(change).mean()


def summary(image, dimension):
    """The longest lifetime, and the sum of those above 50."""
    lifetimes = bars(image, dimension)
    return lifetimes.max(initial=0.0), lifetimes.sum()


# %%
# The longest lifetime, and the sum of those above 50, on average over copies under
# noise of some levels, which has long bars of its own; the share of pixels that moved,
# how far at most, and how rough the change is.

rng = np.random.default_rng(0)
print(f"{'':24s}" + "".join(f"{f'noise {level}':>16s}" for level in levels), end="")
print(f"{'moved':>8s}{'largest':>9s}{'rough':>8s}")
fig, axes = plt.subplots(3, 4, figsize=(11, 8.4), layout="constrained")
for row, (name, image) in zip(axes, images().items(), strict=True):
    dimension = TASKS[name].homology_dimensions
    noises = rng.uniform(-1, 1, (n_copies, *image.shape))
    ends = {"start": image}
    for way, params in ways.items():
        model = clone(TASKS[name]).set_params(n_steps=n_steps, **params)
        ends[way] = model.fit([image]).transform([image])[0]
    for way, end in ends.items():
        print(f"{name:8s}{way:16s}", end="")
        for level in levels:
            copies = end + level * (noises if level else noises[:1])
            numbers = [summary(copy, dimension) for copy in copies]
            longest, total = np.mean(numbers, axis=0)
            print(f"{longest:9.1f}{total:7.0f}", end="")
        if way in ways:
            change = end - image
            print(f"{np.mean(change != 0):8.1%}{np.abs(change).max():9.0f}", end="")
            print(f"{roughness(change):8.2f}", end="")
        print()
    for k, way in enumerate(ways):
        show(row[2 * k], ends[way], f"{name}, {way}")
        change = ends[way] - image
        bound = np.abs(change).max()
        show(row[2 * k + 1], change, "change", vmin=-bound, vmax=bound, cmap="RdBu")
save(fig, "noise.png")

# %%
# Without noise the same few pixels of a window decide in every step; with it others do,
# and the change spreads. For the wells and the circle the bars are longer without it;
# for the blobs noise leaves a third of the sum.
