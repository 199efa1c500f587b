"""The Wasserstein distance to a target diagram."""

import math
import numbers

import numpy as np

from sktopo._validation import LARGEST, Range
from sktopo.functionals._to_target import DistanceToTarget
from sktopo.metrics import step_norms, steps_from_diagonal, wasserstein_matching


class WassersteinToTarget(DistanceToTarget):
    """W_p^p, the p-th power of the Wasserstein distance to a target diagram.

    Every bar is matched to one of the target or to the diagonal; the cheapest matching
    is found exactly, and the gradient moves each bar toward its match [1]_. Bars that
    never die are matched among themselves by their births; unequal numbers of them
    are infinitely far apart, with a zero gradient.

    Parameters
    ----------
    target : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.
    p : float >= 1, default=2
        Power of the costs that are added up; see BottleneckToTarget for the limit.
    internal_p : float >= 1, default=2
        The norm that measures how far two bars are apart; inf is allowed.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, appendix A.1, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import WassersteinToTarget
    >>> distance = WassersteinToTarget(target=[[0.0, 3.0]])
    >>> value, grad = distance.value_and_grad(np.array([[0.0, 4.0], [1.0, 3.0]]))
    >>> round(value, 12)
    3.0
    >>> grad.round(12)
    array([[ 0.,  2.],
           [-2.,  2.]])
    """

    _parameter_constraints = {
        "target": ["array-like"],
        "p": [Range(numbers.Real, 1, LARGEST, closed="both")],
        "internal_p": [Range(numbers.Real, 1, math.inf, closed="both")],
    }

    def __init__(self, target, p=2, internal_p=2):
        self.target = target
        self.p = p
        self.internal_p = internal_p

    @property
    def degree(self):
        """Of homogeneity; see ``DiagramFunctional``."""
        return self.p

    def _distance(self, bars, target, gap):
        i, j, total = wasserstein_matching(bars, target, self.p, self.internal_p)
        step = steps_from_diagonal(bars)
        step[i] = bars[i] - target[j]
        alone = np.ones(len(bars), dtype=bool)
        alone[i] = False
        grad = self._gradient(step)
        # A move along (1, 1) does not bring a bar closer to the diagonal.
        grad[alone] = (grad[alone, :1] - grad[alone, 1:]) / 2 * (1.0, -1.0)
        value = total + (np.abs(gap) ** self.p).sum()
        return value, grad, self.p * np.abs(gap) ** (self.p - 1) * np.sign(gap)

    def _gradient(self, steps):
        """The gradient of the cost in the step."""
        size = np.abs(steps)
        norm = step_norms(steps, self.internal_p)
        safe = np.where(norm > 0, norm, 1.0)
        if math.isinf(self.internal_p):
            direction = np.zeros_like(steps)
            rows = np.arange(len(steps))
            largest = np.argmax(size, axis=-1)
            direction[rows, largest] = 1.0
        else:
            direction = (size / safe[:, None]) ** (self.internal_p - 1)
        slope = np.where(norm > 0, self.p * safe ** (self.p - 1), 0.0)
        return slope[:, None] * direction * np.sign(steps)
