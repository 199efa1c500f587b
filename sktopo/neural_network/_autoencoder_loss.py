"""The loss of an autoencoder: reconstruction, and the topology of its latent space."""

from itertools import pairwise

import numpy as np

from sktopo.base import Term
from sktopo.filtrations import VietorisRips
from sktopo.gradients import DenseLayers
from sktopo.persistence import FINITE


class ResidualPerceptron:
    """x A + f(x), for a fixed matrix A and a perceptron f without a last activation.

    Parameters
    ----------
    matrix : ndarray of shape (n_in, n_out)
    activation : {"logistic", "relu", "tanh"}
    """

    def __init__(self, matrix, activation):
        self.matrix, self.activation = matrix, activation

    def first_parameters(self, hidden_layer_sizes, rng):
        """Weights and then intercepts, of which the last ones are zero: f is, too.

        The others are drawn by the rule of Glorot and Bengio.
        """
        n_in, n_out = self.matrix.shape
        sizes = [n_in, *hidden_layer_sizes, n_out]
        weights = []
        for before, behind in pairwise(sizes):
            bound = np.sqrt(6 / (before + behind))
            weights.append(rng.uniform(-bound, bound, size=(before, behind)))
        weights[-1] = np.zeros_like(weights[-1])
        return [*weights, *(np.zeros(size) for size in sizes[1:])]

    def at(self, parameters, X):
        """The output at some rows, and the pullback to these and to the parameters."""
        half = len(parameters) // 2
        layers = DenseLayers(parameters[:half], parameters[half:], self.activation, X)

        def pullback(grad):
            back, grads = layers.pullback_to_parameters(grad)
            return back + grad @ self.matrix.T, grads

        return X @ self.matrix + layers.output, pullback


class AutoencoderLoss(Term):
    """The loss of one mini-batch after the other, in all parameters.

    x holds those of the encoder and then those of the decoder, flat.

    Parameters
    ----------
    encoder, decoder : ResidualPerceptron
    parameters : FlatParameters
        Their shapes.
    batches : iterator of ndarray of shape (n, n_features)
    topology : callable or None
        From a batch and its codes to a number and its gradient in the codes.
    """

    is_random = True

    def __init__(self, encoder, decoder, parameters, batches, topology):
        self.encoder, self.decoder = encoder, decoder
        self.parameters, self.batches, self.topology = parameters, batches, topology

    def halves(self, x):
        """The parameters of the encoder, and those of the decoder."""
        arrays = self.parameters.split(x)
        half = len(arrays) // 2
        return arrays[:half], arrays[half:]

    def value_and_grad(self, x):
        """The loss of the next mini-batch."""
        return self.of_batch(x, next(self.batches))

    def of_batch(self, x, X):
        """The loss of some rows, and its gradient.

        Parameters
        ----------
        x : ndarray
        X : ndarray of shape (n, n_features)

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
        to_codes, to_rows = self.halves(x)
        Z, pull_codes = self.encoder.at(to_codes, X)
        rows, pull_rows = self.decoder.at(to_rows, Z)
        change = rows - X
        value = float((change**2).sum()) / len(X)
        grad_Z, grads_decoder = pull_rows(2 / len(X) * change)
        if self.topology is not None:
            more, slope = self.topology(X, Z)
            value, grad_Z = value + more, grad_Z + slope
        _, grads_encoder = pull_codes(grad_Z)
        return value, self.parameters.join([*grads_encoder, *grads_decoder])


class MatchedPersistence:
    """How much the edges that make the persistence of rows and of codes differ.

    Half the mean squared difference between their lengths in the two spaces, over the
    edges of the Vietoris-Rips filtration of the rows at which a bar is born or dies,
    and half of that over those of the codes. Loops count by their lifetimes: short ones
    are noise.

    Parameters
    ----------
    homology_dimensions : tuple of int
        0, 1 or both; their means are added up.
    """

    def __init__(self, homology_dimensions):
        self.homology_dimensions = homology_dimensions

    def __call__(self, X, Z):
        """The value, and the gradient in the codes Z."""
        value, grad = 0.0, np.zeros_like(Z)
        for points in (X, Z):
            for (i, j), lifetimes in self._edges(points):
                step = Z[i] - Z[j]
                length = np.linalg.norm(step, axis=1)
                excess = length - np.linalg.norm(X[i] - X[j], axis=1)
                total = lifetimes.sum()
                both = (excess**2).reshape(-1, lifetimes.size)
                part = float(lifetimes @ both.mean(axis=0)) / (2 * total)
                slope = np.tile(lifetimes / total, len(both)) * excess / len(both)
                if points is Z and len(both) == 2:
                    # The loops of the codes count by lifetimes that change with them.
                    by_lifetime = (both.mean(axis=0) / 2 - part) / total
                    slope += np.concatenate([-by_lifetime, by_lifetime])
                value += part
                slope /= np.where(length > 0, length, 1.0)
                np.add.at(grad, i, slope[:, None] * step)
                np.add.at(grad, j, -slope[:, None] * step)
        return value, grad

    def _edges(self, points):
        """For each homology dimension the ends of the edges, and what bars count.

        Those of loops are all births, and then all deaths.
        """
        complex_ = VietorisRips().build(points)
        for bars in complex_.bars(self.homology_dimensions):
            bars = bars.take(bars.kind == FINITE).without_zero()
            if len(bars.diagram) == 0:
                continue
            # All vertices share the first value; the edges stand behind it.
            born, dies = bars.indices.T - 1
            if bars.dimension == 0:
                yield complex_.edge_points(dies).T, np.ones(dies.size)
                continue
            edges = np.concatenate([born, dies])
            yield complex_.edge_points(edges).T, np.diff(bars.diagram).ravel()


def weighted_sum(parts):
    """Functions of rows and codes, each with its weight, as one; None without any."""

    def topology(X, Z):
        found = [(weight, *part(X, Z)) for weight, part in parts]
        value = sum(weight * value for weight, value, _ in found)
        return value, sum(weight * grad for weight, _, grad in found)

    return topology if parts else None


def principal_directions(rows, n_components):
    """Orthonormal rows, or zeros where there are no more of them."""
    _, _, right = np.linalg.svd(rows, full_matrices=False)
    # The sign of a direction is arbitrary: its largest entry is positive.
    largest = np.abs(right).argmax(axis=1)
    right *= np.where(right[np.arange(len(right)), largest] < 0, -1.0, 1.0)[:, None]
    components = np.zeros((n_components, rows.shape[1]))
    components[: len(right)] = right[:n_components]
    return components
