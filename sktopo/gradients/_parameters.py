"""Gradients in the parameters of a model, and parameters as one vector."""

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo.gradients._layers import DenseLayers
from sktopo.gradients._pullbacks import register_parameters


class FlatParameters:
    """Arrays of parameters as one vector, for a solver.

    Parameters
    ----------
    arrays : sequence of ndarray
        Parameters of the shapes that all others will have.
    """

    def __init__(self, arrays):
        self.shapes = [array.shape for array in arrays]
        sizes = [array.size for array in arrays]
        self._cuts = np.cumsum(sizes)[:-1]

    def join(self, arrays):
        """All entries in a row."""
        return np.concatenate([array.ravel() for array in arrays])

    def split(self, x):
        """The arrays that a vector holds."""
        parts = zip(np.split(x, self._cuts), self.shapes, strict=True)
        return [part.reshape(shape) for part, shape in parts]

    def halves(self, x):
        """The first and the last half of the arrays, such as weights and intercepts."""
        arrays = self.split(x)
        half = len(arrays) // 2
        return arrays[:half], arrays[half:]


@register_parameters(MLPClassifier, MLPRegressor)
def _perceptron(network, X):
    layers = DenseLayers(network.coefs_, network.intercepts_, network.activation, X)
    return layers.output, layers.pullback_to_parameters
