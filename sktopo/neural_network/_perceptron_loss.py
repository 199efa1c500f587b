"""The loss of a perceptron: its fit to the data, and topology of weights and layers."""

from typing import NamedTuple

import numpy as np

from sktopo.base import Term
from sktopo.gradients import DenseLayers
from sktopo.neural_network._batches import MiniBatchLoss


class LayerPenalty(NamedTuple):
    """A term of some layers, and how much it counts."""

    term: Term
    layers: tuple
    weight: float


class PerceptronLoss(MiniBatchLoss):
    """One mini-batch after the other: losses, squared weights and topology.

    x holds all weights and then all intercepts, flat.

    Parameters
    ----------
    parameters : FlatParameters
        Their shapes.
    activation : str
    losses : callable
        From outputs and targets to a loss of each row and the gradient in its output.
    batches : iterator of tuple
        Of rows (n, n_features) and targets (n, n_outputs).
    alpha : float >= 0
        Of half the squared weights, divided by the rows of a batch.
    of_weights, of_activations : LayerPenalty
        Terms of the weights behind a layer, and of its activations: a point for each
        row of a batch.
    """

    def __init__(
        self,
        parameters,
        activation,
        losses,
        batches,
        *,
        alpha,
        of_weights,
        of_activations,
    ):
        super().__init__(batches)
        self.parameters, self.activation = parameters, activation
        self.losses, self.alpha = losses, alpha
        self.of_weights, self.of_activations = of_weights, of_activations

    def fit_of(self, x, rows, targets):
        """The mean loss of some rows alone."""
        losses, _ = self.losses(self._at(x, rows)[1].output, targets)
        return float(losses.mean())

    def of_batch(self, x, batch):
        """The loss of some rows and their targets, and its gradient."""
        rows, targets = batch
        weights, at_rows = self._at(x, rows)
        losses, residual = self.losses(at_rows.output, targets)
        value, grad_layers = float(losses.mean()), {}
        term, layers, weight = self.of_activations
        for layer in layers if weight else ():
            found, grad = term.value_and_grad(at_rows.layers[layer])
            value += weight * found
            grad_layers[layer] = weight * grad
        _, grads = at_rows.pullback_to_parameters(residual / len(rows), grad_layers)
        for k, w in enumerate(weights):
            value += self.alpha / 2 * float(np.sum(w * w)) / len(rows)
            grads[k] += self.alpha / len(rows) * w
        term, layers, weight = self.of_weights
        for layer in layers if weight else ():
            found, grad = term.value_and_grad(weights[layer])
            value += weight * found
            grads[layer] += weight * grad
        return value, self.parameters.join(grads)

    def _at(self, x, rows):
        weights, intercepts = self.parameters.halves(x)
        return weights, DenseLayers(weights, intercepts, self.activation, rows)
