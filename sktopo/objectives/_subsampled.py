"""A term on random samples of a point cloud."""

import numbers

import numpy as np
from sklearn.utils import check_random_state

from sktopo._algebra import hand_on_randomness, warm_function
from sktopo._sklearn_compat import HasMethods, Interval
from sktopo._validation import check_real_array
from sktopo.base import Term
from sktopo.objectives._samples import SAMPLE_CONSTRAINTS, SampledPoints


class SubsampledTerm(Term):
    """A term of point clouds, smeared over random samples of the points.

    The value is the mean over draws: some of the points, displaced by normal noise, on
    which ``term`` is evaluated [1]_. Its minima hold for samples of the cloud and under
    noise, and it is faster than the term of all points.

    Parameters
    ----------
    term : Term
        A term of point clouds of any number of points.
    n_subsample : int >= 1 or None, default=None
        Points that are drawn; None for all, and so where a cloud has no more.
    noise : float >= 0, default=0.0
        Standard deviation of the displacements, in units of the points.
    n_samples : int >= 1, default=1
        Draws for each evaluation. Their values are averaged.
    combine : {"mean", "min_norm"}, default="mean"
        What is made of their gradients: the mean, or the shortest vector in their
        convex hull, which goes down for all of them.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. With an int ``value_and_grad`` makes the same draws at every
        x; what ``warm_value_and_grad`` returns, and a solver is to have, makes new ones
        in every call, the same ones in every run.
    n_jobs : int or None, default=None
        Threads for the draws of one evaluation. Results are the same for any number.

    See Also
    --------
    SmearedPersistence : The same idea for functions on complexes.
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
    >>> from sktopo.objectives import PersistenceTerm, SubsampledTerm
    >>> X, _ = make_noisy_circle(60, random_state=0)
    >>> loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(), homology_dimension=1)
    >>> term = SubsampledTerm(loop, n_subsample=20, n_samples=4, random_state=0)
    >>> value, grad = term.value_and_grad(X)
    >>> grad.shape
    (60, 2)
    >>> value == term.value_and_grad(X)[0]
    True
    """

    _parameter_constraints = {
        "term": [HasMethods(["value_and_grad"])],
        "n_subsample": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "noise": [Interval(numbers.Real, 0, None, closed="left")],
        **SAMPLE_CONSTRAINTS,
        "n_jobs": [numbers.Integral, None],
    }

    def __init__(
        self,
        term,
        n_subsample=None,
        *,
        noise=0.0,
        n_samples=1,
        combine="mean",
        random_state=None,
        n_jobs=None,
    ):
        self.term = term
        self.n_subsample = n_subsample
        self.noise = noise
        self.n_samples = n_samples
        self.combine = combine
        self.random_state = random_state
        self.n_jobs = n_jobs

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
        """A ``value_and_grad`` that draws anew in every call.

        Its attribute ``is_random`` is false where all points are taken as they are, and
        the term is not random itself.
        """
        self._check_params()
        is_sampled = self.n_subsample is not None or self.noise > 0
        n_samples = self.n_samples if is_sampled else 1
        warm = [warm_function(self.term) for _ in range(n_samples)]

        def function_of(k, points):
            # The order of one sample is of no help with that of another.
            is_whole = isinstance(points, slice)
            remembers = is_whole or getattr(warm[k], "is_random", False)
            return warm[k] if remembers else self.term.value_and_grad

        sampled = SampledPoints(
            function_of,
            n_subsample=self.n_subsample,
            noise=self.noise,
            n_samples=n_samples,
            combine=self.combine,
            random_state=check_random_state(self.random_state),
            n_jobs=self.n_jobs,
        )

        def value_and_grad(x):
            x = check_real_array(
                x,
                name="x",
                owner="SubsampledTerm",
                ndim=(2,),
                ndim_hint="a point cloud of shape (n_points, n_coordinates)",
            )
            return sampled(x.astype(np.float64))

        if is_sampled:
            return hand_on_randomness(value_and_grad, sampled)
        return hand_on_randomness(value_and_grad, *warm)
