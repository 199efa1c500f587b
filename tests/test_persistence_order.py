"""The strict order of values: stable, warm or cold, in every type."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo.persistence import ranks_of, sort_order

KINDS = [bool, np.uint8, np.int8, np.uint16, np.int32, np.int64, np.uint64, "f4", "f8"]


def draw(rng, n, kind, n_values=7):
    if kind is bool:
        return rng.integers(0, 2, n).astype(np.uint8)
    if np.dtype(kind).kind == "f":
        return rng.integers(-n_values, n_values, n).astype(kind) / 4
    low = 0 if np.dtype(kind).kind == "u" else -n_values
    return rng.integers(low, n_values, n).astype(kind)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_ties_are_sorted_by_index(rng, kind, descending):
    for n in (0, 1, 2, 100, 5000):
        values = draw(rng, n, kind)
        expected = np.argsort(
            -values.astype(float) if descending else values, kind="stable"
        )
        order = sort_order(values, descending=descending)
        assert order.dtype == np.intp
        assert_array_equal(order, expected)


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.uint8, np.int8])
def test_the_ends_of_the_integers(kind):
    ends = np.iinfo(kind)
    values = np.array([ends.max, ends.min, 3, ends.max, ends.min], dtype=kind)
    assert_array_equal(sort_order(values), [1, 4, 2, 0, 3])
    assert_array_equal(sort_order(values, descending=True), [0, 3, 2, 1, 4])


@pytest.mark.parametrize("kind", ["f8", np.int64])
def test_priority_orders_ties_only(rng, kind):
    values = draw(rng, 500, kind)
    priority = rng.permutation(500)
    order = sort_order(values, priority=priority)
    assert_array_equal(order, np.lexsort((priority, values)))
    order = sort_order(values, priority=priority, descending=True)
    assert_array_equal(order, np.lexsort((priority, -values.astype(float))))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.06, 0.5])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("kind", ["f8", "f4", np.int64, np.uint8])
def test_a_previous_order_changes_no_answer(rng, kind, descending, share):
    for n_values in (3, 10_000):
        old = draw(
            rng, 4000, kind, min(n_values, 100) if kind == np.uint8 else n_values
        )
        previous = (old, sort_order(old, descending=descending))
        values = old.copy()
        moved = rng.random(4000) < share
        values[moved] = rng.permutation(old)[moved]
        warm = sort_order(values, descending=descending, previous=previous)
        assert_array_equal(warm, sort_order(values, descending=descending))


def test_a_previous_order_of_other_values_is_left_alone(rng):
    values = rng.random(10)
    shorter = (values[:5], sort_order(values[:5]))
    assert_array_equal(sort_order(values, previous=shorter), np.argsort(values))
    other = (values.astype("f4"), sort_order(values.astype("f4")))
    assert_array_equal(sort_order(values, previous=other), np.argsort(values))


def test_ranks_are_the_inverse_of_the_order():
    assert_array_equal(ranks_of(np.array([2, 0, 1])), [1, 2, 0])
