"""Images in units in which they range over 255, as those of the paper do."""

import numpy as np

from sktopo._terms import DiagramFunctional, common_degree
from sktopo._validation import bounds_around

_RANGE = 255.0
_SMALLEST = 1e-280  # of units in which losses keep their digits
_RATE = 0.05  # of Adam, in these units


class Units:
    """From the units of an image to those in which its range is 255, and back.

    Rates, weights and the precision of sums are then the same whatever the image was
    measured in, and a factor that is a power of two changes no bit. Functionals see
    diagrams in the units of the image.

    Parameters
    ----------
    image : ndarray of float64
    seen : ndarray or None, default=None
        The pixels that have a say; None is all of them.

    Attributes
    ----------
    factor : float
        1 for a constant image.
    extent : float
        The range of the image, in its own units.
    image, seen : ndarray
        The image, and the pixels that have a say, in the units of range 255.
    """

    def __init__(self, image, seen=None):
        self._image = image
        seen = image if seen is None else seen
        self.extent = float(np.ptp(seen))
        self.is_constant = self.extent == 0
        factor = 1.0 if self.is_constant else _RANGE / self.extent
        # An extent may be too small to divide by.
        self.factor = factor if np.isfinite(factor) else 1.0
        self.image, self.seen = image * self.factor, seen * self.factor

    def rate(self, learning_rate):
        """The step of a pixel; None stands for that of the paper."""
        if learning_rate is None:
            return 0.0 if self.is_constant else _RATE
        return learning_rate * self.factor

    def bounds(self, clip):
        """Bounds of the values."""
        return None if clip is None else tuple(self.factor * np.asarray(clip))

    def functional(self, functional, degree):
        """The functional of diagrams in these units; its value stays in its own."""
        if self.factor == 1:
            return functional
        return ScaledFunctional(functional, self.factor, degree)

    def image_of(self, scaled, clip):
        """An image in its own units; pixels that have not moved are what they were."""
        moved = scaled != self.image
        image = self._image.copy()
        image[moved] = scaled[moved] / self.factor
        if clip is not None:
            np.clip(image, *bounds_around(self._image, clip), out=image)
        return image


class ScaledFunctional(DiagramFunctional):
    """A functional of diagrams that have come with a factor.

    Its gradient is that of ``factor ** degree`` times the value.

    Parameters
    ----------
    functional : DiagramFunctional
    factor, degree : float
    """

    def __init__(self, functional, factor, degree):
        self.functional = functional
        self.factor = factor
        self.degree = degree
        self._scale = float(np.power(factor, degree - 1.0))

    def value_and_grad(self, diagram):
        """Evaluate on a diagram in the larger units."""
        value, grad = self.functional.value_and_grad(diagram / self.factor)
        return value, grad * self._scale

    def batch_value_and_grad(self, diagrams, lengths):
        """Evaluate on many diagrams; see ``DiagramFunctional``."""
        function = self.functional.batch_value_and_grad
        values, grads = function(diagrams / self.factor, lengths)
        return values, grads * self._scale


def degree_of(functionals):
    """The degree that all functionals have; 1 where it is not known."""
    degree = common_degree(functionals)
    return 1.0 if degree is None else float(degree)


class Balance:
    """weight * F + (1 - weight) * fidelity, in the units of an image.

    Parameters
    ----------
    topology_weight : float or None
        In the units of the image; None is ``1 - 1 / n_pixels`` in those of range 255.
    n_pixels : int
    factor : float
        To units of range 255.
    degree, fidelity_degree : float
        Of F and of the fidelity.

    Attributes
    ----------
    of_functional, of_fidelity : float
        What the gradients count, in units of range 255.
    """

    def __init__(self, topology_weight, n_pixels, factor, degree, fidelity_degree):
        with np.errstate(over="ignore", under="ignore"):
            power = float(np.power(factor, degree - fidelity_degree))
            self._unit = float(np.power(factor, degree))
            self.of_functional, total = topology_weight, 1.0
            if topology_weight is None:
                self.of_functional = 1 - 1 / n_pixels
                # The weights of the image's own units add up to one as well.
                total = self.of_functional + np.divide(1 / n_pixels, power)
                power = 1.0
            self._own = float(np.divide(1.0, total) / self._unit)
        self.of_fidelity = (1 - self.of_functional) * power
        if not _SMALLEST < self._own < np.inf:
            self._own = 1.0  # too small or large for numbers: in units of range 255

    def loss(self, value, fidelity):
        """The objective, from F in its own units and the fidelity in those of 255."""
        of_functional = self.of_functional * self._unit
        return self._own * (of_functional * value + self.of_fidelity * fidelity)
