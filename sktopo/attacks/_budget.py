"""How far an attack may go: balls around the original, inside of the range."""

from functools import partial

import numpy as np

from sktopo._arrays import as_float64
from sktopo._validation import bounds_around, check_clip
from sktopo._warnings import warn_user


class _Box:
    """The range of every pixel, wide enough for the original.

    Parameters
    ----------
    origin : ndarray
        The original.
    clip : tuple of 2 floats or None
        Bounds of the values; a pixel that starts outside of them may stay.
    mask : ndarray of bool of the shape of origin, or None
        Which pixels may change.
    """

    def __init__(self, origin, clip, mask):
        self.origin, self._mask = origin, mask
        self.low, self.high = bounds_around(origin, clip)
        if mask is not None:
            self.low = np.where(mask, self.low, origin)
            self.high = np.where(mask, self.high, origin)

    def _free(self, velocity):
        """A velocity of the pixels that may change."""
        return velocity if self._mask is None else np.where(self._mask, velocity, 0.0)


class MaximumBudget(_Box):
    """No pixel changes by more than eps, or each by its own."""

    def __init__(self, origin, eps, clip, mask=None):
        super().__init__(origin, clip, mask)
        low, high = origin - eps, origin + eps
        # Where rounding has gone past eps, one step back.
        low = np.where(origin - low > eps, np.nextafter(low, np.inf), low)
        high = np.where(high - origin > eps, np.nextafter(high, -np.inf), high)
        self.low = np.maximum(self.low, low)
        self.high = np.minimum(self.high, high)

    def direction(self, velocity):
        """The steepest step of length 1."""
        return np.sign(self._free(velocity))

    def project(self, x):
        """The nearest point within the budget."""
        return np.clip(x, self.low, self.high)

    def draw(self, rng):
        """Draw a point within the budget."""
        # Without bounds eps has them.
        return rng.uniform(self.low, self.high)


class EuclideanBudget(_Box):
    """The change has a Euclidean length of at most eps."""

    def __init__(self, origin, eps, clip, mask=None):
        super().__init__(origin, clip, mask)
        self._eps = eps

    def direction(self, velocity):
        """The steepest step of length 1."""
        velocity = self._free(velocity)
        length = np.linalg.norm(velocity)
        return velocity / length if length else velocity

    def project(self, x):
        """A point within the budget; x itself if it is one."""
        change = x - self.origin
        length = np.linalg.norm(change)
        # Sums are rounded, which counts where eps is far below the values.
        for margin in (1e-12, 1e-9, 1e-6, 1e-3, 1.0):
            share = min(1.0, (1 - margin) * self._eps / length) if length else 0.0
            # The original lies in the box: clipping makes no change longer.
            x = np.clip(self.origin + share * change, self.low, self.high)
            if np.linalg.norm(x - self.origin) <= self._eps:
                break
        return x

    def draw(self, rng):
        """Draw a point within the budget."""
        change = self.direction(rng.normal(size=self.origin.shape))
        share = rng.random() ** (1 / change.size)
        return self.project(self.origin + share * self._eps * change)


class PixelBudget(_Box):
    """At most eps pixels change, by as much as the range allows."""

    def __init__(self, origin, eps, clip, mask=None):
        super().__init__(origin, clip, mask)
        self.n_pixels = int(eps)


BUDGETS = {np.inf: MaximumBudget, 2: EuclideanBudget, 0: PixelBudget}


def budget_for(shape, *, norm, eps, clip, mask, owner):
    """A function from the original to its budget.

    Parameters
    ----------
    shape : tuple of int
        Of one sample.
    norm, eps, clip, mask
        As of TopologicalAttack.
    owner : str
        In whose name errors are raised.

    Raises
    ------
    ValueError
        If the parameters do not fit each other or the sample.
    """
    check_clip(clip, owner)
    if np.ndim(eps):
        name = f"The 'eps' parameter of {owner}"
        given, eps = eps, as_float64(eps, name, finite=True)
        is_sound = norm == np.inf and eps.shape == shape and eps.min() >= 0
        if not (is_sound and eps.any()):
            raise ValueError(
                f"{name} must be a positive number or, for norm=inf, an array of the "
                f"shape of a sample, {shape}, with entries >= 0, not all of them 0. "
                f"Got {given!r:.80} for norm={norm}."
            )
    if norm == 0 and eps < 1:
        raise ValueError(
            f"The 'eps' parameter of {owner} is a number of pixels for norm=0, at "
            f"least 1. Got {eps!r} instead."
        )
    if norm == 0 and (clip is None or not np.isfinite(clip).all()):
        raise ValueError(
            f"The 'clip' parameter of {owner} must say how far a pixel may go for "
            f"norm=0. Got {clip!r} instead."
        )
    if mask is not None:
        given, mask = mask, np.asarray(mask)
        if mask.shape != shape or mask.dtype != bool or not mask.any():
            raise ValueError(
                f"The 'mask' parameter of {owner} must be an array of bool of the "
                f"shape of a sample, {shape}, with a true entry. Got {given!r:.80} "
                "instead."
            )
    return partial(BUDGETS[norm], eps=eps, clip=clip, mask=mask)


def warn_of_range(X, clip, owner):
    """Tell the user of a method where data are outside of ``clip``."""
    low, high = (-np.inf, np.inf) if clip is None else clip
    if X.min() < low or X.max() > high:
        warn_user(
            f"X of {owner} ranges from {X.min():.6g} to {X.max():.6g}, but 'clip' is "
            f"({low:.6g}, {high:.6g}): pixels outside of it may only stay or move "
            "towards it. Set clip to the range of the data, or to None.",
        )
