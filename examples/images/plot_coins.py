"""
Coins without dirt, and what pooling does not see
=================================================

In the image of coins that comes with scikit-image, at half its size, the bars of H0 of
the superlevel sets that are shorter than 90 are to vanish. They are bright spots and
texture; the coins have longer bars and are to stay. Two ways are compared: the plain
gradient of the lifetimes, and STUMP (``STUMPImageOptimizer``), which takes the gradient
of copies of the image that are averaged over windows.

The plain gradient does what is asked. STUMP sees averages of windows only: with windows
of 4 x 4 pixels the loss of its copies falls to nothing while the sum of short lifetimes
F of the image itself hardly falls, or rises. With smaller windows, and with windows
that overlap, F falls.
"""

import os
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from skimage.data import coins
from skimage.transform import resize

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import PersistenceTerm
from sktopo.pooling import RandomPooling
from sktopo.solvers import Adam

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# A component of the superlevel sets is born at the value of a bright peak and dies
# where it meets a component with a higher peak. ``short_bars`` sums the lifetimes up to
# 90.

shape = (76, 96) if SHORT else (152, 192)
image = resize(coins().astype(float), shape, anti_aliasing=True)
filtration = Cubical(superlevel=True)
short_bars = PersistenceNorm(region=(-np.inf, np.inf, 0, 90))

# %%
# STUMP warns when F of the image does not follow the loss of the pooled copies. The
# table below shows this, so that the warning is left out here.


def stump(**params):
    model = STUMPImageOptimizer(
        functional=short_bars, filtration=filtration, random_state=0, **params
    )
    if SHORT:
        model.set_params(n_steps=50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.fit([image]).optimize([image])
    return found.images[0], found.loss_curves[0]


def plain():
    """Adam on the term itself; it keeps the best of its steps."""
    term = PersistenceTerm(filtration, short_bars)
    solver = Adam(1.0, schedule="adaptive", max_iter=30 if SHORT else 1000)
    result = solver.minimize(term, image)
    return result.x, result.history


# %%
# For each way: F of the image, the loss that was minimised, the numbers of bars longer
# than 20 and than 90, the root of the mean squared change, and the seconds.

ways = {
    "plain gradient": plain,
    "STUMP, as it comes": stump,
    "windows overlap": lambda: stump(pooling=RandomPooling(2, stride=1)),
    "windows of 4 x 4": lambda: stump(pooling=4),
    "4 x 4, rate 1": lambda: stump(pooling=4, learning_rate=1.0, n_steps=1000),
}
images = {"start": image}
print(f"{'':22s}{'F':>8s}{'loss':>16s}{'> 20':>6s}{'> 90':>6s}{'change':>8s}{'s':>7s}")
for name, way in {"start": lambda: (image, np.zeros(1)), **ways}.items():
    began = time.perf_counter()
    images[name], curve = way()
    seconds = time.perf_counter() - began
    (bars,) = persistence_diagrams(images[name], filtration, 0, essential="drop")
    lifetimes = -np.diff(bars[np.isfinite(bars[:, 1])])[:, 0]
    change = np.sqrt(((images[name] - image) ** 2).mean())
    loss = "" if name == "start" else f"{curve[0]:.0f} -> {curve[-1]:.0f}"
    print(
        f"{name:22s}{short_bars(bars):8.0f}{loss:>16s}{(lifetimes > 20).sum():6d}"
        f"{(lifetimes > 90).sum():6d}{change:8.2f}{seconds:7.1f}"
    )

# %%
# The images at the start and at the end of each way.

fig, axes = plt.subplots(2, 3, figsize=(11, 6.2), layout="constrained")
for ax, (name, found) in zip(axes.flat, images.items(), strict=True):
    ax.imshow(found, cmap="gray", vmin=0, vmax=255)
    ax.set(title=name, xticks=[], yticks=[])
plt.show()
