"""Restarts of Adam."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo.solvers import Adam


def test_a_restart_of_adam_forgets_its_age():
    """Without progress it goes back to the start: each first step is as long as the
    rate, whatever the moments were before.
    """
    seen = []

    def slope(x):
        seen.append(float(x[0]))
        return 1.0, np.ones(1)

    Adam(0.5, schedule="adaptive", n_iter_no_change=4, max_iter=12).minimize(
        slope, np.zeros(1)
    )
    first = seen[1:5], seen[5:9], seen[9:13]
    for steps in first:
        assert_allclose(steps, steps[0] * np.arange(1, 5), rtol=1e-6)
    rates = [-steps[0] for steps in first]
    assert rates[0] == pytest.approx(0.5)
    assert rates[0] > rates[1] > rates[2] > 0
    assert rates[1] / rates[0] == pytest.approx(rates[2] / rates[1], rel=1e-6)


def test_the_rate_falls_linearly_to_zero():
    """Of a constant gradient every step is as long as the rate."""

    def slope(x):
        return float(x.sum()), np.ones(x.shape)

    result = Adam(0.5, schedule="linear", max_iter=10).minimize(slope, np.zeros(3))
    assert_allclose(result.x, -0.5 * sum(1 - k / 10 for k in range(10)))
    steps = -np.diff(result.history) / 3
    assert_allclose(steps, 0.5 * (1 - np.arange(10) / 10))


def test_a_restart_of_a_random_function_starts_from_the_last_gradient():
    """Its values do not compare: the gradient is that of the point it goes on from."""
    calls = []

    def noisy(x):
        calls.append(x.copy())
        return float(len(calls)), np.array([1.0 if len(calls) > 2 else -1.0])

    noisy.is_random = True
    Adam(0.5, schedule="adaptive", n_iter_no_change=2, max_iter=3).minimize(
        noisy, np.zeros(1)
    )
    # The first step of a restart has the sign of the gradient, here the third one's.
    assert calls[3][0] < calls[2][0]
