"""
The loops of 36,000 points on a surface
=======================================

A surface is sampled by more points than a simplicial complex could be built on.
Every step takes 100 of them, drawn afresh, and makes the loops small that are longer
than those of the sampling itself. The local mean of their gradients is a field that
moves all points. Memory grows in proportion to the number of points.

At the end the loss of the samples is a small part of what it was, the loops of the
surface are closed, and the field moves nearly all points back to where they were.
"""

import os
import resource
import time

import matplotlib.pyplot as plt
import numpy as np

from sktopo import TopoPointOptimizer
from sktopo.datasets import load_stored, make_chair
from sktopo.functionals import PersistenceEnergy

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The points are drawn evenly from the triangles of a mesh where it is at hand, or else
# from another chair. The height of the mesh is its second coordinate, which becomes the
# third here.

n_points, max_iter = (4_000, 40) if SHORT else (36_000, 200)


def sample(vertices, faces, n, random_state=0):
    """Points spread evenly over the triangles of a mesh."""
    rng = np.random.default_rng(random_state)
    a, b, c = vertices[faces.T]
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    face = rng.choice(len(faces), n, p=area / area.sum())
    u, v = rng.random((2, n, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    return a[face] + u * (b - a)[face] + v * (c - a)[face]


mesh = load_stored("chair_genus3.npz")
if mesh is None:
    X, _ = make_chair(n_points, random_state=0)
else:
    x, y, z = sample(mesh["vertices"], mesh["faces"], n_points).T
    X = np.column_stack([x, -z, y])

# %%
# ``sampling=100`` is the number of points in each step, and ``min_persistence`` leaves
# out the short bars. ``inverse_transform`` moves points back along the field.

start = time.perf_counter()
fit = TopoPointOptimizer(
    PersistenceEnergy(p=2, min_persistence=0.05),
    sampling=100,
    method="nadaraya_watson",
    learning_rate=0.1,
    max_iter=max_iter,
    random_state=0,
).fit(X)
seconds = time.perf_counter() - start
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3

first, last = fit.loss_curve_[:20].mean(), fit.loss_curve_[-20:].mean()
print(f"{len(X)} points, {max_iter} steps: {seconds:.1f} s, {memory:.0f} MB")
print(
    f"loss of the samples, mean of 20: {first:.5f} -> {last:.5f} ({last / first:.0%})"
)
back = np.abs(fit.inverse_transform(fit.points_[::20]) - X[::20]).max(axis=1)
print(f"back again: 99 % within {np.quantile(back, 0.99):.1e}, all {back.max():.1e}")

# %%
# 12,000 of the points before and after, on the same axes. The loss of each step is that
# of its own sample; the black line is the mean over ten steps.

low, high = X.min(axis=0), X.max(axis=0)
xlim, ylim, zlim = np.transpose([low, high])
fig = plt.figure(figsize=(12, 4), layout="constrained")
seen = np.random.default_rng(0).permutation(len(X))[:12_000]
for i, (name, points) in enumerate({"before": X, "after": fit.points_}.items()):
    ax = fig.add_subplot(1, 3, i + 1, projection="3d")
    ax.scatter(*points[seen].T, s=1.5, c=X[seen, 2], cmap="viridis", linewidths=0)
    ax.set(title=name, xlim=xlim, ylim=ylim, zlim=zlim)
    ax.set_box_aspect(high - low, zoom=1.3)
    ax.view_init(elev=15, azim=-60)
    ax.set_axis_off()
ax = fig.add_subplot(1, 3, 3)
ax.plot(fit.loss_curve_, ".", color="0.7", markersize=3)
mean = np.convolve(fit.loss_curve_, np.full(10, 0.1), mode="valid")
ax.plot(np.arange(len(mean)) + 5, mean, color="black", linewidth=1)
ax.set(xlabel="step", title="loss of a sample of 100")
plt.show()
