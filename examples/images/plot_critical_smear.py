"""
Where a ring is born
====================

The ring of the sampled circle has one long bar in H1. Its birth is the value of one
pixel, the last gap of the ring that closes; in a noisy copy of the image it is another
pixel. The critical smear is the mean gradient over a thousand such copies, as in
section IV.A of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021), with its settings. Births of the bar lie on the ring, in
its gaps, and deaths lie inside of it.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np

from sktopo.datasets import load_stored, make_sampled_circle
from sktopo.functionals import PersistenceNorm
from sktopo.inspection import critical_smear
from sktopo.plotting import CriticalSmearDisplay
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The image of the paper where it is at hand, or else another of the same kind: bumps
# along a circle, whose dark pixels join to a ring as the sublevel sets grow.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    image = make_sampled_circle(60 if SHORT else 210, random_state=0)
else:
    image = stored["circle"].astype(float)

# %%
# Each copy of the image has uniform noise on it and is pooled by random weights in
# windows of 5 x 5 pixels. The functional is the sum of the lifetimes of the loops that
# live longer than 30; its gradient is taken back to the pixels of the image.

copies = RandomPooling(
    5, weights="uniform", max_noise=50, n_samples=50 if SHORT else 1000
)
start = time.perf_counter()
smear = critical_smear(
    image,
    PersistenceNorm(min_persistence=30),
    homology_dimensions=1,
    pooling=copies,
    n_projections=20,
    random_state=0,
)
seconds = time.perf_counter() - start

# %%
# How much of the gradient of births is on the ring, and how much of that of deaths is
# inside of it. The ring dies when the bright middle fills it.

births, deaths = np.abs(smear.birth_map), np.abs(smear.death_map)
row, column = np.indices(image.shape) - (np.array(image.shape) // 2)[:, None, None]
radius = np.hypot(row, column) / image.shape[0]
on_ring, inside = (radius > 0.24) & (radius < 0.5), radius < 0.24
print(f"{seconds:.1f} s; of the gradient handed on: {births.sum():.1%}")
print(f"births on the ring: {births[on_ring].sum() / births.sum():.1%}")
print(f"deaths inside of it: {deaths[inside].sum() / deaths.sum():.1%}")

fig, axes = plt.subplots(1, 2, figsize=(8, 3.9), layout="constrained")
axes[0].imshow(image, vmin=0, vmax=255)
axes[0].set(title="the image", xticks=[], yticks=[])
CriticalSmearDisplay(image, smear.birth_map, smear.death_map).plot(axes[1])
axes[1].set_title("where its ring is born, and dies")
plt.show()
