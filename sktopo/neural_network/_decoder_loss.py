"""The loss that the weights of a decoder are trained on."""

import numpy as np
from sklearn.neural_network import MLPRegressor

from sktopo.gradients import DenseLayers, unwrapped
from sktopo.neural_network._batches import MiniBatchLoss


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


class DecoderLoss(MiniBatchLoss):
    """Topology and fidelity of one mini-batch of samples after the other, in weights.

    x holds all weights and then all intercepts of the perceptron, flat.

    Parameters
    ----------
    parameters : FlatParameters
        Their shapes.
    activation : str
    objective : callable
        From a sample to its value and gradient.
    batches : iterator of tuple
        Of codes and of the samples that they are to make.
    extent : float > 0
        The range of samples.
    topology_weight : float >= 0
    """

    def __init__(
        self, parameters, activation, objective, batches, *, extent, topology_weight
    ):
        super().__init__(batches)
        self.parameters, self.activation = parameters, activation
        self.objective, self.extent = objective, extent
        self.topology_weight = topology_weight

    def of_batch(self, x, batch):
        """The loss of some codes and their samples, and its gradient."""
        codes, targets = batch
        network = DenseLayers(*self.parameters.halves(x), self.activation, codes)
        change = (network.output - targets) / self.extent
        value, grad = float(np.sum(change**2)), 2 / self.extent * change
        if self.topology_weight:
            found = [self.objective(row) for row in network.output]
            value += self.topology_weight * sum(one for one, _ in found)
            grad += self.topology_weight * np.stack([one for _, one in found])
        _, grads = network.pullback_to_parameters(grad / len(codes))
        return value / len(codes), self.parameters.join(grads)
