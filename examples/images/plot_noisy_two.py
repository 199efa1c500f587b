"""
One component for a noisy two
=============================

A handwritten two with noise on it is changed such that its superlevel sets have one
component: all bars of H0 but the longest are made short, by the energy E(1, 0, 2) as in
figure 3 of "A Topology Layer for Machine Learning" (AISTATS 2020). The gradients are
plain ones, without pooling or noise in the steps, and the squared change keeps the
image close to its start. Peaks of noise become lower and gaps between them are filled,
half and half; the stroke stays where it is.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.datasets import load_stored
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# A two of MNIST where it is at hand, or else one of the digits of scikit-learn.

mnist = load_stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    clean = np.pad(X[y == 2][0].reshape(8, 8) / 16, 1)
else:
    clean = mnist["x_train"][mnist["y_train"] == 2][0] / 255
noisy = clean + np.random.default_rng(0).normal(scale=0.2, size=clean.shape)

# %%
# Every bright peak is a component of the superlevel sets, from its own value (birth) to
# that at which it meets a higher peak (death). ``i0=2`` leaves out the essential bar,
# that of the highest peak, which never dies. ``pooling=1`` stands for no pooling.

optimizer = STUMPImageOptimizer(
    functional=PersistenceEnergy(p=1, i0=2),
    filtration=Cubical(superlevel=True),
    pooling=1,
    topology_weight=0.5,
    learning_rate=0.01,
    n_steps=100 if SHORT else 500,
).fit([noisy])
one = optimizer.transform([noisy])[0]

# %%
# The number of bars, the longest one that is finite, the energy, and the root of the
# mean squared change.

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
# The images, and the diagrams before and after. Bars close to the diagonal are short.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.1), layout="constrained")
for ax, (name, image) in zip(axes, images.items(), strict=False):
    ax.imshow(image, vmin=-0.3, vmax=1.3, cmap="gray")
    ax.set(title=name, xticks=[], yticks=[])
for name, color in (("noisy", "0.6"), ("one component", "C0")):
    axes[3].scatter(*diagrams[name].T, s=14, color=color, label=name)
axes[3].axline((0, 0), slope=1, color="0.8", linewidth=1)
axes[3].set(xlabel="birth", ylabel="death", title="H0, but for the essential bar")
axes[3].legend(fontsize="small", loc="lower right")
plt.show()
