"""
The loops of a point cloud, and of an image
===========================================

A bar of H1 is born with one edge, or one pixel, which closes a loop. The shortest
closed chain through it, among what has entered the filtration before, represents the
bar: in a point cloud it runs along points, in an image along pixels and around the
pixel that fills the hole. ``RepresentativesDisplay`` draws the chains of the longest
bars. In a cloud of three circles these are the circles.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

from sktopo import persistence_pairs
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import Cubical
from sktopo.plotting import RepresentativesDisplay

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The cloud is three noisy circles of different size; the image is smoothed noise.

n_points = 40 if SHORT else 100
rings = [
    radius * make_noisy_circle(n_points, noise=0.04, random_state=seed)[0] + centre
    for seed, (radius, centre) in enumerate(
        [(1, (0, 0)), (0.6, (1.4, 0.5)), (0.4, (0.1, 1.2))]
    )
]
cloud = np.concatenate(rings)
rng = np.random.default_rng(0)
image = ndimage.gaussian_filter(rng.normal(size=(60, 60) if SHORT else (120, 120)), 4)

# %%
# The bars of H1 of the cloud, longest first, with the number of points on the chain of
# each and its length.

(bars,) = persistence_pairs(cloud, "vietoris_rips", 1, representatives=True)
print("birth  death  points  length")
for (birth, death), cycle in zip(
    bars.diagram[:4], bars.representatives[:4], strict=True
):
    steps = np.diff(cloud[cycle], axis=0, append=cloud[cycle[:1]])
    length = np.linalg.norm(steps, axis=1).sum()
    print(f"{birth:5.2f}  {death:5.2f}  {len(cycle):6d}  {length:6.2f}")

# %%
# In an image the loops of the sublevel sets consist of dark pixels and surround
# brighter ones. The components of the superlevel sets are regions of bright pixels.

fig, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
RepresentativesDisplay.from_sample(cloud, "vietoris_rips", n_bars=3, ax=axes[0])
axes[0].set_title("cycles of a cloud")
RepresentativesDisplay.from_sample(image, Cubical(), n_bars=6, ax=axes[1])
axes[1].set_title("loops of dark pixels")
RepresentativesDisplay.from_sample(
    image, Cubical(superlevel=True), homology_dimension=0, n_bars=6, ax=axes[2]
)
axes[2].set_title("components of bright pixels")
plt.show()
