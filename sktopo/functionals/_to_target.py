"""What distances to a target diagram share: which bars are matched to which."""

import math

import numpy as np

from sktopo.base import DiagramFunctional
from sktopo.functionals._check_diagram import check_diagram, check_target
from sktopo.metrics import match_essential, split_essential


class DistanceToTarget(DiagramFunctional):
    """A distance to ``target``, in which essential bars are matched by their births.

    A subclass has ``_distance(bars, target, gap)`` of finite bars and of the gaps
    between births of essential bars: the distance, and its gradient in both.
    """

    def _validate_params(self):
        super()._validate_params()
        check_target(self.target, type(self).__name__)

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
        owner = type(self).__name__
        diagram = check_diagram(diagram, owner)
        target = check_target(self.target, owner)
        grad = np.zeros(diagram.shape)
        finite, essential = split_essential(diagram)
        target_finite, target_essential = split_essential(target)
        matched, births = match_essential(diagram[essential], target[target_essential])
        if matched is None:
            return math.inf, grad
        matched = essential[matched]
        value, grad[finite], grad[matched, 0] = self._distance(
            diagram[finite], target[target_finite], diagram[matched, 0] - births
        )
        return float(value), grad
