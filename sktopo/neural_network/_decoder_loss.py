"""The loss that the weights of a decoder are trained on."""

from typing import NamedTuple

import numpy as np
from sklearn.neural_network import MLPRegressor

from sktopo._tables import safe_spread
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


class Units(NamedTuple):
    """What a perceptron sees of rows, (rows - mean) / scale, and its inverse."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, rows, *, by_column):
        """Those in which rows have mean 0 and standard deviation 1."""
        mean = rows.mean(axis=0)
        spread = np.sqrt(((rows - mean) ** 2).mean(axis=0 if by_column else None))
        return cls(mean, safe_spread(spread, rows))

    @classmethod
    def own(cls, rows):
        """Those that the rows have already."""
        return cls(np.zeros(rows.shape[1]), np.ones(()))

    def seen(self, rows):
        """Rows in these units."""
        return (rows - self.mean) / self.scale

    def restored(self, rows):
        """Rows in their own units."""
        return self.mean + self.scale * rows


def in_data_units(weights, intercepts, codes, samples):
    """Parameters of a perceptron that does the same in the units of the data."""
    first, *_ = weights = [weight.copy() for weight in weights]
    *_, last = intercepts = [intercept.copy() for intercept in intercepts]
    first /= np.broadcast_to(codes.scale, len(first))[:, None]
    intercepts[0] -= codes.mean @ first
    weights[-1] *= samples.scale
    last *= samples.scale
    last += samples.mean
    return weights, intercepts


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
        Of codes, as the perceptron sees them, and of the samples that they are to make.
    units : Units
        Of what the perceptron makes.
    extent : float > 0
        The range of samples.
    topology_weight : float >= 0
    """

    def __init__(
        self,
        parameters,
        activation,
        objective,
        batches,
        *,
        units,
        extent,
        topology_weight,
    ):
        super().__init__(batches)
        self.parameters, self.activation = parameters, activation
        self.objective, self.units, self.extent = objective, units, extent
        self.topology_weight = topology_weight

    def of_batch(self, x, batch):
        """The loss of some codes and their samples, and its gradient."""
        codes, targets = batch
        network = DenseLayers(*self.parameters.halves(x), self.activation, codes)
        samples = self.units.restored(network.output)
        change = (samples - targets) / self.extent
        value, grad = float(np.sum(change**2)), 2 / self.extent * change
        if self.topology_weight:
            found = [self.objective(row) for row in samples]
            value += self.topology_weight * sum(one for one, _ in found)
            grad += self.topology_weight * np.stack([one for _, one in found])
        grad *= self.units.scale / len(codes)
        _, grads = network.pullback_to_parameters(grad)
        return value / len(codes), self.parameters.join(grads)
