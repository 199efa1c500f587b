"""Delaunay filtrations of clouds that are nearly flat, nearly repeated, or lattices."""

from itertools import product

import gudhi
import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo import TopoPointOptimizer, persistence_diagrams

DELAUNAY = pytest.mark.parametrize("filtration", ["weak_alpha", "alpha"])
CLOSE = pytest.mark.filterwarnings("ignore:.* points lie too close together")


def lifetimes(diagram, least):
    """Those of finite bars above some length, in rising order."""
    found = np.diff(diagram[np.isfinite(diagram[:, 1])]).ravel()
    return np.sort(found[found > least])


@DELAUNAY
@pytest.mark.parametrize("n", [10, 30, 60])
def test_a_circle_in_space_in_single_precision(rng, filtration, n):
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    flat = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    for _ in range(10):
        turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        X = (flat @ turn).astype(np.float32)
        h0, h1 = persistence_diagrams(X, filtration, (0, 1), essential="drop")
        assert np.isinf(h0).sum() == 1
        assert len(lifetimes(h1, 0.2)) == 1
        assert not np.isinf(h1).any()


def test_points_of_a_flat_circle_move(rng):
    angle = np.linspace(0, 2 * np.pi, 15, endpoint=False)
    flat = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    X = (flat @ np.linalg.qr(rng.normal(size=(3, 3)))[0]).astype(np.float32)
    curve = TopoPointOptimizer(max_iter=10).fit(X).loss_curve_
    assert 0 < curve[-1] < curve[0]


@CLOSE
@DELAUNAY
@pytest.mark.parametrize("size", [1e-6, 1e-8, 1e-10, 1e-12])
def test_a_thin_cloud_is_that_of_its_plane(rng, filtration, size):
    X = rng.normal(size=(15, 3)) * [1, 1, size]
    found = persistence_diagrams(X, filtration, (0, 1, 2), essential="drop")
    assert [np.isinf(diagram).sum() for diagram in found] == [1, 0, 0]
    plane = persistence_diagrams(X[:, :2], filtration, (0, 1), essential="drop")
    for one, other in zip(found, plane):
        assert_allclose(lifetimes(one, 0.01), lifetimes(other, 0.01), rtol=1e-3)


@CLOSE
@DELAUNAY
@pytest.mark.parametrize("size", [1e-8, 1e-10, 1e-12, 1e-14])
@pytest.mark.parametrize("n_coordinates", [2, 3])
def test_points_that_come_in_close_pairs(rng, filtration, size, n_coordinates):
    X = rng.normal(size=(10, n_coordinates))
    pairs = np.concatenate([X, X + size * rng.normal(size=X.shape)])
    dimensions = tuple(range(n_coordinates))
    found = persistence_diagrams(pairs, filtration, dimensions, essential="drop")
    single = persistence_diagrams(X, filtration, dimensions, essential="drop")
    for one, other in zip(found, single):
        assert np.isinf(one).sum() == np.isinf(other).sum()
        assert_allclose(lifetimes(one, 0.01), lifetimes(other, 0.01), rtol=1e-3)


@pytest.mark.parametrize(
    "shape", [(2, 2, 3, 1), (3, 3, 3), (2, 3, 2, 2), (3, 3, 3, 3)], ids=str
)
def test_lattices_are_those_of_exact_arithmetic(shape):
    X = np.array(list(product(*map(range, shape))), dtype=float)
    tree = gudhi.AlphaComplex(points=X.tolist(), precision="exact")
    tree = tree.create_simplex_tree()
    tree.compute_persistence()
    for k, ours in enumerate(persistence_diagrams(X, "alpha", (0, 1, 2))):
        theirs = tree.persistence_intervals_in_dimension(k).reshape(-1, 2)
        theirs = lifetimes(theirs, 1e-9)
        assert_allclose(lifetimes(ours, 1e-9)[: len(theirs)], theirs, rtol=1e-9)
        assert len(lifetimes(ours, 1e-9)) == len(theirs) + (k == 0)
    weak = persistence_diagrams(X, "weak_alpha", (0, 1, 2), essential="drop")
    assert [np.isinf(diagram).sum() for diagram in weak] == [1, 0, 0]


def test_integer_points_are_those_of_exact_arithmetic(rng):
    for n_coordinates in (3, 4):
        for _ in range(20):
            X = rng.integers(0, 3, size=(rng.integers(8, 23), n_coordinates))
            X = np.unique(X, axis=0).astype(float)
            tree = gudhi.AlphaComplex(points=X.tolist(), precision="exact")
            tree = tree.create_simplex_tree()
            tree.compute_persistence()
            found = persistence_diagrams(X, "alpha", (0, 1, 2), essential="drop")
            for k, ours in enumerate(found):
                theirs = tree.persistence_intervals_in_dimension(k).reshape(-1, 2)
                assert_allclose(
                    lifetimes(ours, 1e-9), lifetimes(theirs, 1e-9), rtol=1e-6
                )


@pytest.mark.parametrize("n", [3, 4, 5])
def test_cubes_and_cross_polytopes(n):
    """All corners lie on one sphere; the last bar of each dimension is known."""
    cube = np.array(list(product((0, 1), repeat=n)), dtype=float)
    cross = np.vstack([np.eye(n), -np.eye(n)])
    steps = np.arange(1, n + 1)
    for X, deaths in ((cube, steps / 4), (cross, [*(1 - 1 / (steps[:-1] + 1)), 1.0])):
        found = persistence_diagrams(X, "alpha", tuple(range(n)), essential="drop")
        assert [np.isinf(diagram).sum() for diagram in found] == [1] + [0] * (n - 1)
        last = [diagram[np.isfinite(diagram[:, 1]), 1].max() for diagram in found]
        assert_allclose(last, deaths)
