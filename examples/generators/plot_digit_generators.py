"""
Digits in one piece: latent codes and decoders
==============================================

A generator of digits that has been learned from images makes some that consist of
several pieces. Most digits have one component: in the diagram of superlevel sets one
bar is long, and the energy E(1, 0, 2) is the sum of the lifetimes of all others. It is
made small, with gradients through the generator, over the latent codes
(:class:`~sktopo.LatentOptimizer`) or over the weights of a decoder
(:class:`~sktopo.TopologicalDecoder`), as in section 3.2 of "A Topology Layer for
Machine Learning" (AISTATS 2020), whose generator was half of a GAN. Codes are drawn
from the normal distribution that the codes of the training images have; those of NMF
from a mixture of ten, with negative entries set to 0. For comparison, all but the
largest component of each image is left out, which takes no time.

On MNIST, moving codes puts more than seven in ten samples into one piece, as many as of
the test images, and brings diagrams and images nearer to those of digits; the price is
that the samples cover a few percent fewer of the test images. Where the codes move less
coverage stays, but few samples are in one piece.
"""

import os
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import label
from sklearn.datasets import load_digits
from sklearn.decomposition import NMF, PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import euclidean_distances
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo import LatentOptimizer, PersistenceDiagrams, TopologicalDecoder
from sktopo.datasets import load_stored
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.metrics import (
    coverage,
    inception_score,
    minimum_matching_distance,
    pairwise_distances,
)

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_RUNS, N_SAMPLES, N_DIAGRAMS = (1, 60, 30) if SHORT else (5, 1000, 100)

# %%
# Images of digits with values from 0 to 1, as rows: those of MNIST where a folder of
# data is named by ``SKTOPO_DATA``, or else the smaller ones of scikit-learn.

mnist = None if SHORT else load_stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0, test_size=0.4)
else:
    X, y = mnist["x_train"][:10_000].reshape(-1, 784) / 255, mnist["y_train"][:10_000]
    X_test, y_test = mnist["x_test"].reshape(-1, 784) / 255, mnist["y_test"]
side = int(np.sqrt(X.shape[1]))
SHAPE = (side, side)
IMAGES = {"image_shape": SHAPE, "clip": (0, 1)}
n_components = 10 if SHORT else 32

# %%
# The generators: PCA, NMF, and a perceptron from codes of PCA to images. The weights of
# a copy of the perceptron are trained with the energy. A classifier is needed for the
# Inception score.

warnings.simplefilter("ignore", ConvergenceWarning)
pca = PCA(n_components, random_state=0).fit(X)
nmf = NMF(n_components, max_iter=300, init="nndsvda", random_state=0).fit(X)
codes = pca.transform(X)
decoder = MLPRegressor(
    hidden_layer_sizes=(64,) if SHORT else (256, 256), max_iter=60, random_state=0
).fit(codes, X)
trained = TopologicalDecoder(
    FrozenEstimator(decoder), max_iter=50 if SHORT else 400, random_state=0, **IMAGES
).fit(codes, X)
classifier = MLPClassifier(hidden_layer_sizes=(100,), random_state=0, max_iter=30)
classifier.fit(X, y)
print(f"Accuracy of the classifier: {classifier.score(X_test, y_test):.3f}")

# %%
# Codes for NMF, and samples of codes that were moved. ``fidelity_weight`` is the weight
# of the squared change of the samples beside the energy.

mixture = GaussianMixture(10, random_state=0).fit(nmf.transform(X))


def nmf_codes(rng):
    mixture.random_state = int(rng.integers(2**31))
    return np.maximum(mixture.sample(N_SAMPLES)[0], 0)


def moved(generator, data, Z, fidelity_weight=0.1):
    """Samples of codes that were moved, and the seconds for each."""
    model = LatentOptimizer(
        FrozenEstimator(generator),
        fidelity_weight=fidelity_weight,
        n_jobs=-1,
        **IMAGES,
    ).fit(data)
    start = time.perf_counter()
    samples = model.generate(Z)
    return samples, (time.perf_counter() - start) / len(Z)


# %%
# What is measured: long bars of each sample ("pieces"), the change of the images, and
# minimum matching distances (MMD) to, and coverage (COV) of, other images, in L2 and in
# the 1-Wasserstein distance of diagrams.

LONG = 0.1  # Only bars of a longer lifetime are counted.


def diagrams_of(samples):
    """Diagrams of components in the superlevel sets of rows of images."""
    transformer = PersistenceDiagrams(Cubical(superlevel=True), 0, image_shape=SHAPE)
    return transformer.fit_transform(np.clip(samples, 0, 1))


def n_pieces(diagrams):
    """How many long bars each diagram has."""
    return np.array([np.sum(bars[:, 0] - bars[:, 1] > LONG) for bars in diagrams])


def measures(samples, baseline, reference, rng):
    """A row of the table."""
    samples, baseline = np.clip(samples, 0, 1), np.clip(baseline, 0, 1)
    diagrams = diagrams_of(samples)
    is_seen = np.ptp(samples, axis=1) > LONG
    pieces = n_pieces(diagrams)[is_seen]
    distances = euclidean_distances(samples, reference)
    few = rng.choice(len(samples), N_DIAGRAMS, replace=False)
    between = pairwise_distances(
        [diagrams[i] for i in few],
        diagrams_of(reference[:N_DIAGRAMS]),
        p=1,
        n_jobs=-1,
    )
    spread = np.linalg.norm(baseline - baseline.mean(axis=0))
    return {
        "blank": np.mean(~is_seen),
        "pieces": pieces.mean(),
        "one piece": np.mean(pieces == 1),
        "change": np.linalg.norm(samples - baseline) / spread,
        "MMD-L2": minimum_matching_distance(distances),
        "COV-L2": coverage(distances),
        "MMD-W1": minimum_matching_distance(between),
        "COV-W1": coverage(between),
    }


def largest_component(samples):
    """Samples without what is outside the largest component above ``LONG``."""
    kept = np.zeros_like(samples)
    for sample, out in zip(samples, kept, strict=True):
        image = sample.reshape(SHAPE)
        parts, n_parts = label(image > LONG, structure=np.ones((3,) * image.ndim))
        if n_parts:
            sizes = np.bincount(parts.ravel(), weights=image.ravel(), minlength=2)
            out[:] = np.where(parts == 1 + np.argmax(sizes[1:]), image, 0).ravel()
    return kept


# %%
# Samples of all generators, with and without the prior, as a table of means over runs.

tables, pictures, seconds = {}, {}, {}
for run in range(N_RUNS):
    rng = np.random.default_rng(run)
    reference = X_test[rng.choice(len(X_test), N_SAMPLES, replace=False)]
    Z = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), N_SAMPLES)
    Z_nmf = nmf_codes(rng)
    rows = {}
    for name, generator, data, start in (
        ("PCA", pca, X, Z),
        ("NMF", nmf, X, Z_nmf),
        ("decoder", decoder, codes, Z),
    ):
        plain = (
            generator.predict(start)
            if name == "decoder"
            else generator.inverse_transform(start)
        )
        rows[name] = plain, plain
        samples, taken = moved(generator, data, start)
        seconds.setdefault(name, []).append(taken)
        rows[f"{name}, codes moved"] = samples, plain
        samples, _ = moved(generator, data, start, fidelity_weight=1.0)
        rows[f"{name}, moved less"] = samples, plain
        if name == "decoder":
            rows["decoder, weights trained"] = trained.predict(start), plain
        rows[f"{name}, largest component"] = largest_component(plain), plain
    rows["test images"] = (X_test[-N_SAMPLES:],) * 2
    for name, (samples, baseline) in rows.items():
        row = measures(samples, baseline, reference, rng)
        row["score"] = inception_score(classifier.predict_proba(np.clip(samples, 0, 1)))
        tables.setdefault(name, []).append(row)
        if run == 0:
            pictures[name] = samples[:12]

columns = list(next(iter(tables.values()))[0])
print("\nMeans over runs, +- standard deviation")
print(f"{'':28s}" + "".join(f"{column:>16s}" for column in columns))
for name, runs in tables.items():
    cells = []
    for column in columns:
        values = [row[column] for row in runs]
        cells.append(f"{np.mean(values):.3f} +- {np.std(values):.3f}")
    print(f"{name:28s}" + "".join(f"{cell:>16s}" for cell in cells))
for name, taken in seconds.items():
    print(f"{name}: {1000 * np.mean(taken):.0f} ms for a code")

# %%
# Samples of each generator before and after.


def strip(images):
    """Images side by side."""
    images = np.clip(np.asarray(images), 0, 1).reshape(-1, side, side)
    return np.hstack([np.pad(image, 1, constant_values=1) for image in images])


shown = [name for name in pictures if "largest" not in name]
fig, axes = plt.subplots(len(shown), 1, figsize=(8, 0.85 * len(shown)))
for ax, name in zip(axes, shown, strict=True):
    ax.imshow(strip(pictures[name]), cmap="gray")
    ax.set_title(name, fontsize="small", loc="left", pad=2)
    ax.axis("off")
fig.tight_layout(pad=0.3)
plt.show()

# %%
# Images on the way from the code of a 1 to that of the nearest 4. With the decoder as
# it is, a part of the 4 appears as a component of its own and grows; where the weights
# are trained, or the codes on the way are moved, each image has one component.

ones, fours = codes[y == 1], codes[y == 4]
ends = ones[0], fours[np.argmin(np.linalg.norm(fours - ones[0], axis=1))]
way = np.linspace(*ends, 12)
middle, _ = moved(decoder, codes, way)
rows = {
    "decoder": decoder.predict(way),
    "codes on the way moved": middle,
    "weights trained": trained.predict(way),
}
fig, axes = plt.subplots(3, 1, figsize=(8, 2.7))
for ax, (name, images) in zip(axes, rows.items(), strict=True):
    ax.imshow(strip(images), cmap="gray")
    ax.set_title(name, fontsize="small", loc="left", pad=2)
    ax.axis("off")
fig.tight_layout(pad=0.3)
plt.show()
pieces = {
    name: int(n_pieces(diagrams_of(images)).sum()) for name, images in rows.items()
}
print(f"\nComponents on the way, in all: {pieces}")

# %%
# The code of a digit can also be moved until the image has another topology: a 6 or a 9
# without its ring (the sum of the lifetimes of loops is made small), a 2 with a loop
# (the longest lifetime is made large). The results are not always digits.

loops = PersistenceEnergy(p=1, i0=1)
longest = PersistenceEnergy(p=1, i0=2) - loops  # Minus the longest lifetime.
QUERIES = [(6, "no ring", loops), (9, "no ring", loops), (2, "a loop", longest)]
rows = []
for digit, _, functional in QUERIES:
    start = codes[y == digit][:6]
    model = LatentOptimizer(
        FrozenEstimator(decoder),
        functional,
        homology_dimensions=1,
        fidelity_weight=0.02,
        n_jobs=-1,
        **IMAGES,
    ).fit(codes)
    found = model.optimize(start)
    pairs = np.stack([decoder.predict(start), found.samples], axis=1)
    rows.append(pairs.reshape(12, -1))
    print(
        f"{digit}, {QUERIES[len(rows) - 1][1]}: objective "
        f"{found.objective_before.mean():.3f} -> {found.objective_after.mean():.3f}"
    )
fig, axes = plt.subplots(len(rows), 1, figsize=(8, 0.9 * len(rows)))
for ax, (digit, goal, _), images in zip(axes, QUERIES, rows, strict=True):
    ax.imshow(strip(images), cmap="gray")
    ax.set_title(f"{digit}, then with {goal}", fontsize="small", loc="left", pad=2)
    ax.axis("off")
fig.tight_layout(pad=0.3)
plt.show()
