"""Adam where most pixels never have a gradient."""

import numpy as np

from sktopo._validation import bounds_around

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8  # of Kingma and Ba, as in Adam


class SparseAdam:
    """Adam on the blocks of pixels that have ever had a gradient.

    All others have moments of zero and stay where they are, so that leaving them out
    changes nothing but the time.

    Parameters
    ----------
    image : ndarray of float64 of shape (n_places,)
        Pixels as a cover lays them out.
    seen : ndarray of float of shape (n_places,)
        The same, maybe in less precision; it changes as the pixels move.
    block : int
        Neighbouring places that have a gradient together.
    learning_rate : float
    clip : tuple of 2 floats or None
        Bounds of the values.

    Attributes
    ----------
    values, start : ndarray of float64 of shape (n_touched * block,)
        Of the touched pixels, now and at the beginning.
    """

    def __init__(self, image, seen, block, learning_rate, clip):
        self._image, self._seen = image.reshape(-1, block), seen.reshape(-1, block)
        self._rate, self._clip = learning_rate, clip
        self._row = np.full(len(self._image), -1, dtype=np.intp)
        self._touched = np.empty(0, dtype=np.intp)
        self._state = np.empty((4, 0, block))
        self._age = 0

    @property
    def values(self):
        return self._state[0, : self._touched.size].ravel()

    @property
    def start(self):
        return self._state[1, : self._touched.size].ravel()

    def step(self, blocks, grads, grad_before):
        """Move along the sum of some gradients and of one on all pixels touched before.

        Parameters
        ----------
        blocks : sequence of ndarray of int of shape (n_blocks,)
            Distinct blocks for each gradient.
        grads : sequence of ndarray of shape (n_blocks, block)
        grad_before : ndarray of the shape of ``values``
            A gradient at the pixels that were touched before.
        """
        n_before = self._touched.size
        for here in blocks:
            self._touch(here)
        n = self._touched.size
        values, start, mean, square = self._state[:, :n]
        # Pixels touched for the first time are where they started: nothing pulls them.
        total = np.zeros(values.shape)
        total[:n_before] = grad_before.reshape(n_before, total.shape[1])
        for here, grad in zip(blocks, grads, strict=True):
            total[self._row[here]] += grad
        # Both moments without their factors 1 - beta, which go into two numbers below.
        self._age += 1
        mean *= _BETA_1
        mean += total
        square *= _BETA_2
        square += np.square(total, out=total)
        scale = np.sqrt((1 - _BETA_2) / (1 - _BETA_2**self._age))
        rate = self._rate * (1 - _BETA_1) / (1 - _BETA_1**self._age)
        size = np.sqrt(square, out=total)
        size += _EPSILON / scale
        move = np.divide(mean, size, out=size)
        move *= rate / scale
        values -= move
        if self._clip is not None:
            np.clip(values, *bounds_around(start, self._clip), out=values)
        self._seen[self._touched] = values

    def image(self):
        """All pixels where they are now."""
        image = self._image.copy()
        image[self._touched] = self._state[0, : self._touched.size]
        return image.ravel()

    def _touch(self, blocks):
        new = blocks[self._row[blocks] < 0]
        if new.size == 0:
            return
        n = self._touched.size
        end = n + new.size
        if end > self._state.shape[1]:
            grown = np.zeros((4, max(end, 2 * n), self._image.shape[1]))
            grown[:, :n] = self._state[:, :n]
            self._state = grown
        self._row[new] = np.arange(n, end)
        self._touched = np.append(self._touched, new)
        self._state[:2, n:end] = self._image[new]
        self._state[2:, n:end] = 0.0
