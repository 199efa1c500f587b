"""Periodic grids against gudhi, and what is made of pairs against the pairs."""

import gudhi
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sktopo import persistence_pairs
from sktopo.filtrations import Cubical
from sktopo.objectives import betti_matching
from sktopo.simplification import PersistenceSimplifier, TopologyCorrector

NOISE = np.random.default_rng(0).normal(size=(512, 512))
SMOOTH = [0, 1, 4]


def image(smooth):
    x = gaussian_filter(NOISE, smooth)
    return (x - x.min()) / np.ptp(x)


@pytest.mark.parametrize("smooth", SMOOTH)
def test_a_torus(compare, smooth):
    x = image(smooth)

    def by_gudhi():
        complex_ = gudhi.PeriodicCubicalComplex(
            top_dimensional_cells=x, periodic_dimensions=[True, True]
        )
        complex_.compute_persistence()
        return complex_.cofaces_of_persistence_pairs()

    compare(
        f"pairs of a torus of 512 x 512 pixels, smoothed by {smooth}",
        lambda: Cubical(periodic=True).build(x).persistence_pairs((0, 1)),
        by_gudhi,
        peer_name="gudhi",
        wanted=10,
    )


@pytest.mark.parametrize("dimensions", [0, 1, (0, 1)])
@pytest.mark.parametrize("smooth", SMOOTH)
def test_simplification(compare, smooth, dimensions):
    x = image(smooth)
    model = PersistenceSimplifier(x.std(), homology_dimensions=dimensions)
    compare(
        f"512 x 512 pixels simplified in {dimensions}, smoothed by {smooth}",
        lambda: model.fit_transform([x]),
        lambda: persistence_pairs(x),
        peer_name="pairs",
        wanted=1 / 3,
    )


@pytest.mark.parametrize("smooth", SMOOTH)
def test_representatives(compare, smooth):
    x = image(smooth)

    def ours():
        h0, h1 = persistence_pairs(x, representatives=True)
        return h0.representatives[0], h1.regions[0]

    compare(
        f"components and regions of 512 x 512 pixels, smoothed by {smooth}",
        ours,
        lambda: persistence_pairs(x),
        peer_name="pairs",
        wanted=1 / 2,
    )


def test_correction(compare):
    x = image(2)
    compare(
        "512 x 512 pixels corrected to one component without holes",
        lambda: TopologyCorrector(1, 0).correct([x]),
        lambda: persistence_pairs(x),
        peer_name="pairs",
        wanted=1 / 20,
    )


def test_betti_matching(compare):
    x = image(2)[:400, :400]
    label = (image(4)[:400, :400] > 0.5).astype(float)
    compare(
        "Betti matching of 400 x 400 pixels",
        lambda: betti_matching(x, label),
        lambda: persistence_pairs(x),
        peer_name="pairs",
        wanted=1 / 8,
    )
