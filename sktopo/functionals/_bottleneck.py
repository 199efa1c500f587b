"""The bottleneck distance to a target diagram."""

import numpy as np

from sktopo.functionals._to_target import DistanceToTarget
from sktopo.metrics import bottleneck_matching


class BottleneckToTarget(DistanceToTarget):
    """The bottleneck distance to a target diagram.

    The largest step of a matching, in the maximum norm, for the matching where it is
    smallest; found exactly. The gradient is a subgradient: it moves the one coordinate
    that makes the largest step [1]_. Bars that never die are matched among themselves
    by their births; unequal numbers of them are infinitely far apart, with a zero
    gradient.

    Parameters
    ----------
    target : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.

    References
    ----------
    .. [1] D. Cohen-Steiner, H. Edelsbrunner and J. Harer, "Stability of persistence
       diagrams", Discrete & Computational Geometry 37 (2007),
       :doi:`10.1007/s00454-006-1276-5`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import BottleneckToTarget
    >>> distance = BottleneckToTarget(target=[[0.0, 3.0]])
    >>> value, grad = distance.value_and_grad(np.array([[0.0, 5.0], [1.0, 2.0]]))
    >>> value
    2.0
    >>> grad
    array([[0., 1.],
           [0., 0.]])
    """

    degree = 1
    _parameter_constraints = {"target": ["array-like"]}

    def __init__(self, target):
        self.target = target

    def _distance(self, bars, target, gap):
        value, i, j = bottleneck_matching(bars, target)
        grad, grad_births = np.zeros(bars.shape), np.zeros(gap.shape)
        if gap.size and np.abs(gap).max() > value:
            worst = int(np.argmax(np.abs(gap)))
            grad_births[worst] = np.sign(gap[worst])
            return np.abs(gap[worst]), grad, grad_births
        if i is not None and j is not None:
            step = bars[i] - target[j]
            side = int(np.argmax(np.abs(step)))
            grad[i, side] = np.sign(step[side])
        elif i is not None:
            birth, death = bars[i]
            grad[i] = np.sign(death - birth) / 2 * np.array([-1.0, 1.0])
        return value, grad, grad_births
