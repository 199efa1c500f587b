"""
The loops of a cloud, and of an image
=====================================

A bar of H1 is born with one edge, or one pixel, which closes a loop. The shortest
closed chain through it, among what has entered before, is what the bar stands for: in a
cloud along its points, in an image along its pixels and around the one that fills the
hole.
"""

import matplotlib.pyplot as plt
import numpy as np
from clouds import SHORT, save
from scipy import ndimage

from sktopo import persistence_pairs
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import Cubical
from sktopo.plotting import RepresentativesDisplay

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

fig, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
RepresentativesDisplay.from_sample(cloud, "vietoris_rips", n_bars=3, ax=axes[0])
axes[0].set_title("cycles of a cloud")
RepresentativesDisplay.from_sample(image, Cubical(), n_bars=6, ax=axes[1])
axes[1].set_title("loops of dark pixels")
RepresentativesDisplay.from_sample(
    image, Cubical(superlevel=True), homology_dimension=0, n_bars=6, ax=axes[2]
)
axes[2].set_title("components of bright pixels")

(bars,) = persistence_pairs(cloud, "vietoris_rips", 1, representatives=True)
print("birth  death  points  length")
for (birth, death), cycle in zip(
    bars.diagram[:4], bars.representatives[:4], strict=True
):
    steps = np.diff(cloud[cycle], axis=0, append=cloud[cycle[:1]])
    length = np.linalg.norm(steps, axis=1).sum()
    print(f"{birth:5.2f}  {death:5.2f}  {len(cycle):6d}  {length:6.2f}")
save(fig, "loops.png")
