"""The exact proximal step of the total range of runs, against all splits by hand."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import TopologicalRidge
from sktopo.filtrations import WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.linear_model._ranges import (
    prox_of_range,
    prox_of_ranges,
    sum_of_ranges,
)
from sktopo.objectives import PersistenceTerm


def best_of_one_run(v, step):
    """The least cost of one run: its mean, or any pair of clip levels."""
    best = ((v - v.mean()) ** 2).sum() / 2
    for i in range(1, v.size):
        for j in range(1, v.size):
            low, high = (v[:i].sum() + step) / i, (v[-j:].sum() - step) / j
            if low <= high:
                z = np.clip(v, low, high)
                best = min(best, ((z - v) ** 2).sum() / 2 + step * np.ptp(z))
    return best


def best_of_all_splits(v, step, n_runs):
    v = np.sort(v)
    run = {
        (i, j): best_of_one_run(v[i:j], step)
        for i, j in combinations(range(v.size + 1), 2)
    }
    return min(
        sum(run[ends] for ends in pairwise((0, *cuts, v.size)))
        for k in range(min(n_runs, v.size))
        for cuts in combinations(range(1, v.size), k)
    )


def cost(z, v, step, n_runs):
    return ((z - v) ** 2).sum() / 2 + step * sum_of_ranges(z, n_runs)[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["reals", "ties"])
@pytest.mark.parametrize("i0", [2, 3, 4])
def test_prox_is_the_global_minimum(rng, i0, kind):
    for _ in range(40):
        n = int(rng.integers(1, 11))
        v = rng.normal(size=n) if kind == "reals" else rng.integers(0, 5, n) * 1.0
        for step in (0.0, 0.01, 0.1, 0.5, 2.0):
            z = prox_of_ranges(v, step, i0 - 1)
            reached = cost(z, v, step, i0 - 1)
            assert_allclose(reached, best_of_all_splits(v, step, i0 - 1), atol=1e-12)
            # A fine search around it finds nothing lower.
            for size in (1e-1, 1e-3):
                near = z + size * rng.normal(size=(20, n))
                assert all(cost(x, v, step, i0 - 1) >= reached - 1e-12 for x in near)
            order = np.argsort(v, kind="stable")
            assert (np.diff(z[order]) >= -1e-15).all()


@pytest.mark.parametrize("kind", ["reals", "ties", "clusters"])
@pytest.mark.parametrize("share", [0.0, 1e-3, 0.1, 3.0])
def test_many_values_against_a_table_of_all_runs(rng, kind, share):
    """The best starts of runs rise with their ends; here every start is tried."""
    n = 90
    v = np.sort(rng.normal(size=n))
    if kind == "ties":
        v = np.sort(rng.integers(0, 9, n) * 1.0)
    elif kind == "clusters":
        v = np.sort(0.01 * v + rng.integers(0, 4, n))
    step = share * n / 10
    run = np.full((n, n), np.inf)
    for first in range(n):
        for last in range(first, n):
            z = prox_of_range(v[first : last + 1], step)
            distance = ((z - v[first : last + 1]) ** 2).sum() / 2
            run[first, last] = distance + step * np.ptp(z)
    best = run[0]
    for n_runs in range(2, 7):
        before = np.concatenate([[np.inf], best[:-1]])
        best = np.minimum(best, (before[:, None] + run).min(axis=0))
        z = prox_of_ranges(v, step, n_runs)
        assert_allclose(cost(z, v, step, n_runs), best[-1], rtol=1e-10, atol=1e-12)


def test_prox_far_from_zero(rng):
    v = rng.normal(size=50)
    moved = prox_of_ranges(v + 1e6, 0.3, 3)
    assert_allclose(moved - 1e6, prox_of_ranges(v, 0.3, 3), atol=1e-8)


def test_prox_of_large_vectors_stays_inside_runs(rng):
    v = np.repeat([1.0, 2.0, 3.0], 300) + 0.01 * rng.normal(size=900)
    before = v.copy()
    z = prox_of_ranges(v, 100.0, 3)
    assert_array_equal(v, before)
    expected = np.repeat([v[:300].mean(), v[300:600].mean(), v[600:].mean()], 300)
    assert_allclose(z, expected, rtol=1e-12)


@pytest.mark.parametrize("i0", [1, 2, 3, 5])
def test_sum_of_ranges_is_the_energy(rng, i0):
    term = PersistenceTerm(WeakAlpha(), PersistenceEnergy(i0=i0))
    for n in (1, 2, 7, 40):
        v = rng.normal(size=n)
        value, grad = term.value_and_grad(v[:, None])
        ours, ours_grad = sum_of_ranges(v, max(1, i0 - 1))
        assert_allclose(ours, value, atol=1e-12)
        assert_array_equal(ours_grad, grad[:, 0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_clusters_are_found_where_descent_fails(seed, alpha):
    """100 weights of three values from 75 samples: Adam ends with errors above 10."""
    rng = np.random.default_rng(seed)
    w = rng.integers(1, 4, 100).astype(float)
    X = rng.normal(size=(75, 100))
    y = X @ w + np.sqrt(0.05) * rng.normal(size=75)
    model = TopologicalRidge(alpha, i0=4, fit_intercept=False).fit(X, y)
    assert ((model.coef_ - w) ** 2).sum() < 0.3
    assert sum_of_ranges(model.coef_, 3)[0] < 0.5
