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
        return self._checked(diagram, self._evaluate)

    def _checked(self, diagram, evaluate):
        self._check_params()
        owner = type(self).__name__
        diagram = check_diagram(diagram, owner, has_safe_lifetimes=True)
        try:
            with np.errstate(over="raise", invalid="raise"):
                return evaluate(diagram)
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


class AdditiveFunctional(CheckedFunctional):
    """A sum over bars: ``_terms(diagram, sample=None)`` are its summands.

    They are the bars that count, what each of them adds, and the gradient in the
    diagram; where a sample is named for each bar, of many diagrams at once.
    """

    def batch_value_and_grad(self, diagrams, lengths):
        """Evaluate on many diagrams; see ``DiagramFunctional``."""
        sample = np.repeat(np.arange(len(lengths)), lengths)
        bars, terms, grad = self._checked(
            diagrams, lambda checked: self._terms(checked, sample)
        )
        return np.bincount(sample[bars], terms, len(lengths)), grad

    def _evaluate(self, diagram):
        _, terms, grad = self._terms(diagram)
        return float(terms.sum()), grad


def largest_of_each(x, sample):
    """The largest x of its sample for each of them; None stands for one sample."""
    if sample is None:
        return None
    largest = np.zeros(sample.max(initial=-1) + 1)
    np.maximum.at(largest, sample, x)
    return largest[sample]


def check_target(target, owner):
    """Return a target diagram, essential bars allowed."""
    try:
        return check_diagram(target, owner)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"The 'target' parameter of {owner} must be a diagram of shape "
            f"(n_bars, 2): {error}"
        ) from error
