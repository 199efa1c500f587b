"""Huber's loss: against scikit-learn, outliers, units, and penalties of all kinds."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import HuberRegressor

from sktopo import TopologicalRidge, TopologicalRidgeCV
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

W = np.repeat([1.0, 2.0, 1.0, 3.0], 5)


@pytest.fixture
def problem(rng):
    """A tenth of the errors are a hundred times as large as the others."""
    X = rng.normal(size=(80, 20))
    y = X @ W + 0.3 * rng.normal(size=80) + 2
    y[:8] += 30 * rng.normal(size=8)
    return X, y


@pytest.mark.parametrize("epsilon", [1.35, 2.0, 3.0])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_without_a_penalty_it_is_that_of_scikit_learn(
    problem, rng, epsilon, fit_intercept
):
    X, y = problem
    weight = rng.integers(1, 4, len(X))
    params = {"epsilon": epsilon, "fit_intercept": fit_intercept}
    theirs = HuberRegressor(alpha=0.5, tol=1e-10, max_iter=10_000, **params)
    theirs.fit(X, y, sample_weight=weight)
    ours = TopologicalRidge(0.0, l2=0.5, loss="huber", tol=1e-8, **params)
    ours.fit(X, y, sample_weight=weight)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-3)
    assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-3)
    assert_allclose(ours.scale_, theirs.scale_, rtol=1e-3)


def huber(model, X, y):
    """The objective, written out."""
    error = np.abs(y - model.predict(X)) / model.scale_
    loss = np.where(
        error <= model.epsilon,
        error**2,
        2 * model.epsilon * error - model.epsilon**2,
    )
    alpha, penalty = model._penalty(X.shape[1], model.alpha)
    energy = penalty.value_and_grad(model.coef_)[0]
    return (model.scale_ * (1 + loss)).sum() + alpha * energy


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["values", "path", (4, 5)], ids=str)
def test_outliers_do_little(problem, topology):
    X, y = problem
    plain = TopologicalRidge(i0=4, topology=topology).fit(X, y)
    model = TopologicalRidge(i0=4, topology=topology, loss="huber").fit(X, y)
    assert np.abs(model.coef_ - W).max() < 0.2 < np.abs(plain.coef_ - W).max()
    # It is a minimum: of neither the weights nor the scale a change is better.
    value = huber(model, X, y)
    for scale in (0.99, 1.01):
        moved = TopologicalRidge(i0=4, topology=topology, loss="huber")
        vars(moved).update(vars(model) | {"scale_": scale * model.scale_})
        assert huber(moved, X, y) > value
        vars(moved).update(vars(model) | {"coef_": scale * model.coef_})
        assert huber(moved, X, y) > value


@pytest.mark.slow
def test_many_targets_a_term_and_a_path_of_alphas(problem):
    X, y = problem
    term = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy(p=1, i0=4))
    model = TopologicalRidge(1.0, topology=term, loss="huber", tol=1e-7)
    model.fit(X, np.column_stack([y, 2 * y]))
    alone = TopologicalRidge(1.0, topology="path", i0=4, loss="huber").fit(X, y)
    assert model.scale_.shape == (2,)
    assert_allclose(model.coef_[0], alone.coef_, atol=0.1)
    # In units of the scale, twice the targets have twice the weights.
    assert_allclose(model.coef_[1], 2 * model.coef_[0], atol=0.1)
    path = alone.path(X, y, alphas=[1.0, 1e3])
    assert_allclose(path.coefs[:, 1], alone.coef_, atol=1e-3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The best .* on the edge")
def test_the_choice_of_strengths(problem):
    X, y = problem
    model = TopologicalRidgeCV(2, i0=[4], topology="path", loss="huber", cv=2)
    plain = model.fit(X, y)
    coef, alpha, l2 = plain.coef_, plain.alpha_, plain.l2_
    assert np.abs(coef - W).max() < 0.3
    model.fit(X, 1024 * y)
    assert_allclose(model.coef_, 1024 * coef)
    assert_allclose(model.alpha_, alpha)
    assert_allclose(model.l2_, l2 / 1024)


def test_a_perfect_fit_and_parameters_without_effect(problem):
    X, y = problem
    model = TopologicalRidge(0.0, loss="huber").fit(X[:10], y[:10])
    assert_allclose(model.predict(X[:10]), y[:10])
    with pytest.warns(UserWarning, match="'epsilon' parameter of TopologicalRidge has"):
        TopologicalRidge(epsilon=2.0).fit(X, y)
    with pytest.raises(ValueError, match="'epsilon' parameter of TopologicalRidge"):
        TopologicalRidge(epsilon=0.5).fit(X, y)
    with pytest.raises(ValueError, match="'loss' parameter of TopologicalRidge"):
        TopologicalRidge(loss="absolute").fit(X, y)


def test_a_row_of_weight_zero_is_no_row(problem):
    X, y = problem
    X, y = np.vstack([X, X[:3]]), np.append(y, [1e12, -1e13, 1e14])
    weight = np.append(np.ones(80), np.zeros(3))
    model = TopologicalRidge(0.5, loss="huber")
    with_rows = model.fit(X, y, sample_weight=weight).coef_
    assert_allclose(with_rows, model.fit(*problem).coef_, rtol=1e-9)
    assert_allclose(with_rows, W, atol=0.5)


def test_a_row_of_weight_two_is_a_row_twice(problem):
    X, y = problem
    weight = np.append(np.full(10, 2.0), np.ones(70))
    model = TopologicalRidge(0.5, loss="huber", tol=1e-10)
    twice = model.fit(np.vstack([X, X[:10]]), np.append(y, y[:10])).coef_
    assert_allclose(model.fit(X, y, sample_weight=weight).coef_, twice, rtol=1e-5)


def test_targets_that_a_start_fits_exactly(rng):
    X, y = rng.normal(size=(10, 30)), np.full(10, 3.0)
    model = TopologicalRidge(0, l2=1000.0, loss="huber", fit_intercept=False).fit(X, y)
    plain = HuberRegressor(alpha=1000.0, fit_intercept=False, max_iter=5000).fit(X, y)
    assert_allclose(model.coef_, plain.coef_, atol=1e-4)
    assert model.scale_ == pytest.approx(plain.scale_, rel=1e-3)
    y = rng.normal(size=10)
    warm = TopologicalRidge(0, loss="huber", warm_start=True).fit(X, y)
    warm.set_params(alpha=50.0).fit(X, y)
    cold = TopologicalRidge(50.0, loss="huber").fit(X, y)
    assert_allclose(warm.coef_, cold.coef_, atol=1e-6)


def test_scales_of_tiny_targets(rng):
    X = rng.normal(size=(30, 4))
    y = X @ [1, 1, 2, 2] + rng.standard_t(2, size=30)
    model = TopologicalRidge(1.0, loss="huber").fit(X, y)
    tiny = TopologicalRidge(1.0, loss="huber").fit(X, y * 2.0**-260)
    assert_allclose(tiny.coef_ * 2.0**260, model.coef_, rtol=1e-6)
