"""What functionals share: diagrams that are checked, and numbers that are."""

import numpy as np

from sktopo._diagrams import check_diagram
from sktopo.base import DiagramFunctional


class CheckedFunctional(DiagramFunctional):
    """A functional that has ``_evaluate(diagram)`` of a checked diagram."""

    def value_and_grad(self, diagram):
        """Evaluate on a diagram; see ``DiagramFunctional.value_and_grad``.

        Raises
        ------
        ValueError
            If it is no diagram, or the value or the gradient would overflow.
        """
        self._check_params()
        owner = type(self).__name__
        diagram = check_diagram(diagram, owner, has_safe_lifetimes=True)
        try:
            with np.errstate(over="raise", invalid="raise"):
                return self._evaluate(diagram)
        except FloatingPointError as error:
            check_diagram(diagram, owner)  # of the lifetimes themselves
            raise ValueError(
                f"A diagram for {owner} must have bars whose powers do not overflow. "
                f"Got values up to {np.abs(diagram[np.isfinite(diagram)]).max()}: "
                "rescale the data."
            ) from error

    def _evaluate(self, diagram):
        """The value and the gradient."""
        raise NotImplementedError


def check_target(target, owner):
    """Return a target diagram, essential bars allowed."""
    try:
        return check_diagram(target, owner)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The 'target' parameter of {owner} must be a diagram of shape "
            f"(n_bars, 2): {error}"
        ) from error
