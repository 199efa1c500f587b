"""GradientDescent: its steps, one by one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo.base import Term
from sktopo.solvers import GradientDescent


def test_steps_are_those_that_led_to_the_result():
    """An evaluation that fails leaves the last point, and not its step."""

    class Noisy(Term):
        is_random = True

        def __init__(self):
            self.calls = 0

        def value_and_grad(self, x):
            self.calls += 1
            if self.calls == 4:
                raise KeyboardInterrupt
            return float(x @ x), 2 * x

    def step(x, grad, rate):
        return x - rate * grad, rate * grad

    solver = GradientDescent(0.1, step=step)
    with pytest.raises(KeyboardInterrupt) as caught:
        solver.minimize(Noisy(), np.array([1.0, 2.0]))
    found = caught.value.result
    assert found.nit == len(found.steps) == 2
    assert_allclose(found.x, np.array([1.0, 2.0]) - sum(found.steps))
