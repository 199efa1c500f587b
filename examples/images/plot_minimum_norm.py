"""
The mean of gradients, or their minimum norm
============================================

The shortest vector in the convex hull of the gradients of nearby images is the
direction along which the loss falls fastest for all of them at once. For orthogonal
gradients of equal length it is their mean; for orthogonal gradients the weight of each
is proportional to the inverse of its square. Section II.C of "A Fast and Robust Method
for Global Topological Functional Optimization" (AISTATS 2021) shows, for the image of
blobs, that the weights of this closed form are all close to 1/100.

This example compares the closed form and the exact weights, for 100 gradients of copies
that are pooled at random in several ways. The closed form is about as long as the mean.
The exact weights are close to it only where, under much noise, windows or the image are
left as single pixels; elsewhere many weights are zero. Adam reaches about the same loss
with the mean and with the minimum norm.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.datasets import load_stored, make_blobs_with_bridges
from sktopo.filtrations import LowerStar
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import PersistenceTerm, PooledPersistenceTerm
from sktopo.pooling import RandomPooling
from sktopo.solvers import min_norm_weights

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# The image of the paper where it is at hand, or else another of the same kind: dark
# blobs that are joined by bridges. The functional is the sum of the lifetimes of the
# components (H0) that live longer than 50, of which the deaths move.

stored = None if SHORT else load_stored("stump_images.npz")
if stored is None:
    image = make_blobs_with_bridges(60 if SHORT else 256, random_state=0)
else:
    image = stored["blobs"].astype(float)
norm = PersistenceNorm(side="death", min_persistence=50)

# %%
# The graph of pixels with the eight around them, and the windows of 4 x 4 pixels that
# are pooled.

n, size = 100, 4
pixel = np.arange(image.size).reshape(image.shape)
sides = [(pixel[1:], pixel[:-1]), (pixel[:, 1:], pixel[:, :-1])]
corners = [(pixel[1:, 1:], pixel[:-1, :-1]), (pixel[1:, :-1], pixel[:-1, 1:])]
edges = [np.stack([a.ravel(), b.ravel()], axis=1) for a, b in sides + corners]
neighbours = LowerStar(np.concatenate(edges).tolist())
windows = pixel.reshape(image.shape[0] // size, size, -1, size).swapaxes(1, 2)
windows = windows.reshape(-1, size**2).tolist()


def gradients(weights, noise):
    """Two times n gradients, each of its own draw."""
    if weights is not None:
        pooled = PooledPersistenceTerm(
            neighbours, windows, norm, weights=weights, max_noise=noise, random_state=0
        ).warm_value_and_grad()
        return np.array([pooled(image.ravel())[1] for _ in range(2 * n)])
    rng, plain = np.random.default_rng(0), PersistenceTerm("cubical", norm)
    noises = (rng.uniform(-noise, noise, image.shape) for _ in range(2 * n))
    return np.array([plain.value_and_grad(image + e)[1].ravel() for e in noises])


ways = {
    "uniform, noise 50": ("uniform", 50),
    "simplex, noise 50": ("simplex", 50),
    "vertex, noise 50": ("vertex", 50),
    "simplex, no noise": ("simplex", 0),
    "no pooling, noise 50": (None, 50),
    "no pooling, noise 1": (None, 1),
}

# %%
# The first column is the mean size of products of two gradients, relative to their
# squares. Then, for the mean, the closed form and the minimum norm: the weights in
# hundredths, the length of the vector, and the rate of descent along it for 100
# gradients of other draws, on average and at least.

columns = (("min", 9), ("max", 7), ("std", 7), ("length", 9), ("average", 10))
print(f"{'':20s}{'products':>10s}{'':16s}{'weights, in 1/100':>23s}{'descent':>19s}")
heads = "".join(f"{head:>{width}s}" for head, width in columns)
print(f"{'':46s}{heads}{'least':>8s}")
grams, weights = {}, {}
for way, options in ways.items():
    found = gradients(*options)
    grads, others = found[:n], found[n:]
    gram = grams[way] = grads @ grads.T / (grads**2).sum() * n
    inverse = 1 / (grads**2).sum(axis=1)
    weights[way] = {
        "mean": np.ones(n),
        "closed form": n * inverse / inverse.sum(),
        "min norm": n * min_norm_weights(grads),
    }
    off = np.abs(gram[~np.eye(n, dtype=bool)]).mean()
    begin = f"{way:20s}{off:10.3f}"
    for name, w in weights[way].items():
        direction = w @ grads / n
        length = np.linalg.norm(direction)
        rates = others @ direction / length
        numbers = (w.min(), w.max(), w.std(), length, rates.mean())
        cells = zip(numbers, (2, 2, 2, 3, 3), columns, strict=True)
        row = "".join(f"{x:{width}.{d}f}" for x, d, (_, width) in cells)
        print(f"{begin:30s}    {name:12s}{row}{rates.min():8.3f}")
        begin = ""

# %%
# The sum of lifetimes above 50 after equally many steps of Adam along the mean or along
# the minimum norm. STUMP takes the gradients of randomly pooled copies in each step.

blobs = STUMPImageOptimizer(
    functional=norm,
    pooling=RandomPooling(size, weights="uniform", max_noise=50.0),
    learning_rate=1.0 if SHORT else 0.05,
    n_steps=100 if SHORT else 2000,
    random_state=0,
)


def long_bars(image):
    """The sum of the lifetimes above 50 of finite bars of H0."""
    (diagram,) = persistence_diagrams(image, "cubical", 0, essential="drop")
    lifetimes = diagram[:, 1] - diagram[:, 0]
    return lifetimes[np.isfinite(lifetimes) & (lifetimes > 50)].sum()


print(f"\n{'':22s}{'lifetimes above 50':>20s}{'seconds':>9s}")
print(f"{'start':22s}{long_bars(image):20.0f}")
for n_samples, combine in ((1, "mean"), (8, "mean"), (8, "min_norm")):
    run = clone(blobs).set_params(
        pooling__n_samples=n_samples, pooling__combine=combine
    )
    end = run.fit([image]).optimize([image])
    name = f"{n_samples} sample{'s' * (n_samples > 1)}, {combine}"
    print(f"{name:22s}{long_bars(end.images[0]):20.0f}{end.seconds[0]:9.1f}")

# %%
# The weights of the closed form are close to 1/100, since the gradients are of nearly
# equal length. Where many exact weights are zero, the minimum norm of the paper's image
# is 6 to 9 % shorter than the mean. For other gradients it descends a little slower on
# average, and faster for the worst of them, by a quarter at most.

fig, axes = plt.subplots(2, 4, figsize=(11, 5), layout="constrained", sharey="row")
shown = ("simplex, noise 50", "vertex, noise 50", "simplex, no noise")
for (top, bottom), way in zip(axes.T, (*shown, "no pooling, noise 1"), strict=True):
    style = {"vmin": 0, "vmax": 1, "cmap": plt.get_cmap("Blues", 10)}
    picture = top.imshow(grams[way], **style, interpolation="nearest")
    top.set(title=way, xticks=[], yticks=[])
    for name in ("min norm", "closed form"):
        bottom.plot(weights[way][name], ".", markersize=4, label=name)
    bottom.axhline(1, color="0.6", linewidth=1)
axes[1, 0].set(xlabel="gradient", ylabel="weight, in 1/100")
axes[1, 0].legend()
fig.colorbar(picture, ax=axes[0], label="product")
plt.show()
