"""
One component for a noisy two
=============================

A handwritten two with noise on it, and the wish that its superlevel sets have one
component: all bars of H0 but the longest are made short, E(1, 0, 2) of figure 3 in "A
Topology Layer for Machine Learning" (AISTATS 2020). No pooling and no noise in the
steps: these are plain gradients, and the squared change holds the image.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, save, show, stored
from sklearn.datasets import load_digits

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy

mnist = stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    clean = np.pad(X[y == 2][0].reshape(8, 8) / 16, 1)
else:
    clean = mnist["x_train"][mnist["y_train"] == 2][0] / 255
noisy = clean + np.random.default_rng(0).normal(scale=0.2, size=clean.shape)

optimizer = STUMPImageOptimizer(
    functional=PersistenceEnergy(p=1, i0=2),
    filtration=Cubical(superlevel=True),
    pooling=1,
    topology_weight=0.5,
    learning_rate=0.01,
    n_steps=100 if SHORT else 500,
).fit([noisy])
one = optimizer.transform([noisy])[0]

images = {"clean": clean, "noisy": noisy, "one component": one}
print(f"{'':16s}{'bars of H0':>11s}{'second':>8s}{'E(1, 0, 2)':>12s}{'change':>8s}")
diagrams = {}
for name, image in images.items():
    (diagram,) = persistence_diagrams(
        image, Cubical(superlevel=True), (0,), essential="drop"
    )
    diagrams[name] = diagram = diagram[np.isfinite(diagram[:, 1])]
    lifetimes = diagram[:, 0] - diagram[:, 1]
    change = np.sqrt(((image - noisy) ** 2).mean())
    print(
        f"{name:16s}{1 + len(diagram):11d}{lifetimes.max(initial=0):8.3f}"
        f"{lifetimes.sum():12.3f}{change:8.3f}"
    )

# %%
# Peaks of noise are worn off and gaps are filled, half and half; the stroke stays where
# it is.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.1), layout="constrained")
for ax, (name, image) in zip(axes, images.items(), strict=False):
    show(ax, image, name, vmin=-0.3, vmax=1.3, cmap="gray")
for name, color in (("noisy", "0.6"), ("one component", "C0")):
    axes[3].scatter(*diagrams[name].T, s=14, color=color, label=name)
axes[3].axline((0, 0), slope=1, color="0.8", linewidth=1)
axes[3].set(xlabel="birth", ylabel="death", title="H0, but for the essential bar")
axes[3].legend(fontsize="small", loc="lower right")
save(fig, "noisy_two.png")
