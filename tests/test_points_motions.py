"""Points under each method: gradients, fields and big steps."""

import pickle
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.functionals import FunctionalFromCallable
from sktopo.points import FieldMethod

FIELDS = ("diffeomorphic", "nadaraya_watson")
METHODS = ("gradient", "big_step", *FIELDS)


def squared_deaths(diagram):
    grad = np.zeros_like(diagram)
    grad[:, 1] = 2 * diagram[:, 1]
    return float((diagram[:, 1] ** 2).sum()), grad


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_fields_close_a_noisy_circle(seed):
    X, _ = make_noisy_circle(200, noise=0.05, random_state=seed)
    fit = TopoPointOptimizer(
        FunctionalFromCallable(squared_deaths),
        filtration="vietoris_rips",
        method=FieldMethod("nadaraya_watson", bandwidth=0.1),
        learning_rate=0.1,
        max_iter=80,
    ).fit(X)
    left = fit.loss_curve_ / fit.loss_curve_[0]
    assert np.argmax(left < 0.1) <= 35
    assert left[35] < 0.1
    assert left[-1] < 0.01
    assert (np.diff(left) <= 0).all()
    assert_array_equal(fit.transform(X), fit.points_)
    back = np.abs(fit.inverse_transform(fit.points_) - X).max(axis=1)
    assert np.quantile(back, 0.99) < 1e-6
    new = np.random.RandomState(seed).uniform(-1.5, 1.5, (500, 2))
    back = np.abs(fit.inverse_transform(fit.transform(new)) - new).max(axis=1)
    assert np.quantile(back, 0.99) < 1e-6
    fit.set_params(method__kind="diffeomorphic", max_iter=15).fit(X)
    assert (np.diff(fit.loss_curve_) <= 0).all()
    assert fit.loss_curve_[-1] < 0.7 * fit.loss_curve_[0]
    back = np.abs(fit.inverse_transform(fit.transform(new)) - new).max(axis=1)
    assert np.quantile(back, 0.99) < 1e-6


def test_big_steps_are_few():
    X, _ = make_noisy_circle(200, random_state=0)
    fit = TopoPointOptimizer(solver="gd", learning_rate=0.1, max_iter=4).fit(X)
    assert fit.loss_curve_[-1] > 0.1 * fit.loss_curve_[0]
    fit.set_params(method="big_step").fit(X)
    assert fit.loss_curve_[-1] < 0.01 * fit.loss_curve_[0]
    fit.set_params(grouping=0.01, fidelity_weight=0.01).fit(X)
    assert (np.diff(fit.loss_curve_) <= 0).all()
    assert fit.loss_curve_[-1] < fit.loss_curve_[0]


@pytest.mark.parametrize("method", METHODS)
def test_new_points_ride_along(method):
    X, _ = make_noisy_circle(60, random_state=0)
    fit = TopoPointOptimizer(method=method, solver="gd", learning_rate=0.1, max_iter=10)
    moved = fit.fit_transform(X)
    assert not np.allclose(moved, X)
    assert_array_equal(fit.points_, moved)
    assert_array_equal(fit.transform(X), moved)
    assert_array_equal(fit.transform(X[5:9]), moved[5:9])
    line = np.linspace([-1.5, 0.2], [1.5, 0.1], 5001)
    steps = np.linalg.norm(np.diff(fit.transform(line), axis=0), axis=1)
    assert steps.max() < 0.05
    again = pickle.loads(pickle.dumps(fit))
    assert_array_equal(again.transform(line), fit.transform(line))
    if method not in FIELDS:
        assert not hasattr(fit, "inverse_transform")
    else:
        assert fit.bandwidth_ > 0
        assert_allclose(fit.inverse_transform(moved), X, atol=1e-8)


def test_coincident_points_stay_together():
    X, _ = make_noisy_circle(30, random_state=0)
    X = np.concatenate([X, X[:10], X[:5]])
    for method in METHODS:
        fit = TopoPointOptimizer(method=method, solver="gd", learning_rate=0.1)
        moved = fit.set_params(max_iter=10).fit_transform(X)
        assert not np.allclose(moved, X)
        assert_array_equal(moved[30:40], moved[:10])
        assert_array_equal(moved[40:], moved[:5])
        assert_array_equal(fit.transform(X), moved)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "X",
    [
        np.zeros((7, 2)),
        np.ones((1, 3)),
        np.arange(10.0)[:, None] * [1.0, 2.0],
        np.arange(4.0)[:, None],
        np.random.RandomState(0).rand(3, 2),
        np.random.RandomState(0).rand(12, 10),
    ],
    ids=["coincident", "one point", "collinear", "on a line", "three", "ten axes"],
)
@pytest.mark.parametrize("homology_dimensions", [0, 1])
def test_degenerate_clouds_stay_finite_under_every_method(
    X, method, homology_dimensions
):
    fit = TopoPointOptimizer(
        filtration="vietoris_rips",
        method=method,
        solver="gd",
        max_iter=3,
        homology_dimensions=homology_dimensions,
    )
    moved = fit.fit_transform(X)
    assert moved.shape == X.shape
    assert np.isfinite(moved).all()
    assert np.isfinite(fit.transform(X + 0.1)).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert_array_equal(
            fit.set_params(filtration="weak_alpha").fit_transform(X), moved
        )
