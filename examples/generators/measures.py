"""How good the samples of a generator are: pieces, distances, and what they cover."""

import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import label
from sklearn.metrics import pairwise_distances as euclidean

from sktopo import PersistenceDiagrams
from sktopo.filtrations import Cubical
from sktopo.metrics import coverage, minimum_matching_distance, pairwise_distances

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save, stored  # noqa: F401

LONG = 0.1  # a bar that is seen, on images from 0 to 1


def normal_codes(codes, n_samples, rng):
    """Codes from the normal distribution of others."""
    return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n_samples)


def diagrams_of(samples, shape):
    """Diagrams of components in superlevel sets, for rows that are images."""
    transformer = PersistenceDiagrams(Cubical(superlevel=True), 0, image_shape=shape)
    return transformer.fit_transform(np.clip(samples, 0, 1))


def n_components_of(diagrams):
    """How many long bars each diagram has."""
    return np.array(
        [np.count_nonzero(np.abs(bars[:, 1] - bars[:, 0]) > LONG) for bars in diagrams]
    )


def largest_component(samples, shape):
    """What lies in the largest component of the cells above the level of a bar."""
    kept = np.zeros_like(samples)
    for sample, out in zip(samples, kept, strict=True):
        image = sample.reshape(shape)
        parts, n_parts = label(image > LONG, structure=np.ones((3,) * image.ndim))
        if n_parts:
            sizes = np.bincount(parts.ravel(), weights=image.ravel(), minlength=2)
            out[:] = np.where(parts == 1 + np.argmax(sizes[1:]), image, 0).ravel()
    return kept


def measures(samples, baseline, reference, shape, n_diagrams, rng):
    """A row of the table: pieces, change, and distances to a reference."""
    samples, baseline = np.clip(samples, 0, 1), np.clip(baseline, 0, 1)
    diagrams = diagrams_of(samples, shape)
    is_seen = np.ptp(samples, axis=1) > LONG
    n_components = n_components_of(diagrams)[is_seen]
    distances = euclidean(samples, reference)
    few = rng.choice(len(samples), n_diagrams, replace=False)
    between = pairwise_distances(
        [diagrams[i] for i in few],
        diagrams_of(reference[:n_diagrams], shape),
        p=1,
        n_jobs=-1,
    )
    spread = np.linalg.norm(baseline - baseline.mean(axis=0))
    return {
        "blank": np.mean(~is_seen),
        "pieces": n_components.mean(),
        "one piece": np.mean(n_components == 1),
        "change": np.linalg.norm(samples - baseline) / spread,
        "MMD-L2": minimum_matching_distance(distances),
        "COV-L2": coverage(distances),
        "MMD-W1": minimum_matching_distance(between),
        "COV-W1": coverage(between),
    }


def print_table(tables):
    """Means over runs, from a dict of names to rows of measures, one for each run."""
    columns = list(next(iter(tables.values()))[0])
    print("\nMeans over runs, +- standard deviation")
    print(f"{'':28s}" + "".join(f"{column:>16s}" for column in columns))
    for name, runs in tables.items():
        cells = []
        for column in columns:
            values = [row[column] for row in runs]
            cells.append(f"{np.mean(values):.3f} +- {np.std(values):.3f}")
        print(f"{name:28s}" + "".join(f"{cell:>16s}" for cell in cells))
