"""Pullbacks of multi-layer perceptrons."""

import numpy as np
from scipy.special import expit
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo.gradients._registry import register

# An activation, and its derivative in terms of its value.
_ACTIVATIONS = {
    "identity": (lambda z: z, lambda a: 1.0),
    "logistic": (expit, lambda a: a * (1 - a)),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": (np.tanh, lambda a: 1 - a * a),
}


@register(MLPClassifier)
def _classifier(network, X):
    return _as_sklearn_shapes(*_last_layer(network, X))


@register(MLPRegressor)
def _regressor(network, X):
    output, pullback = _last_layer(network, X)
    if network.out_activation_ == "identity":
        return _as_sklearn_shapes(output, pullback)
    if network.out_activation_ == "exp":
        output = np.exp(output)
        return _as_sklearn_shapes(output, lambda grad: pullback(grad * output))
    raise NotImplementedError(
        "value_and_pullback goes through an MLPRegressor whose last layer is "
        f"'identity' or 'exp'. Got {network.out_activation_!r}."
    )


def _last_layer(network, X):
    """The outputs of the last layer before its activation."""
    activate, slope = _ACTIVATIONS[network.activation]
    weights, intercepts = network.coefs_, network.intercepts_
    layer, hidden = X, []
    for weight, intercept in zip(weights[:-1], intercepts[:-1], strict=True):
        layer = activate(layer @ weight + intercept)
        hidden.append(layer)

    def pullback(grad):
        grad = grad @ weights[-1].T
        for weight, layer in zip(weights[-2::-1], hidden[::-1], strict=True):
            grad = (grad * slope(layer)) @ weight.T
        return grad

    return layer @ weights[-1] + intercepts[-1], pullback


def _as_sklearn_shapes(output, pullback):
    if output.shape[1] > 1:
        return output, pullback
    return output[:, 0], lambda grad: pullback(grad[:, None])
