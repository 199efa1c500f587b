"""How far an image has gone from where it started."""

import numpy as np


class SquaredFidelity:
    """The mean squared change of the pixels.

    Parameters
    ----------
    image : ndarray
        The pixels of which it is the mean, at the start.
    scale : tuple of 2 floats
        Not needed here.
    """

    degree = 2  # of homogeneity, in the values of pixels

    def __init__(self, image, scale):
        self._n_pixels = image.size

    def value_and_grad(self, values, start):
        """The mean, and its gradient, at the pixels that may have changed."""
        change = values - start
        # A BLAS that has threads would keep them spinning beside those of the samples.
        value = float(np.einsum("i,i->", change, change)) / self._n_pixels
        change *= 2 / self._n_pixels
        return value, change


class CrossEntropyFidelity:
    """The mean cross-entropy of pixels, scaled to [0, 1], to where they started.

    Parameters
    ----------
    image : ndarray
        The pixels of which it is the mean, at the start.
    scale : tuple of 2 floats
        The values that count as 0 and 1.
    """

    degree = 0
    _MARGIN = 1e-6

    def __init__(self, image, scale):
        self._n_pixels = image.size
        self._low, self._range = scale[0], (scale[1] - scale[0]) or 1.0
        share = self._share(image)
        self._entropy = float(_cross_entropy(share, share).sum())

    def value_and_grad(self, values, start):
        """The mean, and its gradient, at the pixels that may have changed."""
        start, share = self._share(start), self._share(values)
        more = _cross_entropy(start, share) - _cross_entropy(start, start)
        value = (self._entropy + float(more.sum())) / self._n_pixels
        slope = (share - start) / (share * (1 - share))
        slope /= self._range * self._n_pixels
        return value, slope

    def _share(self, values):
        share = (values - self._low) / self._range
        return np.clip(share, self._MARGIN, 1 - self._MARGIN)


def _cross_entropy(target, share):
    return -(target * np.log(share) + (1 - target) * np.log1p(-share))


FIDELITIES = {"squared_error": SquaredFidelity, "cross_entropy": CrossEntropyFidelity}
