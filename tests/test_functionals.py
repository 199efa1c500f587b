"""Functionals: values by hand, against gudhi, gradients by differences."""

import gudhi.hera
import numpy as np
import pytest
from _ids import name_of
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.functionals import (
    BottleneckToTarget,
    FunctionalFromCallable,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.testing import check_gradient

INF = np.inf
BARS = np.array([[0.0, INF], [0.5, 5.0], [1.0, 3.0], [2.0, 4.0], [3.0, 3.0]])


def random_diagram(rng, n, flip=False):
    births = rng.uniform(0.5, 2, n)
    diagram = np.column_stack([births, births + rng.uniform(0.1, 3, n)])
    return diagram[:, ::-1].copy() if flip else diagram


def squared_deaths(diagram):
    return (diagram[:, 1] ** 2).sum(), diagram * [0.0, 2.0]


FUNCTIONALS = [
    PersistenceEnergy(),
    PersistenceEnergy(p=2, q=1),
    PersistenceEnergy(p=3, q=2, i0=3),
    PersistenceEnergy(p=0, q=1),
    PersistenceEnergy(p=0.5, q=0.5, i0=2),
    PersistenceNorm(),
    PersistenceNorm(p=2.5),
    PersistenceNorm(region=(0.7, 1.8, 0.5, INF)),
    WassersteinToTarget([[1.0, 2.0], [0.7, 3.0]]),
    WassersteinToTarget([[1.0, 2.0], [0.7, 3.0]], p=1),
    WassersteinToTarget([[1.0, 2.0], [0.7, 3.0]], p=3, internal_p=1),
    WassersteinToTarget([[1.0, 2.0], [0.7, 3.0]], p=2, internal_p=INF),
    WassersteinToTarget(np.empty((0, 2))),
    BottleneckToTarget([[1.0, 2.0], [0.7, 3.0]]),
    BottleneckToTarget(np.empty((0, 2))),
    FunctionalFromCallable(squared_deaths),
    PersistenceEnergy(p=2) - 3 * PersistenceNorm(p=2),
]


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=name_of)
@pytest.mark.parametrize("flip", [False, True])
def test_gradients_agree_with_differences(rng, functional, flip):
    for n in (1, 2, 5, 12):
        for _ in range(5):
            check_gradient(functional, random_diagram(rng, n, flip), step=1e-7)


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=name_of)
@pytest.mark.parametrize("diagram", [np.empty((0, 2)), np.array([[1.0, 1.0]]), []])
def test_of_no_bars_value_and_gradient_are_finite(functional, diagram):
    value, grad = functional.value_and_grad(diagram)
    assert np.isfinite(value)
    assert grad.shape == np.reshape(diagram, (-1, 2)).shape
    assert np.isfinite(grad).all()


@pytest.mark.parametrize(
    ("i0", "value"), [(1, 4.5 + 2 + 2), (2, 4.5 + 2 + 2), (3, 2 + 2), (4, 2), (5, 0)]
)
def test_energy_counts_essential_bars_first(i0, value):
    energy, grad = PersistenceEnergy(i0=i0).value_and_grad(BARS)
    assert energy == value
    assert_array_equal(grad[0], 0)
    assert_array_equal(grad[-1], 0)


def test_of_equal_lifetimes_the_first_born_counts_first():
    _, grad = PersistenceEnergy(i0=4).value_and_grad(BARS)
    assert_array_equal(np.flatnonzero(grad.any(axis=1)), [3])


def test_energy_counts_bars():
    assert PersistenceEnergy(p=0).value_and_grad(BARS)[0] == 3
    assert PersistenceEnergy(p=0, i0=3).value_and_grad(BARS)[0] == 2


def test_energy_of_vanishing_bars_is_bounded():
    diagram = np.array([[0.0, 1e-300], [0.0, 1.0]])
    _, grad = PersistenceEnergy(p=0.5).value_and_grad(diagram)
    assert np.isfinite(grad).all()
    assert abs(grad[0, 1]) <= 0.5 * 1e4


def test_energy_with_negative_midpoints():
    diagram = np.array([[-3.0, 1.0]])
    assert PersistenceEnergy(p=1, q=3).value_and_grad(diagram)[0] == -4
    check_gradient(PersistenceEnergy(p=1, q=3), diagram)
    with pytest.raises(ValueError, match="'q' parameter of PersistenceEnergy"):
        PersistenceEnergy(q=0.5).value_and_grad(diagram)


def test_norm_region_is_open():
    value = PersistenceNorm(region=(0.5, 3, 0, 4.5)).value_and_grad(BARS)[0]
    assert value == 4
    assert PersistenceNorm().value_and_grad(BARS)[0] == 8.5


@pytest.mark.parametrize(("side", "column"), [("birth", 0), ("death", 1)])
def test_norm_keeps_one_side(side, column):
    _, both = PersistenceNorm(p=2).value_and_grad(BARS)
    _, one = PersistenceNorm(p=2, side=side).value_and_grad(BARS)
    assert_array_equal(one[:, column], both[:, column])
    assert_array_equal(one[:, 1 - column], 0)


@pytest.mark.parametrize("p", [1, 2, 3.5])
@pytest.mark.parametrize("internal_p", [1, 2, INF])
def test_wasserstein_against_gudhi(rng, p, internal_p):
    for _ in range(30):
        x = random_diagram(rng, int(rng.integers(0, 8)))
        y = random_diagram(rng, int(rng.integers(0, 8)))
        distance = gudhi.hera.wasserstein_distance(
            x, y, order=p, internal_p=internal_p, delta=1e-9
        )
        value, _ = WassersteinToTarget(y, p, internal_p).value_and_grad(x)
        assert_allclose(value, distance**p, rtol=1e-6, atol=1e-12)


def test_bottleneck_against_gudhi(rng):
    for _ in range(100):
        x = random_diagram(rng, int(rng.integers(0, 8)))
        y = random_diagram(rng, int(rng.integers(0, 8)))
        expected = gudhi.hera.bottleneck_distance(x, y, delta=0)
        assert_allclose(BottleneckToTarget(y).value_and_grad(x)[0], expected)


@pytest.mark.parametrize("distance", [WassersteinToTarget, BottleneckToTarget])
@pytest.mark.parametrize("end", [INF, -INF])
def test_bars_that_never_die_are_matched_by_birth(distance, end):
    target = [[1.0, end], [5.0, end], [2.0, 3.0]]
    value, grad = distance(target).value_and_grad([[5.5, end], [2.0, 3.0], [1.0, end]])
    assert value == (0.25 if distance is WassersteinToTarget else 0.5)
    assert_array_equal(grad[:, 0], [1, 0, 0])
    assert_array_equal(grad[:, 1], 0)
    value, grad = distance(target).value_and_grad([[5.5, end], [2.0, 3.0]])
    assert value == INF
    assert not grad.any()
    value, grad = distance(target).value_and_grad([[5.5, -end], [1.0, end]])
    assert value == INF


def test_distances_ignore_bars_of_no_length(rng):
    x, y = random_diagram(rng, 4), random_diagram(rng, 3)
    with_zero = np.concatenate([x, [[7.0, 7.0]]])
    for functional in (WassersteinToTarget(y), BottleneckToTarget(y)):
        plain = functional.value_and_grad(x)
        value, grad = functional.value_and_grad(with_zero)
        assert value == pytest.approx(plain[0])
        assert_allclose(grad[:-1], plain[1])
        assert not grad[-1].any()


def test_function_sees_finite_bars_only():
    value, grad = FunctionalFromCallable(squared_deaths).value_and_grad(BARS)
    assert value == 25 + 9 + 16 + 9
    assert_array_equal(grad[:, 1], [0, 10, 6, 8, 6])


@pytest.mark.parametrize(
    ("fn", "message"),
    [
        (lambda d: (0.0, np.zeros(3)), r"shape \(4, 2\). Got \(3,\)"),
        (lambda d: 1.0, "must return a value and its gradient"),
        (lambda d: ("a", d), "must return a value and its gradient"),
        (3, "'fn' parameter of FunctionalFromCallable"),
    ],
)
def test_functions_that_return_no_gradient_are_named(fn, message):
    with pytest.raises(ValueError, match=message):
        FunctionalFromCallable(fn).value_and_grad(BARS)


@pytest.mark.parametrize(
    ("functional", "message"),
    [
        (
            PersistenceEnergy(i0=0),
            r"The 'i0' parameter of PersistenceEnergy must be an int in the range "
            r"\[1, inf\). Got 0 instead.",
        ),
        (PersistenceEnergy(p=-1), "'p' parameter of PersistenceEnergy"),
        (PersistenceEnergy(q="1"), "'q' parameter of PersistenceEnergy"),
        (PersistenceNorm(p=0), "'p' parameter of PersistenceNorm"),
        (PersistenceNorm(side="left"), "'side' parameter of PersistenceNorm"),
        (PersistenceNorm(region=(1, 0, 0, 1)), "'region' parameter"),
        (PersistenceNorm(region=(0, 1)), "'region' parameter"),
        (WassersteinToTarget([[0, 1, 2]]), "'target' parameter of Wasserstein"),
        (WassersteinToTarget([[np.nan, 1]]), "'target' parameter of Wasserstein"),
        (WassersteinToTarget([[0, 1]], p=0.5), "'p' parameter of Wasserstein"),
        (WassersteinToTarget([[0, 1]], p=INF), "'p' parameter of Wasserstein"),
        (WassersteinToTarget([[0, 1]], internal_p=0), "'internal_p' parameter"),
        (BottleneckToTarget([[INF, 1]]), "'target' parameter of Bottleneck"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(functional, message):
    with pytest.raises(ValueError, match=message):
        functional.value_and_grad(BARS)


@pytest.mark.parametrize(
    "diagram",
    [
        [[np.nan, 1.0]],
        [[0.0, np.nan]],
        [[INF, 1.0]],
        [0.0, 1.0],
        [[1, 2, 3]],
        "a",
        np.zeros((0, 5)),
    ],
)
def test_what_is_no_diagram_is_named(diagram):
    for functional in FUNCTIONALS:
        with pytest.raises(ValueError, match="A diagram for"):
            functional.value_and_grad(diagram)


@pytest.mark.parametrize("side", range(4))
def test_the_edges_of_a_region_are_outside(side):
    """A bar counts where it lies strictly inside of (births, lifetimes)."""
    bar = np.array([[2.0, 5.0]])
    region = [1.0, 3.0, 2.0, 4.0]
    assert PersistenceNorm(region=region)(bar) == 3.0
    region[side] = (2.0, 2.0, 3.0, 3.0)[side]
    value, grad = PersistenceNorm(region=region).value_and_grad(bar)
    assert value == 0
    assert not grad.any()
    assert PersistenceNorm(min_persistence=3.0)(bar) == 0
