"""Penalties that no exact solver takes: from where the descents start."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning

from sktopo import (
    STUMPImageOptimizer,
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopoPointOptimizer,
)
from sktopo._losses import logistic_losses
from sktopo.functionals import (
    FunctionalFromCallable,
    PersistenceEnergy,
    PersistenceNorm,
)
from sktopo.objectives import PersistenceTerm

W = np.array([1, 1, 1, 2, 2, 2, 2, 5.0])
EQUAL = 462.8  # the squared error of the best weights that are all the same


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 8))
    return X, X @ W + 0.3 * rng.normal(size=40)


def penalty(model, w):
    return model.alpha * model._penalty(w.size, model.alpha)[1].value_and_grad(w)[0]


def test_a_smooth_penalty_converges_after_few_steps_of_adam(data):
    # No warning: what L-BFGS finds after them is the minimum.
    model = TopologicalRidge(p=2, topology="path", max_iter=50).fit(*data)
    alone = TopologicalRidge(p=2, topology="path", solver="lbfgs").fit(*data)
    assert_allclose(model.coef_, alone.coef_, atol=1e-6)


def test_l_bfgs_has_its_steps_where_adam_has_made_all_of_its(data):
    X, y = data[0], data[1] > np.median(data[1])
    model = TopologicalLogisticRegression(p=2, topology="path", l2=0.1, max_iter=50)
    values = []
    for solver in ("auto", "lbfgs"):
        model.set_params(solver=solver).fit(X, y)
        margins = X @ model.coef_[0] + model.intercept_
        loss = (
            logistic_losses(margins, y)[0].sum() + 0.1 * model.coef_[0] @ model.coef_[0]
        )
        values.append(loss + penalty(model, model.coef_[0]))
    assert values[0] <= values[1] * (1 + 1e-4)


@pytest.mark.parametrize(
    ("p", "alpha", "bound"),
    [
        (0.25, 1e6, EQUAL),
        (0.5, 1e4, EQUAL),
        (1.5, 1e6, EQUAL),
        (2, 1e2, 212.0),
        (3, 1e3, 284.6),
    ],
)
def test_least_squares_are_not_above_what_equal_weights_lead_to(data, p, alpha, bound):
    X, y = data
    model = TopologicalRidge(alpha, p=p).fit(X, y)
    error = float(((y - model.predict(X)) ** 2).sum())
    assert error + penalty(model, model.coef_) <= bound
    assert model.n_iter_ <= model.max_iter


@pytest.mark.parametrize(
    ("p", "alpha", "bound"), [(0.5, 0.01, 3.76), (0.5, 1.0, 7.0), (1.5, 1e5, 7.7)]
)
def test_log_losses_are_not_above_those_of_plain_or_equal_weights(
    data, p, alpha, bound
):
    X, y = data
    y = y > np.median(y)
    model = TopologicalLogisticRegression(alpha, p=p, l2=0.1).fit(X, y)
    losses, _ = logistic_losses(model.decision_function(X), y.astype(float))
    norm = 0.1 * float((model.coef_**2).sum())
    assert losses.sum() + norm + penalty(model, model.coef_[0]) <= bound


def test_the_number_of_bars_is_no_objective(data):
    X, y = data
    for model in (TopologicalRidge, TopologicalRidgeCV):
        with pytest.raises(ValueError, match="'p' and 'q' parameters of .* both be 0"):
            model(p=0).fit(X, y)
    with pytest.raises(ValueError, match="'p' and 'q' parameters of Topological"):
        TopologicalLogisticRegression(p=0, topology="path").fit(X, y > 0)
    # Midlives alone have a gradient.
    assert_allclose(TopologicalRidge(0.0, p=0, q=1).fit(X, y).coef_, W, atol=0.5)
    with pytest.raises(ValueError, match="'objective' parameter of TopoPointOptimizer"):
        TopoPointOptimizer(PersistenceEnergy(p=0)).fit(X[:, :2])
    counted = PersistenceTerm("weak_alpha", PersistenceEnergy(p=0), 1)
    with pytest.raises(ValueError, match="'objective' parameter of TopoPointOptimizer"):
        TopoPointOptimizer(counted).fit(X[:, :2])
    with pytest.raises(ValueError, match="'functional' parameter of STUMP"):
        STUMPImageOptimizer(functional=PersistenceEnergy(p=0)).fit([X])
    with pytest.raises(ValueError, match="'p' parameter of PersistenceNorm"):
        STUMPImageOptimizer(functional=PersistenceNorm(p="1")).fit([X])


@pytest.mark.parametrize("params", [{"p": 0.5, "alpha": 10}, {"p": 2, "alpha": 1e3}])
def test_sums_of_rows_that_are_rounding_say_nothing(rng, params):
    """Of compositions: equal weights there are an intercept, and no more."""
    y = rng.integers(0, 2, 100)
    rows = rng.dirichlet(np.ones(5), 100)
    centred = rng.normal(size=(100, 5))
    for X in (rows, centred - centred.mean(axis=1, keepdims=True)):
        model = TopologicalLogisticRegression(**params).fit(X, y)
        assert np.abs(model.coef_).max() < 100
        assert np.abs(TopologicalRidge(**params).fit(X, y).coef_).max() < 100


def test_a_functional_of_degree_zero_may_have_a_gradient():
    """Shares of lifetimes do not change with the scale, but with the points."""

    def share(diagram):
        size = diagram[:, 1] - diagram[:, 0]
        total, first = size.sum() or 1.0, size[:1].sum()
        slope = (np.arange(len(size)) == 0) / total - first / total**2
        return first / total, np.column_stack([-slope, slope])

    functional = FunctionalFromCallable(share)
    functional.degree = 0
    points = np.random.default_rng(0).random((30, 2))
    fit = TopoPointOptimizer(functional, homology_dimensions=0, max_iter=5).fit(points)
    assert fit.loss_curve_.min() < fit.loss_curve_[0]


@pytest.mark.parametrize("unit", [2.0**-40, 2.0**30])
def test_descents_have_no_units(rng, unit):
    X = rng.normal(size=(30, 5))
    y = X @ [1, 1, 2, 2, 2] + 0.1 * rng.normal(size=30)
    model = TopologicalRidge(10.0, p=1.5).fit(X, y)
    other = TopologicalRidge(10.0 * unit**0.5, p=1.5).fit(X, unit * y)
    assert_allclose(other.coef_ / unit, model.coef_, rtol=1e-6)


def steepest(objective, w):
    """The most that moves of neighbouring weights lower an objective, by length."""
    step = 1e-6 * np.abs(w).max()
    lowered = [0.0]
    for start in range(w.size):
        for end in range(start + 1, min(start + 5, w.size) + 1):
            for sign in (-1, 1):
                moved = w.copy()
                moved[start:end] += sign * step
                lowered.append((objective(w) - objective(moved)) / step)
    return max(lowered) * np.abs(w).max() / objective(w)


@pytest.mark.parametrize("seed", [4, 7, 15])
@pytest.mark.parametrize("i0", [3, 4])
def test_on_a_path_the_result_is_a_local_minimum(seed, i0):
    # One tangent at a plateau of a free maximum is not enough: others lead lower.
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(30, 20))
    bump = 2 * np.exp(-0.5 * ((np.arange(20) - 10) / 3) ** 2)
    y = X @ bump + rng.normal(size=30)
    ridge = TopologicalRidge(10.0, i0=i0, topology="path", l2=0.1).fit(X, y)
    X_centred, y_centred = X - X.mean(axis=0), y - y.mean()

    def squared(w):
        error = y_centred - X_centred @ w
        return error @ error + penalty(ridge, w) + 0.1 * w @ w

    assert steepest(squared, ridge.coef_) < 1e-3
    logistic = TopologicalLogisticRegression(0.5, i0=i0, topology="path", l2=0.1)
    logistic.fit(X, y > np.median(y))

    def log_loss(w):
        margins = X @ w + logistic.intercept_
        losses, _ = logistic_losses(margins, y > np.median(y))
        return losses.sum() + penalty(logistic, w) + 0.1 * w @ w

    assert steepest(log_loss, logistic.coef_[0]) < 1e-3


def test_columns_of_very_different_units():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 8)) * 10.0 ** rng.uniform(-3, 3, 8)
    y = (X / X.std(axis=0)) @ rng.normal(size=8) + rng.normal(size=60)
    model = TopologicalRidge(0.2, i0=3).fit(X, y)
    error = y - model.predict(X)
    # A short proximal step gains little there, wherever one is.
    assert error @ error + penalty(model, model.coef_) < 59.376


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_the_unit_of_columns_beside_an_intercept(unit):
    X = np.random.default_rng(0).normal(size=(30, 6))
    y = X @ [1, 1, 1, 3, 3, 3] > 0
    plain = TopologicalLogisticRegression(2.0, l2=0.01).fit(X, y)
    scaled = TopologicalLogisticRegression(2.0 * unit, l2=0.01 * unit**2)
    scaled.fit(unit * X, y)
    assert_allclose(unit * scaled.coef_, plain.coef_, rtol=1e-6)


@pytest.mark.parametrize("model", [TopologicalRidge, TopologicalLogisticRegression])
def test_large_columns_do_not_hide_small_ones(model):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    y = X @ [1, 1, -1, 1] + rng.logistic(size=60)
    y = y if model is TopologicalRidge else y > 0
    unit = np.array([1, 1, 1e7, 1e7])
    plain, scaled = model(0.0).fit(X, y), model(0.0).fit(X * unit, y)
    assert_allclose(scaled.coef_ * unit, plain.coef_, rtol=1e-5)


@pytest.mark.slow
def test_sweeps_without_convergence_are_told():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 20))
    X[:, 10] = X[:, 0]
    y = np.argmax(X[:, :3] * 2 + rng.gumbel(size=(60, 3)), axis=1)
    model = TopologicalLogisticRegression(0.02, topology="path")
    with pytest.warns(ConvergenceWarning, match="has not converged"):
        model.fit(X, y)
