"""
Loss against time
=================

The bridges between blobs, deepened in four ways: along plain gradients, of lifetimes
and of squared lifetimes, and by STUMP without and with noise; figure III.4 of "A Fast
and Robust Method for Global Topological Functional Optimization" (AISTATS 2021), on the
paper's blobs and on uniform noise. Two more take the weights from a bank, one of them
16 samples a step. All are judged by one loss, that of the image in full resolution: the
sum of lifetimes above 50, with the mean squared change.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, TASKS, bars, images, save
from sklearn.base import clone

blobs = images()["blobs"]
pictures = {
    "blobs": blobs,
    "uniform noise": np.random.default_rng(0).uniform(0, 255, blobs.shape),
}
ways = {
    "plain, lifetimes": {"pooling": 1},
    "plain, squared": {"pooling": 1, "functional__p": 2},
    "STUMP without noise": {"pooling__max_noise": 0.0},
    "STUMP": {},
    "STUMP, bank": {"pooling__n_weightings": 4096},
    "STUMP, 16 samples": {"pooling__n_weightings": 4096, "pooling__n_samples": 16},
}
checkpoints = [30, 100] if SHORT else [300, 1000, 2000, 3000, 4000, 7000, 10_000]


def loss(image, start):
    """What all are judged by."""
    share = 1 / image.size
    change = ((image - start) ** 2).mean()
    return (1 - share) * bars(image, 0).sum() + share * change


class Watch:
    """The share of the loss removed, and the seconds, at some steps of a run."""

    def __init__(self, start):
        self.start, self.begin = start, loss(start, start)
        self.shares, self.seconds, self.judging = [0.0], [0.0], 0.0
        self.clock = time.perf_counter()

    def __call__(self, result):
        if result.nit in checkpoints:
            now = time.perf_counter()
            self.seconds.append(now - self.clock - self.judging)
            self.shares.append(1 - loss(result.x, self.start) / self.begin)
            self.judging += time.perf_counter() - now


watches = {}
for name, picture in pictures.items():
    print(f"\n{name:22s}" + "".join(f"{n:>14d}" for n in checkpoints) + "  steps")
    for way, params in ways.items():
        watch = watches[name, way] = Watch(picture)
        model = clone(TASKS["blobs"]).set_params(
            n_steps=checkpoints[-1], callback=watch, **params
        )
        model.fit([picture]).optimize([picture])
        cells = [
            f"{share:6.0%} {seconds:4.1f} s"
            for share, seconds in zip(watch.shares, watch.seconds, strict=True)
        ]
        print(f"{way:22s}" + "".join(f"{cell:>14s}" for cell in cells[1:]))

# %%
# What the plain ones have removed when STUMP has removed 80 %, or as much as it ever
# does: after as many steps, and after as many seconds.

steps = [0, *checkpoints]
for name in pictures:
    for way in list(ways)[3:]:
        best = watches[name, way]
        goal = min(0.8, max(best.shares))
        step = np.interp(goal, np.maximum.accumulate(best.shares), steps)
        second = np.interp(step, steps, best.seconds)
        print(f"\n{name}: {goal:.0%} after {step:.0f} steps, {second:.1f} s of {way}")
        for plain in list(ways)[:2]:
            watch = watches[name, plain]
            at_step = np.interp(step, steps, watch.shares)
            at_second = np.interp(second, watch.seconds, watch.shares)
            print(
                f"  {plain:18s}{at_step:4.0%} by that step, "
                f"{at_second:4.0%} by that second"
            )

fig, axes = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
for ax, name in zip(axes, pictures, strict=True):
    for way in ways:
        watch = watches[name, way]
        ax.plot(watch.seconds, watch.shares, marker=".", label=way)
    ax.set(title=name, xlabel="seconds")
axes[0].set_ylabel("share of the loss removed")
axes[0].legend(fontsize="small")
save(fig, "stump_speed.png")
