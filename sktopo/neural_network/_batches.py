"""The order in which a training takes its rows."""

from sklearn.utils import gen_batches


def rows_of_a_step(batch_size, n_rows, most):
    """The rows of a mini-batch; "auto" is an eighth of all, but from 16 to the most."""
    return min(max(16, n_rows // 8), most) if batch_size == "auto" else batch_size


def mini_batches(n_rows, batch_size, rng):
    """Indices of mini-batches without end, each pass over the rows in another order.

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
