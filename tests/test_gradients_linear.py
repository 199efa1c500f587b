"""Linear classifiers and regressors."""

import numpy as np
import pytest
from _gradients import check_pullback
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    HuberRegressor,
    Lars,
    LarsCV,
    Lasso,
    LassoCV,
    LassoLars,
    LassoLarsCV,
    LassoLarsIC,
    LinearRegression,
    LogisticRegression,
    LogisticRegressionCV,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLasso,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    Perceptron,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
    TheilSenRegressor,
)
from sklearn.svm import LinearSVC, LinearSVR

from sktopo import (
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopologicalRidgeCV,
)

CLASSIFIERS = [
    LinearDiscriminantAnalysis(),
    LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5),
    LinearSVC(max_iter=100_000, random_state=0),
    LinearSVC(fit_intercept=False, max_iter=100_000, random_state=0),
    LogisticRegression(),
    LogisticRegression(fit_intercept=False),
    LogisticRegressionCV(Cs=2, cv=2),
    Perceptron(),
    RidgeClassifier(),
    RidgeClassifierCV(),
    SGDClassifier(random_state=0),
    TopologicalLogisticRegression(max_iter=20, l2=0.1),
]
MANY_OUTPUTS = [
    ElasticNet(0.1),
    Lars(),
    Lasso(0.1),
    LassoLars(0.1),
    LinearRegression(),
    LinearRegression(fit_intercept=False),
    OrthogonalMatchingPursuit(),
    Ridge(),
    RidgeCV(),
    TopologicalRidge(),
    TopologicalRidgeCV(2, i0=2, cv=2),
]
TASKS = [
    MultiTaskElasticNet(0.1),
    MultiTaskElasticNetCV(),
    MultiTaskLasso(0.1),
    MultiTaskLassoCV(),
]
REGRESSORS = [
    *MANY_OUTPUTS,
    ARDRegression(),
    BayesianRidge(),
    ElasticNetCV(),
    HuberRegressor(),
    LarsCV(),
    LassoCV(),
    LassoLarsCV(),
    LassoLarsIC(noise_variance=1.0),
    LinearSVR(max_iter=100_000, random_state=0),
    LinearSVR(fit_intercept=False, max_iter=100_000, random_state=0),
    OrthogonalMatchingPursuitCV(),
    QuantileRegressor(alpha=0.01),
    SGDRegressor(random_state=0),
    TheilSenRegressor(random_state=0),
]


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of LogisticRegressionCV
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=repr)
def test_classifiers(classifier, n_classes, rng):
    X = rng.normal(size=(60, 5))
    labels = np.array(["z", "a", "m"])[:n_classes]
    classifier.fit(X, labels[np.arange(60) % n_classes])
    check_pullback(classifier, X[:5], classifier.decision_function, rng)


def test_multilabel_ridge(rng):
    X, Y = rng.normal(size=(40, 5)), rng.integers(2, size=(40, 3))
    classifier = RidgeClassifier().fit(X, Y)
    check_pullback(classifier, X[:5], classifier.decision_function, rng)


@pytest.mark.parametrize("regressor", REGRESSORS, ids=repr)
def test_regressors(regressor, rng):
    X = rng.normal(size=(60, 5))
    regressor.fit(X, X @ rng.normal(size=5) + 0.1 * rng.normal(size=60) + 3)
    check_pullback(regressor, X[:5], regressor.predict, rng)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("regressor", MANY_OUTPUTS + TASKS, ids=repr)
def test_many_outputs(regressor, n_outputs, rng):
    X = rng.normal(size=(60, 5))
    regressor.fit(X, X @ rng.normal(size=(5, n_outputs)) + 3)
    check_pullback(regressor, X[:5], regressor.predict, rng)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_sparse_weights(n_classes, rng):
    X = rng.normal(size=(60, 5))
    classifier = SGDClassifier(penalty="l1", random_state=0)
    classifier.fit(X, np.arange(60) % n_classes).sparsify()
    check_pullback(classifier, X[:5], classifier.decision_function, rng)


def test_weights_in_single_precision(rng):
    X = rng.normal(size=(60, 5))
    classifier = LogisticRegression().fit(X, np.arange(60) % 3)
    classifier.coef_ = classifier.coef_.astype(np.float32)
    check_pullback(classifier, X[:5], classifier.decision_function, rng)
