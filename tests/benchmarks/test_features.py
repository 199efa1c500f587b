"""Directional features of images, against the usual ways to the same numbers.

Both peers know the diagrams alone, so the 400 sums are numpy's in all cases.
"""

import gudhi
import numpy as np
import pytest
from benchmarks.peers import cofaces
from gudhi.sklearn.cubical_persistence import CubicalPersistence
from numpy.testing import assert_allclose
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits

from sktopo import DirectionalPersistence
from sktopo.feature_extraction._directional import _ramps

N_IMAGES = 100
POWERS = np.arange(5)


def strokes():
    """Handwritten digits of 28 x 28 pixels."""
    digits = load_digits().images[:N_IMAGES] / 16
    large = gaussian_filter(digits.repeat(3, axis=1).repeat(3, axis=2), (0, 1, 1))
    large[large < 0.05] = 0
    return np.pad(large, ((0, 0), (2, 2), (2, 2)))


def energies(diagrams, ends):
    """E(p, q, 1) of one diagram after the other."""
    rows = []
    for diagram, end in zip(diagrams, ends):
        bars = np.where(np.isinf(diagram), end, diagram)
        life, middle = np.abs(bars[:, 1] - bars[:, 0]), bars.mean(axis=1)
        bars = life > 0
        powers = life[bars] ** POWERS[:, None], middle[bars] ** POWERS[:, None]
        rows.append((powers[0] @ powers[1].T).ravel())
    return np.array(rows)


def by_gudhi_sklearn(images):
    """Superlevel sets as sublevel sets of the negative image."""
    swept = (images.reshape(len(images), 1, -1) * _ramps(8, (28, 28))).reshape(-1, 784)
    transformer = CubicalPersistence(
        homology_dimensions=[0, 1], input_type="top_dimensional_cells"
    )
    diagrams = transformer.fit_transform(-swept.reshape(-1, 28, 28))
    flat = [-diagram for pair in diagrams for diagram in pair]
    return energies(flat, swept.min(axis=1).repeat(2)).reshape(len(images), -1)


def by_complexes(images):
    swept = (images.reshape(len(images), 1, -1) * _ramps(8, (28, 28))).reshape(-1, 784)
    diagrams = []
    for grid in swept.reshape(-1, 28, 28):
        complex_ = gudhi.CubicalComplex(top_dimensional_cells=-grid)
        complex_.compute_persistence()
        diagrams += [
            -complex_.persistence_intervals_in_dimension(k).reshape(-1, 2)
            for k in (0, 1)
        ]
    return energies(diagrams, swept.min(axis=1).repeat(2)).reshape(len(images), -1)


@pytest.mark.parametrize(
    ("peer", "wanted"), [(by_gudhi_sklearn, 1), (by_complexes, 10)]
)
def test_features(compare, peer, wanted):
    images = strokes()
    model = DirectionalPersistence().fit(images)
    assert_allclose(model.transform(images), peer(images), rtol=1e-9, atol=1e-9)
    compare(
        f"400 features of {N_IMAGES} images, 28 x 28",
        lambda: model.transform(images),
        lambda: peer(images),
        peer_name=peer.__name__.replace("_", " "),
        wanted=wanted,
        also=("pairs with pixels", cofaces(images[0])),
    )
