"""Strict orders without a sort: the same pairs as by ranks, to the bit."""

import numpy as np
import pytest

from sktopo import persistence_pairs
from sktopo.filtrations import Cubical
from sktopo.persistence import _keys as keys
from sktopo.persistence import grid_pairs, sort_order, unsorted_grid_pairs

TYPES = {
    "ties": lambda x: np.round(3 * x),
    "ties of what is no float32": lambda x: np.round(3 * x) / 7,
    "float32": lambda x: x.astype(np.float32),
    "float16": lambda x: x.astype(np.float16),
    "uint8": lambda x: (40 * x + 120).astype(np.uint8),
    "int16": lambda x: (4000 * x).astype(np.int16),
    "int64": lambda x: (4000 * x).astype(np.int64),
    "zeros of both signs": lambda x: np.where(x > 0, -0.0, np.round(x)),
    "smallest float32": lambda x: np.round(3 * x).astype(np.float32) * 1e-45,
    "largest": lambda x: x / np.abs(x).max() * 8e307,
    "distinct": lambda x: x,
}


@pytest.fixture(params=[0, 10**9], ids=["lookup", "no lookup"])
def lookup_from(request, monkeypatch):
    monkeypatch.setattr(keys, "_LOOKUP_FROM", request.param)
    monkeypatch.setattr(keys, "_ROUGH", 1.0)
    return request.param


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("kind", TYPES)
def test_pairs_are_those_of_ranks(kind, connectivity, lookup_from, rng):
    for shape in [(1,), (2,), (30,), (1, 7), (7, 1), (2, 9), (9, 2), (3, 3), (8, 11)]:
        x = TYPES[kind](rng.normal(size=shape))
        dimensions = tuple(range(x.ndim))
        for superlevel in (False, True):
            order = sort_order(x.ravel(), descending=superlevel)
            wanted = grid_pairs(order, shape, connectivity, dimensions)
            grid = Cubical(connectivity=connectivity, superlevel=superlevel).build(x)
            assert grid.end() == (order[-1], x.ravel()[order[-1]])
            for ours, theirs in zip(
                grid.persistence_pairs(dimensions), wanted, strict=True
            ):
                np.testing.assert_array_equal(ours.finite, theirs.finite)
                np.testing.assert_array_equal(ours.essential, theirs.essential)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("descending", [False, True])
def test_orders_are_those_of_a_stable_sort(kind, descending, rng):
    for shape in [(1,), (300,), (4, 50)]:
        x = TYPES[kind](rng.normal(size=shape))
        key = -x.astype(float) if descending else x.astype(float)
        rows = np.argsort(key, axis=-1, kind="stable").reshape(-1, shape[-1])
        rows = rows + np.arange(0, x.size, shape[-1])[:, None]
        np.testing.assert_array_equal(
            sort_order(x, descending=descending), rows.ravel()
        )


@pytest.mark.parametrize("descending", [False, True])
def test_indexed_keys_are_ascending_by_value_and_then_by_index(descending, monkeypatch):
    monkeypatch.setattr(keys, "_BLOCK", 4)
    x = np.array([0, -1, 1e-45, 0, 3e38, -1, -3e38, -0.0, 1], dtype=np.float32)
    found = keys.indexed_keys(x, descending=descending)
    assert np.unique(found).size == x.size
    np.testing.assert_array_equal(keys.cells_in(found), np.arange(x.size))
    wanted = [4, 8, 2, 0, 3, 7, 1, 5, 6] if descending else [6, 1, 5, 0, 3, 7, 2, 8, 4]
    np.testing.assert_array_equal(np.argsort(found), wanted)


@pytest.mark.parametrize(
    "x",
    [
        np.array([0.1, 0.5]),
        np.array([2**24 + 1]),
        np.array([2**60 + 1], dtype=np.uint64),
        np.array([np.inf, 0], dtype=np.float32),
        np.array([1e300]),
        np.empty(0, dtype=np.float32),
    ],
)
def test_what_does_not_fit_has_no_indexed_keys(x):
    assert keys.indexed_keys(x) is None


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64, np.int32, np.int64])
def test_large_integers_from_above(dtype):
    n = np.arange(9000)
    x = np.where(n < 4000, (4000 - n) * 100_000, (n - 4000) * 100_001)
    if dtype == np.int32:
        x = x - 2**31
    (found,) = persistence_pairs(x.astype(dtype), Cubical(superlevel=True), 0)
    (wanted,) = persistence_pairs(x.astype(float), Cubical(superlevel=True), 0)
    np.testing.assert_array_equal(found.births, wanted.births)
    np.testing.assert_array_equal(found.deaths, wanted.deaths)
    assert found.births.ravel().tolist() == [8999, 0]


@pytest.mark.parametrize("shape", [(1, 100, 100), (100, 1, 100), (100, 100, 1)])
def test_axes_of_length_one_do_not_count(shape):
    x = np.add.outer(np.arange(100.0) ** 1.5 * np.pi, np.arange(100.0) * np.sqrt(2))
    x[50, 50] = x[51, 50] = x[49, 49] - 1.0
    x[52, 50], x[53, 50] = x[50, 50] - 0.5, x[50, 50] - 0.6
    (wanted,) = persistence_pairs(x, Cubical(), 0)
    (found,) = persistence_pairs(x.reshape(shape), Cubical(), 0)
    # An axis of length one comes first, second or last; the places are the same.
    axis = shape.index(1)
    for ours, theirs in ((found.births, wanted.births), (found.deaths, wanted.deaths)):
        kept = np.delete(ours, axis, axis=1) if ours.shape[1] == 3 else ours
        np.testing.assert_array_equal(kept, theirs)
    assert len(found.births) == 3


def test_a_value_of_several_cells_is_no_answer(lookup_from):
    # Both valleys are as deep as each other; no neighbours are equal.
    x = np.array([[0.7, 0.1, 0.3, 0.1, 0.9, 0.05, 0.8]])
    assert unsorted_grid_pairs(x, "full", (0,)) is None
    (pairs,) = Cubical().build(x[0]).persistence_pairs((0,))
    np.testing.assert_array_equal(pairs.finite, [[3, 2], [1, 4]])
    np.testing.assert_array_equal(pairs.essential, [5])
