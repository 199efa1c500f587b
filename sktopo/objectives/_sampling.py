"""How points are drawn from a cloud."""

from sklearn.base import clone

from sktopo._memory import check_count
from sktopo._validation import NON_NEGATIVE, POSITIVE_INT, ValidatedParams
from sktopo.pooling import DRAW_CONSTRAINTS


class Subsampling(ValidatedParams):
    """Draw some points of a cloud, and displace them by normal noise [1]_.

    Parameters
    ----------
    n_points : int >= 1 or None, default=None
        Points that are drawn; None for all, and so where a cloud has no more.
    noise : float >= 0, default=0.0
        Standard deviation of the displacements, in units of the points.
    n_samples : int >= 1, default=1
        Draws for each evaluation. Their values are averaged.
    combine : {"mean", "min_norm"}, default="mean"
        What is made of their gradients: the mean, or the shortest vector in their
        convex hull, which goes down for all of them [2]_.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021, section IV.B,
       :doi:`10.48550/arXiv.2009.08496`.
    .. [2] J. V. Burke, A. S. Lewis and M. L. Overton, "A robust gradient sampling
       algorithm for nonsmooth, nonconvex optimization", SIAM Journal on Optimization 15
       (2005), :doi:`10.1137/030601296`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import Subsampling
    >>> points, _ = Subsampling(2).draw(np.eye(5), np.random.RandomState(0))
    >>> points
    array([2, 0])
    """

    _parameter_constraints = {
        "n_points": [POSITIVE_INT, None],
        "noise": [NON_NEGATIVE],
        **DRAW_CONSTRAINTS,
    }

    def __init__(self, n_points=None, *, noise=0.0, n_samples=1, combine="mean"):
        self.n_points = n_points
        self.noise = noise
        self.n_samples = n_samples
        self.combine = combine

    def _validate_params(self):
        super()._validate_params()
        check_count("Subsampling", "n_samples", self.n_samples, 1000)
        if self.n_samples > 1 and not self.is_random:
            raise ValueError(
                "The 'n_samples' parameter of Subsampling must be 1 where neither "
                "'noise' nor 'n_points' makes samples differ. "
                f"Got {self.n_samples} instead."
            )

    def fitted_to(self, n_points):
        """The same without ``n_points`` where a cloud has no more."""
        if self.n_points is None or self.n_points < n_points:
            return self
        n_samples = self.n_samples if self.noise else 1
        return clone(self).set_params(n_points=None, n_samples=n_samples)

    @property
    def is_random(self):
        """Whether there is anything to draw."""
        return self.n_points is not None or self.noise > 0

    def draw(self, x, random_state):
        """Draw once.

        Parameters
        ----------
        x : ndarray of shape (n_points, n_coordinates)
        random_state : RandomState

        Returns
        -------
        points : ndarray of int, or slice
            Which points; a slice where all are taken.
        places : ndarray
            Where they are.
        """
        points = slice(None)
        if self.n_points is not None and self.n_points < len(x):
            points = random_state.choice(len(x), self.n_points, replace=False)
        places = x[points]
        if self.noise:
            places = places + self.noise * random_state.normal(size=places.shape)
        return points, places
