"""Big steps: targets that are met, complexes that list themselves, and limits."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist, pdist, squareform

from sktopo import persistence_diagrams
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import (
    Alpha,
    Cubical,
    LowerStar,
    VietorisRips,
    WeakAlpha,
    closure,
)
from sktopo.functionals import (
    FunctionalFromCallable,
    PersistenceEnergy,
    WassersteinToTarget,
)
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm
from sktopo.persistence import SimplexOrder, ranks_of

PATH = [(i, i + 1) for i in range(7)]
# A cylinder of two rings, and a disc on one of its ends.
RINGS = [(i, (i + 1) % 6, 6 + i) for i in range(6)]
RINGS += [((i + 1) % 6, 6 + i, 6 + (i + 1) % 6) for i in range(6)]
DRUM = closure(RINGS + [(i, (i + 1) % 6, 12) for i in range(6)])
COMPLEXES = [
    (WeakAlpha(), (12, 2)),
    (WeakAlpha(), (12, 3)),
    (WeakAlpha(), (7, 1)),
    (Alpha(), (12, 2)),
    (Alpha(), (12, 3)),
    (VietorisRips(), (9, 2)),
    (VietorisRips(0.7), (9, 3)),
    (VietorisRips(metric="precomputed"), (9, 9)),
    (LowerStar(DRUM), (13,)),
    (LowerStar(DRUM, superlevel=True), (13,)),
]


def sample(filtration, shape, rng):
    x = rng.random(shape)
    if getattr(filtration, "metric", None) == "precomputed":
        return squareform(pdist(x))
    return x


def pull(weights):
    """A functional whose gradient is the same for every bar."""

    def fn(diagram):
        return float((diagram * weights).sum()), np.tile(weights, (len(diagram), 1))

    return FunctionalFromCallable(fn)


@pytest.mark.parametrize(("filtration", "shape"), COMPLEXES, ids=str)
def test_cells_are_a_complex_with_the_same_bars(rng, filtration, shape):
    built = filtration.build(sample(filtration, shape, rng))
    ranks = ranks_of(built.order)
    for dimension in (0, 1):
        simplices, where = built.cells(dimension)
        assert [rows.shape[1] for rows in simplices] == [*range(1, dimension + 3)]
        order = SimplexOrder(simplices, [ranks[index] for index in where])
        for k in range(1, dimension + 2):
            faces = order.faces(k)
            assert (ranks[where[k - 1]][faces] <= ranks[where[k]][:, None]).all()
            for out in range(k + 1):
                expected = np.delete(simplices[k], out, axis=1)
                assert_array_equal(simplices[k - 1][faces[:, out]], expected)
        (pairs,) = built.persistence_pairs(dimension)
        birth, death = order.boundary(dimension + 1).pairs.T
        ours = np.column_stack([where[dimension][birth], where[dimension + 1][death]])
        ours = ours[ours[:, 0] != ours[:, 1]]
        assert sorted(ours.tolist()) == sorted(pairs.finite.tolist())

        n_first = built.values.size // 2
        first, places = built.cells(dimension, n_first)
        for k in range(dimension + 2):
            near = ranks[where[k]] < n_first
            assert sorted(first[k].tolist()) == sorted(simplices[k][near].tolist())
            assert sorted(places[k]) == sorted(where[k][near])


@pytest.mark.parametrize(("filtration", "shape"), COMPLEXES, ids=str)
def test_the_jacobian_is_the_transpose_of_the_pullback(rng, filtration, shape):
    x = sample(filtration, shape, rng)
    built = filtration.build(x)
    indices = rng.permutation(built.values.size)
    jacobian = built.jacobian(indices)
    assert jacobian.format == "csr"
    assert jacobian.shape == (indices.size, x.size)
    grad = rng.normal(size=built.values.size)
    assert_allclose(
        (jacobian.T @ grad[indices]).reshape(x.shape), built.pullback(grad), atol=1e-12
    )
    step = 1e-7 * rng.normal(size=x.shape)
    if x.shape == (9, 9):
        step += step.T
        np.fill_diagonal(step, 0)
    ahead, behind = filtration.build(x + step), filtration.build(x - step)
    difference = (ahead.values - behind.values)[indices] / 2
    assert_allclose(jacobian @ step.ravel(), difference, rtol=1e-4, atol=1e-12)
    assert built.jacobian(indices[:0]).shape == (0, x.size)


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize(
    "weights", [(1, 0), (-1, 0), (0, 1), (0, -1), (-1, 1)], ids=str
)
@pytest.mark.parametrize("dimension", [0, 1])
def test_one_bar_of_a_function_goes_where_it_should(
    rng, dimension, weights, superlevel
):
    """A lower star has one number for each vertex, and only the bar asks for it."""
    filtration = LowerStar(DRUM, superlevel=superlevel)
    n_moved = 0
    for _ in range(20):
        x = rng.random(13)
        (diagram,) = persistence_diagrams(x, filtration, dimension, essential="drop")
        diagram = diagram[np.isfinite(diagram[:, 1])]
        for bar in diagram:
            # Less than half the lifetime, so that the ends do not meet.
            shift = -0.2 * np.abs(bar[1] - bar[0]) * np.array(weights)

            def one(found, bar=bar, shift=shift):
                grad = np.zeros_like(found)
                grad[np.argmin(np.abs(found - bar).sum(axis=1))] = -shift
                return 0.0, grad

            term = PersistenceTerm(filtration, FunctionalFromCallable(one), dimension)
            moved = x + term.big_step(x, 1.0)
            (after,) = persistence_diagrams(
                moved, filtration, dimension, essential="drop"
            )
            n_moved += np.isclose(after, bar + shift, atol=1e-6).all(axis=1).any()
            if weights in ((-1, 0), (0, 1)) and dimension == 0:
                # Births up and deaths down in H0 move no vertex but their own.
                assert np.isclose(after, bar + shift, atol=1e-6).all(axis=1).any()
    assert n_moved > 10


def test_simplification_in_one_step():
    """Bars whose ends meet are gone at once, also where one lies inside another."""
    x = np.array([0.0, 5, 4, 4.5, 4.2, 4.4, 1, 6])
    energy = PersistenceTerm(LowerStar(PATH), PersistenceEnergy())
    moved = x + energy.big_step(x, 10.0)
    assert_allclose(moved, [0, 3, 3, 3, 3, 3, 3, 6])
    assert energy.value_and_grad(moved)[0] == pytest.approx(0, abs=1e-12)
    deaths = PersistenceTerm(LowerStar(PATH), pull(np.array([0.0, 1.0])))
    moved = x + deaths.big_step(x, 10.0)
    assert_allclose(moved, [0, 1, 1, 1, 1, 1, 1, 6])


def test_essential_bars():
    x = np.array([0.0, 2, 1, 3, 0.5, 6, 5, 7])

    def shifts(birth, death):
        def fn(diagram):
            return 0.0, -np.array([birth, death]) * (diagram == [0.0, 7.0])

        return FunctionalFromCallable(fn)

    for birth, death, expected in (
        (1.5, 0, [1.5, 2, 1.5, 3, 1.5, 6, 5, 7]),
        (-1, 0, [-1, 2, 1, 3, 0.5, 6, 5, 7]),
        (0, -1.5, [0, 2, 1, 3, 0.5, 5.5, 5, 5.5]),
        (0, 1, [0, 2, 1, 3, 0.5, 6, 5, 8]),
        (3, -4, [3] * 8),
    ):
        term = PersistenceTerm(LowerStar(PATH), shifts(birth, death), 0, "extremum")
        moved = x + term.big_step(x, 1.0)
        assert_allclose(moved, expected)
        assert_array_equal(term.big_step(x, 0.0), np.zeros(8))
    birth_only = WassersteinToTarget([[0.5, np.inf], [0.5, 3], [1, 2], [5, 6]])
    term = PersistenceTerm(LowerStar(PATH), birth_only)
    moved = x + term.big_step(x, 0.5)
    assert_allclose(moved, [0.5, 2, 1, 3, 0.5, 6, 5, 7])


def test_superlevel_is_the_negative(rng):
    x = rng.random(13)
    for dimension, essential in ((0, "drop"), (1, "drop"), (0, "extremum")):
        below, above = (
            PersistenceTerm(
                LowerStar(DRUM, superlevel=superlevel),
                PersistenceEnergy(p=2),
                dimension,
                essential,
            )
            for superlevel in (False, True)
        )
        assert_allclose(above.big_step(-x, 0.1), -below.big_step(x, 0.1), atol=1e-12)


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha(), Alpha()], ids=str)
@pytest.mark.parametrize("rate", [0.05, -0.05])
def test_points_go_down_the_functional(filtration, rate):
    x = make_noisy_circle(30, noise=0.05, random_state=0)[0]
    term = PersistenceTerm(
        filtration, {0: PersistenceEnergy(p=2), 1: PersistenceEnergy(p=2)}
    )
    before = x.copy()
    step = term.big_step(x, rate)
    assert step.shape == x.shape
    assert_array_equal(x, before)
    change = term.value_and_grad(x + step)[0] - term.value_and_grad(x)[0]
    assert change * rate < 0


def test_distance_matrices_stay_symmetric(rng):
    points = make_noisy_circle(20, noise=0.05, random_state=0)[0]
    step = PersistenceTerm(
        VietorisRips(metric="precomputed"), PersistenceEnergy(p=2), 1
    ).big_step(cdist(points, points), 0.1)
    assert_array_equal(step, step.T)
    assert step.any()


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha(), Alpha()], ids=str)
@pytest.mark.parametrize(
    "x",
    [np.zeros((1, 2)), np.ones((5, 2)), np.zeros((1, 1)), np.array([[0.0], [1.0]])],
    ids=["one point", "coincident", "on the line", "two on the line"],
)
@pytest.mark.parametrize("essential", ["drop", "extremum"])
def test_where_nothing_moves(filtration, x, essential):
    for k in (1, 2) if len(x) == 2 else (0, 1):
        term = PersistenceTerm(filtration, PersistenceEnergy(p=2), k, essential)
        assert_array_equal(term.big_step(x, 0.1), np.zeros(x.shape))


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha(), Alpha()], ids=str)
@pytest.mark.parametrize("kind", ["grid", "repeated", "flat in space"])
def test_ties_and_awkward_positions(rng, filtration, kind):
    x = {
        "grid": np.stack(np.meshgrid(*[np.arange(4.0)] * 2), -1).reshape(-1, 2),
        "repeated": np.repeat(rng.random((5, 2)), 3, axis=0),
        "flat in space": rng.random((9, 2)) @ [[1, 2, 0], [0, 1, 3.0]],
    }[kind]
    energy = PersistenceEnergy(p=2)
    for essential in ("drop", "extremum"):
        term = PersistenceTerm(filtration, {0: energy, 1: -energy}, 0, essential)
        step = term.big_step(x, 0.1)
        assert step.shape == x.shape
        assert np.isfinite(step).all()


def test_big_steps_of_a_sum(rng):
    x = rng.random(8)
    term = PersistenceTerm(LowerStar(PATH), PersistenceEnergy(p=2))
    near = SquaredErrorTerm(np.zeros(8))
    total = 2 * near - 3 * term + 0 * term
    expected = -0.2 * near.value_and_grad(x)[1] + term.big_step(x, -0.3)
    assert_allclose(total.big_step(x, 0.1), expected)


def test_large_complexes_are_refused(rng):
    refused = "Big steps take complexes of up to 20000 simplices; this one has at least"
    energy = PersistenceEnergy(p=2)
    rips = VietorisRips().build(rng.random((300, 2)))
    with pytest.raises(ValueError, match=f"{refused} 45150: use WeakAlpha"):
        rips.cells(0)
    some = VietorisRips().build(rng.random((100, 2)))
    with pytest.raises(ValueError, match=f"{refused} 166750"):
        some.cells(1)
    term = PersistenceTerm(VietorisRips(), energy, 1)
    with pytest.raises(ValueError, match=refused):
        term.big_step(make_noisy_circle(100, random_state=0)[0], 0.1)
    for filtration in (WeakAlpha(), Alpha()):
        built = filtration.build(rng.random((4000, 2)))
        with pytest.raises(ValueError, match=refused):
            built.cells(1)
    line = LowerStar([(i, i + 1) for i in range(11_000)])
    with pytest.raises(ValueError, match=f"{refused} 22001: use fewer simplices"):
        line.build(rng.random(11_001)).cells(0)


def test_the_hub_of_a_wheel_is_no_trouble():
    """All pairs of neighbours of one point would be 16 million candidates."""
    angles = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    x = np.vstack([[0, 0], np.column_stack([np.cos(angles), np.sin(angles)])])
    simplices, _ = WeakAlpha().build(x).cells(1)
    assert len(simplices[2]) == 4000


def test_cliques_are_all_cliques(rng):
    x = rng.random((9, 2))
    simplices, where = VietorisRips().build(x).cells(2)
    for k, rows in enumerate(simplices):
        assert sorted(map(tuple, rows.tolist())) == [*combinations(range(9), k + 1)]
    longest = [pdist(x[rows]).max() for rows in simplices[3]]
    assert_allclose(VietorisRips().build(x).values[where[3]], longest)


@pytest.mark.parametrize("rate", [np.nan, np.inf, "big", None])
def test_bad_rates_are_named(rate):
    term = PersistenceTerm(LowerStar(PATH), PersistenceEnergy())
    for owner in (term, term + SquaredErrorTerm(np.zeros(8))):
        name = f"'rate' parameter of {type(owner).__name__}.big_step must be a finite"
        with pytest.raises(ValueError, match=name):
            owner.big_step(np.zeros(8), rate)


def test_filtrations_without_critical_sets_are_named():
    class Opaque(Cubical):
        def build(self, x, previous=None):
            complex_ = super().build(x, previous)
            complex_.critical_sets = None
            return complex_

    term = PersistenceTerm(Opaque(), PersistenceEnergy())
    with pytest.raises(TypeError, match="must be Cubical, LowerStar"):
        term.big_step(np.zeros((3, 3)), 0.1)
