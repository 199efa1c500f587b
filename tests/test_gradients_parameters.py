"""Gradients in weights, intercepts and kernels."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo import TopologicalMapping
from sktopo.gradients import (
    FlatParameters,
    parameter_value_and_pullback,
    value_and_pullback,
)
from sktopo.testing import check_gradient

X = np.random.default_rng(0).normal(size=(12, 4))
Y = np.stack([X[:, 0] * X[:, 1], X[:, 2]], axis=1)


def fitted(model, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


def set_parameters(model, arrays):
    names = ("kernels_", "intercepts_")
    if hasattr(model, "coefs_"):
        names = ("coefs_", "intercepts_")
    half = len(getattr(model, names[0]))
    setattr(model, names[0], arrays[:half])
    setattr(model, names[1], arrays[half:])


def parameters_of(model):
    first = model.coefs_ if hasattr(model, "coefs_") else model.kernels_
    return [*first, *model.intercepts_]


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("layers", [(3,), (5, 3), (2, 3, 4)])
@pytest.mark.parametrize("kind", [MLPRegressor, MLPClassifier])
def test_perceptrons(activation, layers, kind, rng):
    y = Y if kind is MLPRegressor else (Y[:, 0] > 0)
    model = kind(
        hidden_layer_sizes=layers, activation=activation, max_iter=3, random_state=0
    )
    check(fitted(model, y), X, rng)


def test_a_mapping(rng):
    images = rng.random((6, 7, 5))
    model = TopologicalMapping(max_iter=1, n_channels=2, random_state=0)
    model.fit(images, [0, 1] * 3)
    model.kernels_ = [rng.normal(size=kernel.shape) for kernel in model.kernels_]
    check(model, images, rng)


def check(model, data, rng):
    output, pullback = parameter_value_and_pullback(model, data)
    plain, pull_back = value_and_pullback(model, data)
    assert_array_equal(output.reshape(plain.shape), plain)
    weight = rng.normal(size=output.shape)
    back, grads = pullback(weight)
    assert_allclose(back, pull_back(weight.reshape(plain.shape)), atol=1e-12)
    arrays = parameters_of(model)
    assert [grad.shape for grad in grads] == [array.shape for array in arrays]
    flat = FlatParameters(arrays)
    start = flat.join(arrays)
    for one, again in zip(flat.split(start), arrays, strict=True):
        assert_array_equal(one, again)

    def function(x):
        set_parameters(model, flat.split(x))
        value, _ = value_and_pullback(model, data)
        return float((weight.reshape(value.shape) * value).sum()), flat.join(grads)

    check_gradient(function, start, rtol=1e-4)


def test_what_is_not_known_is_said():
    with pytest.raises(
        NotImplementedError, match=r"parameter_value_and_pullback knows .* PCA\."
    ):
        parameter_value_and_pullback(PCA().fit(X), X)
    with pytest.raises(NotFittedError):
        parameter_value_and_pullback(MLPRegressor(), X)
