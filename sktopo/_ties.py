"""Entries that are equal, and sums over them."""

import numpy as np


class Ties:
    """Which entries of a vector are tied.

    Parameters
    ----------
    labels : ndarray of int of shape (n,)
        From 0 to ``n_ties - 1``, the same for tied entries.

    Attributes
    ----------
    labels : ndarray of int of shape (n,)
    counts : ndarray of int of shape (n_ties,)
        How many entries each has.
    """

    def __init__(self, labels):
        self.labels, self.counts = labels, np.bincount(labels)
        self._order = np.argsort(labels, kind="stable")
        self._starts = np.cumsum(self.counts) - self.counts

    def sums(self, x, axis=-1):
        """Sums over tied entries along an axis."""
        x = np.take(x, self._order, axis=axis)
        return np.add.reduceat(x, self._starts, axis=axis)
