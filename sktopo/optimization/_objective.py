"""The loss of an optimiser of points: terms, samples of them, shared gradients."""

import numpy as np

from sktopo._algebra import hand_on_randomness
from sktopo.objectives import GroupingTerm, SampledPoints, SquaredError


class PointObjective:
    """The sum of a term, grouping and fidelity, as a function of points.

    Parameters
    ----------
    term : Term
    start : ndarray of shape (n_points, n_coordinates)
    grouping, fidelity : float
        Weights of the GroupingTerm and of the squared displacements.
    kernel, scale
        Of the GroupingTerm.
    """

    def __init__(self, term, start, *, grouping, fidelity, kernel, scale):
        self._term, self._start = term, start
        self._grouping, self._fidelity = grouping, fidelity
        self._kernel, self._scale = kernel, scale
        _, group = np.unique(start, axis=0, return_inverse=True)
        self._group = group.reshape(-1)
        self._size = np.bincount(self._group)

    def of(self, points=slice(None)):
        """The sum as a Term of some of the points."""
        total = self._term
        if self._grouping:
            term = GroupingTerm(self._start[points], self._kernel, self._scale)
            total = total + self._grouping * term
        if self._fidelity:
            total = total + self._fidelity * SquaredError(self._start[points])
        return total

    def shared(self, pull):
        """Give points that started in one place the mean of their pulls."""
        if self._size.max() == 1:
            return pull
        columns = [np.bincount(self._group, weights=c) / self._size for c in pull.T]
        return np.stack(columns, axis=1)[self._group]

    def value_and_grad(self):
        """A ``value_and_grad`` of all points, for one run."""
        function = self.of().warm_value_and_grad()

        def value_and_grad(x):
            value, grad = function(x)
            return value, self.shared(grad)

        return hand_on_randomness(value_and_grad, function)


class SampledObjective(SampledPoints):
    """The same on random samples of the points, displaced by noise.

    Parameters
    ----------
    objective : PointObjective
    **how
        Of ``SampledPoints``.
    """

    def __init__(self, objective, **how):
        super().__init__(self._function, **how)
        self._objective, self._warm = objective, None
        if how["n_subsample"] is None:
            term, n_samples = objective.of(), how["n_samples"]
            self._warm = [term.warm_value_and_grad() for _ in range(n_samples)]

    def __call__(self, x):
        value, grad = super().__call__(x)
        return value, self._objective.shared(grad)

    def _function(self, k, points):
        if self._warm is not None:
            return self._warm[k]
        return self._objective.of(points).value_and_grad
