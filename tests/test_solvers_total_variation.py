"""Total variation denoising satisfies its KKT conditions, whatever the signal."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.solvers import minimize_asymmetric_lasso, prox_of_total_variation


def violation(x, z, weight):
    """By how much z fails the KKT conditions, which hold for the solution alone."""
    dual = np.cumsum(z - x)
    jumps = np.diff(z)
    bound = np.where(jumps == 0, np.abs(dual[:-1]) - weight, 0.0)
    at_bound = np.where(jumps != 0, np.abs(dual[:-1] - weight * np.sign(jumps)), 0.0)
    return max(abs(dual[-1]), bound.max(initial=0.0), at_bound.max(initial=0.0))


def small_signals(rng, n_signals):
    for k in range(n_signals):
        n = rng.integers(1, 16)
        yield [
            rng.normal(size=n),
            rng.integers(-2, 3, n).astype(float),
            np.cumsum(rng.normal(size=n)),
            np.repeat(rng.normal(size=n), 2),
            rng.standard_cauchy(n),
            np.full(n, 0.7),
        ][k % 6]


def test_small_signals_of_all_kinds(rng):
    for x in small_signals(rng, 2000):
        weight = rng.choice([0.01, 0.3, 1.0, 2.0, 50.0])
        z = prox_of_total_variation(x, weight)
        assert violation(x, z, weight) < 1e-11 * (weight + np.abs(x).max())


def test_the_asymmetric_lasso_in_the_differences_agrees(rng):
    for x in small_signals(rng, 150):
        # The mean of z is that of x; what is left are the steps of both.
        steps = (np.arange(x.size)[:, None] > np.arange(x.size - 1)).astype(float)
        steps -= steps.mean(axis=0)
        cost = np.full(x.size - 1, 2 * 0.4)
        gram, moment = steps.T @ steps, steps.T @ x
        if x.size > 1 and np.ptp(x) > 0:
            change, converged = minimize_asymmetric_lasso(gram, moment, cost, cost)
            assert converged
            expected = x.mean() + steps @ change
            z = prox_of_total_variation(x, 0.4)
            assert_allclose(z, expected, atol=1e-7 * np.abs(x).max())


@pytest.mark.parametrize("kind", ["noise", "walk", "heavy tails", "smooth", "counts"])
def test_long_signals(kind, rng):
    n = 20_000
    x = {
        "noise": rng.normal(size=n),
        "walk": np.cumsum(rng.normal(size=n)),
        "heavy tails": rng.standard_cauchy(n),
        "smooth": np.exp(np.linspace(0, 20, n)) * 1e-8,
        "counts": rng.poisson(3, n).astype(float),
    }[kind]
    for weight in (0.1, 30.0):
        z = prox_of_total_variation(x, weight)
        size = np.abs(x).max() + weight
        assert violation(x, z, weight) < 1e-11 * size
        moved = x.copy()
        moved[rng.integers(0, n, 5)] += 3 * weight
        cold = prox_of_total_variation(moved, weight)
        assert_array_equal(prox_of_total_variation(moved, weight, start=z), cold)


def test_any_start_gives_the_same(rng):
    for x in small_signals(rng, 250):
        z = prox_of_total_variation(x, 0.5)
        for start in (x, -x, rng.integers(0, 2, x.size), z):
            found = prox_of_total_variation(x, 0.5, start=start)
            assert_allclose(found, z, rtol=1e-13, atol=1e-13 * np.abs(x).max())


@pytest.mark.parametrize("exponent", [-900, -300, 300, 490])
def test_scales_of_any_size(exponent, rng):
    x = rng.normal(size=50)
    z = prox_of_total_variation(x, 0.5)
    scaled = prox_of_total_variation(np.ldexp(x, exponent), np.ldexp(0.5, exponent))
    assert_array_equal(scaled, np.ldexp(z, exponent))
    assert_allclose(prox_of_total_variation(x + 1e6, 0.5), z + 1e6, rtol=1e-14)


def test_the_ends_of_the_range():
    x = np.array([3.0, -1.0, 4.0])
    assert_array_equal(prox_of_total_variation(x, 0), x)
    assert prox_of_total_variation(x, 0) is not x
    assert_allclose(prox_of_total_variation(x, 1e150), np.full(3, 2.0))
    assert_array_equal(prox_of_total_variation([7], 3.0), [7.0])
    assert_allclose(prox_of_total_variation([0, 4], 1.0), [1.0, 3.0])
    assert_allclose(prox_of_total_variation([0, 4], 2.0), [2.0, 2.0])
    assert_array_equal(x, [3.0, -1.0, 4.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prox_of_total_variation([[1.0]], 1.0), r"x of .* \(n,\)"),
        (lambda: prox_of_total_variation([], 1.0), r"x of .* Got \(0,\)"),
        (lambda: prox_of_total_variation([1.0, np.nan], 1.0), "x of .* NaN"),
        (lambda: prox_of_total_variation([1.0], -1.0), "'weight' parameter of prox"),
        (lambda: prox_of_total_variation([1.0], True), "'weight' parameter of prox"),
        (lambda: prox_of_total_variation([1, 2], 1, [1]), r"start of .* \(2,\). Got"),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()
