"""Big steps on images, beside the gradients of the same term."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import PersistenceTerm


def image(kind):
    noise = np.random.default_rng(0).random((512, 512))
    return noise if kind == "noise" else gaussian_filter(noise, 3)


@pytest.mark.parametrize("kind", ["noise", "smooth"])
@pytest.mark.parametrize("dimension", [0, 1])
@pytest.mark.parametrize("what", ["gradient", "big step"])
def test_a_step(benchmark, kind, dimension, what):
    benchmark.group = f"{kind}, H{dimension}, 512 x 512"
    x = image(kind)
    term = PersistenceTerm(Cubical(), PersistenceNorm(), dimension)
    rate = 0.1 * x.std()
    if what == "gradient":
        benchmark(term.value_and_grad, x)
    else:
        step = benchmark(term.big_step, x, rate)
        assert term(x + step) < term(x)
