"""The gradient of the loss, against losses made by scikit-learn's own methods."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, SVR

from sktopo.gradients import input_gradient, loss_and_gradient
from sktopo.gradients._loss import loss_of
from sktopo.testing import check_gradient

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def small_mlp(kind=MLPClassifier):
    return kind(hidden_layer_sizes=(6,), activation="tanh", max_iter=30, random_state=0)


def cross_entropy(scores, y, classes):
    if scores.ndim == 1:
        scores = np.column_stack([np.zeros(len(scores)), scores])
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return np.array(
        [log_loss([a], [p], labels=classes) for a, p in zip(y, probabilities)]
    )


def check_loss(estimator, X, y, losses_of, step=1e-6, rtol=1e-5):
    X_before, y_before = X.copy(), y.copy()
    losses, grad = loss_and_gradient(estimator, X, y)
    assert losses.shape == (len(X),)
    assert grad.shape == X.shape
    assert_allclose(losses, losses_of(X), rtol=1e-9, atol=1e-12)
    assert_array_equal(input_gradient(estimator, X, y), grad)
    assert_array_equal(X, X_before)
    assert_array_equal(y, y_before)
    check_gradient(
        lambda x: (losses_of(x).sum(), grad), X, step=step, rtol=rtol, atol=1e-7
    )
    one_loss, one_grad = loss_and_gradient(estimator, X[1:2], y[1:2])
    assert_allclose(one_loss, losses[1:2], rtol=1e-9)
    assert_allclose(one_grad, grad[1:2], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(
    "labels", [["z", "a"], ["z", "a", "m"], [True, False], [7, -2]]
)
@pytest.mark.parametrize(
    "classifier",
    [
        LogisticRegression(),
        RidgeClassifier(),
        SGDClassifier(random_state=0),
        LinearDiscriminantAnalysis(),
        SVC(),
        make_pipeline(StandardScaler(), PCA(3), SVC(kernel="poly")),
        RFE(LogisticRegression()),
        GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [0.5, 1]}),
        make_pipeline(StandardScaler(), FrozenEstimator(LogisticRegression())),
    ],
    ids=lambda c: type(c).__name__,
)
def test_classifiers(classifier, labels, rng):
    X = rng.normal(size=(60, 4))
    y = np.array(labels)[np.arange(60) % len(labels)]
    if "frozenestimator" in getattr(classifier, "named_steps", ()):
        classifier[-1].estimator.fit(X, y)
    classifier.fit(X, y)

    def losses_of(x):
        return cross_entropy(
            classifier.decision_function(x), y[:3], classifier.classes_
        )

    check_loss(classifier, X[:3], y[:3], losses_of, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_losses_of_networks_agree_with_differences(n_classes, rng):
    """For these the cross-entropy is that of predict_proba."""
    X, y = rng.normal(size=(60, 4)), np.arange(60) % n_classes
    for model in (small_mlp(), make_pipeline(StandardScaler(), small_mlp())):
        model.fit(X, y)

        def losses_of(x, model=model):
            return -np.log(model.predict_proba(x)[np.arange(6), y[:6]])

        check_loss(model, X[:6], y[:6], losses_of)


@pytest.mark.parametrize("wrap", [make_pipeline, FrozenEstimator])
def test_many_labels(wrap, rng):
    X = rng.normal(size=(60, 4))
    Y = (X[:, :3] + 0.1 > 0).astype(int)
    network = wrap(small_mlp().fit(X, Y))

    def losses_of(x):
        p = network.predict_proba(x)
        return -np.log(np.where(Y[:6] == 1, p, 1 - p)).sum(axis=1)

    check_loss(network, X[:6], Y[:6], losses_of)
    ridge = RidgeClassifier().fit(X, Y)
    signs = 2 * Y[:6] - 1

    def losses_of_ridge(x):
        return np.log1p(np.exp(-signs * ridge.decision_function(x))).sum(axis=1)

    check_loss(ridge, X[:6], Y[:6], losses_of_ridge)


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_regressors(n_outputs, rng):
    X = rng.normal(size=(60, 4))
    Y = np.sin(X[:, :n_outputs])
    models = [LinearRegression(), small_mlp(MLPRegressor)]
    if n_outputs == 1:
        models += [make_pipeline(StandardScaler(), SVR())]
        Y = Y[:, 0]
    for model in models:
        model.fit(X, Y)

        def losses_of(x, model=model):
            return 0.5 * np.sum((model.predict(x) - Y[:6]).reshape(6, -1) ** 2, axis=1)

        check_loss(model, X[:6], Y[:6], losses_of)


def test_a_column_of_targets(rng):
    X = rng.normal(size=(9, 2))
    column = make_pipeline(StandardScaler(), SVR()).fit(X, X[:, 0])
    assert_array_equal(
        input_gradient(column, X, X[:, :1]), input_gradient(column, X, X[:, 0])
    )


def test_scores_that_overflow():
    X = np.array([[1e5], [-1e5]])
    binary = LogisticRegression().fit([[-1.0], [1.0]], [0, 1])
    losses, grad = loss_and_gradient(binary, X, [0, 1])
    slope = binary.coef_[0, 0]
    assert_allclose(losses, 1e5 * slope, rtol=1e-9)
    assert_allclose(grad, [[slope], [-slope]])
    losses, grad = loss_and_gradient(binary, X, [1, 0])
    assert_array_equal(losses, 0.0)
    assert_array_equal(grad, 0.0)
    many = LogisticRegression().fit([[-1.0], [0.0], [1.0]], [0, 1, 2])
    losses, grad = loss_and_gradient(many, X, [0, 2])
    gap = many.coef_[2] - many.coef_[0]
    assert_allclose(losses, 1e5 * gap[0], rtol=1e-6)
    assert_allclose(grad, [gap, -gap])


def test_other_containers(rng):
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 3
    names = ["a", "b", "c"]
    model = LogisticRegression().fit(pd.DataFrame(X, columns=names), y)
    grad = input_gradient(model, pd.DataFrame(X, columns=names), pd.Series(y))
    assert isinstance(grad, np.ndarray)
    with pytest.raises(ValueError, match="feature names should match"):
        input_gradient(model, pd.DataFrame(X, columns=["c", "b", "a"]), y)
    model.fit(X, y)
    assert_array_equal(input_gradient(model, X.tolist(), y.tolist()), grad)


class MeanImage(TransformerMixin, BaseEstimator):
    """Rows of images are what it takes, (n_samples, height, width)."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X.mean(axis=2) ** 2

    def value_and_pullback(self, X):
        mean = X.mean(axis=2)

        def pullback(grad):
            width = X.shape[2]
            return np.repeat(2 * (grad * mean)[:, :, None] / width, width, axis=2)

        return mean**2, pullback


def test_batches_of_images_have_gradients_of_their_shape(rng):
    X, y = rng.normal(size=(40, 3, 2)), np.arange(40) % 3
    model = make_pipeline(MeanImage(), StandardScaler(), LogisticRegression()).fit(X, y)

    def losses_of(x):
        return cross_entropy(model.decision_function(x), y[:5], model.classes_)

    check_loss(model, X[:5], y[:5], losses_of)


def test_the_loss_for_loops(rng):
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 3
    model = LogisticRegression().fit(X, y)
    losses, grad_scores = loss_of(model)(model.decision_function(X), y)
    expected, grad = loss_and_gradient(model, X, y)
    assert_allclose(losses, expected)
    assert_allclose(grad_scores @ model.coef_, grad)


X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 5.0], [3.0, 1.0]])
TWO = LogisticRegression().fit(X, ["no", "yes", "no", "yes"])
THREE = [0, 1, 2, 2]
LINE = LinearRegression().fit(X, [0.0, 1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("estimator", "X", "y", "error", "message"),
    [
        (TWO, [[0, np.nan]], ["no"], ValueError, "X contains NaN"),
        (TWO, [[0, np.inf]], ["no"], ValueError, "X contains infinity"),
        (TWO, [[0, 1, 2]], ["no"], ValueError, "3 features.*expecting 2 features"),
        (TWO, [0, 1], ["no"], ValueError, "Expected 2D array"),
        (TWO, sp.csr_matrix(X), ["no"] * 4, TypeError, "[Ss]parse"),
        (TWO, X, ["no"], ValueError, r"shape \(4,\).*Got \(1,\)"),
        (TWO, X, ["no", "yes", "no", "x"], ValueError, "classes_.*'no' 'yes'.*'x'"),
        (TWO, X, [0, 1, 0, 1], ValueError, "Got 0"),
        (TWO, X, np.eye(4), ValueError, "1d array"),
        (LINE, X, [1.0, 2.0], ValueError, r"shape \(4,\).*LinearRegression"),
        (LINE, X, np.ones((4, 2)), ValueError, r"Got \(4, 2\)"),
        (LINE, X, [1.0, 2.0, np.nan, 1.0], ValueError, "y must be finite"),
        (LINE, X, ["a"] * 4, ValueError, "array of real numbers"),
        (LogisticRegression(), X, [0] * 4, NotFittedError, "not fitted yet"),
        (LogisticRegression, X, [0] * 4, TypeError, "class LogisticRegression"),
        (PCA().fit(X), X, [0] * 4, TypeError, "classifier or a regressor.*PCA()"),
        (KMeans(2), X, [0] * 4, TypeError, "classifier or a regressor"),
        (
            make_pipeline(FunctionTransformer(np.exp), LinearRegression()).fit(X, X),
            X,
            X,
            NotImplementedError,
            "func=None",
        ),
        (
            SVC(decision_function_shape="ovo").fit(X, THREE),
            X,
            THREE,
            ValueError,
            "decision_function_shape='ovr'",
        ),
        (
            make_pipeline(SVC(decision_function_shape="ovo")).fit(X, THREE),
            X,
            THREE,
            ValueError,
            "decision_function_shape='ovr'",
        ),
    ],
)
def test_what_has_no_loss_is_named(estimator, X, y, error, message):
    with pytest.raises(error, match=message):
        input_gradient(estimator, X, y)


def test_errors_of_indicators(rng):
    X = rng.normal(size=(20, 3))
    network = small_mlp().fit(X, X > 0)
    with pytest.raises(ValueError, match=r"shape \(20, 3\).*Got \(20,\)"):
        input_gradient(network, X, np.zeros(20))
    with pytest.raises(ValueError, match="a 0 or 1 for each label of MLPClassifier"):
        input_gradient(network, X, 2 * (X > 0))
    with pytest.raises(ValueError, match="1d array"):
        input_gradient(small_mlp().fit(X, np.arange(20) % 3), X, np.eye(3)[[0] * 20])


def test_an_ovo_machine_of_two_classes_has_one_score(rng):
    X, y = rng.normal(size=(20, 3)), np.arange(20) % 2
    pairs, votes = SVC(decision_function_shape="ovo"), SVC()
    grads = [input_gradient(svm.fit(X, y), X, y) for svm in (pairs, votes)]
    assert_array_equal(*grads)


def test_scores_that_are_not_one_for_each_class():
    class Odd(LogisticRegression):
        def value_and_pullback(self, X):
            return np.zeros((len(X), 5)), None

    with pytest.raises(ValueError, match=r"2 classes of Odd. Got scores.*\(4, 5\)"):
        input_gradient(Odd().fit(X, [0, 1, 0, 1]), X, [0, 1, 0, 1])
