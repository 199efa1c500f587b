"""The topology of a vector of weights, as a term."""

import math
import numbers

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sktopo.base import Filtration, Term
from sktopo.filtrations import Cubical, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm, prox_of_ranges, sum_of_ranges


class WeightPenalty(Term):
    """E(p, q, i0) of the diagrams of a weight vector, summed over dimensions.

    Parameters
    ----------
    topology : "values", "path", tuple of int, or Filtration
        How the weights lie to each other; see TopologicalRidge.
    n_weights : int
    p, q, i0 :
        See PersistenceEnergy.
    homology_dimensions : int or tuple of int
    superlevel : bool
        For "path" and grids.
    """

    def __init__(
        self, topology, n_weights, *, p, q, i0, homology_dimensions, superlevel
    ):
        self.topology = topology
        self.n_weights = n_weights
        self.p = p
        self.q = q
        self.i0 = i0
        self.homology_dimensions = homology_dimensions
        self.superlevel = superlevel

    def value_and_grad(self, x):
        """Evaluate at a weight vector of shape (n_weights,)."""
        if self.has_prox:
            return sum_of_ranges(x, self._n_runs)
        return self._flat(self._term().value_and_grad)(x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration."""
        if self.has_prox:
            return self.value_and_grad
        return self._flat(self._term().warm_value_and_grad())

    def check(self):
        """Raise ValueError where the topology does not fit the weights."""
        self._term()

    def _flat(self, value_and_grad):
        shape = self._layout()[1]

        def flat_value_and_grad(w):
            value, grad = value_and_grad(w.reshape(shape))
            return value, grad.reshape(w.shape)

        return flat_value_and_grad

    def _term(self):
        energy = PersistenceEnergy(p=self.p, q=self.q, i0=self.i0)
        dimensions = np.atleast_1d(self.homology_dimensions).tolist()
        filtration, shape = self._layout()
        if not isinstance(self.topology, Filtration):
            end = len(shape) if filtration.is_grid else 1
            if max(dimensions) >= end:
                raise ValueError(
                    "The 'homology_dimensions' parameter of TopologicalRidge must be "
                    f"below {end} for topology={self.topology!r}, which has nothing in "
                    f"higher ones. Got {self.homology_dimensions!r} instead."
                )
        return PersistenceTerm(filtration, dict.fromkeys(dimensions, energy))

    def _layout(self):
        """The filtration, and the shape in which it takes the weights."""
        n, topology = self.n_weights, self.topology
        if isinstance(topology, str):
            if topology == "values":
                return WeakAlpha(), (n, 1)
            if topology == "path":
                return Cubical(superlevel=self.superlevel), (n,)
        elif isinstance(topology, Filtration):
            return topology, (n,) if 1 in topology.sample_ndim else (n, 1)
        elif _is_shape(topology):
            if math.prod(topology) != n:
                raise ValueError(
                    "The 'topology' parameter of TopologicalRidge must be a grid with "
                    f"one place for each of the {n} features. Got {topology!r} instead."
                )
            return Cubical(superlevel=self.superlevel), tuple(topology)
        raise ValueError(
            "The 'topology' parameter of TopologicalRidge must be 'values', 'path', a "
            f"shape of 1 to 3 ints or a Filtration. Got {topology!r} instead."
        )

    @property
    def has_prox(self):
        """Whether the proximal step is known: p = 1, q = 0 on "values".

        Then the penalty is the total range of i0 - 1 runs of the sorted weights.
        """
        is_values = isinstance(self.topology, str) and self.topology == "values"
        return is_values and self.p == 1 and self.q == 0

    @property
    def has_split(self):
        """Whether it is a difference of convex functions: p = 1, q = 0 on "path"."""
        is_path = isinstance(self.topology, str) and self.topology == "path"
        return is_path and self.p == 1 and self.q == 0

    def concave_slope(self, x):
        """The slope of max + the i0 - 2 longest lifetimes of superlevel sets of x."""
        complex_ = Cubical(superlevel=True).build(x)
        (pairs,) = complex_.persistence_pairs(0)
        births, deaths = pairs.finite.T
        longest = np.argsort(x[deaths] - x[births], kind="stable")[
            : max(0, self.i0 - 2)
        ]
        slope = np.zeros(x.size)
        slope[pairs.essential] = 1.0
        slope[births[longest]] += 1.0
        slope[deaths[longest]] -= 1.0
        return slope

    @property
    def _n_runs(self):
        return max(1, self.i0 - 1)

    def prox(self, x, step):
        """Minimise ||z - x||^2 / 2 + step * penalty(z) over z, where has_prox."""
        return prox_of_ranges(x, step, self._n_runs)

    def fused(self, w, reach):
        """Label weights so that neighbours closer than ``reach`` share a label."""
        i, j = self._neighbours(w)
        tied = np.abs(w[i] - w[j]) <= reach
        graph = coo_array((tied[tied], (i[tied], j[tied])), shape=(w.size, w.size))
        return connected_components(graph, directed=False)[1]

    def _neighbours(self, w):
        filtration, shape = self._layout()
        if filtration.is_grid:
            index = np.arange(w.size).reshape(shape)
            pairs = [
                (
                    np.moveaxis(index, a, 0)[:-1].ravel(),
                    np.moveaxis(index, a, 0)[1:].ravel(),
                )
                for a in range(index.ndim)
            ]
            return [np.concatenate(side) for side in zip(*pairs, strict=True)]
        order = np.argsort(w, kind="stable")
        return order[:-1], order[1:]


def _is_shape(topology):
    return (
        isinstance(topology, (tuple, list))
        and 1 <= len(topology) <= 3
        and all(isinstance(n, numbers.Integral) and n >= 1 for n in topology)
    )
