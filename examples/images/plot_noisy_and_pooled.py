"""
What pooling leaves of noise
============================

The image of the sampled circle gets uniform noise of 50 and is pooled by random weights
in blocks: figure IV.1 of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021), where the blocks are 5 x 5. The ring has one long bar in
H1. Noise adds many others that are nearly as long, and makes the bar of the ring
longer; pooling undoes both.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np

from sktopo import persistence_diagrams
from sktopo.datasets import load_stored, make_sampled_circle

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The image of the paper where it is at hand, or else another of the same kind.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    image = make_sampled_circle(60 if SHORT else 210, random_state=0)
else:
    image = stored["circle"].astype(float)
n_copies, level = 3 if SHORT else 20, 50


def pooled(values, size, rng):
    """Means of blocks of size x size, with random weights."""
    n = len(values) // size
    blocks = values.reshape(n, size, n, size).swapaxes(1, 2)
    weights = rng.random(blocks.shape)
    return (weights * blocks).sum(axis=(2, 3)) / weights.sum(axis=(2, 3))


def loops(grid):
    """Lifetimes of the bars of H1, longest first."""
    (diagram,) = persistence_diagrams(grid, "cubical", 1, essential="drop")
    return np.sort(diagram[:, 1] - diagram[:, 0])[::-1]


def row(name, grids):
    """Print means over some grids of what their loops are."""
    began = time.perf_counter()
    lifetimes = [loops(grid) for grid in grids]
    milliseconds = 1e3 * (time.perf_counter() - began) / len(grids)
    count = np.mean([len(one) for one in lifetimes])
    first, second = np.mean([[*one[:2], 0, 0][:2] for one in lifetimes], axis=0)
    print(
        f"{name:24s}{grids[0].size:8d}{count:8.0f}{first:9.1f}{second:8.1f}"
        f"{first / second if second > 1e-9 else np.inf:8.1f}{milliseconds:8.1f}"
    )


# %%
# The number of loops, the lifetimes of the longest and of the next one, their ratio,
# and the time for a diagram; means over noisy copies.

rng = np.random.default_rng(0)
noisy = [image + rng.uniform(-level, level, image.shape) for _ in range(n_copies)]
print(f"{'':24s}{'pixels':>8s}{'loops':>8s}{'longest':>9s}{'next':>8s}", end="")
print(f"{'ratio':>8s}{'ms':>8s}")
row("the image", [image])
row(f"noise {level}", noisy)
found = {}
for size in (2, 3, 5, 6, 10):
    found[size] = [pooled(copy, size, rng) for copy in noisy]
    row(f"noise {level}, {size} x {size}", found[size])
row("no noise, 5 x 5", [pooled(image, 5, rng) for _ in noisy])

# %%
# The image, one noisy copy of it, and this copy pooled.

fig, axes = plt.subplots(1, 3, figsize=(10, 3.8), layout="constrained")
pictures = {
    "the image": image,
    f"with noise of {level}": noisy[0],
    "pooled in blocks of 5 x 5": found[5][0],
}
for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture, vmin=0, vmax=255)
    ax.set(title=name, xticks=[], yticks=[])
plt.show()
