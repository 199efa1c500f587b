"""
What a step costs
=================

The time is measured for a step of STUMP (``STUMPImageOptimizer``), for a step of plain
gradients, and for one persistence diagram of the image alone, against the number of
pixels: smooth random images up to 1024 x 1024, and voxel grids up to 64 x 64 x 64. A
step of STUMP takes the least time on large images, since it computes the diagram of a
pooled image with a 16th of the pixels, or a 64th of the voxels. Weights from a bank
take less time than fresh draws.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# STUMP pools windows of 4 pixels along each axis by random weights, which are drawn
# anew in each step or taken from a bank of 4,096 draws.

draws = {"weights": "uniform", "max_noise": 20.0}
ways = {
    "fresh draws": RandomPooling(4, **draws),
    "bank of 4,096": RandomPooling(4, n_weightings=4096, **draws),
    "plain": 1,
}
shapes = {
    "images": [(n, n) for n in ((16, 32) if SHORT else (64, 128, 256, 512, 1024))],
    "voxel grids": [(n,) * 3 for n in ((8,) if SHORT else (16, 32, 64))],
}

# %%
# The number of steps falls with the size of the image; the table shows the mean time of
# a step in milliseconds.

fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained", sharey=True)
for ax, (kind, sizes) in zip(axes, shapes.items(), strict=True):
    costs = {name: [] for name in (*ways, "one diagram, sorted afresh")}
    for shape in sizes:
        rng = np.random.default_rng(0)
        image = gaussian_filter(rng.random(shape), 3)
        image *= 255 / np.ptp(image)
        n_steps = int(np.clip(4e6 / image.size, 10, 200))
        for name, pooling in ways.items():
            model = STUMPImageOptimizer(
                functional=PersistenceNorm(min_persistence=50),
                pooling=pooling,
                n_steps=n_steps,
                random_state=0,
            ).fit([image])
            costs[name].append(1e3 * model.optimize([image]).seconds[0] / n_steps)
        began = time.perf_counter()
        persistence_diagrams(image, homology_dimensions=0, essential="drop")
        costs["one diagram, sorted afresh"].append(1e3 * (time.perf_counter() - began))
    pixels = [np.prod(shape) for shape in sizes]
    print(f"\n{kind + ', ms':28s}" + "".join(f"{n:>10,d}" for n in pixels) + "  pixels")
    for name, cost in costs.items():
        print(f"{name:28s}" + "".join(f"{c:10.2f}" for c in cost))
        ax.loglog(pixels, cost, marker=".", label=name)
    ax.set(title=kind, xlabel="pixels", ylabel="ms a step" if ax is axes[0] else None)
axes[0].legend()
plt.show()
