"""
Chairs of voxels in one piece
=============================

The same prior in three dimensions: a chair hangs together, so that in superlevel sets
of its voxels one component is all there is, and E(1, 0, 2) adds up the lifetimes of all
others. The chairs are made by a rule (a seat, four legs, a back of three kinds, and
sometimes arms, of random sizes); the generator is a perceptron from 24 principal
components to voxels, in place of a GAN, and its codes come from a normal distribution.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from measures import (
    SHORT,
    largest_component,
    measures,
    normal_codes,
    print_table,
    save,
)
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.neural_network import MLPRegressor

from sktopo import LatentOptimizer, TopologicalDecoder

SIDE = 16
VOXELS = {"image_shape": (SIDE,) * 3, "clip": (0, 1)}
N_RUNS, N_SAMPLES, N_CHAIRS = (1, 20, 150) if SHORT else (5, 100, 1500)


def chair(rng):
    """Voxels of a chair, 1 in the room of 0, by depth, width and height."""
    voxels = np.zeros((SIDE,) * 3)
    (depth, width), thick = rng.integers(8, 13, size=2), rng.integers(1, 3)
    seat, top, leg = rng.integers(5, 8), rng.integers(12, 16), rng.integers(1, 3)
    front, left = (SIDE - depth) // 2, (SIDE - width) // 2
    deep, wide = slice(front, front + depth), slice(left, left + width)
    voxels[deep, wide, seat : seat + thick] = 1
    posts = [slice(j, j + leg) for j in (left, left + width - leg)]
    for post in posts:
        for i in (front, front + depth - leg):
            voxels[i : i + leg, post, :seat] = 1
    back = rng.integers(3)  # a board, a frame, or a frame with a slat
    if back == 0:
        voxels[front, wide, seat:top] = 1
    else:
        middle = left + width // 2
        for post in [*posts, slice(middle - 1, middle + 1)][: back + 1]:
            voxels[front, post, seat:top] = 1
        voxels[front, wide, top - 2 : top] = 1
    if rng.random() < 0.4:
        arm = seat + thick + rng.integers(1, 4)
        for j in (left, left + width - 1):
            voxels[deep, j, arm] = 1
            voxels[front + depth - 1, j, seat:arm] = 1
    return voxels.ravel()


warnings.simplefilter("ignore", ConvergenceWarning)
rng = np.random.default_rng(0)
X = np.array([chair(rng) for _ in range(N_CHAIRS)])
pca = PCA(24, random_state=0).fit(X)
codes = pca.transform(X)
decoder = MLPRegressor(
    hidden_layer_sizes=(32,) if SHORT else (128, 256), max_iter=60, random_state=0
).fit(codes, X)
trained = TopologicalDecoder(
    FrozenEstimator(decoder), max_iter=5 if SHORT else 200, random_state=0, **VOXELS
).fit(codes, X)
model = LatentOptimizer(
    FrozenEstimator(decoder), n_steps=20 if SHORT else 200, n_jobs=-1, **VOXELS
).fit(codes)

tables, pictures = {}, {}
for run in range(N_RUNS):
    rng = np.random.default_rng(run + 1)
    reference = np.array([chair(rng) for _ in range(N_SAMPLES)])
    Z = normal_codes(codes, N_SAMPLES, rng)
    plain = decoder.predict(Z)
    rows = {
        "decoder": plain,
        "codes moved": model.generate(Z),
        "weights trained": trained.predict(Z),
        "largest component": largest_component(plain, (SIDE,) * 3),
        "chairs": np.array([chair(rng) for _ in range(N_SAMPLES)]),
    }
    for name, samples in rows.items():
        tables.setdefault(name, []).append(
            measures(samples, plain, reference, (SIDE,) * 3, N_SAMPLES, rng)
        )
        if run == 0:
            pictures[name] = samples[:6]
print_table(tables)

# %%
# Moving codes, or training weights, leaves a quarter of the pieces, and most of the
# chair where it was. To cut off all but the largest component of the voxels above 0.1
# is of little use here: what hangs together at that level falls apart at higher ones.

fig = plt.figure(figsize=(11, 8.5))
for r, (name, samples) in enumerate(pictures.items()):
    for c, sample in enumerate(samples):
        ax = fig.add_subplot(len(pictures), 6, 6 * r + c + 1, projection="3d")
        seen = sample.reshape((SIDE,) * 3) > 0.3
        ax.voxels(seen, facecolor="tab:blue", edgecolor="black", linewidth=0.1)
        ax.view_init(20, 30)
        ax.set_axis_off()
        if c == 0:
            ax.set_title(name, fontsize="small", loc="left")
fig.tight_layout(pad=0.2)
save(fig, "voxel_chairs.png")
