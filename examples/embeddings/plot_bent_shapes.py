"""
A curve, a torus and two spheres, bent through fifty dimensions
===============================================================

Each shape has one or two dimensions and lies in fifty: every column is the sine of a
random projection, with some noise. How well its topology is kept in two or three
components is measured by the distance between the diagrams of the rows and those of the
codes: the 1-Wasserstein distance, of components (H0) and of loops (H1), in
Vietoris-Rips filtrations of 300 rows, each in units of its root mean squared distance.
Further measures are the trustworthiness of neighbourhoods and, for curve and torus, how
well the angle along the shape can be read off the first two principal components of the
codes. The methods are PCA, Isomap, UMAP where it is installed, an autoencoder that
starts from PCA with and without the matching of persistence pairs, and
:class:`~sktopo.TopologicalEmbedding`, which moves codes of PCA or UMAP.

With the term the codes of the autoencoder have the loops of the rows more closely than
those of any other method, at the price of some order along the shape. Moving the codes
of UMAP brings their diagrams nearer to those of the rows, and costs some seconds; the
neighbourhoods of UMAP remain. From PCA it helps where PCA puts distant parts of a shape
on top of each other.
"""

import os
import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import Isomap, trustworthiness

from sktopo import TopologicalAutoencoder, TopologicalEmbedding, persistence_diagrams
from sktopo.metrics import wasserstein

try:
    from umap import UMAP
except ImportError:
    UMAP = None

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_ROWS, N_SEEN = (150, 60) if SHORT else (2000, 300)


# %%
# The three shapes: a closed curve, a torus, and two spheres, one inside of the other.


def shape_of(name, rng):
    """Rows, the number of components to embed them in, and an angle, if any."""
    a, b = rng.uniform(0, 2 * np.pi, size=(2, N_ROWS))
    if name == "curve":
        waves = [np.cos(b), np.sin(b), 0.5 * np.cos(2 * b), 0.5 * np.sin(3 * b)]
        flat, n_components, angle = np.transpose(waves), 2, b
    elif name == "torus":
        across = 1 + 0.5 * np.cos(a)
        torus = [across * np.cos(b), across * np.sin(b), 0.5 * np.sin(a)]
        flat, n_components, angle = np.transpose(torus), 3, b
    else:
        ball = rng.normal(size=(N_ROWS, 3))
        ball /= np.linalg.norm(ball, axis=1, keepdims=True)
        ball[::2] *= 0.4
        flat, n_components, angle = ball, 3, None
    turn = rng.normal(size=(flat.shape[1], 50))
    X = np.sin(flat @ turn + rng.uniform(0, 2 * np.pi, 50))
    return X + 0.005 * rng.normal(size=X.shape), n_components, angle


# %%
# The diagrams of some of the points, and the agreement of an angle found with the true
# one.


def diagrams_of(points):
    seen = points[:N_SEEN]
    seen = seen / np.sqrt(2 * seen.var(axis=0).sum())
    return persistence_diagrams(seen, "vietoris_rips", (0, 1), essential="drop")


def agreement(codes, angle):
    """1 where the angle around the centre is the given one up to a rotation."""
    x, y = PCA(2).fit_transform(codes).T
    found = np.arctan2(y, x)
    return max(abs(np.exp(1j * (found - way * angle)).mean()) for way in (-1, 1))


# %%
# The methods. The term of a topological autoencoder compares the distances that make
# the persistence pairs of the rows and of the codes, and the diagrams themselves.


def methods(n_components):
    steps = {"max_iter": 5} if SHORT else {}
    yield "PCA", PCA(n_components)
    yield "Isomap", Isomap(n_components=n_components, n_neighbors=10)
    if UMAP is None:
        print("UMAP is left out: pip install umap-learn")
    else:
        yield "UMAP", UMAP(n_components=n_components, random_state=0, n_jobs=1)
    for name, weight in (("autoencoder", 0.0), ("topological autoencoder", 1.0)):
        yield (
            name,
            TopologicalAutoencoder(
                n_components, topology_weight=weight, random_state=0, **steps
            ),
        )
    yield (
        "embedding, from PCA",
        TopologicalEmbedding(n_components, random_state=0, **steps),
    )
    if UMAP is not None:
        start = UMAP(n_components=n_components, random_state=0, n_jobs=1)
        yield (
            "embedding, from UMAP",
            TopologicalEmbedding(init=start, random_state=0, **steps),
        )


# %%
# In the first two columns small numbers are good, in the next two those near 1.

pictures = {}
for shape in ("curve", "torus", "two spheres"):
    X, n_components, angle = shape_of(shape, np.random.default_rng(0))
    of_rows = diagrams_of(X)
    print(
        f"\n{shape:24s}{'H0':>8s}{'H1':>8s}{'trustworthy':>14s}{'angle':>8s}{'s':>8s}"
    )
    for name, method in methods(n_components):
        start = time.perf_counter()
        codes = method.fit_transform(X)
        seconds = time.perf_counter() - start
        pairs = zip(diagrams_of(codes), of_rows, strict=True)
        h0, h1 = (wasserstein(*pair, p=1) for pair in pairs)
        angles = "" if angle is None else f"{agreement(codes, angle):.3f}"
        print(
            f"{name:24s}{h0:8.2f}{h1:8.2f}{trustworthiness(X, codes):14.4f}"
            f"{angles:>8s}{seconds:8.1f}"
        )
        pictures[shape, name] = codes, angle

# %%
# The first two principal components of the codes, coloured by the angle along the shape
# or by the sphere.

names = [name for shape, name in pictures if shape == "torus"]
fig, axes = plt.subplots(3, len(names), figsize=(2 * len(names), 6))
for row, shape in zip(axes, ("curve", "torus", "two spheres"), strict=True):
    for ax, name in zip(row, names, strict=True):
        codes, angle = pictures[shape, name]
        style = {"c": angle, "cmap": "twilight"}
        if angle is None:
            style = {"c": np.arange(len(codes)) % 2, "cmap": "coolwarm"}
        ax.scatter(*PCA(2).fit_transform(codes).T, s=2, **style)
        ax.set(xticks=[], yticks=[])
        ax.set_aspect("equal", "datalim")
        if shape == "curve":
            ax.set_title(name.replace(", ", ",\n"), fontsize="small")
    row[0].set_ylabel(shape)
fig.tight_layout(pad=0.3)
plt.show()
