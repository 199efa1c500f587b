"""
Loss against time
=================

The bridges between blobs are deepened in four ways: along plain gradients, of lifetimes
and of squared lifetimes, and by STUMP (``STUMPImageOptimizer``) without and with noise;
figure III.4 of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021), on the paper's blobs and on uniform noise. Two more ways
take the weights of STUMP from a bank, one of them with 16 samples a step. All are
judged by one loss, that of the image in full resolution: the sum of lifetimes above 50,
with the mean squared change. Seconds are those of the processor.

On the blobs STUMP with noise removes the loss in much less time than plain gradients.
On uniform noise it does not, since nearly every bar is smaller than a block of 4 x 4
pixels. There are more ways for it: smaller blocks, blocks that overlap, blocks of which
one pixel is drawn, bars of the pooled copies down to 10 in place of 50, and noise
alone. None of them is faster than plain gradients there.
"""

import os
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.datasets import load_stored, make_blobs_with_bridges
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The image of the paper where it is at hand, or else another of the same kind. Each
# blob is a component of the sublevel sets (H0), and its bar ends at the height of the
# bridge that joins it to another blob.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    blobs = make_blobs_with_bridges(60 if SHORT else 256, random_state=0)
else:
    blobs = stored["blobs"].astype(float)
pictures = {
    "blobs": blobs,
    "uniform noise": np.random.default_rng(0).uniform(0, 255, blobs.shape),
}

# %%
# The ways are parameters of one estimator: ``pooling`` has the size of the windows, the
# kind of their random weights and the noise. A size of 1 is no pooling.

task = STUMPImageOptimizer(
    functional=PersistenceNorm(side="death", min_persistence=50),
    pooling=RandomPooling(4, weights="uniform", max_noise=50.0),
    learning_rate=1.0 if SHORT else 0.05,
    random_state=0,
)
plain = {
    "plain, lifetimes": {"pooling": 1},
    "plain, squared": {"pooling": 1, "functional__p": 2},
}
stump = {
    "STUMP without noise": {"pooling__max_noise": 0.0},
    "STUMP": {},
    "STUMP, bank": {"pooling__n_weightings": 4096},
    "STUMP, 16 samples": {"pooling__n_weightings": 4096, "pooling__n_samples": 16},
}
others = {
    "4 x 4, bars over 10": {"functional__min_persistence": 10},
    "4 x 4, one pixel": {"pooling__weights": "vertex"},
    "2 x 2": {"pooling__size": 2},
    "2 x 2, one pixel": {"pooling__size": 2, "pooling__weights": "vertex"},
    "2 x 2, overlapping": {"pooling__size": 2, "pooling__stride": 1},
    "noise of 50 alone": {"pooling__size": 1},
    "noise of 10 alone": {"pooling__size": 1, "pooling__max_noise": 10.0},
}
ways = {"blobs": plain | stump, "uniform noise": plain | stump | others}
checkpoints = {
    "blobs": [300, 1000, 2000, 3000, 4000, 7000, 10_000],
    "uniform noise": [300, 1000, 2000, 3000, 4000],
}
if SHORT:
    checkpoints = {name: [30, 100] for name in pictures}

# %%
# A callback evaluates the loss at some steps of a run, and leaves out the time that
# this takes itself.


def loss(image, start):
    """What all are judged by."""
    (diagram,) = persistence_diagrams(image, "cubical", 0, essential="drop")
    lifetimes = diagram[:, 1] - diagram[:, 0]
    total = lifetimes[np.isfinite(lifetimes) & (lifetimes > 50)].sum()
    share = 1 / image.size
    return (1 - share) * total + share * ((image - start) ** 2).mean()


class Watch:
    """The share of the loss removed, and the seconds, at some steps of a run."""

    def __init__(self, start, checkpoints):
        self.start, self.begin = start, loss(start, start)
        self.checkpoints = checkpoints
        self.shares, self.seconds, self.judging = [0.0], [0.0], 0.0
        self.clock = time.process_time()

    def __call__(self, result):
        if result.nit in self.checkpoints:
            now = time.process_time()
            self.seconds.append(now - self.clock - self.judging)
            self.shares.append(1 - loss(result.x, self.start) / self.begin)
            self.judging += time.process_time() - now


# %%
# Each cell has the share of the loss that is removed after so many steps, and the
# seconds. Last in each row is the share that is removed of the loss that is optimised,
# that of the pooled copies: the mean of the last 50 steps relative to that of the
# first.

warnings.filterwarnings("ignore", message="STUMPImageOptimizer changed F of the pooled")
watches = {}
for name, picture in pictures.items():
    steps = checkpoints[name]
    print(f"\n{name:22s}" + "".join(f"{n:>14d}" for n in steps) + "  steps", end="")
    print("  its own loss")
    for way, params in ways[name].items():
        watch = watches[name, way] = Watch(picture, steps)
        model = clone(task).set_params(n_steps=steps[-1], callback=watch, **params)
        (curve,) = model.fit([picture]).optimize([picture]).loss_curves
        cells = [
            f"{share:6.0%} {seconds:4.1f} s"
            for share, seconds in zip(watch.shares, watch.seconds, strict=True)
        ]
        first, last = (part.mean() for part in (curve[:50], curve[-50:]))
        own = 1 - last / first if first else np.nan
        print(f"{way:22s}" + "".join(f"{cell:>14s}" for cell in cells[1:]), end="")
        print(f"{own:15.0%}", flush=True)

# %%
# What the plain gradients have removed when STUMP has removed 80 %, or as much as it
# ever does: after as many steps, and after as many seconds.

for name, own in ways.items():
    steps = [0, *checkpoints[name]]
    for way in list(own)[3:]:
        best = watches[name, way]
        goal = min(0.8, max(best.shares))
        if goal < 0.1:
            continue
        step = np.interp(goal, np.maximum.accumulate(best.shares), steps)
        second = np.interp(step, steps, best.seconds)
        print(f"\n{name}: {goal:.0%} after {step:.0f} steps, {second:.1f} s of {way}")
        for other in plain:
            watch = watches[name, other]
            at_step = np.interp(step, steps, watch.shares)
            at_second = np.interp(second, watch.seconds, watch.shares)
            print(
                f"  {other:18s}{at_step:4.0%} by that step, "
                f"{at_second:4.0%} by that second"
            )

# %%
# The same over time; the additional ways for uniform noise are dashed.

fig, axes = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
for ax, name in zip(axes, pictures, strict=True):
    for way in ways[name]:
        watch = watches[name, way]
        style = "--" if way in others else "-"
        ax.plot(watch.seconds, watch.shares, style, marker=".", label=way)
    ax.set(title=name, xlabel="seconds")
axes[0].set_ylabel("share of the loss removed")
axes[1].legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
