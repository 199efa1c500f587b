"""Paths of alphas, and the choice of one by cross-validation."""

from contextlib import nullcontext

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LassoCV, Ridge, RidgeCV
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import TopologicalRidge, TopologicalRidgeCV
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

ALPHAS = np.logspace(-2, 1, 7)
ON_THE_EDGE = pytest.mark.filterwarnings("ignore:The best .* on the edge")


@pytest.fixture
def problem(rng):
    X = rng.normal(size=(60, 20))
    w = np.repeat([1.0, 3.0, 1.0, 2.0], 5)
    return X, X @ w + 0.5 * rng.normal(size=60) + 5


def objective(model, X, y, alpha, coef, intercept):
    energy = model._penalty(X.shape[1], model.alpha)[1].value_and_grad(coef)[0]
    return ((y - X @ coef - intercept) ** 2).sum() + alpha * energy


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["values", "path", (4, 5)], ids=str)
@pytest.mark.parametrize("i0", [2, 3])
def test_a_path_ends_no_higher_than_single_fits(problem, topology, i0):
    X, y = problem
    model = TopologicalRidge(topology=topology, i0=i0)
    path = model.path(X, y, alphas=ALPHAS)
    alphas, coefs, intercepts = path.alphas, path.coefs, path.intercepts
    assert_array_equal(alphas, ALPHAS[::-1])
    assert coefs.shape == (20, 7)
    for k, alpha in enumerate(alphas):
        alone = clone(model).set_params(alpha=alpha).fit(X, y)
        single = objective(model, X, y, alpha, alone.coef_, alone.intercept_)
        on_path = objective(model, X, y, alpha, coefs[:, k], intercepts[k])
        # On grids both come from a descent, which ends close to a minimum only.
        assert on_path <= (1.001 if topology != (4, 5) else 1.02) * single
    assert not hasattr(model, "coef_")


def test_a_convex_path_is_that_of_single_fits(problem):
    X, y = problem
    path = TopologicalRidge().path(X, np.column_stack([y, -y]))
    alphas, coefs, intercepts = path.alphas, path.coefs, path.intercepts
    assert coefs.shape == (2, 20, 20)
    assert intercepts.shape == (2, 20)
    # With the largest, equal weights are the solution, with a little less they are not.
    top = coefs[0, :, 0]
    assert_allclose(top, top.mean(), rtol=1e-9)
    assert np.ptp(TopologicalRidge(0.99 * alphas[0]).fit(X, y).coef_) > 0
    assert_allclose(alphas, alphas[0] * np.logspace(0, -4, 20), rtol=1e-12)
    for k in (0, 7, 19):
        alone = TopologicalRidge(alphas[k]).fit(X, y)
        assert_allclose(coefs[0, :, k], alone.coef_, rtol=1e-7)
        assert_allclose(coefs[1, :, k], -alone.coef_, rtol=1e-7)
        assert_allclose(intercepts[:, k], [alone.intercept_, -alone.intercept_])


def test_a_path_without_alphas_or_with_zero(problem):
    X, y = problem
    coefs = TopologicalRidge().path(X, y, alphas=0.0).coefs
    assert_allclose(coefs[:, 0], TopologicalRidge(0.0).fit(X, y).coef_)
    with pytest.raises(ValueError, match="'alphas' parameter of TopologicalRidge must"):
        TopologicalRidge().path(X, y, alphas=[1.0, -1.0])
    with pytest.raises(ValueError, match="alphas"):
        TopologicalRidge().path(X, y, alphas=[])


@ON_THE_EDGE
@pytest.mark.parametrize(
    ("params", "is_unique"),
    [
        ({}, True),
        ({"l2": 0.5, "fit_intercept": False}, True),
        ({"topology": "path"}, False),
        ({"topology": "path", "superlevel": False}, False),
        ({"i0": 3}, False),
    ],
    ids=str,
)
def test_cross_validation_is_that_of_a_grid_search(problem, params, is_unique):
    """Where there are many minima, a path finds a better one now and then."""
    X, y = problem
    folds = KFold(4, shuffle=True, random_state=0)
    search = GridSearchCV(TopologicalRidge(**params), {"alpha": ALPHAS}, cv=folds)
    search.fit(X, y)
    params = {"i0": 2, "l2": 0.0, **params}
    model = TopologicalRidgeCV(ALPHAS, cv=folds, scoring="r2", **params).fit(X, y)
    theirs = np.stack([search.cv_results_[f"split{k}_test_score"] for k in range(4)], 1)
    assert model.scores_.shape == (1, 1, len(ALPHAS), 4)
    same = np.isclose(1 - model.scores_[0, 0, ::-1], 1 - theirs, rtol=1e-4)
    assert same.mean() >= (1.0 if is_unique else 0.85)
    assert model.alpha_ == search.best_params_["alpha"]
    assert model.best_score_ == pytest.approx(search.best_score_, rel=1e-4)
    assert_allclose(model.coef_, search.best_estimator_.coef_, rtol=1e-6)
    assert_allclose(model.predict(X), search.predict(X), rtol=1e-6)


@ON_THE_EDGE
def test_folds_in_parallel_give_the_same_bits(problem):
    X, y = problem
    alone = TopologicalRidgeCV(2, i0=[2, 3], cv=2).fit(X, y)
    together = TopologicalRidgeCV(2, i0=[2, 3], cv=2, n_jobs=2).fit(X, y)
    assert_array_equal(alone.scores_, together.scores_)
    assert_array_equal(alone.coef_, together.coef_)


@ON_THE_EDGE
def test_scoring_and_weights(problem, rng):
    X, y = problem
    weight = rng.integers(1, 4, len(X)).astype(float)
    folds = [(np.arange(30, 60), np.arange(30)), (np.arange(30), np.arange(30, 60))]
    model = TopologicalRidgeCV(
        [*ALPHAS, 0.0], cv=folds, topology="path", i0=2, l2=0.0
    ).fit(X, y, sample_weight=weight)
    (train, test), k = folds[1], 2
    alone = TopologicalRidge(model.alphas_[k], topology="path")
    alone.fit(X[train], y[train], sample_weight=weight[train])
    error = np.average((y[test] - alone.predict(X[test])) ** 2, weights=weight[test])
    assert model.scores_[0, 0, k, 1] == pytest.approx(-error, rel=1e-6)


def test_in_a_pipeline_beside_its_plain_peer(problem):
    """Weights of three values: fewer samples are needed than by the lasso."""
    X, y = problem
    X, y, X_test, y_test = X[:30], y[:30], X[30:], y[30:]
    ours = TopologicalRidgeCV(5, i0=4, l2=0.0)
    ours = make_pipeline(StandardScaler(with_std=False), ours)
    theirs = LassoCV(cv=5).fit(X, y)
    ours.fit(X, y)
    assert ours.score(X_test, y_test) > theirs.score(X_test, y_test)


def test_of_equal_scores_the_strongest_penalty_wins(rng):
    X = rng.normal(size=(20, 3))
    with pytest.warns(
        UserWarning, match=r"The best value of .alphas. .* 2.0, is on the edge"
    ):
        model = TopologicalRidgeCV([1.0, 2.0], cv=2).fit(X, X.sum(axis=1))
    assert model.alpha_ == 2.0
    assert model.i0_ == 2


@pytest.mark.filterwarnings("ignore:.* has not converged")
def test_a_path_under_a_term_takes_nothing_from_what_has_no_effect(problem):
    X, y = problem
    term = PersistenceTerm(Cubical(), PersistenceEnergy(i0=2), 0)
    paths = []
    for p in (1.0, 3.0):
        with pytest.warns(UserWarning, match="no effect") if p > 1 else nullcontext():
            model = TopologicalRidge(topology=term, p=p, max_iter=5, tol=1.0)
            paths.append(model.path(X, y, alphas=3).alphas)
    assert_array_equal(*paths)


def test_a_path_leaves_the_estimator_alone(problem):
    X, y = problem
    model = TopologicalRidge().fit(X, y)
    before = {**vars(model)}
    model.path(X[:, :3], y, alphas=[1.0])
    assert vars(model) == before
    model = TopologicalRidge(fit_intercept=False)
    path = model.path(X, np.column_stack([y, y]), alphas=[1.0, 2.0])
    intercepts = path.intercepts
    assert_array_equal(intercepts, np.zeros((2, 2)))
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_scores_that_are_no_numbers(problem):
    X, y = problem

    def never(model, X, y):
        return np.nan

    def sometimes(model, X, y):
        return np.nan if np.ptp(model.coef_) < 1e-8 else model.score(X, y)

    model = TopologicalRidgeCV([0.0, 0.1, 1e6], i0=2, l2=0.0, scoring=never)
    with pytest.raises(ValueError, match=r"'scoring' .* Got nan for all of them"):
        model.fit(X, y)
    model.set_params(scoring=sometimes)
    with pytest.warns(UserWarning, match="leaves out strengths"):
        model.fit(X, y)
    assert model.alpha_ == 0.1
    # A scorer without weights takes part all the same.
    model = TopologicalRidgeCV([0.1], i0=2, l2=0.0, scoring=lambda m, X, y: 0.0)
    model.fit(X, y, sample_weight=y**2)
    folds = [(np.arange(30), np.arange(30, 60))]
    with pytest.raises(ValueError, match="sample_weight of TopologicalRidgeCV"):
        TopologicalRidgeCV(cv=folds).fit(X, y, sample_weight=np.arange(60) < 30)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"topology": (2, 4)}, "'topology' parameter of TopologicalRidgeCV"),
        ({"homology_dimensions": 1}, "'homology_dimensions' .* TopologicalRidgeCV"),
        ({"solver": "dc"}, "'solver' parameter of TopologicalRidgeCV"),
        ({"i0": {}}, "'i0' parameter of TopologicalRidgeCV"),
        ({"alphas": [-1.0]}, "'alphas' parameter of TopologicalRidgeCV"),
        ({"alphas": 0}, "'alphas' parameter of TopologicalRidgeCV"),
        ({"l2": [-1.0]}, "'l2' parameter of TopologicalRidgeCV"),
        ({"i0": []}, "'i0' parameter of TopologicalRidgeCV"),
        ({"i0": [2, True]}, "'i0' parameter of TopologicalRidgeCV"),
    ],
    ids=str,
)
def test_errors_name_the_class(problem, params, message):
    with pytest.raises(ValueError, match=message):
        TopologicalRidgeCV(**params).fit(*problem)


def test_warnings_name_the_class(problem):
    model = TopologicalRidgeCV(2, i0=2, l2=0.0, max_iter=1, topology=(4, 5))
    with pytest.warns(ConvergenceWarning, match="TopologicalRidgeCV has not"):
        model.fit(*problem)
    assert isinstance(model.intercept_, float)


@pytest.mark.slow
@ON_THE_EDGE
@pytest.mark.parametrize("topology", ["values", "path"])
@pytest.mark.parametrize("n_samples", [12, 40])
def test_the_choice_follows_the_units_of_the_data(problem, topology, n_samples):
    """Powers of two to the bit, other factors up to rounding.

    With fewer rows than columns many weights fit exactly, and rounding decides which of
    them a descent finds.
    """
    X, y = (part[:n_samples] for part in problem)
    model = TopologicalRidgeCV(2, i0=[2, 3], topology=topology, cv=2)
    plain = clone(model).fit(X, y)
    for c in (2.0**10, 1e4) if n_samples == 40 else (2.0**10,):
        rtol = 0 if c == 2.0**10 else 1e-6
        larger = clone(model).fit(X, c * y)
        smaller = clone(model).fit(c * X, y)
        assert larger.i0_ == smaller.i0_ == plain.i0_
        assert_allclose(larger.coef_, c * plain.coef_, rtol=rtol)
        assert_allclose(larger.alpha_, c * plain.alpha_, rtol=rtol)
        assert_allclose(larger.l2_, plain.l2_, rtol=rtol)
        assert_allclose(smaller.coef_, plain.coef_ / c, rtol=rtol)
        assert_allclose(smaller.alpha_, c * plain.alpha_, rtol=rtol)
        assert_allclose(smaller.l2_, c**2 * plain.l2_, rtol=rtol)


def test_the_default_contains_ridge_regression(rng):
    """Where the penalty is no use, the weights are those of ridge regression."""
    X = rng.normal(size=(40, 8))
    y = X @ rng.normal(size=8) + rng.normal(size=40)
    model = TopologicalRidgeCV(2, i0=2, scoring=lambda model, X, y: 0.0).fit(X, y)
    assert model.alpha_ == 0
    ridge = Ridge(model.l2_).fit(X, y)
    assert_allclose(model.coef_, ridge.coef_, rtol=1e-8)
    assert_allclose(model.intercept_, ridge.intercept_)
    # The norm that it starts from is the best one of ten decades, as RidgeCV has it,
    model = TopologicalRidgeCV(2, i0=2).fit(X, y)
    l2s = np.linalg.norm(X - X.mean(axis=0)) ** 2 * np.logspace(0, -10, 31)
    assert model.l2s_[0] == pytest.approx(RidgeCV(l2s).fit(X, y).alpha_)
    # or with folds of one's own the best on these.
    model = TopologicalRidgeCV(2, i0=2, cv=KFold(5)).fit(X, y)
    search = GridSearchCV(
        Ridge(), {"alpha": l2s}, cv=5, scoring="neg_mean_squared_error"
    ).fit(X, y)
    assert model.l2s_[0] == pytest.approx(search.best_params_["alpha"])
    assert_allclose(model.scores_[0, 0, -1].mean(), search.best_score_, rtol=1e-8)


def test_of_many_choices_one_is_better_by_chance(problem):
    """With given scores: the best, what is not surely better, and what is within one
    standard error."""
    X, y = problem

    def score_of(values):
        """Scores by strength of the penalty, and by fold, of weights on one line."""
        calls = iter(np.tile(np.asarray(values, dtype=float), 100))
        return lambda model, X, y: next(calls)

    def chosen(gains, **params):
        """alpha_, where alphas have these gains over none in four folds."""
        model = TopologicalRidgeCV(2, i0=2, l2=1.0, cv=4, **params)
        scores = np.array(gains).T
        model.set_params(scoring=score_of(scores.ravel()))
        model.fit(X, y)
        assert_allclose(model.scores_[0, 0].T, scores)
        return np.flatnonzero(model.alphas_ == model.alpha_)[0]

    unsure = [[0, 0, 0, 0], [4, -4, 4, -3], [0, 0, 0, 0]]
    surely = [[0, 0, 0, 0], [4, 3, 4, 3], [0, 0, 0, 0]]
    assert chosen(unsure) == 2
    assert chosen(surely) == 1
    close = [[3, 3, 3, 3], [4, 3, 2, 5], [0, 0, 0, 0]]
    assert chosen(close) == 1
    assert chosen(close, one_standard_error=True) == 0
