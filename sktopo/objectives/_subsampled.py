"""A term on random samples of a point cloud."""

import numbers

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from sktopo._algebra import sum_of
from sktopo._arrays import CLOUD, check_real_array
from sktopo._validation import N_JOBS, as_component
from sktopo._workers import in_threads
from sktopo.base import Term
from sktopo.objectives._sampling import Subsampling
from sktopo.pooling import combined


class SubsampledTerm(Term):
    """A term of point clouds, averaged over random samples of the points.

    The value is the mean over draws: some of the points, displaced by normal noise, on
    which ``term`` is evaluated [1]_. Its minima hold for samples of the cloud and under
    noise, and it is faster than the term of all points.

    Parameters
    ----------
    term : Term
        A term of point clouds of any number of points.
    sampling : Subsampling, int or None, default=None
        How points are drawn; an int for so many of them, as they are.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. With an int ``value_and_grad`` makes the same draws at every
        x; what ``warm_value_and_grad`` returns, and a solver is to have, makes new ones
        in every call, the same ones in every run.
    n_jobs : int or None, default=None
        Threads for the draws of one evaluation. Results are the same for any number.

    See Also
    --------
    PooledPersistenceTerm : The same idea for functions on complexes.
    sktopo.TopoPointOptimizer : Has it built in, for all methods of moving points.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021, section IV.B,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    The loop of 60 points, seen by 20 of them at a time:

    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.filtrations import WeakAlpha
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import PersistenceTerm, SubsampledTerm, Subsampling
    >>> X, _ = make_noisy_circle(60, random_state=0)
    >>> loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(), homology_dimensions=1)
    >>> term = SubsampledTerm(loop, Subsampling(20, n_samples=4), random_state=0)
    >>> value, grad = term.value_and_grad(X)
    >>> grad.shape
    (60, 2)
    >>> value == term.value_and_grad(X)[0]
    True
    """

    _parameter_constraints = {
        "term": [Term],
        "sampling": [Subsampling, numbers.Integral, None],
        "random_state": ["random_state"],
        "n_jobs": N_JOBS,
    }

    def __init__(self, term, sampling=None, *, random_state=None, n_jobs=None):
        self.term = term
        self.sampling = sampling
        self.random_state = random_state
        self.n_jobs = n_jobs

    @property
    def is_random(self):
        """Whether points are drawn or displaced, or the term is random."""
        return self._sampling().is_random or self.term.is_random

    @property
    def has_gradient(self):
        """Whether the term has."""
        return self.term.has_gradient

    def _sampling(self):
        kinds = (numbers.Integral, type(None))
        owner = type(self).__name__
        return as_component(self.sampling, Subsampling, owner, "sampling", kinds)

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray of shape (n_points, n_coordinates)

        Returns
        -------
        value : float
        grad : ndarray of shape (n_points, n_coordinates)

        Raises
        ------
        ValueError
            If x is not a finite point cloud.
        """
        return self.warm_value_and_grad()(x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` that draws anew in every call; see ``Term``."""
        self._check_params()
        sampling = self._sampling()
        random_state = check_random_state(self.random_state)
        warm, (terms, weights) = {}, self.term._summands()

        def value_and_grad_of(k, points, places):
            functions = []
            for n, part in enumerate(terms):
                # The order of one sample is of no help with that of another.
                if not (isinstance(points, slice) or part.is_random):
                    functions.append(part.restricted(points).value_and_grad)
                    continue
                if (k, n) not in warm:
                    warm[k, n] = _reseeded(part, k).warm_value_and_grad()
                functions.append(warm[k, n])
            return sum_of(functions, weights, places)

        def value_and_grad(x):
            x = check_real_array(x, "x", "SubsampledTerm", CLOUD).astype(np.float64)
            draws = [sampling.draw(x, random_state) for _ in range(sampling.n_samples)]
            jobs = ((k, *draw) for k, draw in enumerate(draws))
            found = in_threads(value_and_grad_of, jobs, self.n_jobs)
            grads = np.zeros((len(draws), *x.shape))
            for grad, (points, _), (_, part) in zip(grads, draws, found, strict=True):
                grad[points] = part
            return combined([value for value, _ in found], grads, sampling.combine)

        return value_and_grad


def _reseeded(term, k):
    """A term for the k-th sample, whose draws are not those of the others."""
    seeds = {
        name: np.random.SeedSequence([value, k]).generate_state(1)[0] >> 1
        for name, value in term.get_params().items()
        if name.endswith("random_state") and isinstance(value, numbers.Integral)
    }
    return clone(term).set_params(**seeds) if k and seeds else term
