"""The loss of an optimiser of points: terms, samples of them, shared gradients."""

import numpy as np
from joblib import Parallel, delayed

from sktopo.objectives import GroupingTerm, SquaredError
from sktopo.solvers import min_norm_weights


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

        return value_and_grad


class SampledObjective:
    """A random ``value_and_grad``: some of the points, displaced by noise.

    Parameters
    ----------
    objective : PointObjective
    n_subsample : int or None
        Points that are drawn; None for all.
    noise : float
        Standard deviation of the displacements.
    n_samples : int
        Draws for each evaluation. Their values are averaged.
    combine : {"mean", "min_norm"}
        What is made of their gradients.
    random_state : RandomState
    n_jobs : int or None
        Threads.
    """

    is_random = True

    def __init__(
        self,
        objective,
        *,
        n_subsample,
        noise,
        n_samples,
        combine,
        random_state,
        n_jobs,
    ):
        self._objective = objective
        self._n_subsample, self._noise = n_subsample, noise
        self._n_samples, self._combine = n_samples, combine
        self._random_state, self._n_jobs = random_state, n_jobs
        self._functions = None
        if n_subsample is None:
            term = objective.of()
            self._functions = [term.warm_value_and_grad() for _ in range(n_samples)]

    def __call__(self, x):
        draws = [self._draw(x) for _ in range(self._n_samples)]
        found = Parallel(n_jobs=self._n_jobs, prefer="threads")(
            delayed(self._evaluate)(k, points, places)
            for k, (points, places) in enumerate(draws)
        )
        grads = np.zeros((self._n_samples, *x.shape))
        for grad, (points, _), (_, part) in zip(grads, draws, found, strict=True):
            grad[points] = part
        if self._combine == "mean":
            grad = grads.mean(axis=0)
        else:
            grad = np.tensordot(min_norm_weights(grads), grads, axes=1)
        value = float(np.mean([value for value, _ in found]))
        return value, self._objective.shared(grad)

    def _draw(self, x):
        rng, points = self._random_state, slice(None)
        if self._n_subsample is not None:
            points = rng.choice(len(x), self._n_subsample, replace=False)
        places = x[points]
        if self._noise:
            places = places + self._noise * rng.normal(size=places.shape)
        return points, places

    def _evaluate(self, k, points, places):
        if self._functions is not None:
            return self._functions[k](places)
        return self._objective.of(points).value_and_grad(places)
