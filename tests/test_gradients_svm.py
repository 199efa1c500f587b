"""Support vector machines with kernels."""

import numpy as np
import pytest
import scipy.sparse as sp
from _gradients import check_pullback
from numpy.testing import assert_allclose
from sklearn.datasets import make_blobs
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

from sktopo.gradients import value_and_pullback

KERNELS = [
    {"kernel": "linear"},
    {"kernel": "rbf"},
    {"kernel": "rbf", "gamma": "auto"},
    {"kernel": "rbf", "gamma": 0.3},
    {"kernel": "poly"},
    {"kernel": "poly", "degree": 1, "coef0": 0.5},
    {"kernel": "poly", "degree": 2, "coef0": 1.0, "gamma": 0.2},
    {"kernel": "poly", "degree": 0},
    {"kernel": "sigmoid", "gamma": 0.1, "coef0": 0.2},
]


def blobs(rng, n_classes):
    centers = rng.normal(size=(n_classes, 4))
    X, y = make_blobs([17, 11, 23, 8][:n_classes], 4, centers=centers, random_state=3)
    return X, np.array(["z", "a", "m", "b"])[y]


@pytest.mark.parametrize("shape", ["ovr", "ovo"])
@pytest.mark.parametrize("n_classes", [2, 3, 4])
@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_classifiers(kernel, n_classes, shape, rng):
    X, y = blobs(rng, n_classes)
    svm = SVC(C=0.7, decision_function_shape=shape, **kernel).fit(X, y)
    check_pullback(svm, X[::6] + 0.1, svm.decision_function, rng, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("n_classes", [2, 4])
def test_nu_classifiers(n_classes, rng):
    X, y = blobs(rng, n_classes)
    svm = NuSVC(nu=0.2, class_weight="balanced").fit(X, y)
    check_pullback(svm, X[::6], svm.decision_function, rng, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("regressor", [SVR, NuSVR])
@pytest.mark.parametrize("kernel", KERNELS, ids=str)
def test_regressors(kernel, regressor, rng):
    X = rng.normal(size=(40, 4))
    svm = regressor(**kernel).fit(X, np.sin(X[:, 0]) + X[:, 1])
    check_pullback(svm, X[:5], svm.predict, rng)


def test_gamma_is_the_one_of_the_fit(rng):
    X, y = blobs(rng, 2)
    svm = SVC(gamma=0.3).fit(X, y).set_params(gamma=5.0)
    check_pullback(svm, X[:3], svm.decision_function, rng)


def test_a_class_without_support_vectors(rng):
    X, y = blobs(rng, 3)
    svm = SVC().fit(X, y, sample_weight=np.where(y == "a", 1e-30, 1.0))
    check_pullback(svm, X[::9], svm.decision_function, rng, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("kernel", ["precomputed", np.dot])
def test_other_kernels_are_refused(kernel):
    X = np.eye(4)
    svm = SVC(kernel=kernel if kernel == "precomputed" else lambda a, b: a @ b.T)
    svm.fit(X, [0, 0, 1, 1])
    with pytest.raises(NotImplementedError, match=r"SVC whose kernel is.*Got kernel="):
        value_and_pullback(svm, X)


def test_machines_fitted_on_sparse_data_are_refused():
    svm = SVC().fit(sp.csr_matrix(np.eye(4)), [0, 0, 1, 1])
    with pytest.raises(NotImplementedError, match="fitted on dense data only"):
        value_and_pullback(svm, np.eye(4))


def test_votes_jump_and_margins_carry_the_gradient(rng):
    """Of the votes there is none: the ovr scores move with the margins only."""
    X, y = blobs(rng, 3)
    pairs = SVC(decision_function_shape="ovo").fit(X, y)
    votes = SVC().fit(X, y)
    grad_scores = rng.normal(size=(1, 3))
    scores, pullback = value_and_pullback(votes, X[:1])
    margins, pullback_of_pairs = value_and_pullback(pairs, X[:1])
    a, b, c = margins[0]
    total = np.array([a + b, c - a, -b - c])
    inner = grad_scores[0] / (3 * (np.abs(total) + 1) ** 2)
    expected = [[inner[0] - inner[1], inner[0] - inner[2], inner[1] - inner[2]]]
    assert_allclose(pullback(grad_scores), pullback_of_pairs(np.array(expected)))
    assert_allclose(scores, votes.decision_function(X[:1]))
