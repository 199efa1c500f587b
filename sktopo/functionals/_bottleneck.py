"""The bottleneck distance to a target diagram."""

import math

import numpy as np

from sktopo.base import DiagramFunctional
from sktopo.functionals._bars import check_diagram, check_target
from sktopo.metrics import bottleneck_matching, match_essential, split_essential


class BottleneckToTarget(DiagramFunctional):
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

    _parameter_constraints = {"target": ["array-like"]}

    def __init__(self, target):
        self.target = target

    def _validate_params(self):
        super()._validate_params()
        check_target(self.target, "BottleneckToTarget")

    def value_and_grad(self, diagram):
        """Evaluate on a diagram.

        Parameters
        ----------
        diagram : ndarray of shape (n_bars, 2)

        Returns
        -------
        value : float
            inf where the numbers of essential bars differ.
        grad : ndarray of shape (n_bars, 2)
        """
        self._check_params()
        diagram = check_diagram(diagram, "BottleneckToTarget")
        target = check_target(self.target, "BottleneckToTarget")
        grad = np.zeros(diagram.shape)
        finite, essential = split_essential(diagram)
        target_finite, target_essential = split_essential(target)
        never, births = match_essential(diagram[essential], target[target_essential])
        if never is None:
            return math.inf, grad
        value, i, j = bottleneck_matching(diagram[finite], target[target_finite])
        gap = diagram[essential[never], 0] - births
        if gap.size and np.abs(gap).max() > value:
            worst = int(np.argmax(np.abs(gap)))
            grad[essential[never[worst]], 0] = np.sign(gap[worst])
            return float(np.abs(gap[worst])), grad
        if i is not None and j is not None:
            step = diagram[finite[i]] - target[target_finite[j]]
            side = int(np.argmax(np.abs(step)))
            grad[finite[i], side] = np.sign(step[side])
        elif i is not None:
            birth, death = diagram[finite[i]]
            grad[finite[i]] = np.sign(death - birth) / 2 * np.array([-1.0, 1.0])
        return float(value), grad
