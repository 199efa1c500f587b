"""The order in which a training takes its rows."""

from sklearn.utils import gen_batches


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
