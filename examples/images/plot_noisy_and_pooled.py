"""
What pooling leaves of noise
============================

The sampled circle, under uniform noise of 50, and pooled by random weights in blocks:
figure IV.1 of "A Fast and Robust Method for Global Topological Functional Optimization"
(AISTATS 2021), where the blocks are 5 x 5. The ring has one long bar. Noise adds many
others, nearly as long, and makes it longer; pooling takes this back.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, bars, images, save, show

image = images()["circle"]
n = len(image)
n_copies, level = 3 if SHORT else 20, 50


def pooled(values, size, rng):
    """Means of blocks of size x size, with random weights."""
    blocks = values.reshape(n // size, size, n // size, size).swapaxes(1, 2)
    weights = rng.random(blocks.shape)
    return (weights * blocks).sum(axis=(2, 3)) / weights.sum(axis=(2, 3))


def row(name, grids):
    """Means over some grids of what their loops are."""
    began = time.perf_counter()
    lifetimes = [np.sort(bars(grid, 1, longer_than=0))[::-1] for grid in grids]
    milliseconds = 1e3 * (time.perf_counter() - began) / len(grids)
    count = np.mean([len(one) for one in lifetimes])
    first, second = np.mean([[*one[:2], 0, 0][:2] for one in lifetimes], axis=0)
    print(
        f"{name:24s}{grids[0].size:8d}{count:8.0f}{first:9.1f}{second:8.1f}"
        f"{first / second if second else np.inf:8.1f}{milliseconds:8.1f}"
    )


# %%
# The number of loops, the longest, the next one, and how much longer the longest is;
# means over noisy copies.

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

fig, axes = plt.subplots(1, 3, figsize=(10, 3.8), layout="constrained")
show(axes[0], image, "the image")
show(axes[1], noisy[0], f"with noise of {level}")
show(axes[2], found[5][0], "pooled in blocks of 5 x 5")
save(fig, "noisy_and_pooled.png")
