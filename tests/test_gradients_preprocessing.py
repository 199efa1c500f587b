"""Scalers, normalisation and polynomials."""

import inspect

import numpy as np
import pytest
from _gradients import check_pullback
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from sktopo.gradients import value_and_pullback

SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False, with_std=False),
    MinMaxScaler(),
    MinMaxScaler(feature_range=(-1, 3)),
    MinMaxScaler(feature_range=(-1, 3), clip=True),
    RobustScaler(),
    RobustScaler(with_centering=False),
    RobustScaler(with_scaling=False, unit_variance=True),
    MaxAbsScaler(),
    Normalizer(),
    Normalizer("l1"),
    Normalizer("max"),
    PolynomialFeatures(),
    PolynomialFeatures(3, include_bias=False),
    PolynomialFeatures(4, interaction_only=True),
    PolynomialFeatures((2, 3)),
    PolynomialFeatures((0, 2), include_bias=False),
    PolynomialFeatures((2, 2), include_bias=False, order="F"),
    PolynomialFeatures(1),
    PolynomialFeatures(0),
    FunctionTransformer(),
]


@pytest.mark.parametrize("scaler", SCALERS, ids=repr)
def test_pullbacks_of_scalers_agree_with_differences(scaler, rng):
    scaler.fit(3 * rng.normal(size=(20, 5)) + 1)
    # Some of it lies outside of what was fitted.
    X = 4 * rng.normal(size=(6, 5)) + 1
    check_pullback(scaler, X, scaler.transform, rng, step=1e-5)


@pytest.mark.skipif(
    "clip" not in inspect.signature(MaxAbsScaler).parameters, reason="older"
)
def test_max_abs_scaler_with_clip(rng):
    scaler = MaxAbsScaler(clip=True).fit(rng.normal(size=(5, 5)))
    X = 3 * rng.normal(size=(6, 5))
    assert (np.abs(scaler.transform(X)) == 1).any()
    check_pullback(scaler, X, scaler.transform, rng)


def test_constant_features(rng):
    X = rng.normal(size=(6, 3))
    X[:, 1] = 2.0
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler(), MaxAbsScaler()):
        scaler.fit(X)
        check_pullback(scaler, X + 0.1, scaler.transform, rng)


@pytest.mark.parametrize("feature_range", [(0, 1), (-1, 1), (0.1, 0.7)])
def test_the_bounds_of_a_clipped_range_are_inside(feature_range, rng):
    """Else the pixels that are black or white in the data would never move."""
    X = rng.normal(size=(9, 40))
    scaler = MinMaxScaler(feature_range, clip=True).fit(X)
    bounds = np.array([X.min(axis=0), X.max(axis=0)])
    _, pullback = value_and_pullback(scaler, bounds)
    assert_allclose(pullback(np.ones((2, 40))), np.tile(scaler.scale_, (2, 1)))
    _, pullback = value_and_pullback(scaler, bounds + np.array([[-1e-6], [1e-6]]))
    assert_array_equal(pullback(np.ones((2, 40))), 0.0)


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_a_row_of_zeros_stays_finite(norm):
    X = np.array([[0.0, 0.0], [3.0, 4.0]])
    output, pullback = value_and_pullback(Normalizer(norm).fit(X), X)
    assert_array_equal(output, Normalizer(norm).fit_transform(X))
    assert_array_equal(pullback(np.ones((2, 2)))[0], [1.0, 1.0])


def test_zeros_in_products(rng):
    X = rng.normal(size=(4, 3))
    X[:, 1] = 0.0
    polynomial = PolynomialFeatures(3).fit(X)
    check_pullback(polynomial, X, polynomial.transform, rng)


def test_integers_do_not_overflow():
    X = np.array([[200, 100]], dtype=np.uint8)
    output, pullback = value_and_pullback(PolynomialFeatures().fit(X), X)
    assert_array_equal(output, [[1, 200, 100, 40000, 20000, 10000]])
    assert_array_equal(pullback(np.array([[0, 0, 0, 1.0, 0, 0]])), [[400.0, 0.0]])


def test_identity_gives_no_view():
    X = np.ones((2, 2))
    _, pullback = value_and_pullback(FunctionTransformer().fit(X), X)
    grad_output = np.ones((2, 2))
    pullback(grad_output)[:] = 0.0
    assert_array_equal(grad_output, 1.0)


def test_functions_are_refused():
    X = np.ones((2, 2))
    transformer = FunctionTransformer(np.log1p).fit(X)
    with pytest.raises(NotImplementedError, match=r"func=None only.*log1p"):
        value_and_pullback(transformer, X)
