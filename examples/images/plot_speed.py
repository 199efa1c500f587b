"""
Loss against time
=================

The bridges between blobs, deepened in four ways: along plain gradients, of lifetimes
and of squared lifetimes, and by STUMP without and with noise; figure III.4 of "A Fast
and Robust Method for Global Topological Functional Optimization" (AISTATS 2021), on the
paper's blobs and on uniform noise. All are judged by one loss, that of the image in
full resolution: the sum of lifetimes above 50, with the mean squared change.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, TASKS, bars, images, save

from sktopo import STUMPImageOptimizer

blobs = images()["blobs"]
pictures = {
    "blobs": blobs,
    "uniform noise": np.random.default_rng(0).uniform(0, 255, blobs.shape),
}
ways = {
    "plain, lifetimes": {"pool_size": 1, "noise": 0.0},
    "plain, squared": {"pool_size": 1, "noise": 0.0, "p": 2},
    "STUMP without noise": {"noise": 0.0},
    "STUMP": {},
}
checkpoints = [30, 100, 300] if SHORT else [100, 300, 1000, 2000, 4000, 7000, 10_000]


def loss(image, start):
    """What all are judged by."""
    share = 1 / image.size
    change = ((image - start) ** 2).mean()
    return (1 - share) * bars(image, 0).sum() + share * change


removed, seconds = {}, {}
for name, picture in pictures.items():
    begin = loss(picture, picture)
    print(f"\n{name:22s}" + "".join(f"{n:>13d}" for n in checkpoints) + "  steps")
    for way, params in ways.items():
        shares, times = [0.0], [0.0]
        # The same seed goes the same way: a shorter run is the beginning of a longer.
        for n_steps in checkpoints:
            options = {"min_persistence": 50.0, "pooling": "uniform", "random_state": 0}
            model = STUMPImageOptimizer(
                **(TASKS["blobs"] | options | params),
                n_steps=n_steps,
                learning_rate=1.0 if SHORT else 0.05,
            ).fit([picture])
            run = model.optimize([picture])
            shares.append(1 - loss(run.images[0], picture) / begin)
            times.append(run.seconds[0])
        removed[name, way], seconds[name, way] = shares, times
        cells = [f"{r:6.0%} {t:4.1f} s" for r, t in zip(shares, times, strict=True)]
        print(f"{way:22s}" + "".join(f"{cell:>13s}" for cell in cells[1:]))

# %%
# What the plain ones have removed when STUMP has removed 80 %, or as much as it ever
# does: after as many steps, and after as many seconds.

for name in pictures:
    shares = np.array(removed[name, "STUMP"])
    goal = min(0.8, shares.max())
    steps = np.interp(goal, np.maximum.accumulate(shares), [0, *checkpoints])
    time = np.interp(steps, [0, *checkpoints], seconds[name, "STUMP"])
    print(
        f"\n{name}: STUMP has removed {goal:.0%} after {steps:.0f} steps, {time:.1f} s"
    )
    for way in list(ways)[:2]:
        at_step = np.interp(steps, [0, *checkpoints], removed[name, way])
        at_time = np.interp(time, seconds[name, way], removed[name, way])
        print(
            f"  {way:18s} {at_step:.0%} after as many steps, {at_time:.0%} in the time"
        )

fig, axes = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
for ax, name in zip(axes, pictures, strict=True):
    for way in ways:
        ax.plot(seconds[name, way], removed[name, way], marker=".", label=way)
    ax.set(title=name, xlabel="seconds")
axes[0].set_ylabel("share of the loss removed")
axes[0].legend(fontsize="small")
save(fig, "stump_speed.png")
