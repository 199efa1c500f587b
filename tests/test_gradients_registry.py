"""Which rule is found for which class, and what is said where there is none."""

import numpy as np
import pytest
import scipy.sparse as sp
from _gradients import check_pullback
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import logit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from sklearn.utils import all_estimators

from sktopo.gradients import _pullbacks, register, value_and_pullback


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    """What a test registers is gone after it."""
    forward = _pullbacks._FORWARD
    monkeypatch.setattr(forward, "table", dict(forward.table))
    yield
    forward.forget()
    _pullbacks._STEP.forget()


class Triple(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return 3 * X


class Own(Triple):
    def value_and_pullback(self, X):
        return 3 * X, lambda grad: 3 * grad


X = np.array([[1.0, 2.0], [3.0, 5.0]])


def assert_pulls(estimator, factor):
    output, pullback = value_and_pullback(estimator, X)
    assert_allclose(output, factor * X)
    assert_allclose(pullback(np.ones((2, 2))), factor)


def test_a_method_joins_by_itself():
    assert_pulls(Own(), 3)
    assert_pulls(make_pipeline(Own(), "passthrough", Own()).fit(X), 9)


def test_a_method_wins_over_a_registered_base():
    class Scaler(StandardScaler):
        def transform(self, X, copy=None):
            return 7 * X

        def value_and_pullback(self, X):
            return 7 * X, lambda grad: 7 * grad

    assert_pulls(Scaler().fit(X), 7)


def test_registration_and_its_subclasses():
    class Child(Triple):
        """Changes nothing."""

    with pytest.raises(NotImplementedError, match="no gradient of Triple"):
        value_and_pullback(Triple(), X)
    with pytest.raises(NotImplementedError, match="no gradient of Child"):
        value_and_pullback(Child(), X)

    @register(Triple)
    def rule(triple, X):
        return 3 * X, lambda grad: 3 * grad

    assert rule(Triple(), X)[0].shape == X.shape
    assert_pulls(Triple(), 3)
    assert_pulls(Child(), 3)


def test_the_last_registration_counts():
    scaler = StandardScaler().fit(X)
    model = make_pipeline(scaler, "passthrough")
    before, _ = value_and_pullback(scaler, X)
    assert_array_equal(value_and_pullback(model, X)[0], before)
    register(StandardScaler)(lambda scaler, X: (4 * X, lambda grad: 4 * grad))
    assert_pulls(scaler, 4)
    assert_pulls(model, 4)


def test_the_nearest_registration_counts():
    class Scaler(StandardScaler):
        def transform(self, X, copy=None):
            return 5 * X

    with pytest.raises(NotImplementedError, match="transform of Scaler"):
        value_and_pullback(Scaler().fit(X), X)

    @register(Scaler, Triple)
    def rule(estimator, X):
        return 5 * X, lambda grad: 5 * grad

    assert_pulls(Scaler().fit(X), 5)
    assert_pulls(Triple(), 5)
    assert_pulls(make_pipeline(Scaler(), "passthrough").fit(X), 5)


class Halved:
    def transform(self, X):
        return super().transform(X) / 2

    def decision_function(self, X):
        return super().decision_function(X) / 2

    def predict(self, X):
        return super().predict(X) / 2


@pytest.mark.parametrize("base", [Own, StandardScaler, MinMaxScaler, Normalizer])
def test_overridden_transforms_are_refused(base):
    class Other(Halved, base):
        pass

    message = f"(decision_function|predict|transform) of Halved .*than {base.__name__}"
    with pytest.raises(NotImplementedError, match=message):
        value_and_pullback(Other().fit(X), X)


def test_overridden_scores_and_predictions_are_refused():
    class Classifier(LogisticRegression):
        def decision_function(self, X):
            return 2 * super().decision_function(X)

    class Regressor(Ridge):
        def predict(self, X):
            return super().predict(X).clip(0)

    class Search(GridSearchCV):
        def predict(self, X):
            return super().predict(X).clip(0)

    search = Search(Ridge(), {"alpha": [1.0]}, cv=2, scoring="neg_max_error")
    for estimator in (Classifier(), Regressor(), search):
        estimator.fit(X, [0, 1])
        name = type(estimator).__name__
        with pytest.raises(NotImplementedError, match=rf"register\({name}\)"):
            value_and_pullback(estimator, X)


def test_other_labels_of_the_same_scores_are_fine():
    class Cautious(LogisticRegression):
        def predict(self, X):
            return self.classes_[(self.decision_function(X) > 1).astype(int)]

    cautious = Cautious().fit(X, [0, 1])
    output, _ = value_and_pullback(cautious, X)
    assert_allclose(output, cautious.decision_function(X))


def test_a_predictor_is_no_step():
    @register(KNeighborsClassifier)
    def rule(estimator, X):
        raise AssertionError

    class Neighbors(TransformerMixin, KNeighborsClassifier):
        def transform(self, X):
            return X

    pipeline = make_pipeline(Neighbors(1), StandardScaler()).fit(X, [0, 1])
    with pytest.raises(NotImplementedError, match=r"transform of Neighbors"):
        value_and_pullback(pipeline, X)
    register(Neighbors)(rule)
    with pytest.raises(NotImplementedError, match="asked for its transform"):
        value_and_pullback(pipeline, X)


def test_errors_of_a_method_are_its_own():
    class Broken(Triple):
        def value_and_pullback(self, X):
            return X.no_such_thing

    with pytest.raises(AttributeError, match="no_such_thing"):
        value_and_pullback(Broken(), X)


def test_missing_rules_name_the_class_and_the_remedy():
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(1)).fit(X, [0, 1])
    with pytest.raises(
        NotImplementedError,
        match=r"no gradient of KNeighborsClassifier\. .*method value_and_pullback\(X\)"
        r".*@sktopo\.gradients\.register\(KNeighborsClassifier\)",
    ):
        value_and_pullback(model, X)
    with pytest.raises(NotImplementedError, match="PoissonRegressor"):
        value_and_pullback(PoissonRegressor().fit(X, [1, 2]), X)


@pytest.mark.parametrize(
    "estimator",
    [
        StandardScaler(),
        LogisticRegression(),
        MLPClassifier(),
        make_pipeline(StandardScaler(), LogisticRegression()),
    ],
    ids=repr,
)
def test_not_fitted(estimator):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        value_and_pullback(estimator, X)


def test_a_class_is_no_estimator():
    with pytest.raises(TypeError, match=r"an instance.*Got a class"):
        value_and_pullback(StandardScaler, X)
    with pytest.raises(TypeError, match=r"takes classes of estimators.*Got Standard"):
        register(StandardScaler())


@pytest.mark.parametrize("kind", [sp.csr_matrix, sp.coo_array])
def test_sparse_input(kind):
    with pytest.raises(TypeError, match="X is a sparse matrix"):
        value_and_pullback(StandardScaler(with_mean=False).fit(X), kind(X))


def test_other_kinds_of_arrays():
    scaler = StandardScaler().fit(X)
    expected, _ = value_and_pullback(scaler, X)
    for other in (X.astype(np.float32), X.astype(np.int8), np.asfortranarray(X)):
        output, pullback = value_and_pullback(scaler, other)
        assert output.dtype == np.float64
        assert_array_equal(output, expected)
        assert_array_equal(pullback(X), X / scaler.scale_)


NEEDS = {
    "ColumnTransformer": [[("a", StandardScaler(), [0, 1])]],
    "FeatureUnion": [[("a", StandardScaler())]],
    "FrozenEstimator": [LogisticRegression()],
    "GridSearchCV": [LogisticRegression(), {"C": [0.1, 1.0]}],
    "Pipeline": [[("a", StandardScaler()), ("b", LogisticRegression())]],
    "RFE": [LogisticRegression()],
    "RFECV": [LogisticRegression()],
    "RandomizedSearchCV": [LogisticRegression(), {"C": np.logspace(-1, 1, 20)}],
    "SelectFromModel": [LogisticRegression()],
    "SequentialFeatureSelector": [LogisticRegression()],
}


def reference(estimator):
    if isinstance(estimator, MLPClassifier):
        return lambda X: logit(estimator.predict_proba(X)[:, 1])
    for name in ("decision_function", "predict", "transform"):
        if hasattr(estimator, name):
            return getattr(estimator, name)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "estimator_class"),
    [
        (name, estimator_class)
        for name, estimator_class in all_estimators()
        if any(base in _pullbacks._FORWARD.table for base in estimator_class.__mro__)
    ],
)
def test_all_of_sklearn_that_derives_from_what_is_known(name, estimator_class, rng):
    """A class is right or refused, also one that a later version brings."""
    X = rng.normal(size=(60, 4))
    y = (X[:, 0] + X[:, 2] > 0).astype(int)
    if name.startswith("MultiTask"):
        y = np.column_stack([y, X[:, 3]])
    estimator = estimator_class(*NEEDS.get(name, []))
    if name == "FrozenEstimator":
        estimator.estimator.fit(X, y)
    estimator.fit(X, y)
    try:
        value_and_pullback(estimator, X)
    except NotImplementedError:
        return
    check_pullback(estimator, X[:5], reference(estimator), rng)


def test_a_class_that_derives_and_differs_is_seen(rng):
    """So that the test above can fail."""

    class Sneaky(LogisticRegression):
        def __getattribute__(self, name):
            value = super().__getattribute__(name)
            return (lambda X: value(X) + 1) if name == "decision_function" else value

    X = rng.normal(size=(60, 4))
    sneaky = Sneaky().fit(X, X[:, 0] > 0)
    with pytest.raises(AssertionError, match="Not equal"):
        check_pullback(sneaky, X, reference(sneaky), rng)
