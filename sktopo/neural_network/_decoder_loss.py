"""The loss that the weights of a decoder are trained on."""

import numpy as np
from sklearn.neural_network import MLPRegressor

from sktopo.base import Term
from sktopo.gradients import parameter_value_and_pullback, unwrapped


def network_of(decoder, owner):
    """The perceptron inside of a fitted decoder.

    Raises
    ------
    TypeError
        If there is none, or its last layer has an activation.
    """
    network = unwrapped(decoder)
    if not isinstance(network, MLPRegressor) or network.out_activation_ != "identity":
        raise TypeError(
            f"The 'decoder' parameter of {owner} must be an MLPRegressor whose last "
            f"layer is 'identity'. Got {decoder!r} instead."
        )
    return network


class DecoderLoss(Term):
    """Topology and fidelity of one mini-batch of samples after the other, in weights.

    x holds all weights and then all intercepts of the perceptron, flat.

    Parameters
    ----------
    network : MLPRegressor
        Its parameters are replaced in every call.
    parameters : FlatParameters
        Their shapes.
    objective : callable
        From a sample to its value and gradient.
    batches : iterator
        Of codes and of the samples that they are to make.
    data : tuple of 2 ndarrays
        All codes and samples.
    extent : float > 0
        The range of samples.
    topology_weight : float >= 0
    """

    is_random = True

    def __init__(
        self, network, parameters, objective, batches, data, *, extent, topology_weight
    ):
        self.network, self.parameters = network, parameters
        self.objective, self.batches, self.data = objective, batches, data
        self.extent, self.topology_weight = extent, topology_weight

    def set_parameters(self, x):
        """Give the perceptron the weights and intercepts that x holds."""
        arrays = self.parameters.split(x)
        half = len(arrays) // 2
        self.network.coefs_, self.network.intercepts_ = arrays[:half], arrays[half:]

    def value_and_grad(self, x):
        """The loss of all data, and its gradient."""
        return self.of_batch(x, *self.data)

    def warm_value_and_grad(self):
        """A function of x that takes the next mini-batch in every call."""
        return lambda x: self.of_batch(x, *next(self.batches))

    def of_batch(self, x, codes, targets):
        """The loss of some codes, and its gradient.

        Parameters
        ----------
        x : ndarray
        codes : ndarray of shape (n, n_components)
        targets : ndarray of shape (n, n_outputs)

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
        self.set_parameters(x)
        samples, pullback = parameter_value_and_pullback(self.network, codes)
        change = (samples - targets) / self.extent
        value, grad = float(np.sum(change**2)), 2 / self.extent * change
        if self.topology_weight:
            found = [self.objective(row) for row in samples]
            value += self.topology_weight * sum(one for one, _ in found)
            grad += self.topology_weight * np.stack([one for _, one in found])
        _, grads = pullback(grad / len(codes))
        return value / len(codes), self.parameters.join(grads)
