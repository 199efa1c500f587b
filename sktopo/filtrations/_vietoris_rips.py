"""Vietoris-Rips complexes of point clouds and of distance matrices."""

import math
import numbers

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from sktopo._sklearn_compat import StrOptions
from sktopo._validation import Range, check_real_array
from sktopo.filtrations._delaunay import check_points, lengths_of
from sktopo.filtrations._flag import FlagComplex
from sktopo.filtrations._memory import check_memory
from sktopo.filtrations._ordered import TIE_BREAKING_CONSTRAINTS, OrderedFiltration
from sktopo.persistence import flag_memory

# Up to so many pairs, all distances at once are cheaper than a search tree.
_ALL_PAIRS = 2_000_000


class VietorisRips(OrderedFiltration):
    """Balls grow around points; a clique enters with its longest edge.

    The filtration ends at ``max_edge_length``, and without a limit with the longest
    distance. Persistence is only computed up to the enclosing radius, after which
    homology stays as it is.

    Parameters
    ----------
    max_edge_length : float, default=inf
        Longer edges are left out: less work, and bars that live longer are essential.
    metric : {"euclidean", "precomputed"}, default="euclidean"
        With "precomputed" a sample is a symmetric matrix of distances, and so is its
        gradient, which is split evenly over (i, j) and (j, i).
    tie_breaking : {"index", "random"}, default="index"
        Which of several edges of one length comes first: the one whose points have
        the smaller indices, or one drawn at random.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    See Also
    --------
    WeakAlpha : The same lengths on the Delaunay graph, for many points in the plane
        or in space.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import VietorisRips
    >>> square = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
    >>> h0, h1 = persistence_diagrams(square, VietorisRips())
    >>> h0.round(3)
    array([[0.   , 2.828],
           [0.   , 2.   ],
           [0.   , 2.   ],
           [0.   , 2.   ]])
    >>> h1.round(3)
    array([[2.   , 2.828]])
    """

    sample_ndim = (2,)
    sample_name = "point cloud or distance matrix"

    _parameter_constraints = {
        "max_edge_length": [Range(numbers.Real, 0, math.inf, closed="both")],
        "metric": [StrOptions({"euclidean", "precomputed"})],
        **TIE_BREAKING_CONSTRAINTS,
    }

    def __init__(
        self,
        max_edge_length=math.inf,
        metric="euclidean",
        tie_breaking="index",
        random_state=None,
    ):
        self.max_edge_length = max_edge_length
        self.metric = metric
        self.tie_breaking = tie_breaking
        self.random_state = random_state

    def build(self, x, previous=None):
        """Build the complex of one point cloud or distance matrix.

        Parameters
        ----------
        x : array-like of shape (n_points, n_coordinates) or (n_points, n_points)
        previous : FilteredComplex or None, default=None
            The complex of a similar cloud, for a faster sort.

        Returns
        -------
        FlagComplex

        Raises
        ------
        MemoryError
            If the distances of all pairs do not fit into the machine.
        """
        self._check_params()
        if self.metric == "precomputed":
            points, x = None, _check_distances(x)
            lengths, edges = self._within(_upper(x), len(x))
        else:
            points = x = check_points(x, "VietorisRips.build")
            lengths, edges = self._distances(points)
        return FlagComplex(
            lengths,
            edges,
            points,
            len(x),
            max_edge_length=float(self.max_edge_length),
            priority=self._priority(1 + lengths.size, n_first=1),
            previous=self._own(previous, FlagComplex),
        )

    def _distances(self, points):
        n = len(points)
        is_bounded = math.isfinite(self.max_edge_length)
        if is_bounded and math.comb(n, 2) > _ALL_PAIRS:
            return self._near_pairs(points)
        check_memory(
            flag_memory(n),
            f"The Vietoris-Rips complex of {n} points",
            "Use WeakAlpha (points in the plane or in space), or a finite "
            "max_edge_length.",
        )
        return self._within(pdist(points), n)

    def _within(self, lengths, n):
        """Leave out the long edges; edges are None while all are there."""
        near = lengths <= self.max_edge_length
        if near.all():
            return lengths, None
        i, j = np.triu_indices(n, 1)
        return lengths[near], np.column_stack([i[near], j[near]])

    def _near_pairs(self, points):
        tree = cKDTree(points)
        n_pairs = int(tree.count_neighbors(tree, self.max_edge_length))
        check_memory(
            100 * n_pairs,
            f"The Vietoris-Rips complex of {len(points)} points",
            "Use WeakAlpha (points in the plane or in space), or a smaller "
            "max_edge_length.",
        )
        # The tree rounds in its own way; the lengths decide.
        reach = self.max_edge_length * (1 + 1e-9)
        edges = tree.query_pairs(reach, output_type="ndarray")
        edges = np.sort(edges, axis=1)
        edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
        lengths = lengths_of(points, edges)
        near = lengths <= self.max_edge_length
        return lengths[near], edges[near]


def _upper(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def _check_distances(x):
    form = (2,), "a distance matrix of shape (n_points, n_points)"
    x = check_real_array(x, "x", "VietorisRips.build", form)
    expected = "The distance matrix x of VietorisRips.build must be"
    if x.shape[0] != x.shape[1]:
        raise ValueError(f"{expected} square. Got shape {x.shape}.")
    if x.min() < 0:
        i, j = np.unravel_index(np.argmin(x), x.shape)
        raise ValueError(f"{expected} non-negative. Got x[{i}, {j}] = {x[i, j]}.")
    if np.diagonal(x).any():
        i = int(np.flatnonzero(np.diagonal(x))[0])
        raise ValueError(
            f"{expected} zero on its diagonal. Got x[{i}, {i}] = {x[i, i]}."
        )
    gap = np.abs(np.subtract(x, x.T, dtype=np.float64))
    if gap.max() > 1e-10 * max(float(x.max()), 1e-300):
        i, j = np.unravel_index(np.argmax(gap), x.shape)
        raise ValueError(
            f"{expected} symmetric. Got x[{i}, {j}] = {x[i, j]} and "
            f"x[{j}, {i}] = {x[j, i]}."
        )
    return x
