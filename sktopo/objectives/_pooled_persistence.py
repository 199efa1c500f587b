"""Persistence of random averages over an open cover."""

from operator import is_

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import clone
from sklearn.utils import gen_even_slices

from sktopo._arrays import ON_VERTICES, check_real_array
from sktopo._memory import check_count
from sktopo._validation import N_JOBS, drawn_seed, warn_unused
from sktopo._workers import in_threads
from sktopo.filtrations import LowerStar, as_complex, as_sets, families
from sktopo.objectives._persistence_term import DiagramTerm
from sktopo.pooling import (
    DRAW_CONSTRAINTS,
    WEIGHT_CONSTRAINTS,
    PooledGradient,
    VertexCover,
    WindowWeights,
    combined,
)


class PooledPersistenceTerm(DiagramTerm):
    """A functional of persistence diagrams of a randomly pooled function.

    A function f on the vertices of a simplicial complex is pooled to one on the sets of
    an open cover, ::

        f_w(U) = sum of w_U(v) (f(v) + noise(v)) over the vertices v of U

    with random weights w_U >= 0 of sum 1, and the diagram is that of f_w on the nerve
    of the cover, where a simplex enters with its last vertex [1]_. The value is the
    mean over draws of weights and noise. Its minima hold under noise, where those of
    the diagram of f hang on single vertices; and the nerve is smaller than the complex.

    Sets and their nerve are those of ``sktopo.filtrations.nerve``: a set of vertices
    stands for their open stars, and sets meet where a simplex has a vertex in each. The
    cover by single vertices gives the complex itself.

    Parameters
    ----------
    filtration : LowerStar
        The complex, and whether large values enter first.
    cover : list of sequences of int
        The vertices of each set; every vertex is in one at least. It is read once;
        replace it by ``set_params``, do not change it in place.
    functional : DiagramFunctional, or dict of {int: DiagramFunctional}
        What is taken of the diagram; a dict has one functional for each homology
        dimension, summed.
    homology_dimensions : int or tuple of int, default=0
        Of the diagrams, whose values are summed. Where ``functional`` is a dict, left
        out, or its keys.
    essential : {"drop", "extremum"}, default="drop"
        Bars that never die stand in the diagram with death inf, or die at the last
        value of the filtration.
    weights : {"mean", "vertex", "simplex", "uniform"}, default="simplex"
        Weights of the vertices of a set: all equal, one at random, uniform on the
        simplex of weights, or independent uniform numbers, normalised, which are closer
        to the centre.
    max_noise : float >= 0, default=0.0
        Uniform noise from -max_noise to max_noise on every vertex.
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
        Workers of joblib, threads preferred, over which the samples are spread; the
        result is the same for any number.

    See Also
    --------
    sktopo.pooling.neighborhood_cover : Covers by neighbourhoods of vertices.
    SubsampledTerm : The same idea for point clouds.
    sktopo.STUMPImageOptimizer : The same for images, faster.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    A signal on a circle has one pit for each pair of its vertices that is low:

    >>> import numpy as np
    >>> from sktopo.filtrations import LowerStar
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import PooledPersistenceTerm
    >>> circle = LowerStar([(i, (i + 1) % 8) for i in range(8)])
    >>> pairs = [[0, 1], [2, 3], [4, 5], [6, 7]]
    >>> term = PooledPersistenceTerm(circle, pairs, PersistenceEnergy(), weights="mean")
    >>> value, grad = term.value_and_grad(np.array([0, 1, 5, 6, 2, 3, 4, 9]))
    >>> float(value)
    3.0
    >>> grad
    array([ 0. ,  0. ,  0.5,  0.5, -0.5, -0.5,  0. ,  0. ])
    """

    _parameter_constraints = {
        **DiagramTerm._parameter_constraints,
        "cover": ["array-like"],
        **WEIGHT_CONSTRAINTS,
        **DRAW_CONSTRAINTS,
        "random_state": ["random_state"],
        "n_jobs": N_JOBS,
    }

    def __init__(
        self,
        filtration,
        cover,
        functional,
        homology_dimensions=0,
        essential="drop",
        *,
        weights="simplex",
        max_noise=0.0,
        n_samples=1,
        combine="mean",
        random_state=None,
        n_jobs=None,
    ):
        self.filtration = filtration
        self.cover = cover
        self.functional = functional
        self.homology_dimensions = homology_dimensions
        self.essential = essential
        self.weights = weights
        self.max_noise = max_noise
        self.n_samples = n_samples
        self.combine = combine
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _validate_params(self):
        super()._validate_params()
        if not isinstance(self.filtration, LowerStar):
            raise TypeError(
                "The 'filtration' parameter of PooledPersistenceTerm must be a "
                "LowerStar: what is pooled is a function on vertices. "
                f"Got {self.filtration!r} instead."
            )
        check_count("PooledPersistenceTerm", "n_samples", self.n_samples, 1000)
        if not self.is_random:
            names = ("n_samples", "combine")
            warn_unused(self, names, "where nothing is drawn at random")

    @property
    def is_random(self):
        """Whether there is noise, or a set of several vertices with random weights."""
        widest = max(map(len, self._sets()), default=1)
        return self.max_noise > 0 or (self.weights != "mean" and widest > 1)

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray of shape (n_vertices,)

        Returns
        -------
        value : float
        grad : ndarray of shape (n_vertices,)

        Raises
        ------
        TypeError
            If the filtration is no LowerStar.
        ValueError
            If the sets do not cover the vertices, or x does not fit the complex.
        """
        return self.warm_value_and_grad()(x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` that draws anew in every call; see ``Term``."""
        self._check_params()
        seed = drawn_seed(self.random_state)
        # A sample has a stream of its own, whoever draws it.
        streams = np.random.SeedSequence(seed)
        gradients = known = None

        def value_and_grad(x):
            nonlocal gradients, known
            self._check_params()
            x = check_real_array(x, "x", type(self).__name__, ON_VERTICES)
            x = x.astype(np.float64)
            cover, nerve = self._on_the_nerve(x.size)
            n_samples = self.n_samples if self.is_random else 1
            if known is None or not all(map(is_, known, (nerve, self._passed_params))):
                n_workers = min(effective_n_jobs(self.n_jobs), n_samples)
                gradients = [
                    self._pooled_gradient(cover, nerve) for _ in range(n_workers)
                ]
                known = nerve, self._passed_params
            windows = cover.windows(cover.laid_out(x))
            seeds = streams.spawn(n_samples)
            parts = gen_even_slices(n_samples, len(gradients))
            jobs = [
                (gradient, windows, seeds[part])
                for gradient, part in zip(gradients, parts, strict=True)
            ]
            if len(jobs) == 1:
                found = [_samples(*jobs[0])]
            else:
                found = in_threads(_samples, jobs, len(jobs))
            values, grads = map(np.concatenate, zip(*found, strict=True))
            return combined(values, grads, self.combine)

        return value_and_grad

    def _pooled_gradient(self, cover, nerve):
        return PooledGradient(
            nerve,
            self._functionals(),
            cover,
            WindowWeights(cover, self.weights, self.max_noise, dtype=np.float64),
            (cover.size,),
            self.essential,
        )

    def _sets(self):
        owner = type(self).__name__
        return self._remembered("sets", lambda: as_sets(self.cover, owner), self.cover)

    def _on_the_nerve(self, n_vertices):
        """The cover, and the filtration of functions on its sets."""
        filtration, sets = self.filtration, self._sets()
        top = 1 + max(self._functionals())
        return self._remembered(
            ("nerve", n_vertices, top),
            lambda: self._find_nerve(n_vertices, sets, top),
            sets,
            *(getattr(filtration, name) for name in filtration.get_params()),
        )

    def _find_nerve(self, n_vertices, sets, top):
        simplices, owner = self.filtration.simplices, type(self).__name__
        complex_, n_named = as_complex(simplices, "LowerStar")
        n_named = max(n_named, 1 + max((int(one[-1]) for one in sets), default=0))
        if n_named > n_vertices:
            raise ValueError(
                f"x of {owner} must have a value for each vertex: the simplices or the "
                f"cover name vertex {n_named - 1}. Got {n_vertices} values."
            )
        found = families(complex_, sets, n_vertices, top, owner)
        nerve = clone(self.filtration).set_params(simplices=found)
        return VertexCover(sets, n_vertices), nerve


def _samples(gradient, windows, seeds):
    """Values and gradients in the vertices of some samples."""
    cover = gradient.cover
    values = np.zeros(len(seeds))
    grads = np.zeros((len(seeds), cover.layout.size - 1))
    for k, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        (values[k],), touched, spread = gradient(windows, [rng])
        grads[k] = cover.summed(touched, spread)[:-1]
    return values, grads
