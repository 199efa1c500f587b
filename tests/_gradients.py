"""What every test of sktopo.gradients asks: sklearn's output, and its differences."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from sktopo.gradients import value_and_pullback
from sktopo.testing import check_gradient


def check_pullback(
    estimator, X, reference, rng, step=1e-6, rtol=1e-5, through=value_and_pullback
):
    """``reference(X)`` is scikit-learn's own answer, also behind the differences."""
    X_before = X.copy()
    output, pullback = through(estimator, X)
    expected = reference(X)
    assert output.shape == expected.shape
    assert_allclose(output, expected, rtol=1e-9, atol=1e-9)

    weights = rng.normal(size=output.shape)
    weights_before = weights.copy()
    grad = pullback(weights)
    assert grad.shape == X.shape
    assert_array_equal(pullback(weights), grad)
    assert_array_equal(weights, weights_before)
    assert_array_equal(X, X_before)

    def function(x):
        return float(np.sum(weights * reference(x))), grad

    check_gradient(function, X, step=step, rtol=rtol, atol=1e-7)
    for k in range(len(X)):
        row, pullback = through(estimator, X[k : k + 1])
        assert_allclose(row, output[k : k + 1], rtol=1e-9, atol=1e-9)
        assert_allclose(
            pullback(weights[k : k + 1]), grad[k : k + 1], rtol=1e-8, atol=1e-10
        )
