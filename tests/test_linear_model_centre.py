"""Fewer rows than weights along a path: wide systems, and the analytic centre."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from sktopo import TopologicalRidge
from sktopo.linear_model._analytic_centre import centre_of_monotone_steps
from sktopo.linear_model._design import Design
from sktopo.linear_model._path_graph import _DenseSteps, _WideSteps


def test_the_centre_is_the_largest_product_of_steps(rng):
    rows = rng.normal(size=(4, 9))
    target = rows @ rng.uniform(0.5, 2.0, 9)
    z, room = centre_of_monotone_steps(rows, target, np.ones(9))
    assert_allclose(rows @ z, target, rtol=1e-9)
    assert room == pytest.approx(np.log(z).sum())
    reference = minimize(
        lambda z: -np.log(z).sum(),
        z,
        jac=lambda z: -1 / z,
        bounds=[(1e-6, None)] * 9,
        constraints={"type": "eq", "fun": lambda z: rows @ z - target},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert_allclose(z, reference.x, rtol=1e-4)
    # In other units it is the same.
    scaled, _ = centre_of_monotone_steps(1024 * rows, 1024 * target, np.ones(9))
    assert_allclose(scaled, z, rtol=1e-8)
    scaled, _ = centre_of_monotone_steps(rows, 1024 * target, np.full(9, 1024.0))
    assert_allclose(scaled, 1024 * z, rtol=1e-8)


def test_where_there_is_no_centre(rng):
    start = np.ones(3)
    z, room = centre_of_monotone_steps(np.ones((1, 3)), np.array([-1.0]), start)
    assert room == -np.inf
    assert z is start


@pytest.mark.parametrize("ridge", [0.0, 2.0])
def test_products_with_rows_are_those_with_the_gram_matrix(rng, ridge):
    design = Design(rng.normal(size=(5, 30)), ridge)
    wide, dense = _WideSteps(design), _DenseSteps(design)
    assert_allclose(wide.share, dense.share)
    assert_allclose([wide.weight, wide.trace], [dense.weight, dense.trace])
    assert wide.total_trace == pytest.approx(dense.total_trace)
    x, active = rng.normal(size=29), np.array([0, 3, 17, 28])
    assert_allclose(wide.apply(x), dense.apply(x), atol=1e-9)
    assert_allclose(wide.block(active), dense.block(active), atol=1e-9)
    assert wide.rank == (5 if ridge == 0 else 29)


@pytest.mark.slow
def test_of_weights_that_fit_exactly_the_centre_is_found():
    """Half as many samples as weights on a sawtooth, whose slopes have equal steps.

    A vertex of what fits exactly has few and large ones: five times as far away.
    """
    w = 2 * np.mod(np.linspace(0, 3, 100), 1) - 1
    errors = []
    for seed in range(3):
        X = np.random.default_rng(seed).normal(size=(50, 100))
        model = TopologicalRidge(1.0, i0=4, topology="path", fit_intercept=False)
        model.fit(X, X @ w)
        assert_allclose(model.predict(X), X @ w, atol=1e-6)
        steps = np.diff(model.coef_)
        assert np.count_nonzero(steps) == steps.size
        upside_down = TopologicalRidge(
            1.0, i0=4, topology="path", superlevel=False, fit_intercept=False
        ).fit(X, -X @ w)
        assert_allclose(upside_down.coef_, -model.coef_, atol=1e-6)
        errors.append(((model.coef_ - w) ** 2).sum() / (w @ w))
    assert np.median(errors) < 0.012


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("n_features", [60, 400])
def test_wide_fits_are_no_worse_than_a_long_descent(rng, n_features, l2):
    X = rng.normal(size=(10, n_features)).cumsum(axis=1)
    y = X[:, 20:30].sum(axis=1)
    params = {"topology": "path", "l2": l2, "fit_intercept": False}
    model = TopologicalRidge(1.0, **params).fit(X, y)
    other = TopologicalRidge(1.0, solver="adam", max_iter=1500, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other.fit(X, y)

    def objective(w):
        _, penalty = model._penalty(n_features, 1.0)
        return ((y - X @ w) ** 2).sum() + l2 * w @ w + penalty.value_and_grad(w)[0]

    assert objective(model.coef_) <= objective(other.coef_) * (1 + 1e-6) + 1e-9
