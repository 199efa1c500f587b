"""Mini-batches of rows, and losses that take one after the other."""

from sklearn.utils import gen_batches

from sktopo.base import Term


def batch_size_for(batch_size, n_rows, most):
    """Rows in a mini-batch; "auto" is an eighth of all, but from 16 to the most."""
    return min(max(16, n_rows // 8), most) if batch_size == "auto" else batch_size


def n_batches(n_rows, batch_size):
    """Steps of an epoch."""
    return -(-n_rows // batch_size)


def mini_batches(n_rows, batch_size, rng):
    """Indices of mini-batches without end, each epoch in another order.

    Parameters
    ----------
    n_rows, batch_size : int
    rng : RandomState

    Yields
    ------
    ndarray of int
    """
    while True:
        order = rng.permutation(n_rows)
        for part in gen_batches(n_rows, batch_size):
            yield order[part]


class MiniBatchLoss(Term):
    """A loss that takes the next mini-batch whenever it is evaluated.

    A subclass defines ``of_batch(x, batch)``, the loss of a batch and its gradient in
    x.

    Parameters
    ----------
    batches : iterator
        Of what ``of_batch`` takes.
    """

    is_random = True

    def __init__(self, batches):
        self.batches = batches

    def value_and_grad(self, x):
        """The loss of the next mini-batch, and its gradient."""
        return self.of_batch(x, next(self.batches))

    def of_batch(self, x, batch):
        """The loss of a mini-batch, and its gradient in x."""
        raise NotImplementedError(f"{type(self).__name__} does not define of_batch.")
