"""
Coins without dirt, and what pooling does not see
=================================================

The image of coins that comes with scikit-image, at half its size: bars of H0 of the
superlevel sets that are shorter than 90 are to go, and the coins, whose bars are
longer, to stay. The plain gradient does just that. STUMP sees averages of windows only:
with windows of 4 x 4 pixels the loss of its copies falls to nothing while F of the
image hardly falls, or rises; with smaller windows, and with windows that overlap, it
falls.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, save
from skimage.data import coins
from skimage.transform import resize

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import PersistenceTerm
from sktopo.pooling import RandomPooling
from sktopo.solvers import Adam

shape = (76, 96) if SHORT else (152, 192)
image = resize(coins().astype(float), shape, anti_aliasing=True)
filtration = Cubical(superlevel=True)
short_bars = PersistenceNorm(region=(-np.inf, np.inf, 0, 90))


def stump(**params):
    model = STUMPImageOptimizer(
        functional=short_bars, filtration=filtration, random_state=0, **params
    )
    if SHORT:
        model.set_params(n_steps=50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table says it
        found = model.fit([image]).optimize([image])
    return found.images[0], found.loss_curves[0]


def plain():
    """Adam on the term itself; it keeps the best of its steps."""
    term = PersistenceTerm(filtration, short_bars)
    solver = Adam(1.0, schedule="adaptive", max_iter=30 if SHORT else 1000)
    result = solver.minimize(term, image)
    return result.x, result.history


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

fig, axes = plt.subplots(2, 3, figsize=(11, 6.2), layout="constrained")
for ax, (name, found) in zip(axes.flat, images.items(), strict=True):
    ax.imshow(found, cmap="gray", vmin=0, vmax=255)
    ax.set(title=name, xticks=[], yticks=[])
save(fig, "coins.png")
