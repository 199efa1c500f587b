"""
The energy of a chair, minimised and maximised
==============================================

Points on a chair are moved such that the energy E(1, 0, 2) of their components becomes
small, and such that it becomes large, as in figure 2 of "A Topology Layer for Machine
Learning" (AISTATS 2020). This energy is the length of the minimum spanning tree of the
points, as SciPy confirms. Minimised, it contracts the chair; maximised, it drives the
points apart.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from sktopo import TopoPointOptimizer
from sktopo.datasets import load_stored, make_chair
from sktopo.functionals import PersistenceEnergy

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The points of the paper's mesh where it is at hand, or else those of another chair.
# The height of the mesh is its second coordinate, which becomes the third here.

n_points, max_iter = (150, 40) if SHORT else (500, 100)
chair = load_stored("chair_genus3.npz")
if chair is None:
    X, _ = make_chair(n_points, random_state=0)
else:
    rng = np.random.default_rng(0)
    x, y, z = rng.choice(chair["points"], n_points, replace=False).T
    X = np.column_stack([x, -z, y])

# %%
# Every point is a component that is born at 0. In the Vietoris-Rips filtration a bar of
# H0 ends at the length of the edge that joins two components, and these edges are those
# of the minimum spanning tree. ``i0=2`` leaves out the essential bar, which never ends.
# The energy is the sum of the other lifetimes, and thus the length of the tree.


def tree(points):
    """Lengths of the edges of the minimum spanning tree."""
    return minimum_spanning_tree(squareform(pdist(points))).data


moved, curves = {"start": X}, {}
for name, maximize in (("minimise", False), ("maximise", True)):
    start = time.perf_counter()
    model = TopoPointOptimizer(
        PersistenceEnergy(p=1, i0=2),
        filtration="vietoris_rips",
        homology_dimensions=0,
        maximize=maximize,
        learning_rate=0.01,
        max_iter=max_iter,
    ).fit(X)
    seconds = time.perf_counter() - start
    moved[name] = model.points_
    curves[name] = np.abs(model.loss_curve_)
    print(
        f"{name}: E(1, 0, 2) from {curves[name][0]:.2f} to {curves[name][-1]:.2f} in "
        f"{model.n_iter_} steps, {seconds:.1f} s"
    )

# %%
# The length of the tree by SciPy, its edges, and the size of the chair: the root of the
# mean squared distance to its centre.

print(
    f"\n{len(X)} points, {len(X) * (len(X) - 1) // 2} edges, {len(X) - 1} in the tree"
)
print(f"{'':10s}{'tree':>8s}{'median edge':>13s}{'longest':>9s}{'size':>7s}")
for name, points in moved.items():
    edges = tree(points)
    size = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())
    print(
        f"{name:10s}{edges.sum():8.2f}{np.median(edges):13.3f}{edges.max():9.3f}"
        f"{size:7.3f}"
    )

# %%
# The gradient acts along the edges of the tree only, at their two end points.

fig = plt.figure(figsize=(12, 3.6), layout="constrained")
for i, name in enumerate(("minimise", "start", "maximise")):
    points = moved[name]
    low, high = points.min(axis=0), points.max(axis=0)
    xlim, ylim, zlim = np.transpose([low, high])
    ax = fig.add_subplot(1, 4, i + 1, projection="3d")
    ax.scatter(*points.T, s=8, c=points[:, 2], cmap="viridis", linewidths=0)
    ax.set(title=name, xlim=xlim, ylim=ylim, zlim=zlim)
    ax.set_box_aspect(high - low, zoom=1.3)
    ax.view_init(elev=15, azim=-60)
    ax.set_axis_off()
ax = fig.add_subplot(1, 4, 4)
for name, curve in curves.items():
    ax.semilogy(curve, label=name)
ax.set(xlabel="step", title="length of the tree")
ax.legend()
plt.show()
