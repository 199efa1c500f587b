"""Clouds in awkward positions, and what a bar's generators are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import persistence_diagrams, persistence_pairs
from sktopo.filtrations import (
    Alpha,
    Cubical,
    DTMRips,
    LowerStar,
    VietorisRips,
    WeakAlpha,
)
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

POINT_FILTRATIONS = [VietorisRips(), WeakAlpha(), Alpha()]
AWKWARD = {
    "one point": np.zeros((1, 2)),
    "one point on a line": np.zeros((1, 1)),
    "two points": np.array([[0.0, 0], [1, 1]]),
    "three points in space": np.eye(3),
    "all the same": np.ones((6, 2)),
    "on a line in the plane": np.outer(np.arange(6.0), [1, 2]),
    "on a line in space": np.outer([0.0, 3, 1, 1, 7], [1, 2, -1]),
    "in a plane in space": np.random.default_rng(0).random((9, 2))
    @ [[1, 2, 0], [0, 1, 3.0]],
    "nearly on a line": np.column_stack([np.arange(5.0), 1e-13 * np.arange(5) ** 2]),
    "far away": 1e6 + np.random.default_rng(1).random((8, 2)),
    "tiny": 1e-9 * np.random.default_rng(2).random((8, 2)),
    "a grid": np.stack(np.meshgrid(*[np.arange(4.0)] * 2), -1).reshape(-1, 2),
    "a lattice": np.stack(np.meshgrid(*[np.arange(3.0)] * 3), -1).reshape(-1, 3),
    "repeated": np.repeat(np.random.default_rng(3).random((5, 2)), 3, axis=0),
    "ten coordinates": np.random.default_rng(4).normal(size=(13, 10)),
    "integers": np.array([[0, 0], [4, 1], [1, 5], [6, 6]]),
}


@pytest.mark.parametrize("filtration", POINT_FILTRATIONS, ids=str)
@pytest.mark.parametrize("x", AWKWARD.values(), ids=AWKWARD)
def test_degenerate_clouds_have_finite_diagrams_and_gradients(x, filtration):
    before = x.copy()
    h0, h1 = persistence_diagrams(x, filtration, essential="drop")
    n_distinct = len(np.unique(x, axis=0))
    assert len(h0) == n_distinct
    assert np.isinf(h0[:, 1]).sum() == 1
    assert np.isfinite(h1).all()
    for k in (0, 1):
        for essential in ("drop", "extremum"):
            term = PersistenceTerm(filtration, PersistenceEnergy(), k, essential)
            value, grad = term.value_and_grad(x)
            assert np.isfinite(value)
            assert grad.shape == x.shape
            assert np.isfinite(grad).all()
    assert_array_equal(x, before)


@pytest.mark.parametrize("filtration", POINT_FILTRATIONS, ids=str)
def test_position_and_scale_change_nothing_but_the_scale(rng, filtration):
    x = rng.normal(size=(20, 2))
    power = 2 if isinstance(filtration, Alpha) else 1
    for ours, moved in zip(
        persistence_diagrams(x, filtration, essential="drop"),
        persistence_diagrams(100 * x + [3, -7], filtration, essential="drop"),
        strict=True,
    ):
        assert_allclose(moved, 100**power * ours, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("filtration", [WeakAlpha(), VietorisRips()], ids=str)
@pytest.mark.parametrize("n_coordinates", [2, 3])
@pytest.mark.parametrize("scale", [1e-140, 1e-75, 1e80, 1e120, 1e149])
def test_extreme_units(rng, filtration, n_coordinates, scale):
    x = rng.random((30, n_coordinates))
    for ours, scaled in zip(
        persistence_diagrams(x, filtration, essential="drop"),
        persistence_diagrams(scale * x, filtration, essential="drop"),
        strict=True,
    ):
        assert_allclose(scaled / scale, ours, rtol=1e-9)


@pytest.mark.parametrize("filtration", POINT_FILTRATIONS, ids=str)
@pytest.mark.parametrize("scale", [1e-200, 1e155])
def test_units_beyond_floating_point(filtration, scale):
    with pytest.raises(ValueError, match=r"must have an extent between .* rescale"):
        filtration.build(scale * np.array([[0.0], [1.0], [3.0]]))


def test_an_outlier_that_hides_the_rest_is_reported(rng):
    x = np.concatenate([rng.random((20, 2)), [[1e8, 1e8]]])
    with pytest.warns(UserWarning, match="points lie too close together"):
        (h0,) = persistence_diagrams(x, WeakAlpha(), 0, essential="drop")
    assert len(h0) == 21


def test_nearly_coincident_points_are_joined(rng):
    """Qhull leaves out points that it cannot tell apart; their bars must stay."""
    x = rng.random((30, 2))
    x = np.concatenate([x, x[:5] + 1e-15])
    for filtration in (WeakAlpha(), Alpha()):
        (h0,) = persistence_diagrams(x, filtration, 0, essential="drop")
        assert np.isinf(h0[:, 1]).sum() == 1


def test_cliques_of_a_planar_graph_enclose_nothing():
    """The octahedron is a Delaunay graph; its outer face is no triangle of it."""
    x = np.array(
        [
            [0.57, 0.90],
            [0.45, 0.41],
            [0.31, 0.23],
            [0.65, 0.26],
            [0.86, 0.27],
            [0.67, 0.57],
        ]
    )
    _, _, h2 = persistence_diagrams(x, WeakAlpha(), (0, 1, 2), essential="drop")
    assert len(h2) == 0


def test_generators_of_an_image():
    image = np.array([[9, 8, 7], [6, 1, 5], [2, 3, 4]])
    filtration = Cubical(superlevel=True, connectivity="face")
    h0, h1 = persistence_pairs(image, filtration)
    assert_array_equal(h0.births, [[0, 0]])
    assert_array_equal(h0.deaths, [[-1, -1]])
    assert_array_equal(h1.births, [[2, 0]])
    assert_array_equal(h1.deaths, [[1, 1]])


@pytest.mark.parametrize("shape", [(30,), (9, 8), (5, 4, 6)])
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_generators_carry_the_values(rng, shape, connectivity):
    f = rng.normal(size=shape)
    for bars in persistence_pairs(f, Cubical(connectivity=connectivity), (0, 1, 2)):
        births = f[tuple(bars.births.T)]
        assert_array_equal(births, bars.diagram[:, 0])
        dies = np.isfinite(bars.diagram[:, 1])
        assert_array_equal(f[tuple(bars.deaths[dies].T)], bars.diagram[dies, 1])
        assert (bars.deaths[~dies] == -1).all()


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha()], ids=str)
@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_generators_of_points(rng, filtration, n_coordinates):
    x = rng.normal(size=(15, n_coordinates))
    h0, h1 = persistence_pairs(x, filtration)
    assert sorted(h0.births.ravel()) == list(range(15))
    assert h0.births[0] == 0
    assert_array_equal(h0.deaths[0], [-1, -1])
    for bars in (h0, h1):
        for (birth, death), born, ends in zip(
            bars.diagram, bars.births, bars.deaths, strict=True
        ):
            if bars.dimension:
                assert np.linalg.norm(np.subtract(*x[born])) == pytest.approx(birth)
            if np.isfinite(death):
                assert np.linalg.norm(np.subtract(*x[ends])) == pytest.approx(death)


def test_the_older_component_has_the_smaller_index():
    x = np.array([[0.0], [10.0], [1.0], [12.0]])
    (h0,) = persistence_pairs(x, VietorisRips(), 0)
    assert_array_equal(h0.births.ravel(), [0, 1, 3, 2])
    assert_array_equal(h0.deaths, [[-1, -1], [1, 2], [1, 3], [0, 2]])


def test_generators_of_alpha_are_simplices(rng):
    x = rng.normal(size=(15, 2))
    h0, h1 = persistence_pairs(x, Alpha())
    assert h0.births.shape[1:] == (1,)
    assert h0.deaths.shape[1:] == (2,)
    assert h1.births.shape[1:] == (2,)
    assert h1.deaths.shape[1:] == (3,)
    for (_, death), (a, b) in zip(h0.diagram, h0.deaths, strict=True):
        if np.isfinite(death):
            assert ((x[a] - x[b]) ** 2).sum() / 4 == pytest.approx(death)


def test_generators_of_a_function():
    bars = persistence_pairs([0.0, 5, 1], LowerStar([(0, 1), (1, 2)]), 0)[0]
    assert_array_equal(bars.births, [[0], [2]])
    assert_array_equal(bars.deaths, [[-1], [1]])


@pytest.mark.parametrize(
    ("filtration", "x"),
    [
        (Cubical(), np.random.default_rng(0).normal(size=(20, 20))),
        (Cubical(superlevel=True), np.random.default_rng(0).integers(0, 9, (20, 20))),
        (VietorisRips(), np.random.default_rng(0).normal(size=(20, 2))),
        (WeakAlpha(), np.random.default_rng(0).normal(size=(20, 2))),
        (Alpha(), np.random.default_rng(0).normal(size=(20, 2))),
        (LowerStar([(0, 1)]), np.random.default_rng(0).normal(size=40)),
    ],
    ids=str,
)
def test_a_previous_complex_changes_no_answer(rng, filtration, x):
    previous = filtration.build(x)
    assert previous.order is previous.order
    moved = x.copy().ravel()
    some = rng.choice(moved.size, size=2, replace=False)
    moved[some] = rng.permutation(moved)[some]
    moved = moved.reshape(x.shape)
    warm, cold = filtration.build(moved, previous=previous), filtration.build(moved)
    assert_array_equal(warm.order, cold.order)
    unrelated = Cubical().build(np.zeros(3))
    unrelated.order.sum()
    other = filtration.build(moved, previous=unrelated)
    assert_array_equal(other.order, cold.order)


def test_a_complex_does_not_follow_its_input():
    x = np.array([3.0, 1.0, 2.0])
    complex_ = Cubical().build(x)
    x[:] = 0
    assert_array_equal(complex_.values, [3, 1, 2])
    with pytest.raises(ValueError, match="read-only"):
        complex_.values[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        complex_.order[0] = 5


@pytest.mark.parametrize(
    ("make", "x"),
    [
        (Cubical, np.zeros((4, 4))),
        (Cubical, np.tile([0, 1, 0, 2], (4, 1))),
        (VietorisRips, AWKWARD["a grid"]),
        (WeakAlpha, AWKWARD["a grid"]),
        (Alpha, AWKWARD["a grid"]),
        (lambda **kwargs: LowerStar([(0, 1), (1, 2)], **kwargs), np.zeros(4)),
    ],
)
def test_random_ties_change_cells_but_no_diagram(make, x):
    plain = persistence_diagrams(x, make(), essential="drop")
    orders = set()
    for seed in range(8):
        filtration = make(tie_breaking="random", random_state=seed)
        for ours, theirs in zip(
            persistence_diagrams(x, filtration, essential="drop"), plain, strict=True
        ):
            assert_allclose(ours, theirs)
        order = filtration.build(x).order
        assert_array_equal(order, filtration.build(x).order)
        orders.add(tuple(order))
    assert len(orders) > 1


def test_random_ties_draw_afresh_without_a_seed():
    filtration = Cubical(tie_breaking="random", random_state=np.random.RandomState(0))
    x = np.zeros(50)
    assert tuple(filtration.build(x).order) != tuple(filtration.build(x).order)


@pytest.mark.parametrize("filtration", [*POINT_FILTRATIONS, DTMRips()], ids=str)
def test_some_bars_are_named_as_among_all(filtration, rng):
    """Cells and components of a bar do not depend on what else is asked for."""
    X = rng.random((30, 2))
    X[5] = X[7] = X[3]
    complex_ = filtration.build(X)
    (bars,) = complex_.bars(0)
    births, deaths = complex_.generators(0, bars.indices)
    has_parts = complex_.representatives is not None
    parts = complex_.representatives(0, bars.indices)[0] if has_parts else None
    for some in (np.arange(30)[::-1], np.arange(0, 30, 4), np.arange(2), np.arange(0)):
        found = complex_.generators(0, bars.indices[some])
        assert_array_equal(found[0], births[some])
        assert_array_equal(found[1], deaths[some])
        if has_parts:
            of_some = complex_.representatives(0, bars.indices[some])[0]
            for i, k in enumerate(some.tolist()):
                assert_array_equal(of_some[i], parts[k])
