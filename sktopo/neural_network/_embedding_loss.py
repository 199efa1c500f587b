"""The loss of an embedding that is a fixed one and a displacement."""

import numpy as np

from sktopo.neural_network._batches import MiniBatchLoss

_SHARES = (1.0, 0.5, 0.25, 0.125, 0.0)  # of the way that was made
_FIRST = 8  # batches that tell the loss at the start from that at the end


class EmbeddingLoss(MiniBatchLoss):
    """The loss of one mini-batch after the other, in the coefficients of features.

    x has the shape (n_landmarks, n_components).

    Parameters
    ----------
    codes : ndarray of shape (n_samples, n_components)
        Without the displacement.
    features : ndarray of shape (n_samples, n_landmarks)
        Of each row; the displacement is linear in them.
    gram : ndarray of shape (n_landmarks, n_landmarks)
        Of the displacement's squared norm, a quadratic form.
    batches : iterator of RowBatch
    topology : callable or None
        From a RowBatch and its codes to a number and its gradient in the codes.
    fidelity_weight : float >= 0
        Of the squared norm of the displacement.
    """

    def __init__(self, codes, features, gram, batches, topology, fidelity_weight):
        super().__init__(batches)
        self.codes, self.features = codes, features
        self.gram, self.topology = gram, topology
        self.fidelity_weight = fidelity_weight
        self._first = [next(batches) for _ in range(_FIRST)]

    @property
    def first_value(self):
        """The mean loss of some batches without a displacement."""
        shape = self.gram.shape[0], self.codes.shape[1]
        return self._mean(np.zeros(shape))

    def best_part(self, x):
        """The part of the way to x, maybe nothing, whose mean loss is the least."""
        return min((share * x for share in _SHARES), key=self._mean)

    def _mean(self, x):
        return np.mean([self.of_batch(x, batch)[0] for batch in self._first])

    def of_batch(self, x, batch):
        """The loss of a RowBatch, and its gradient."""
        product = self.gram @ x
        value = self.fidelity_weight * float((x * product).sum())
        grad = 2 * self.fidelity_weight * product
        if self.topology is not None:
            features = self.features[batch.index]
            more, slope = self.topology(batch, self.codes[batch.index] + features @ x)
            value, grad = value + more, grad + features.T @ slope
        return value, grad
