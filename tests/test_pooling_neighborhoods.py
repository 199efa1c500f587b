"""Nerves and covers against brute force; pooling by random weights."""

import numpy as np
import pytest
from _reference import brute_force_nerve, random_complex, random_cover
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import ConvexHull

from sktopo import persistence_diagrams
from sktopo.filtrations import LowerStar, closure, nerve
from sktopo.pooling import WEIGHTS, VertexCover, WindowWeights, neighborhood_cover


def circle(n):
    return [(i, (i + 1) % n) for i in range(n)]


def sphere(n, seed=0):
    points = np.random.RandomState(seed).normal(size=(n, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    return closure(ConvexHull(points).simplices.tolist())


def torus(m, n):
    index = np.arange(m * n).reshape(m, n)
    a, b, c = index, np.roll(index, -1, axis=0), np.roll(index, -1, axis=1)
    d = np.roll(b, -1, axis=1)
    triangles = [np.stack([a, b, d], axis=-1), np.stack([a, c, d], axis=-1)]
    return closure(np.concatenate(triangles).reshape(-1, 3).tolist())


def betti(simplices, n_vertices, top):
    diagrams = persistence_diagrams(
        np.zeros(n_vertices),
        LowerStar(simplices),
        tuple(range(top + 1)),
        essential="drop",
    )
    return [int(np.isinf(diagram).sum()) for diagram in diagrams]


@pytest.mark.parametrize("seed", range(10))
def test_nerve_is_that_of_the_open_stars(seed):
    rng = np.random.default_rng(seed)
    simplices, cover = random_complex(rng), random_cover(rng)
    for dimension in range(4):
        expected = brute_force_nerve(simplices, cover, dimension, 14)
        assert nerve(simplices, cover, dimension) == expected
    LowerStar(nerve(simplices, cover, 3)).build(np.zeros(len(cover)))


def test_nerve_of_single_vertices_is_the_complex(rng):
    simplices = random_complex(rng)
    cover = [[v] for v in range(14)]
    expected = {*simplices, *((v,) for v in range(14))}
    assert set(nerve(simplices, cover, 5)) == expected


def test_sets_that_overlap_too_much():
    with pytest.raises(MemoryError, match="Take sets that overlap less"):
        nerve([(0, 1)], [[0, 1]] * 3000, 3)


@pytest.mark.parametrize("dimension", [-1, 1.5, "a"])
def test_bad_dimensions_of_a_nerve_are_named(dimension):
    with pytest.raises(ValueError, match="'dimension' parameter of nerve"):
        nerve([(0, 1)], [[0, 1]], dimension)


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(
    ("simplices", "n", "n_sets", "expected"),
    [
        (circle(30), 30, 6, [1, 1]),
        (sphere(300), 300, 24, [1, 0, 1]),
        (torus(18, 20), 360, 40, [1, 2, 1]),
    ],
    ids=["circle", "sphere", "torus"],
)
def test_good_covers_keep_homology(simplices, n, n_sets, expected, overlap):
    top = len(expected) - 1
    assert betti(simplices, n, top) == expected
    for seed in range(3):
        cover = neighborhood_cover(
            simplices, n_sets, overlap=overlap, random_state=seed
        )
        found = nerve(simplices, cover, top + 1)
        assert betti(found, n_sets, top) == expected


def hops_between(simplices, n):
    hops = np.full((n, n), np.inf)
    np.fill_diagonal(hops, 0)
    for s in simplices:
        if len(s) == 2:
            hops[s] = hops[s[::-1]] = 1
    for k in range(n):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    return hops


@pytest.mark.parametrize("seed", range(5))
def test_neighborhoods(seed):
    rng = np.random.default_rng(seed)
    simplices = random_complex(rng, 25, 12)
    hops = hops_between(simplices, 25)
    options = {"n_vertices": 25, "random_state": seed}
    for radius in (0, 1, 2):
        balls = neighborhood_cover(simplices, None, radius, overlap=True, **options)
        cells = neighborhood_cover(simplices, None, radius, **options)
        assert_array_equal(np.sort(np.concatenate(cells)), np.arange(25))
        assert set(np.concatenate(balls).tolist()) == set(range(25))
        for ball, cell in zip(balls, cells, strict=True):
            centres = [
                v
                for v in range(25)
                if set(np.flatnonzero(hops[v] <= radius)) == set(ball)
            ]
            assert set(cell) <= set(ball)
            assert set(centres) & set(cell)
        again = neighborhood_cover(simplices, len(cells), **options)
        for one, other in zip(cells, again, strict=True):
            assert_array_equal(one, other)
    assert len(neighborhood_cover(simplices, None, 0, **options)) == 25


@pytest.mark.parametrize(
    ("args", "params", "message"),
    [
        ((), {}, "given one at a time. Got none"),
        ((2, 2), {}, "given one at a time. Got both"),
        ((0,), {}, r"'n_sets' .* range \[1, 6\]"),
        ((7,), {}, r"'n_sets' .* range \[1, 6\]"),
        ((1,), {}, "number of components of the complex. Got 1"),
        ((None, -1), {}, "'radius' parameter"),
        ((None, 1.5), {}, "'radius' parameter"),
        ((2,), {"overlap": 2}, "'overlap' parameter"),
        ((2,), {"n_vertices": 5}, r"'n_vertices' .* range \[6, inf\)"),
    ],
)
def test_bad_neighborhoods_are_named(args, params, message):
    with pytest.raises(ValueError, match=message):
        neighborhood_cover([(0, 1), (1, 2), (4, 5), (3, 4)], *args, **params)


@pytest.mark.parametrize("max_noise", [0.0, 0.3])
@pytest.mark.parametrize("kind", WEIGHTS)
def test_pool_and_spread_are_adjoint_on_sets(rng, kind, max_noise):
    sets = [np.array(one) for one in random_cover(rng)]
    cover = VertexCover(sets, 14)
    drawn = WindowWeights(cover, kind, max_noise, dtype=np.float64)
    drawn.draw(np.random.default_rng(0))

    def pooled(x):
        return drawn.pool(cover.windows(cover.laid_out(x)))[0]

    x, g = rng.normal(size=14), rng.normal(size=cover.size)
    linear = pooled(x) - pooled(np.zeros(14))
    touched = np.arange(cover.size)
    back = np.zeros(15)
    np.add.at(back, cover.places, drawn.spread(touched, g))
    assert linear @ g == pytest.approx(x @ back[:14], rel=1e-12, abs=1e-12)
    # Weights are positive, of sum 1, and none outside.
    assert_allclose(pooled(np.ones(14)) - pooled(np.zeros(14)), 1, rtol=1e-14)
    weights = np.array([pooled(e) for e in np.eye(14)]) - pooled(np.zeros(14))
    assert (weights > -1e-14).all()
    for i, one in enumerate(sets):
        assert_allclose(np.delete(weights[:, i], one), 0, atol=1e-14)
    assert np.abs(pooled(np.zeros(14))).max() <= max_noise


def test_weights_of_every_pooling():
    cover = VertexCover([np.arange(3), np.arange(2)], 3)
    rng = np.random.default_rng(0)
    for kind in WEIGHTS:
        drawn = WindowWeights(cover, kind, 0.0, dtype=np.float64)
        corner = cover.windows(cover.laid_out(np.array([1.0, 0, 0])))
        draws = np.concatenate([drawn.draw(rng).pool(corner) for _ in range(4000)])
        assert_allclose(draws.mean(axis=0), [1 / 3, 1 / 2], atol=0.03)
        if kind == "vertex":
            assert set(np.unique(draws)) == {0.0, 1.0}
        if kind == "simplex":  # uniform: the second moment of Dirichlet(1, 1, 1)
            assert_allclose((draws**2).mean(axis=0), [1 / 6, 1 / 3], atol=0.02)
