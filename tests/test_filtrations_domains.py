"""Grids whose axes close and grids with holes, against a plain reduction and gudhi."""

import gudhi
import numpy as np
import pytest
from _reference import domain_diagrams
from numpy.testing import assert_array_equal
from sklearn.pipeline import make_pipeline

from sktopo import persistence_diagrams, persistence_pairs
from sktopo.feature_extraction import LongestLifetimes, PersistenceDiagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient

SHAPES = [(1,), (2,), (5,), (1, 1), (2, 2), (1, 3), (3, 2), (4, 5)]
SOLID = [(1, 2, 3), (2, 2, 2), (3, 2, 3)]


def assert_same(found, expected):
    for k, diagram in enumerate(found):
        assert sorted(map(tuple, diagram.tolist())) == expected.get(k, []), k


def random_grid(rng, shape):
    return rng.integers(0, 5, shape).astype(float)


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("shape", SHAPES + SOLID)
def test_diagrams_are_those_of_a_plain_reduction(rng, shape, connectivity):
    for _ in range(12):
        x = random_grid(rng, shape)
        periodic = tuple(rng.integers(0, 2, len(shape)).astype(bool).tolist())
        mask = rng.random(shape) < rng.choice([0.0, 0.3])
        mask.flat[rng.integers(x.size)] = False
        expected = domain_diagrams(x, connectivity, periodic, mask)
        dimensions = tuple(range(len(shape) + all(periodic)))
        filtration = Cubical(connectivity=connectivity, periodic=periodic, mask=mask)
        found = persistence_diagrams(x, filtration, dimensions, essential="drop")
        assert_same(found, expected)
        for k in dimensions:  # one dimension alone takes other ways
            found = persistence_diagrams(x, filtration, k, essential="drop")
            assert_same(found, {0: expected.get(k, [])})


@pytest.mark.parametrize("shape", [(40, 30), (9, 8, 7)])
@pytest.mark.parametrize("name", ["top_dimensional_cells", "vertices"])
def test_a_torus_is_gudhis(rng, shape, name):
    x = random_grid(rng, shape) * 3 + rng.integers(0, 2, shape)
    connectivity = "face" if name == "vertices" else "full"
    for periodic in [(True,) * len(shape), (True,) + (False,) * (len(shape) - 1)]:
        reference = gudhi.PeriodicCubicalComplex(
            **{name: x}, periodic_dimensions=periodic
        )
        reference.compute_persistence(homology_coeff_field=2)
        dimensions = tuple(range(len(shape) + all(periodic)))
        found = persistence_diagrams(
            x,
            Cubical(connectivity=connectivity, periodic=periodic),
            dimensions,
            essential="drop",
        )
        for k, diagram in zip(dimensions, found, strict=True):
            expected = reference.persistence_intervals_in_dimension(k)
            assert sorted(map(tuple, diagram)) == sorted(map(tuple, expected))


def test_a_growing_oscillation_on_a_circle(rng):
    """Few deaths a round: what is left goes to the general complex."""
    x = np.arange(401.0) * np.where(np.arange(401) % 2, 1.0, -1.0)
    expected = domain_diagrams(x, "full", (True,))
    found = persistence_diagrams(x, Cubical(periodic=True), essential="drop")
    assert_same(found, expected)


def test_the_cells_of_a_masked_torus_have_the_values_of_its_bars(rng):
    x = rng.normal(size=(12, 15))
    mask = rng.random(x.shape) < 0.2
    filtration = Cubical(superlevel=True, periodic=True, mask=mask)
    for bars in persistence_pairs(x, filtration, (0, 1)):
        assert_array_equal(x[tuple(bars.births.T)], bars.diagram[:, 0])
        assert not mask[tuple(bars.births.T)].any()
        dies = bars.deaths[:, 0] >= 0
        assert_array_equal(x[tuple(bars.deaths[dies].T)], bars.diagram[dies, 1])
        assert not mask[tuple(bars.deaths[dies].T)].any()


def test_two_essential_loops_of_a_torus():
    """Ramps around both axes: each loop is closed where its ramp is."""
    x = np.maximum.outer([0.0, 1, 2, 3], [0.0, 5, 6])
    _, h1, h2 = persistence_diagrams(x, Cubical(periodic=True), (0, 1, 2), "drop")
    assert_array_equal(h1, [[3, np.inf], [6, np.inf]])
    assert_array_equal(h2, [[6, np.inf]])


def test_missing_pixels_are_nan_or_masked(rng):
    x = random_grid(rng, (6, 7))
    mask = rng.random(x.shape) < 0.3
    expected = persistence_diagrams(x, Cubical(mask=mask))
    with_nan = np.where(mask, np.nan, x)
    for given in (
        with_nan,
        np.ma.array(x, mask=mask),
        np.ma.array(with_nan, mask=mask),
    ):
        found = persistence_diagrams(given, Cubical(mask="missing"))
        for a, b in zip(found, expected, strict=True):
            assert_array_equal(a, b)
    for X in (with_nan[None], [with_nan], np.ma.array(x[None], mask=mask)):
        found = PersistenceDiagrams(Cubical(mask="missing")).fit_transform(X)[0]
        for a, b in zip(found, expected, strict=True):
            assert_array_equal(a, b)


def test_gradients_leave_masked_pixels_alone(rng):
    x = rng.normal(size=(9, 8))
    mask = rng.random(x.shape) < 0.2
    filtration = Cubical(periodic=(True, False), mask=mask)
    term = PersistenceTerm(filtration, PersistenceEnergy(2, 1))
    check_gradient(term, x)
    assert not term.value_and_grad(x)[1][mask].any()


def test_features_of_samples_with_a_mask_do_not_depend_on_the_batch(rng):
    X = rng.normal(size=(4, 6, 7))
    mask = rng.random((6, 7)) < 0.3
    features = make_pipeline(
        PersistenceDiagrams(Cubical(mask=mask), homology_dimensions=0),
        LongestLifetimes(5),
    )
    together = features.fit_transform(X)
    X[:, mask] = 1e6
    alone = np.concatenate([features.transform(x[None]) for x in X])
    assert_array_equal(together, alone)


@pytest.mark.parametrize(
    ("params", "x", "match"),
    [
        ({"periodic": (True,)}, np.zeros((3, 3)), "one for each of the 2 axes"),
        ({"periodic": [1, 0]}, np.zeros((3, 3)), "must be a bool, or one for each"),
        ({"mask": np.zeros(3, bool)}, np.zeros((3, 3)), "of the shape of x"),
        ({"mask": np.zeros((3, 3))}, np.zeros((3, 3)), "must be bool"),
        ({"mask": np.ones((3, 3), bool)}, np.zeros((3, 3)), "must leave a pixel"),
        ({"mask": "missing"}, np.full((3, 3), np.nan), "must leave a pixel"),
        ({"mask": "missing"}, [[np.inf, 1.0]], "must be finite"),
        ({}, np.ma.array([1.0, 2], mask=[1, 0]), "no masked entries"),
        ({"mask": "absent"}, np.zeros((3, 3)), "'mask' parameter"),
    ],
)
def test_what_cannot_be_is_said(params, x, match):
    with pytest.raises(ValueError, match=match):
        Cubical(**params).build(x)
