"""Random evaluations of a term, and what is made of several."""

import numbers

import numpy as np
from joblib import Parallel, delayed

from sktopo._sklearn_compat import Interval, StrOptions
from sktopo.solvers import min_norm_weights

SAMPLE_CONSTRAINTS = {
    "n_samples": [Interval(numbers.Integral, 1, None, closed="left")],
    "combine": [StrOptions({"mean", "min_norm"})],
    "random_state": ["random_state"],
}


def combined(values, grads, combine):
    """One value and one gradient of those of several samples.

    Parameters
    ----------
    values : sequence of float
    grads : ndarray of shape (n_samples, ...)
    combine : {"mean", "min_norm"}
        The mean, or the shortest vector in the convex hull.

    Returns
    -------
    value : float
        The mean.
    grad : ndarray of shape (...)
    """
    if combine == "mean":
        grad = grads.mean(axis=0)
    else:
        grad = np.tensordot(min_norm_weights(grads), grads, axes=1)
    return float(np.mean(values)), grad


class SampledPoints:
    """A random ``value_and_grad``: some of the points, displaced by noise.

    Parameters
    ----------
    function_of : callable
        ``function_of(k, points)`` is the ``value_and_grad`` for the k-th draw, of the
        points with these indices; a slice where all are taken.
    n_subsample : int or None
        Points that are drawn; None for all, and so where there are no more.
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
        function_of,
        *,
        n_subsample,
        noise,
        n_samples,
        combine,
        random_state,
        n_jobs,
    ):
        self._function_of = function_of
        self._n_subsample, self._noise = n_subsample, noise
        self._n_samples, self._combine = n_samples, combine
        self._random_state, self._n_jobs = random_state, n_jobs

    def __call__(self, x):
        draws = [self._draw(x) for _ in range(self._n_samples)]
        found = Parallel(n_jobs=self._n_jobs, prefer="threads")(
            delayed(self._function_of(k, points))(places)
            for k, (points, places) in enumerate(draws)
        )
        grads = np.zeros((self._n_samples, *x.shape))
        for grad, (points, _), (_, part) in zip(grads, draws, found, strict=True):
            grad[points] = part
        return combined([value for value, _ in found], grads, self._combine)

    def _draw(self, x):
        rng, points = self._random_state, slice(None)
        if self._n_subsample is not None and self._n_subsample < len(x):
            points = rng.choice(len(x), self._n_subsample, replace=False)
        places = x[points]
        if self._noise:
            places = places + self._noise * rng.normal(size=places.shape)
        return points, places
