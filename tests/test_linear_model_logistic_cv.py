"""TopologicalLogisticRegressionCV: what it chooses, and from what."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from sktopo import TopologicalLogisticRegression, TopologicalLogisticRegressionCV

ON_THE_EDGE = pytest.mark.filterwarnings("ignore:The best .* on the edge")


@pytest.fixture(params=[2, 3])
def problem(request, rng):
    X = rng.normal(size=(90, 12))
    weights = np.repeat(rng.normal(size=(request.param, 4)), 3, axis=1)
    noise = 2 * rng.gumbel(size=(90, request.param))
    return X, np.array(["a", "b", "c"])[np.argmax(X @ weights.T + noise, axis=1)]


@pytest.mark.slow
@ON_THE_EDGE
def test_scores_are_those_of_fits_on_folds(problem):
    X, y = problem
    folds = StratifiedKFold(3)
    model = TopologicalLogisticRegressionCV(
        [3.0, 0.5, 0.0], i0=[2], l2=[0.7, 0.1], topology="path", cv=folds
    ).fit(X, y)
    assert model.scores_.shape == (2, 1, 3, 3)
    assert_array_equal(model.l2s_, [0.7, 0.1])
    for k, (train, test) in enumerate(folds.split(X, y)):
        alone = TopologicalLogisticRegression(0.0, l2=0.7, topology="path")
        alone.fit(X[train], y[train])
        loss = log_loss(y[test], alone.predict_proba(X[test]), labels=alone.classes_)
        assert model.scores_[0, 0, 2, k] == pytest.approx(-loss, rel=1e-3)
        # A path ends no higher than a fit that starts from zero.
        alone.set_params(alpha=0.5).fit(X[train], y[train])
        loss = log_loss(y[test], alone.predict_proba(X[test]), labels=alone.classes_)
        assert model.scores_[0, 0, 1, k] == pytest.approx(-loss, rel=0.1)


def test_the_default_contains_logistic_regression(problem):
    X, y = problem
    model = TopologicalLogisticRegressionCV(
        1, i0=2, cv=2, scoring=lambda model, X, y: 0.0
    ).fit(X, y)
    assert model.alpha_ == 0
    theirs = LogisticRegression(C=1 / (2 * model.l2_), tol=1e-10, max_iter=10_000)
    theirs.fit(X, y)
    assert_allclose(model.coef_, theirs.coef_, atol=1e-3)
    assert_array_equal(model.predict(X), theirs.predict(X))


@pytest.mark.slow
@ON_THE_EDGE
def test_the_choice_follows_the_units_of_the_data(problem):
    X, y = problem
    model = TopologicalLogisticRegressionCV(2, i0=2, topology="path", cv=2)
    plain, scaled = clone(model).fit(X, y), clone(model).fit(1024 * X, y)
    assert scaled.i0_ == plain.i0_
    assert_allclose(scaled.coef_, plain.coef_ / 1024, rtol=1e-9)
    assert_allclose(scaled.alpha_, 1024 * plain.alpha_)
    assert_allclose(scaled.l2_, 1024**2 * plain.l2_)


@pytest.mark.slow
@ON_THE_EDGE
def test_folds_in_parallel_give_the_same_bits(problem):
    X, y = problem
    model = TopologicalLogisticRegressionCV(
        2, i0=[2, 3], topology="path", l2=1.0, cv=2, class_weight="balanced"
    )
    alone, together = model.fit(X, y), clone(model).set_params(n_jobs=2).fit(X, y)
    assert_array_equal(alone.scores_, together.scores_)
    assert_array_equal(alone.coef_, together.coef_)


def test_a_class_that_a_fold_has_not_seen(rng):
    X = rng.normal(size=(30, 4))
    y = np.repeat([0, 1, 2], [14, 14, 2])
    model = TopologicalLogisticRegressionCV(2, i0=2, cv=[(np.arange(28), [28, 29])])
    model.fit(X, y)
    assert np.isfinite(model.scores_).all()
    assert model.coef_.shape == (3, 4)


def test_errors_name_the_class(problem):
    X, y = problem
    with pytest.raises(ValueError, match="'l2' parameter of TopologicalLogisticRegr"):
        TopologicalLogisticRegressionCV(l2=[-1.0]).fit(X, y)
    with pytest.raises(ValueError, match="y of TopologicalLogisticRegressionCV.fit"):
        TopologicalLogisticRegressionCV().fit(X, np.zeros(len(X)))
