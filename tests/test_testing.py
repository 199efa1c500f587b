"""The gradient checker finds wrong gradients, and says what they are."""

import numpy as np
import pytest

from sktopo.testing import check_gradient


def test_right_gradients_pass(rng):
    check_gradient(lambda x: ((x**2).sum(), 2 * x), rng.random((3, 2)))
    check_gradient(lambda x: ((x**2).sum(), 2 * x), rng.random(500))


@pytest.mark.parametrize("n", [3, 500])
def test_wrong_gradients_fail(rng, n):
    with pytest.raises(AssertionError, match=r"it says .*, the difference quotient"):
        check_gradient(lambda x: ((x**2).sum(), 2.01 * x), rng.random(n))


def test_wrong_shapes_fail():
    with pytest.raises(AssertionError, match=r"shape \(1,\), but x has shape \(2,\)"):
        check_gradient(lambda x: (0.0, np.zeros(1)), np.ones(2))


def test_infinite_entries_are_held_fixed():
    def last_finite(x):
        return float(x[0]), np.array([1.0, 5.0])

    check_gradient(last_finite, np.array([1.0, np.inf]))


def test_a_function_without_a_gradient_is_named():
    with pytest.raises(TypeError, match="must return its value and the gradient"):
        check_gradient(np.sum, np.ones(3))
