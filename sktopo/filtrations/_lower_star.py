"""Functions on the vertices of any simplicial complex."""

from functools import partial

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import clone

from sktopo._arrays import ON_VERTICES, check_real_array
from sktopo.filtrations._cells import first_cells
from sktopo.filtrations._ordered import (
    TIE_BREAKING_CONSTRAINTS,
    OrderedComplex,
    OrderedFiltration,
)
from sktopo.filtrations._representatives import Components, Representatives
from sktopo.filtrations._simplices import as_complex
from sktopo.persistence import graph_branches, ranks_of, simplicial_pairs


class VertexComplex(OrderedComplex):
    """A simplicial complex whose vertices have entered in order."""

    def __init__(self, values, simplices, **kwargs):
        super().__init__(values, **kwargs)
        self._simplices = simplices

    def _ranked(self):
        """All simplices, and for each the rank of its last vertex."""
        vertex_ranks = ranks_of(self.order)
        vertices = np.arange(self.values.size)[:, None]
        simplices = [vertices, *self._simplices]
        return simplices, [vertex_ranks[s].max(axis=1) for s in simplices]

    def _pairs(self, homology_dimensions):
        simplices, ranks = self._ranked()
        return simplicial_pairs(
            self.order, simplices, ranks, homology_dimensions, lower_star=True
        )

    def pullback(self, grad_values):
        return np.array(grad_values, dtype=np.float64)

    def jacobian(self, indices):
        n, ones = len(indices), np.ones(len(indices))
        shape = (n, self.values.size)
        return csr_array((ones, np.asarray(indices), np.arange(n + 1)), shape=shape)

    def cells(self, dimension, n_first=None):
        n_first = self.order.size if n_first is None else n_first
        advice = "fewer simplices"
        return first_cells(*self._ranked(), self.order, dimension, n_first, advice)

    def generators(self, dimension, pairs):
        return pairs[:, :1], pairs[:, 1:]

    def representatives(self, dimension, pairs):
        if dimension > 0 and len(pairs):
            raise ValueError(
                f"Functions on vertices have representatives of H0. Got H{dimension}."
            )
        edges = self._simplices[0] if self._simplices else np.empty((0, 2), np.intp)
        births = ranks_of(self.order)[pairs[:, 0]]
        component = Components(partial(graph_branches, self.order, edges), births)
        return Representatives(component, len(pairs)), None


class LowerStar(OrderedFiltration):
    """Sublevel or superlevel sets of a function on the vertices of a complex.

    A simplex enters with its last vertex: f(s) is the largest value of its vertices,
    or the smallest for superlevel sets. Graphs, meshes and triangulations all fit.

    Parameters
    ----------
    simplices : list of sequences of int, or array-like of shape (n_simplices, k + 1)
        The simplices as vertex indices, each once and with all faces of dimension 1 and
        more; a list may also hold an array of shape (n_k, k + 1) for each dimension.
        Vertices need not be listed: every entry of x is one. ``closure`` adds faces,
        and takes loops and edges that are listed in both directions. They are read once
        for the filtration and its clones; replace them by ``set_params``, do not change
        them in place.
    superlevel : bool, default=False
        Let large values enter first.
    tie_breaking : {"index", "random"}, default="index"
        Which of several equal vertices comes first.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    Examples
    --------
    A star whose leaves are low is joined in its centre:

    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import LowerStar
    >>> star = LowerStar([(0, 1), (0, 2), (0, 3)])
    >>> persistence_diagrams([1, 0, 0, 0], star, homology_dimensions=(0,))[0]
    array([[0., 1.],
           [0., 1.],
           [0., 1.]])
    """

    sample_ndim = (1,)
    _pickles_memory = True
    sample_name = "function on the vertices"

    _parameter_constraints = {
        "simplices": ["array-like"],
        "superlevel": ["boolean"],
        **TIE_BREAKING_CONSTRAINTS,
    }

    def __init__(
        self, simplices, superlevel=False, tie_breaking="index", random_state=None
    ):
        self.simplices = simplices
        self.superlevel = superlevel
        self.tie_breaking = tie_breaking
        self.random_state = random_state

    def __sklearn_clone__(self):
        # What was read of the simplices goes with them, uncopied.
        cloned = type(self)(self.simplices).set_params(
            superlevel=self.superlevel,
            tie_breaking=self.tie_breaking,
            random_state=clone(self.random_state, safe=False),
        )
        cloned._memory = dict(vars(self).get("_memory", {}))
        return cloned

    def build(self, x, previous=None):
        """Build the complex of one function.

        Parameters
        ----------
        x : array-like of shape (n_vertices,)
        previous : FilteredComplex or None, default=None
            The complex of a similar function, for a faster sort.

        Returns
        -------
        VertexComplex

        Raises
        ------
        ValueError
            If the simplices are no complex, or name a vertex that x has not.
        """
        self._check_params()
        x = check_real_array(x, "x", "LowerStar.build", ON_VERTICES)
        simplices, n_vertices = self._remembered(
            "complex", lambda: as_complex(self.simplices, "LowerStar"), self.simplices
        )
        if n_vertices > x.size:
            raise ValueError(
                "x of LowerStar.build must have a value for each vertex: the simplices "
                f"name vertex {n_vertices - 1}. Got {x.size} values."
            )
        return VertexComplex(
            x.flatten(),
            simplices,
            superlevel=bool(self.superlevel),
            priority=self._priority(x.size),
            previous=self._own(previous, VertexComplex),
        )
