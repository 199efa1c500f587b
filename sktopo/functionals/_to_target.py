"""What distances to a target diagram share: which bars are matched to which."""

import math

import numpy as np

from sktopo.functionals._checked import CheckedFunctional, check_target
from sktopo.metrics import match_kinds


class DistanceToTarget(CheckedFunctional):
    """A distance to ``target``, in which essential bars are matched by their births.

    A subclass has ``_distance(bars, target, gap)`` of finite bars and of the gaps
    between births of essential bars: the distance, and its gradient in both. Where
    the numbers of essential bars differ the distance is inf.
    """

    def _validate_params(self):
        super()._validate_params()
        check_target(self.target, type(self).__name__)

    def _evaluate(self, diagram):
        target = check_target(self.target, type(self).__name__)
        grad = np.zeros(diagram.shape)
        finite, target_finite, matched, births = match_kinds(diagram, target)
        if matched is None:
            return math.inf, grad
        value, grad[finite], grad[matched, 0] = self._distance(
            diagram[finite], target[target_finite], diagram[matched, 0] - births
        )
        return float(value), grad
