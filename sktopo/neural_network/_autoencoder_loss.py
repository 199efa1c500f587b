"""The loss of an autoencoder: reconstruction, and the topology of its latent space."""

import numpy as np

from sktopo.gradients import DenseLayers
from sktopo.neural_network._batches import MiniBatchLoss
from sktopo.neural_network._first_parameters import first_parameters


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
        """Weights and then intercepts, of which the last ones are zero: f is, too."""
        n_in, n_out = self.matrix.shape
        sizes = [n_in, *hidden_layer_sizes, n_out]
        parameters = first_parameters(sizes, rng)
        parameters[len(sizes) - 2][:] = 0
        return parameters

    def at(self, parameters, X):
        """The output at some rows, and the pullback to these and to the parameters."""
        half = len(parameters) // 2
        layers = DenseLayers(parameters[:half], parameters[half:], self.activation, X)

        def pullback(grad):
            back, grads = layers.pullback_to_parameters(grad)
            return back + grad @ self.matrix.T, grads

        return X @ self.matrix + layers.output, pullback


class AutoencoderLoss(MiniBatchLoss):
    """The loss of one mini-batch after the other, in all parameters.

    x holds those of the encoder and then those of the decoder, flat.

    Parameters
    ----------
    encoder, decoder : ResidualPerceptron
    parameters : FlatParameters
        Their shapes.
    batches : iterator of RowBatch
    topology : callable or None
        From a RowBatch and its codes to a number and its gradient in the codes.
    """

    def __init__(self, encoder, decoder, parameters, batches, topology):
        super().__init__(batches)
        self.encoder, self.decoder = encoder, decoder
        self.parameters, self.topology = parameters, topology

    def of_batch(self, x, batch):
        """The loss of a RowBatch, and its gradient."""
        X = batch.rows
        to_codes, to_rows = self.parameters.halves(x)
        Z, pull_codes = self.encoder.at(to_codes, X)
        rows, pull_rows = self.decoder.at(to_rows, Z)
        change = rows - X
        value = float((change**2).sum()) / len(X)
        grad_Z, grads_decoder = pull_rows(2 / len(X) * change)
        if self.topology is not None:
            more, slope = self.topology(batch, Z)
            value, grad_Z = value + more, grad_Z + slope
        _, grads_encoder = pull_codes(grad_Z)
        return value, self.parameters.join([*grads_encoder, *grads_decoder])


def principal_directions(rows, n_components):
    """Orthonormal rows, or zeros where there are no more of them."""
    _, _, right = np.linalg.svd(rows, full_matrices=False)
    # The sign of a direction is arbitrary: its largest entry is positive.
    largest = np.abs(right).argmax(axis=1)
    right *= np.where(right[np.arange(len(right)), largest] < 0, -1.0, 1.0)[:, None]
    components = np.zeros((n_components, rows.shape[1]))
    components[: len(right)] = right[:n_components]
    return components
