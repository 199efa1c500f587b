"""How far an attack may go: balls around the original, inside of the range."""

import numpy as np


class _Box:
    """The range of every pixel, wide enough for the original.

    Parameters
    ----------
    origin : ndarray
        The original.
    clip : tuple of 2 floats or None
        Bounds of the values; a pixel that starts outside of them may stay.
    """

    def __init__(self, origin, clip):
        self.origin = origin
        low, high = (-np.inf, np.inf) if clip is None else clip
        self.low, self.high = np.minimum(origin, low), np.maximum(origin, high)


class MaximumBudget(_Box):
    """No pixel changes by more than eps."""

    def __init__(self, origin, eps, clip):
        super().__init__(origin, clip)
        low, high = origin - eps, origin + eps
        # Where rounding has gone past eps, one step back.
        low = np.where(origin - low > eps, np.nextafter(low, np.inf), low)
        high = np.where(high - origin > eps, np.nextafter(high, -np.inf), high)
        self.low = np.maximum(self.low, low)
        self.high = np.minimum(self.high, high)

    def direction(self, velocity):
        """The steepest step of length 1."""
        return np.sign(velocity)

    def project(self, x):
        """The nearest point within the budget."""
        return np.clip(x, self.low, self.high)

    def draw(self, rng):
        """Draw a point within the budget."""
        # Without bounds eps has them.
        return rng.uniform(self.low, self.high)


class EuclideanBudget(_Box):
    """The change has a Euclidean length of at most eps."""

    def __init__(self, origin, eps, clip):
        super().__init__(origin, clip)
        self._eps = eps

    def direction(self, velocity):
        """The steepest step of length 1."""
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

    def __init__(self, origin, eps, clip):
        super().__init__(origin, clip)
        self.n_pixels = int(eps)


BUDGETS = {np.inf: MaximumBudget, 2: EuclideanBudget, 0: PixelBudget}
