"""What an optimiser of points minimises, as one term of the points."""

import numpy as np

from sktopo.base import DiagramFunctional, Term
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import (
    GroupingTerm,
    PersistenceTerm,
    SquaredErrorTerm,
)


def topological_term(objective, filtration, homology_dimensions, owner):
    """The term that an objective stands for.

    Raises
    ------
    TypeError
        If the objective is neither Term, DiagramFunctional nor None.
    """
    if objective is None:
        objective = PersistenceEnergy(p=2)
    if isinstance(objective, DiagramFunctional):
        objective = PersistenceTerm(filtration, objective, homology_dimensions)
    if not isinstance(objective, Term):
        raise TypeError(
            f"The 'objective' parameter of {owner} must be a Term, a "
            f"DiagramFunctional or None. Got {objective!r} instead."
        )
    return objective


def regularised(term, start, *, sign, grouping, fidelity_weight):
    """The signed term with grouping and squared displacements added.

    Parameters
    ----------
    term : Term
    start : ndarray of shape (n_points, n_coordinates)
    sign : float
        -1 where the term is to become large.
    grouping : Grouping
    fidelity_weight : float
    """
    term = term if sign > 0 else -term
    if grouping.weight:
        kept = GroupingTerm(start, grouping.kernel, grouping.scale)
        term = term + grouping.weight * kept
    if fidelity_weight:
        term = term + fidelity_weight * SquaredErrorTerm(start)
    return term


def shared(term, start):
    """The term, with a gradient that points which started in one place share."""
    _, group, size = np.unique(start, axis=0, return_inverse=True, return_counts=True)
    return term if size.max() == 1 else _SharedGradient(term, group.reshape(-1), size)


class _SharedGradient(Term):
    """A term of points; those of one group get the mean of their gradients."""

    def __init__(self, term, group, size):
        self.term = term
        self.group = group
        self.size = size

    @property
    def is_random(self):
        return self.term.is_random

    def value_and_grad(self, x):
        return self._with_means(*self.term.value_and_grad(x))

    def warm_value_and_grad(self):
        function = self.term.warm_value_and_grad()
        return lambda x: self._with_means(*function(x))

    def big_step(self, x, rate):
        return self._mean(self.term.big_step(x, rate))

    def _with_means(self, value, grad):
        return value, self._mean(grad)

    def _mean(self, steps):
        columns = [np.bincount(self.group, weights=c) / self.size for c in steps.T]
        return np.stack(columns, axis=1)[self.group]
