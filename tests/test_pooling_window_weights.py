"""Covers of grids and weights: every pixel once, adjoint pairs, the right weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.pooling import WEIGHTS, GridCover, RandomPooling, WindowWeights
from sktopo.pooling._window_weights import WeightBank

SHAPES = [
    ((10,), 3, None),
    ((12, 9), 3, None),
    ((10, 10), 3, None),
    ((7, 11), 4, 2),
    ((5, 6, 7), 2, None),
    ((5, 6, 7), 3, 1),
    ((4, 3), 9, None),
    ((1, 1), 1, None),
    ((6, 8), 1, None),
]


def windows_of(shape, pool_size, stride):
    """Flat pixels of every window, by loops."""
    stride = pool_size if stride is None else stride
    flat = np.arange(np.prod(shape)).reshape(shape)
    starts = []
    for n in shape:
        axis = [0]
        while axis[-1] + pool_size < n:
            axis.append(axis[-1] + stride)
        starts.append(axis)
    for corner in np.stack(np.meshgrid(*starts, indexing="ij"), -1).reshape(
        -1, len(shape)
    ):
        yield flat[tuple(slice(c, c + pool_size) for c in corner)].ravel()


@pytest.mark.parametrize(("shape", "pool_size", "stride"), SHAPES)
def test_windows_cover_all_pixels(shape, pool_size, stride, rng):
    cover = GridCover(shape, pool_size, stride)
    image = rng.random(shape)
    laid_out = cover.laid_out(image)
    assert_array_equal(cover.grid(laid_out), image)
    windows, inside = cover.windows(laid_out), cover.inside
    expected = list(windows_of(shape, pool_size, stride))
    assert len(windows) == cover.size == np.prod(cover.shape) == len(expected)
    for k, pixels in enumerate(expected):
        row = windows[k] if inside is None else windows[k][inside[k]]
        assert_array_equal(row, image.ravel()[pixels])
        assert_array_equal(laid_out[cover.places[k]], windows[k])
    assert set(np.concatenate(expected)) == set(range(image.size))


def test_ten_by_ten_in_threes_keeps_all_pixels():
    cover = GridCover((10, 10), 3)
    assert cover.shape == (4, 4)
    assert cover.inside.sum() == 100


def fresh_and_banked(cover, kind, max_noise, n_draws=1):
    pooling = RandomPooling(weights=kind, max_noise=max_noise, n_weightings=50)
    bank = WeightBank(cover.width, kind, max_noise, 50, np.random.default_rng(1))
    return (
        pooling.window_weights(cover, n_draws),
        pooling.window_weights(cover, n_draws, bank=bank),
    )


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize(("shape", "pool_size", "stride"), SHAPES)
def test_pool_and_spread_are_adjoint(kind, shape, pool_size, stride, rng):
    cover = GridCover(shape, pool_size, stride)
    for weights in fresh_and_banked(cover, kind, 0.0):
        weights.draw(rng)
        x, g = rng.normal(size=shape), rng.normal(size=cover.size)
        laid_out = cover.laid_out(x)
        (pooled,) = weights.pool(cover.windows(laid_out))
        spread = weights.spread(np.arange(cover.size), g)
        back = np.zeros(laid_out.size)
        np.add.at(back, cover.places, spread)
        assert abs(pooled @ g - laid_out @ back) < 1e-12 * max(1, np.abs(pooled @ g))


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize(("shape", "pool_size", "stride"), SHAPES)
def test_weights_are_convex(kind, shape, pool_size, stride, rng):
    cover = GridCover(shape, pool_size, stride)
    for weights in fresh_and_banked(cover, kind, 0.0):
        everywhere = np.arange(cover.size), np.ones(cover.size)
        drawn = weights.draw(rng).spread(*everywhere)
        assert (drawn >= 0).all()
        assert_allclose(drawn.sum(axis=1), 1, rtol=1e-5)
        if cover.inside is not None:
            assert (drawn[~cover.inside] == 0).all()
        if kind == "mean":
            counts = cover.width
            if cover.inside is not None:
                counts = cover.inside.sum(axis=1, keepdims=True)
            inside = drawn > 0
            assert_allclose(drawn, inside / counts, rtol=1e-6)
        if kind == "vertex":
            assert ((drawn == 0) | (drawn == 1)).all()


def test_distributions_of_weights():
    cover, rng = GridCover((4000,), 4), np.random.default_rng(0)
    first = {}
    for kind in WEIGHTS:
        weights = WindowWeights(cover, kind, 0.0)
        draws = [
            weights.draw(rng).spread(np.arange(1000), np.ones(1000)) for _ in range(20)
        ]
        first[kind] = np.concatenate(draws)[:, 0]
        assert first[kind].mean() == pytest.approx(0.25, abs=0.01)
    # Uniform on the simplex: the first of four weights is a Beta(1, 3).
    assert first["simplex"].var() == pytest.approx(3 / 80, rel=0.05)
    assert first["vertex"].var() == pytest.approx(3 / 16, rel=0.05)
    assert 0 < first["uniform"].var() < first["simplex"].var()


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize(("shape", "pool_size", "stride"), SHAPES)
def test_several_draws_are_each_by_itself(kind, shape, pool_size, stride, rng):
    cover = GridCover(shape, pool_size, stride)
    windows = cover.windows(cover.laid_out(rng.random(shape)))
    touched, grad = rng.permutation(3 * cover.size), rng.random(3 * cover.size)
    several = fresh_and_banked(cover, kind, 5.0, 3), fresh_and_banked(cover, kind, 5.0)
    for together, alone in zip(*several):
        for _ in range(2):
            together.draw(*map(np.random.default_rng, range(3)))
            pooled = together.pool(windows)
            spread = together.spread(touched, grad)
            for k in range(3):
                alone.draw(np.random.default_rng(k))
                assert_array_equal(alone.pool(windows)[0], pooled[k])
                own = touched // cover.size == k
                assert_array_equal(
                    alone.spread(touched[own] % cover.size, grad[own]), spread[own]
                )


@pytest.mark.parametrize("kind", WEIGHTS)
def test_noise_is_bounded_and_even(kind):
    cover, rng = GridCover((30, 41), 4), np.random.default_rng(0)
    zeros = cover.windows(cover.laid_out(np.zeros((30, 41), dtype=np.float32)))
    fresh, banked = fresh_and_banked(cover, kind, 10.0)
    for weights in (fresh, banked):
        pooled = np.concatenate([weights.draw(rng).pool(zeros) for _ in range(50)])
        assert np.abs(pooled).max() <= 10.0
        # A bank of 50 has a mean of its own.
        allowed = 0.3 if weights is fresh else 2.5
        assert abs(pooled.mean()) < allowed
        assert pooled.std() > 10 / np.sqrt(3) / np.sqrt(16) * 0.9
        assert weights.is_random


def test_what_is_random():
    assert not WindowWeights(GridCover((9, 9), 1), "simplex", 0.0).is_random
    assert not WindowWeights(GridCover((9, 9), 3), "mean", 0.0).is_random
    assert WindowWeights(GridCover((9, 9), 1), "simplex", 0.1).is_random
    assert WindowWeights(GridCover((9, 9), 3), "vertex", 0.0).is_random
