"""The layers of a multi-layer perceptron, and their gradients."""

import numpy as np
from scipy.special import expit

# An activation, and its derivative in terms of its value.
ACTIVATIONS = {
    "identity": (lambda z: z, lambda a: 1.0),
    "logistic": (expit, lambda a: a * (1 - a)),
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": (np.tanh, lambda a: 1 - a * a),
}


class DenseLayers:
    """Layers ``activation(x W + b)`` at some rows; the last one has no activation.

    Parameters
    ----------
    weights : sequence of ndarray of shape (n_in, n_out)
    intercepts : sequence of ndarray of shape (n_out,)
    activation : {"identity", "logistic", "relu", "tanh"}
    X : ndarray of shape (n_samples, n_features)

    Attributes
    ----------
    layers : list of ndarray of shape (n_samples, n_units)
        X, and the activations of the hidden layers.
    output : ndarray of shape (n_samples, n_outputs)
    """

    def __init__(self, weights, intercepts, activation, X):
        self._weights = weights
        activate, self._slope = ACTIVATIONS[activation]
        self.layers = [X]
        for weight, intercept in zip(weights[:-1], intercepts[:-1], strict=True):
            self.layers.append(activate(self.layers[-1] @ weight + intercept))
        self.output = self.layers[-1] @ weights[-1] + intercepts[-1]

    def pullback(self, grad):
        """Carry a gradient in the output back to the rows."""
        *_, (_, back) = self._down(grad, {})
        return back

    def pullback_to_parameters(self, grad, grad_layers=None):
        """Carry it to the weights and to the intercepts, too.

        Parameters
        ----------
        grad : ndarray of shape (n_samples, n_outputs)
        grad_layers : dict of {int: ndarray} or None, default=None
            What gradients in some of the ``layers`` add.

        Returns
        -------
        grad_X : ndarray of shape (n_samples, n_features)
        grads : list of ndarray
            Of all weights, and then of all intercepts.
        """
        steps = [*self._down(grad, grad_layers or {})]
        layers = reversed(self.layers)
        weights = [
            layer.T @ grad_layer
            for (grad_layer, _), layer in zip(steps, layers, strict=True)
        ]
        intercepts = [grad_layer.sum(axis=0) for grad_layer, _ in steps]
        return steps[-1][1], [*weights[::-1], *intercepts[::-1]]

    def _down(self, grad, grad_layers):
        """The gradients behind and before each matrix, from the last one down."""
        for k in range(len(self._weights) - 1, -1, -1):
            before = grad @ self._weights[k].T + grad_layers.get(k, 0)
            yield grad, before
            grad = before * self._slope(self.layers[k]) if k else before
