"""critical_smear: its matching against loops, mass, workers, awkward images."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.datasets import make_double_well, make_sampled_circle
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy, PersistenceNorm
from sktopo.inspection import critical_smear
from sktopo.metrics import sliced_transfer
from sktopo.objectives import PersistenceTerm
from sktopo.pooling import RandomPooling


def uniform(**params):
    return RandomPooling(5, weights="uniform", **params)


def plain_transfer(diagram, grad, other, directions):
    """The same by loops over directions and points."""
    ours = [*map(tuple, diagram), *(((b + d) / 2,) * 2 for b, d in other)]
    theirs = [*map(tuple, other), *(((b + d) / 2,) * 2 for b, d in diagram)]
    best = (np.inf, None)
    for x, y in directions.T:
        first = sorted(range(len(ours)), key=lambda i: ours[i][0] * x + ours[i][1] * y)
        second = sorted(
            range(len(theirs)), key=lambda j: theirs[j][0] * x + theirs[j][1] * y
        )
        cost = 0.0
        for i, j in zip(first, second):
            if i < len(diagram) or j < len(other):
                cost += sum((a - b) ** 2 for a, b in zip(ours[i], theirs[j]))
        if cost < best[0]:
            best = (cost, dict(zip(first, second)))
    handed = np.zeros(other.shape)
    for i in range(len(diagram)):
        if best[1][i] < len(other):
            handed[best[1][i]] += grad[i]
    return handed


@pytest.mark.parametrize(("n", "m"), [(5, 7), (1, 12), (9, 1), (3, 0), (0, 4)])
def test_matchings_are_those_of_loops(n, m, rng):
    births = rng.random((n + m, 1))
    bars = np.hstack([births, births + rng.random((n + m, 1))])
    diagram, other = bars[:n], bars[n:]
    grad = rng.normal(size=diagram.shape)
    angle = np.pi * (np.arange(8) / 8 - 0.5)
    directions = np.stack([np.cos(angle), np.sin(angle)])
    found = sliced_transfer(diagram, grad, other, directions)
    assert_allclose(found, plain_transfer(diagram, grad, other, directions))


def test_a_diagram_is_matched_to_itself(rng):
    births = rng.random((6, 1))
    diagram = np.hstack([births, births + rng.random((6, 1))])
    grad = rng.normal(size=diagram.shape)
    directions = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert_array_equal(sliced_transfer(diagram, grad, diagram, directions), grad)


def test_a_wall_and_a_ring():
    wells = make_double_well(100)
    smear = critical_smear(
        wells,
        PersistenceNorm(min_persistence=50),
        pooling=uniform(max_noise=30, n_samples=200),
        random_state=0,
    )
    assert_array_equal(smear.grad[np.abs(np.diff(smear.diagram)[:, 0]) < 50], 0)
    # Each copy hands on all of it: births in the shallow well, deaths on the saddle.
    assert smear.death_map.sum() == pytest.approx(1, abs=0.05)
    assert smear.birth_map.sum() == pytest.approx(-1, abs=0.05)
    row, column = np.mgrid[:100, :100]
    well = np.hypot(row - 60, column - 87) < 10
    assert smear.birth_map[well].sum() < -0.9
    saddle = np.hypot(row - 60, column - 70) < 15
    assert smear.death_map[saddle].sum() > 0.9
    circle = make_sampled_circle(random_state=0)
    smear = critical_smear(
        circle,
        PersistenceNorm(min_persistence=30),
        homology_dimensions=1,
        pooling=uniform(max_noise=50, n_samples=100),
        random_state=0,
    )
    row, column = np.mgrid[:210, :210] - 105
    radius = np.hypot(row, column)
    births, deaths = np.abs(smear.birth_map), np.abs(smear.death_map)
    assert births[radius > 40].sum() > 0.9 * births.sum()
    assert deaths[radius < 70].sum() > 0.8 * deaths.sum()


def test_without_noise_and_pooling_it_is_the_gradient(rng):
    image = rng.random((9, 10))
    smear = critical_smear(
        image, PersistenceEnergy(p=2), pooling=RandomPooling(1), random_state=0
    )
    births, deaths = smear.grad.sum(axis=0)
    assert smear.birth_map.sum() == pytest.approx(births)
    assert smear.death_map.sum() == pytest.approx(deaths)
    # A pixel may end two bars.
    assert 0 < np.count_nonzero(smear.death_map) <= len(smear.diagram)


def test_maps_of_several_dimensions_are_summed(rng):
    image = rng.random((15, 16))
    pooling = uniform(n_samples=30)
    both = critical_smear(
        image, homology_dimensions=(0, 1), pooling=pooling, random_state=0
    )
    each = [
        critical_smear(image, homology_dimensions=k, pooling=pooling, random_state=0)
        for k in (0, 1)
    ]
    assert_allclose(both.birth_map, sum(one.birth_map for one in each), atol=1e-12)
    assert_allclose(both.death_map, sum(one.death_map for one in each), atol=1e-12)
    assert_array_equal(both.diagram[1], each[1].diagram)


def test_smears_do_not_depend_on_workers(rng):
    image = rng.random((20, 21))
    pooling = RandomPooling(3, max_noise=0.1, n_samples=120)
    options = {"pooling": pooling, "random_state": 5}
    one = critical_smear(image, **options)
    two = critical_smear(image, n_jobs=2, **options)
    assert_array_equal(one.birth_map, two.birth_map)
    assert_array_equal(one.death_map, two.death_map)


@pytest.mark.parametrize("shape", [(30,), (1, 1), (8, 8), (5, 6, 7)])
def test_images_without_finite_bars_have_no_smear(shape):
    pooling = uniform(max_noise=0.5, n_samples=3)
    smear = critical_smear(np.ones(shape), pooling=pooling, random_state=0)
    assert smear.birth_map.shape == smear.death_map.shape == shape
    assert_array_equal(smear.death_map, 0)


@pytest.mark.parametrize(
    ("image", "params", "message"),
    [
        (np.full((3, 3), np.nan), {}, "image of critical_smear must be finite"),
        (
            np.ones((3, 3)),
            {"pooling": RandomPooling(n_samples=0)},
            "'n_samples' parameter of RandomPooling",
        ),
        (np.ones((3, 3)), {"n_projections": 0.5}, "'n_projections' parameter of"),
        (
            np.ones((3, 3)),
            {"filtration": Cubical(connectivity="diagonal")},
            "'connectivity' parameter of",
        ),
        (np.ones((3, 3)), {"filtration": "alpha"}, "'filtration' parameter of crit"),
        (
            np.ones((3, 3)),
            {"pooling": RandomPooling(combine="min_norm")},
            "must be 'mean'",
        ),
        (
            np.ones((3, 3)),
            {"homology_dimensions": -1},
            "'homology_dimensions' parameter",
        ),
        (
            np.ones((3, 3)),
            {"pooling": RandomPooling(max_noise=np.nan)},
            "'max_noise' parameter of RandomPooling",
        ),
        (np.ones((3, 3)), {"pooling": 0}, "'size' parameter of RandomPooling"),
        (
            np.ones((9, 9)),
            {"pooling": RandomPooling(5, 6)},
            "'stride' parameter of RandomPooling",
        ),
        (np.ones((3, 3)), {"functional": "a"}, "'functional' parameter of critical"),
    ],
)
def test_bad_parameters_and_images_are_named(image, params, message):
    with pytest.raises(ValueError, match=message):
        critical_smear(image, **params)


def test_i0_counts_the_essential_bar():
    """Window 1, no noise: the smear is the gradient of the term at the finite bars."""
    signal = np.array([0.0, 3, 1, 5, 2, 4, 0.5])
    energy = PersistenceEnergy(i0=2)
    smear = critical_smear(signal, energy, pooling=1)
    assert_allclose(smear.birth_map, [0, 0, -1, 0, -1, 0, -1])
    assert_allclose(smear.death_map, [0, 1, 0, 1, 0, 1, 0])
    _, grad = PersistenceTerm("cubical", energy).value_and_grad(signal)
    assert_allclose(smear.birth_map + smear.death_map, grad)


def test_an_int_is_the_size_of_the_windows(rng):
    image = rng.random((9, 9))
    given = RandomPooling(3, weights="uniform", n_samples=1000)
    short, long = (critical_smear(image, pooling=p, random_state=0) for p in (3, given))
    assert_array_equal(short.birth_map, long.birth_map)


@pytest.mark.parametrize("unit", [1e-300, 1e-38, 1e40, 1e149])
def test_no_unit_is_too_large_or_small(rng, unit):
    image = rng.random((12, 12))
    expected, found = (
        critical_smear(
            c * image,
            pooling=RandomPooling(3, max_noise=0.2 * c, n_samples=10),
            random_state=0,
        ).death_map
        for c in (1.0, unit)
    )
    assert_allclose(found, expected, atol=1e-5)


def test_colour_images_are_refused(rng):
    with pytest.raises(ValueError, match="must not be a colour image"):
        critical_smear((255 * rng.random((5, 5, 3))).astype(np.uint8))
