"""The parameters of a random pooling, and what is made of several draws."""

import numpy as np
from sklearn.base import clone

from sktopo._memory import check_count
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import NON_NEGATIVE, POSITIVE_INT, ValidatedParams, warn_unused
from sktopo.pooling._covers import GridCover
from sktopo.pooling._window_weights import WEIGHTS, WeightBank, WindowWeights
from sktopo.solvers import min_norm_weights

DRAW_CONSTRAINTS = {
    "n_samples": [POSITIVE_INT],
    "combine": [StrOptions({"mean", "min_norm"})],
}
WEIGHT_CONSTRAINTS = {
    "weights": [StrOptions(set(WEIGHTS))],
    "max_noise": [NON_NEGATIVE],
}


class RandomPooling(ValidatedParams):
    """Pool the windows of a grid by random weights, after noise on every pixel [1]_.

    The value of a window is a weighted mean of its pixels. Where bars hang on single
    pixels, another draw has others, so that what is optimised on many draws holds under
    noise; and the pooled grid is smaller.

    Parameters
    ----------
    size : int >= 1, default=4
        Pixels of a window along each axis; windows at the edges may be smaller.
    stride : int >= 1 or None, default=None
        Pixels from one window to the next; None for ``size``. With fewer the windows
        overlap.
    weights : {"mean", "vertex", "simplex", "uniform"}, default="simplex"
        Weights of the pixels of a window: all equal, one at random, uniform on the
        simplex of weights, or independent uniform numbers, normalised, which are closer
        to the centre and make faster progress.
    max_noise : float >= 0, default=0.0
        Uniform noise from -max_noise to max_noise on every pixel.
    n_weightings : int >= 1 or None, default=None
        Draw so many weightings of a window once, and let every window take one of them;
        None draws all afresh, which takes longer.
    n_samples : int >= 1, default=1
        Draws of noise and weights for each evaluation.
    combine : {"mean", "min_norm"}, default="mean"
        What is made of their gradients: the mean, or the shortest vector in their
        convex hull, which goes down for all of them.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> from sktopo.pooling import RandomPooling
    >>> RandomPooling(3, max_noise=5.0).cover((24, 36)).shape
    (8, 12)
    """

    _parameter_constraints = {
        "size": [POSITIVE_INT],
        "stride": [POSITIVE_INT, None],
        **WEIGHT_CONSTRAINTS,
        "n_weightings": [POSITIVE_INT, None],
        **DRAW_CONSTRAINTS,
    }

    def __init__(
        self,
        size=4,
        stride=None,
        *,
        weights="simplex",
        max_noise=0.0,
        n_weightings=None,
        n_samples=1,
        combine="mean",
    ):
        self.size = size
        self.stride = stride
        self.weights = weights
        self.max_noise = max_noise
        self.n_weightings = n_weightings
        self.n_samples = n_samples
        self.combine = combine

    def _validate_params(self):
        super()._validate_params()
        if self.stride is not None and self.stride > self.size:
            raise ValueError(
                "The 'stride' parameter of RandomPooling must be at most "
                f"size={self.size}: windows are to cover all pixels. "
                f"Got {self.stride} instead."
            )
        check_count("RandomPooling", "n_samples", self.n_samples, 1000)
        check_count("RandomPooling", "n_weightings", self.n_weightings or 0, 100)
        if self.max_noise == 0 and (self.weights == "mean" or self.size == 1):
            names = ("n_samples", "combine", "n_weightings")
            warn_unused(self, names, "where nothing is drawn at random")

    def cover(self, shape):
        """The windows of a grid.

        Parameters
        ----------
        shape : tuple of int

        Returns
        -------
        GridCover
        """
        self._check_params()
        size = min(self.size, max(shape))
        stride = None if self.stride is None else min(self.stride, size)
        return GridCover(shape, size, stride)

    def scaled(self, factor):
        """The same pooling of grids that have come with a factor."""
        noise = factor * self.max_noise
        return clone(self).set_params(max_noise=noise) if noise else self

    def is_random(self, shape):
        """Whether there is anything to draw for grids of a shape."""
        return self.max_noise > 0 or (
            self.weights != "mean" and min(self.size, max(shape)) > 1
        )

    def bank(self, cover, rng):
        """The ``n_weightings`` to choose from, or None where all are drawn afresh."""
        if self.n_weightings is None or not self.is_random(cover.pixel_shape):
            return None
        return WeightBank(
            cover.width, self.weights, self.max_noise, self.n_weightings, rng
        )

    def window_weights(self, cover, n_draws=1, dtype=np.float32, bank=None):
        """What draws weights and noise for the windows of a cover.

        Parameters
        ----------
        cover : GridCover
        n_draws : int, default=1
            At a time, at most.
        dtype : type, default=numpy.float32
        bank : WeightBank or None, default=None

        Returns
        -------
        WindowWeights
        """
        return WindowWeights(cover, self.weights, self.max_noise, n_draws, dtype, bank)


def combined(values, grads, combine):
    """One value and one gradient of those of several samples.

    Parameters
    ----------
    values : sequence of float
    grads : ndarray of shape (n_samples, ...)
    combine : {"mean", "min_norm"}
        The mean, or the shortest vector in the convex hull.

    Returns
    -------
    value : float
        The mean.
    grad : ndarray of shape (...)
    """
    if combine == "mean":
        grad = grads.mean(axis=0)
    else:
        grad = np.tensordot(min_norm_weights(grads), grads, axes=1)
    return float(np.mean(values)), grad


def precision_for(image):
    """In what to add up the windows of an image: seven digits are mostly enough.

    Parameters
    ----------
    image : ndarray

    Returns
    -------
    numpy.float32, or numpy.float64 for values that are far from zero, huge or tiny
    """
    top = np.abs(image).max()
    is_near = 1e-30 < top < 1e30 and top <= 1e3 * np.ptp(image)
    return np.float32 if is_near else np.float64
