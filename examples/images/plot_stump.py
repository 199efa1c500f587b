"""
A wall, a ring and bridges
==========================

Three images and three wishes, figure III.1 of "A Fast and Robust Method for Global
Topological Functional Optimization" (AISTATS 2021): raise a wall between two wells,
close a ring that is sampled by bumps, and deepen the bridges between blobs. Once along
plain gradients, which know one pixel for each end of a bar, and once by STUMP: noise on
the image, pooled by random weights, afresh for every step.

The settings are the paper's: bars that live longer than 50, a rate of 0.05, 10,000
steps, squared lifetimes for the plain gradients and lifetimes for STUMP.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, TASKS, bars, images, save, show
from sklearn.base import clone

n_steps = 300 if SHORT else 10_000
ways = {
    "plain": {"pooling": 1, "functional__p": 2},
    "STUMP": {},
    "STUMP, bank of 4,096": {"pooling__n_weightings": 4096},
    "STUMP, simplex": {"pooling__weights": "simplex"},
}

print(f"{'':8s}{'':22s}{'bars > 50':>10s}{'longest':>9s}{'sum':>8s}", end="")
print(f"{'pixels moved':>14s}{'ms a step':>11s}")
found = {}
for name, image in images().items():
    dimension = TASKS[name].homology_dimensions
    found[name] = {"start": image}
    for way, params in ways.items():
        model = clone(TASKS[name]).set_params(n_steps=n_steps, **params)
        run = model.fit([image]).optimize([image])
        found[name][way] = run.images[0]
        if way == "plain":
            lifetimes = bars(image, dimension)
            print(
                f"{name:8s}{'start':22s}{lifetimes.size:10d}"
                f"{lifetimes.max(initial=0):9.1f}{lifetimes.sum():8.0f}"
            )
        lifetimes = bars(run.images[0], dimension)
        print(
            f"{name:8s}{way:22s}{lifetimes.size:10d}{lifetimes.max(initial=0):9.1f}"
            f"{lifetimes.sum():8.0f}{np.mean(run.images[0] != image):14.1%}"
            f"{1e3 * run.seconds[0] / n_steps:11.2f}"
        )

# %%
# The plain optimum has the bars that were asked for, or as few as it could, by single
# pixels. STUMP builds a wall, a ring, and bridges.

fig, axes = plt.subplots(3, 4, figsize=(11, 8.4), layout="constrained")
for row, (name, ends) in zip(axes, found.items(), strict=True):
    show(row[0], ends["start"], name)
    show(row[1], ends["plain"], "plain")
    show(row[2], ends["STUMP"], "STUMP")
    change = ends["STUMP"] - ends["start"]
    limit = np.abs(change).max()
    show(row[3], change, "what STUMP changed", vmin=-limit, vmax=limit, cmap="RdBu_r")
save(fig, "stump.png")
