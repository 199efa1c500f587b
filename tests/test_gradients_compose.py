"""Estimators that are made of others."""

import numpy as np
import pandas as pd
import pytest
from _gradients import check_pullback
from _ids import name_of
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.svm import SVC

from sktopo.gradients import value_and_pullback
from sktopo.testing import check_gradient

NAMES = ["a", "b", "c", "d", "e"]


def samples(rng):
    return rng.normal(size=(60, 5)), np.arange(60) % 3


PIPELINES = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    make_pipeline(StandardScaler(), PolynomialFeatures(), PCA(4), SVC()),
    make_pipeline("passthrough", None, Normalizer(), LogisticRegression()),
    make_pipeline(make_pipeline(StandardScaler(), SelectKBest(k=2)), Ridge()),
    make_pipeline(make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()), SVC()),
    make_pipeline(StandardScaler(), PCA(3), "passthrough"),
    make_pipeline(StandardScaler(), make_union(PCA(2), SelectKBest(k=2)), SVC()),
    make_pipeline("passthrough", "passthrough"),
    make_pipeline(GridSearchCV(PCA(), {"n_components": [2]}, cv=2), Ridge()),
    make_pipeline(
        GridSearchCV(LinearDiscriminantAnalysis(), {"n_components": [1]}), Ridge()
    ),
]


def reference(estimator):
    for name in ("decision_function", "predict", "transform"):
        if hasattr(estimator, name):
            return getattr(estimator, name)


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda p: "-".join(p.named_steps))
def test_pullbacks_go_through_pipelines(pipeline, rng):
    X, y = samples(rng)
    pipeline.fit(X, y)
    check_pullback(pipeline, X[:5], reference(pipeline), rng)


def test_nothing_but_passthrough(rng):
    X, _ = samples(rng)
    model = make_pipeline("passthrough").fit(X)
    output, pullback = value_and_pullback(model, X)
    assert_array_equal(output, X)
    assert_array_equal(pullback(-X), -X)


@pytest.mark.parametrize(
    "union",
    [
        FeatureUnion([("a", StandardScaler()), ("b", PCA(2))]),
        FeatureUnion(
            [("a", "passthrough"), ("b", "drop"), ("c", PolynomialFeatures())],
            transformer_weights={"a": 2.0, "c": -0.5},
        ),
        FeatureUnion([("a", LinearDiscriminantAnalysis()), ("b", Normalizer())]),
        FeatureUnion([("a", "drop")]),
    ],
)
def test_pullbacks_go_through_unions(union, rng):
    X, y = samples(rng)
    union.fit(X, y)
    check_pullback(union, X[:5], union.transform, rng)


COLUMNS = [
    [0, 2],
    [-1, 1],
    [3, 3],
    slice(1, 4),
    np.array([True, False, False, True, True]),
    [False, True, False, False, True],
]


@pytest.mark.parametrize("remainder", ["drop", "passthrough", StandardScaler()])
@pytest.mark.parametrize("columns", COLUMNS, ids=str)
def test_pullbacks_go_through_chosen_columns(columns, remainder, rng):
    X, _ = samples(rng)
    transformer = ColumnTransformer(
        [("a", StandardScaler(), columns)], remainder=remainder
    ).fit(X)
    check_pullback(transformer, X[:5], transformer.transform, rng)


def test_columns_that_overlap(rng):
    X, y = samples(rng)
    transformer = ColumnTransformer(
        [
            ("poly", PolynomialFeatures(), [0, 1, 1]),
            ("out", "drop", [4]),
            ("same", "passthrough", slice(0, 3)),
            ("lda", LinearDiscriminantAnalysis(), [1, 2, 3]),
            ("none", StandardScaler(), []),
        ],
        transformer_weights={"same": 3.0, "lda": -1.0},
    ).fit(X, y)
    check_pullback(transformer, X[:5], transformer.transform, rng)


def test_no_columns(rng):
    X, _ = samples(rng)
    transformer = ColumnTransformer([("a", "drop", [0])]).fit(X)
    output, pullback = value_and_pullback(transformer, X)
    assert output.shape == (60, 0)
    assert_array_equal(pullback(output), np.zeros(X.shape))


@pytest.mark.parametrize(
    "columns", [["d", "a"], slice("b", "d"), make_column_selector("[ace]")], ids=name_of
)
def test_columns_by_name_are_those_of_the_fit(columns, rng):
    X, y = samples(rng)
    frame = pd.DataFrame(X, columns=NAMES)
    transformer = ColumnTransformer(
        [("a", PolynomialFeatures(), columns)], remainder="passthrough"
    )
    model = make_pipeline(transformer, LogisticRegression()).fit(frame, y)

    def reference(X):
        return model.decision_function(pd.DataFrame(X, columns=NAMES))

    check_pullback(model, X[:5], reference, rng)
    output, _ = value_and_pullback(model, frame)
    assert_allclose(output, model.decision_function(frame))


class Doubled(TransformerMixin, BaseEstimator):
    """Takes a vector as well as a matrix."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return 2 * np.reshape(X, (len(X), -1))

    def value_and_pullback(self, X):
        return 2 * X, lambda grad: 2 * grad


def test_a_single_column_as_a_vector_is_refused(rng):
    X, _ = samples(rng)
    transformer = ColumnTransformer([("a", Doubled(), 1)]).fit(X)
    with pytest.raises(NotImplementedError, match=r"a list.*\[1\]"):
        value_and_pullback(transformer, X)


def frozen_twice(estimator):
    return FrozenEstimator(FrozenEstimator(estimator))


@pytest.mark.parametrize("wrap", [FrozenEstimator, frozen_twice])
def test_pullbacks_go_through_frozen_estimators(wrap, rng):
    X, y = samples(rng)
    for inner in (StandardScaler(), LogisticRegression(), Ridge()):
        frozen = wrap(inner.fit(X, y))
        check_pullback(frozen, X[:5], reference(inner), rng)
    lda = wrap(LinearDiscriminantAnalysis().fit(X, y))
    model = make_pipeline(lda, Ridge()).fit(X, y)
    check_pullback(model, X[:5], model.predict, rng)


@pytest.mark.parametrize("search", [GridSearchCV, RandomizedSearchCV])
def test_pullbacks_go_through_searches(search, rng):
    X, y = samples(rng)
    pipeline = Pipeline([("scale", MinMaxScaler()), ("model", LogisticRegression())])
    params = {"model__C": np.logspace(-1, 0, 10)}
    searched = search(pipeline, params, cv=2).fit(X, y)
    check_pullback(searched, X[:5], searched.decision_function, rng)


def test_a_search_without_refit(rng):
    X, y = samples(rng)
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}, refit=False).fit(X, y)
    with pytest.raises(AttributeError, match="best_estimator_"):
        value_and_pullback(search, X)


class CloudOfPoints(TransformerMixin, BaseEstimator):
    """Images to a list of arrays; like a diagram, one for each sample."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return [x[: 1 + k % 2] ** 2 for k, x in enumerate(X)]

    def value_and_pullback(self, X):
        def pullback(grads):
            back = np.zeros(X.shape)
            for row, x, grad in zip(back, X, grads):
                row[: len(grad)] = 2 * x[: len(grad)] * grad
            return back

        return self.transform(X), pullback


class SumOfPoints(TransformerMixin, BaseEstimator):
    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return self.factor * np.array([x.sum(axis=0) for x in X])

    def value_and_pullback(self, X):
        def pullback(grad):
            return [self.factor * np.tile(g, (len(x), 1)) for x, g in zip(X, grad)]

        return self.transform(X), pullback


def test_lists_of_arrays_between_steps(rng):
    """What goes from images to diagrams to numbers is no array halfway."""
    images = rng.normal(size=(6, 3, 2))
    model = make_pipeline(
        CloudOfPoints(),
        make_union(SumOfPoints(), SumOfPoints(-2.0)),
        StandardScaler(with_std=False),
        FunctionTransformer(),
    ).fit(images)
    output, pullback = value_and_pullback(model, images)
    assert_allclose(output, model.transform(images))
    weights = rng.normal(size=output.shape)

    def function(x):
        return float(np.sum(weights * model.transform(x))), pullback(weights)

    check_gradient(function, images)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_all_of_it_at_once(rng):
    X, y = samples(rng)
    model = make_pipeline(
        ColumnTransformer(
            [("p", make_pipeline(StandardScaler(), PCA(2)), [0, 1, 2])],
            remainder=MinMaxScaler(),
        ),
        make_union(Normalizer(), PolynomialFeatures(include_bias=False)),
        FrozenEstimator(StandardScaler().fit(rng.normal(size=(30, 18)))),
        SelectKBest(k=6),
        MLPClassifier((5,), activation="tanh", max_iter=20, random_state=0),
    ).fit(X, y == 0)
    check_pullback(model, X[:5], lambda X: logit(model.predict_proba(X)[:, 1]), rng)
