"""
Digits in one piece: latent codes and decoders
==============================================

A generator of digits that has been learned from images makes some that fall into
pieces. Most digits have one component: in the diagram of superlevel sets one bar is
long, and E(1, 0, 2) adds up all others. Its gradient goes through the generator to the
latent codes (:class:`~sktopo.LatentOptimizer`) or to the weights of a decoder
(:class:`~sktopo.TopologicalDecoder`), as in section 3.2 of the paper on the topology
layer, whose generator was half of a GAN.

Codes are drawn from the normal distribution that the codes of the training images have;
those of NMF from a mixture of ten, with negative entries cut off. Beside the
topological prior stands what costs nothing: leave out all but the largest component of
each image.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from measures import (
    SHORT,
    diagrams_of,
    largest_component,
    measures,
    n_components_of,
    normal_codes,
    print_table,
    save,
    stored,
)
from sklearn.datasets import load_digits
from sklearn.decomposition import NMF, PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo import LatentOptimizer, TopologicalDecoder
from sktopo.functionals import PersistenceEnergy
from sktopo.metrics import inception_score

N_RUNS, N_SAMPLES, N_DIAGRAMS = (1, 60, 30) if SHORT else (5, 1000, 100)

found = None if SHORT else stored("mnist.npz")
if found is None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0, test_size=0.4)
else:
    X, y = found["x_train"][:10_000].reshape(-1, 784) / 255, found["y_train"][:10_000]
    X_test, y_test = found["x_test"].reshape(-1, 784) / 255, found["y_test"]
side = int(np.sqrt(X.shape[1]))
SHAPE = (side, side)
IMAGES = {"image_shape": SHAPE, "clip": (0, 1)}
n_components = 10 if SHORT else 32

# Generators, and codes for them
# ------------------------------

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


tables, pictures, seconds = {}, {}, {}
for run in range(N_RUNS):
    rng = np.random.default_rng(run)
    reference = X_test[rng.choice(len(X_test), N_SAMPLES, replace=False)]
    Z, Z_nmf = normal_codes(codes, N_SAMPLES, rng), nmf_codes(rng)
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
        rows[f"{name}, largest component"] = largest_component(plain, SHAPE), plain
    rows["test images"] = (X_test[-N_SAMPLES:],) * 2
    for name, (samples, baseline) in rows.items():
        row = measures(samples, baseline, reference, SHAPE, N_DIAGRAMS, rng)
        row["score"] = inception_score(classifier.predict_proba(np.clip(samples, 0, 1)))
        tables.setdefault(name, []).append(row)
        if run == 0:
            pictures[name] = samples[:12]

print_table(tables)
for name, taken in seconds.items():
    print(f"{name}: {1000 * np.mean(taken):.0f} ms for a code")

# Samples before and after
# ------------------------


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
save(fig, "digit_generators.png")

# Between two codes
# -----------------
# Half way between a 1 and a 4 a part of the 4 appears by itself, and grows; where the
# weights, or the codes on the way, are trained, it grows out of the 1.

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
save(fig, "digit_interpolation.png")
pieces = {
    name: int(n_components_of(diagrams_of(images, SHAPE)).sum())
    for name, images in rows.items()
}
print(f"\nComponents on the way, in all: {pieces}")

# Queries of the latent space
# ---------------------------
# What is closest to a 6 without its ring, or to a 2 with a loop, is not always a digit:
# the latent space is more flexible than the digits are.

loops = PersistenceEnergy(p=1, i0=1)
longest = PersistenceEnergy(p=1, i0=2) - loops  # minus its lifetime
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
save(fig, "digit_queries.png")
