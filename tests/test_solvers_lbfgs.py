"""Units of L-BFGS."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.solvers import LBFGS


@pytest.mark.parametrize("unit", [2.0**-60, 2.0**40])
def test_steps_of_lbfgs_follow_the_units_of_values_and_of_x(rng, unit):
    """It ends after as many steps, at the same point to the bit."""
    A, b = rng.normal(size=(30, 10)), rng.normal(size=30)

    def function(x):
        error = A @ x - b
        return float(error @ error), 2 * A.T @ error

    def in_units(x):
        value, grad = function(x / unit)
        return value * unit**2, grad * unit

    found = LBFGS().minimize(function, np.zeros(10))
    scaled = LBFGS().minimize(in_units, np.zeros(10))
    assert found.success
    assert scaled.nit == found.nit
    assert_array_equal(scaled.x, unit * found.x)
    assert_allclose(found.x, np.linalg.lstsq(A, b)[0], atol=1e-5)


@pytest.mark.parametrize("value", [0.0, 1e-20, 1e-310, -1e-14])
def test_a_start_value_of_rounding_is_no_unit(value):
    def function(x):
        z = x - 1
        return float(z @ z - 2 * z.sum()) + value, 2 * z - 2

    found = LBFGS().minimize(function, np.ones(2))
    assert found.success
    assert_allclose(found.x, [2, 2], rtol=1e-6)


def test_a_line_search_that_fails_is_no_convergence():
    def uphill(x):
        return float(x @ x), -2 * x

    found = LBFGS().minimize(uphill, np.array([1.0, 2.0]))
    assert (found.status, found.success, found.nit) == (4, False, 0)
    assert_array_equal(found.x, [1.0, 2.0])
