"""Persistence of random averages over an open cover."""

import numbers
from operator import is_

import numpy as np
from sklearn.utils import check_random_state

from sktopo._sklearn_compat import Interval, StrOptions
from sktopo._validation import check_real_array
from sktopo.filtrations import LowerStar, as_complex, as_sets, families
from sktopo.objectives._cover import VertexCover
from sktopo.objectives._persistence_term import DiagramTerm, PersistenceTerm
from sktopo.objectives._samples import SAMPLE_CONSTRAINTS, combined
from sktopo.objectives._smear import POOLINGS, Smear


class SmearedPersistence(DiagramTerm):
    """A functional of persistence diagrams, smeared over averages of a function.

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
    homology_dimension : int >= 0, default=0
        The dimension of the diagram. Not used where ``functional`` is a dict.
    essential : {"drop", "extremum"}, default="drop"
        Bars that never die stand in the diagram with death inf, or die at the last
        value of the filtration.
    pooling : {"mean", "vertex", "simplex", "uniform"}, default="simplex"
        Weights of the vertices of a set: all equal, one at random, uniform on the
        simplex of weights, or independent uniform numbers, normalised, which are closer
        to the centre.
    noise : float >= 0, default=0.0
        Uniform noise from -noise to noise on every vertex.
    n_samples : int >= 1, default=1
        Draws for each evaluation. Their values are averaged.
    combine : {"mean", "min_norm"}, default="mean"
        What is made of their gradients: the mean, or the shortest vector in their
        convex hull, which goes down for all of them.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. With an int ``value_and_grad`` makes the same draws at every
        x; what ``warm_value_and_grad`` returns, and a solver is to have, makes new ones
        in every call, the same ones in every run.

    See Also
    --------
    neighborhood_cover : Covers by neighbourhoods of vertices.
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
    >>> from sktopo.objectives import SmearedPersistence
    >>> circle = LowerStar([(i, (i + 1) % 8) for i in range(8)])
    >>> pairs = [[0, 1], [2, 3], [4, 5], [6, 7]]
    >>> term = SmearedPersistence(circle, pairs, PersistenceEnergy(), pooling="mean")
    >>> value, grad = term.value_and_grad(np.array([0, 1, 5, 6, 2, 3, 4, 9]))
    >>> float(value)
    3.0
    >>> grad
    array([ 0. ,  0. ,  0.5,  0.5, -0.5, -0.5,  0. ,  0. ])
    """

    _parameter_constraints = {
        **DiagramTerm._parameter_constraints,
        "cover": ["array-like"],
        "pooling": [StrOptions(set(POOLINGS))],
        "noise": [Interval(numbers.Real, 0, None, closed="left")],
        **SAMPLE_CONSTRAINTS,
    }

    def __init__(
        self,
        filtration,
        cover,
        functional,
        homology_dimension=0,
        essential="drop",
        *,
        pooling="simplex",
        noise=0.0,
        n_samples=1,
        combine="mean",
        random_state=None,
    ):
        self.filtration = filtration
        self.cover = cover
        self.functional = functional
        self.homology_dimension = homology_dimension
        self.essential = essential
        self.pooling = pooling
        self.noise = noise
        self.n_samples = n_samples
        self.combine = combine
        self.random_state = random_state

    def _validate_params(self):
        super()._validate_params()
        if not isinstance(self.filtration, LowerStar):
            raise TypeError(
                "The 'filtration' parameter of SmearedPersistence must be a LowerStar: "
                "what is pooled is a function on vertices. "
                f"Got {self.filtration!r} instead."
            )

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
        """A ``value_and_grad`` that draws anew in every call.

        Its attribute ``is_random`` is false where there is nothing to draw: for means
        without noise, or sets of one vertex each.
        """
        self._check_params()
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        rng = np.random.default_rng(seed)
        previous = None

        def value_and_grad(x):
            nonlocal previous
            self._check_params()
            x = check_real_array(
                x,
                name="x",
                owner="SmearedPersistence",
                ndim=self.filtration.sample_ndim,
                ndim_hint="a 1-D array with one value for each vertex",
            ).astype(np.float64)
            cover, term = self._on_the_nerve(x.size)
            smear = Smear(cover, self.pooling, self.noise, dtype=np.float64)
            windows = cover.windows(cover.laid_out(x))
            n_samples = self.n_samples if smear.is_random else 1
            values, grads = np.zeros(n_samples), np.zeros((n_samples, x.size))
            for k in range(n_samples):
                (pooled,) = smear.draw(rng).pool(windows)
                values[k], slope, last = term._evaluate(pooled, previous)
                # After a new draw the last order is of no help.
                previous = None if smear.is_random else last
                touched = np.flatnonzero(slope)
                spread = smear.spread(touched, slope[touched])
                places = cover.places[touched].ravel()
                grads[k] = np.bincount(places, spread.ravel(), x.size + 1)[:-1]
            return combined(values, grads, self.combine)

        value_and_grad.is_random = self._is_random()
        return value_and_grad

    def _sets(self):
        known = self.__dict__.get("_read_sets")
        if known is None or known[0] is not self.cover:
            known = (self.cover, as_sets(self.cover, type(self).__name__))
            self._read_sets = known
        return known[1]

    def _is_random(self):
        widest = max(map(len, self._sets()), default=1)
        return self.noise > 0 or (self.pooling != "mean" and widest > 1)

    def _on_the_nerve(self, n_vertices):
        """The cover, and the term of functions on its sets."""
        filtration, functionals = self.filtration, self._functionals()
        same = (self._sets(), filtration.simplices, self.functional)
        equal = (
            n_vertices,
            tuple(functionals),
            self.essential,
            filtration.superlevel,
            filtration.tie_breaking,
            filtration.random_state,
        )
        known = self.__dict__.get("_read_nerve")
        if known and all(map(is_, known[0], same)) and known[1] == equal:
            return known[2:]
        sets = self._sets()
        complex_, n_named = as_complex(filtration.simplices, "LowerStar")
        n_named = max(n_named, 1 + max((int(one[-1]) for one in sets), default=0))
        if n_named > n_vertices:
            raise ValueError(
                "x of SmearedPersistence must have a value for each vertex: the "
                f"simplices or the cover name vertex {n_named - 1}. "
                f"Got {n_vertices} values."
            )
        owner, dimension = type(self).__name__, 1 + max(functionals)
        found = families(complex_, sets, n_vertices, dimension, owner)
        on_sets = LowerStar(
            found,
            filtration.superlevel,
            filtration.tie_breaking,
            filtration.random_state,
        )
        term = PersistenceTerm(
            on_sets, self.functional, self.homology_dimension, self.essential
        )
        self._read_nerve = (same, equal, VertexCover(sets, n_vertices), term)
        return self._read_nerve[2:]

    def __getstate__(self):
        state = super().__getstate__()
        state.pop("_read_sets", None)
        state.pop("_read_nerve", None)
        return state
