"""The loss of a perceptron: its fit to the data, and topology of weights and layers."""

from typing import NamedTuple

import numpy as np

from sktopo._losses import logistic_losses, softmax_losses
from sktopo.base import Term
from sktopo.gradients import DenseLayers


def squared_losses(output, target):
    """||output - target||^2 / 2 of every row, and its gradient in the output."""
    residual = output - target
    return (residual**2).sum(axis=1) / 2, residual


def log_losses_of(target):
    """The cross-entropy of one column of margins, or of scores of several classes."""
    return logistic_losses if target.shape[1] == 1 else softmax_losses


class LayerPenalty(NamedTuple):
    """A term of some layers, and how much it counts."""

    term: Term
    layers: tuple
    weight: float


class PerceptronLoss(Term):
    """One mini-batch after the other: losses, squared weights and topology.

    x holds all weights and then all intercepts, flat.

    Parameters
    ----------
    parameters : FlatParameters
        Their shapes.
    activation : str
    losses : callable
        From outputs and targets to a loss of each row and the gradient in its output.
    batches : iterator
        Of rows and targets.
    alpha : float >= 0
        Of half the squared weights, divided by the rows of a batch.
    of_weights, of_activations : LayerPenalty
        Terms of the weights behind a layer, and of its activations: a point for each
        row of a batch.
    """

    is_random = True

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
        self.parameters, self.activation, self.losses = parameters, activation, losses
        self.batches, self.alpha = batches, alpha
        self.of_weights, self.of_activations = of_weights, of_activations

    def warm_value_and_grad(self):
        """A function of x that takes the next mini-batch in every call."""
        return lambda x: self.of_batch(x, *next(self.batches))

    def fit_of(self, x, rows, targets):
        """The mean loss of some rows alone."""
        losses, _ = self.losses(self._at(x, rows)[1].output, targets)
        return float(losses.mean())

    def of_batch(self, x, rows, targets):
        """The loss of some rows, and its gradient.

        Parameters
        ----------
        x : ndarray
        rows : ndarray of shape (n, n_features)
        targets : ndarray of shape (n, n_outputs)

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
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
        arrays = self.parameters.split(x)
        half = len(arrays) // 2
        layers = DenseLayers(arrays[:half], arrays[half:], self.activation, rows)
        return arrays[:half], layers
