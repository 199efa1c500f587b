"""Pullbacks of multi-layer perceptrons."""

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo.gradients._layers import DenseLayers
from sktopo.gradients._pullbacks import register


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
    layers = DenseLayers(network.coefs_, network.intercepts_, network.activation, X)
    return layers.output, layers.pullback


def _as_sklearn_shapes(output, pullback):
    if output.shape[1] > 1:
        return output, pullback
    return output[:, 0], lambda grad: pullback(grad[:, None])
