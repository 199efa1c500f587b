"""The loss of an embedding that is a fixed one and a displacement."""

from sktopo.base import Term


class EmbeddingLoss(Term):
    """The loss of one mini-batch after the other, in the coefficients of features.

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

    is_random = True

    def __init__(self, codes, features, gram, batches, topology, fidelity_weight):
        self.codes, self.features = codes, features
        self.gram, self.batches, self.topology = gram, batches, topology
        self.fidelity_weight = fidelity_weight

    def value_and_grad(self, x):
        """Evaluate at coefficients (n_landmarks, n_components)."""
        product = self.gram @ x
        value = self.fidelity_weight * float((x * product).sum())
        grad = 2 * self.fidelity_weight * product
        if self.topology is not None:
            batch = next(self.batches)
            features = self.features[batch.index]
            more, slope = self.topology(batch, self.codes[batch.index] + features @ x)
            value, grad = value + more, grad + features.T @ slope
        return value, grad
