"""
A chair that contracts, and a chair that bursts
===============================================

Points on a chair, moved to make the energy E(1, 0, 2) of their components small, and to
make it large: figure 2 of "A Topology Layer for Machine Learning" (AISTATS 2020).
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from clouds import SHORT, save, show, stored, upright
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_chair
from sktopo.functionals import PersistenceEnergy

n_points, max_iter = (150, 40) if SHORT else (500, 100)
chair = stored("chair_genus3.npz")
if chair is None:
    X, _ = make_chair(n_points, random_state=0)
else:
    rng = np.random.default_rng(0)
    X = upright(rng.choice(chair["points"], n_points, replace=False))

# %%
# Every point is a component from the start on. In the Vietoris-Rips filtration a bar
# of H0 ends where an edge joins two components, at the edge's length, and the edges
# that do so are those of the minimum spanning tree. ``i0=2`` leaves out the one bar
# that never ends. The energy is thus the length of that tree, as SciPy confirms.


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
# Only the edges of the tree pull, and only at their two ends.

fig = plt.figure(figsize=(12, 3.6), layout="constrained")
for i, name in enumerate(("minimise", "start", "maximise")):
    ax = fig.add_subplot(1, 4, i + 1, projection="3d")
    show(ax, moved[name], name, s=8, c=moved[name][:, 2], cmap="viridis")
ax = fig.add_subplot(1, 4, 4)
for name, curve in curves.items():
    ax.semilogy(curve, label=name)
ax.set(xlabel="step", title="length of the tree")
ax.legend()
save(fig, "chair.png")
