"""Vietoris-Rips complexes of point clouds and of distance matrices."""

import math
import numbers

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from sktopo._memory import check_memory
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import Range
from sktopo.filtrations._delaunay import check_points, lengths_of
from sktopo.filtrations._distances import edge_lengths
from sktopo.filtrations._flag import FlagComplex
from sktopo.filtrations._ordered import TIE_BREAKING_CONSTRAINTS, OrderedFiltration
from sktopo.persistence import flag_memory

# Up to so many pairs, all distances at once are cheaper than a search tree.
_ALL_PAIRS = 2_000_000


class VietorisRips(OrderedFiltration):
    """Balls grow around points; a clique enters with its longest edge.

    The filtration ends at ``max_edge_length``, and without a limit with the longest
    edge. Persistence is only computed up to the enclosing radius, after which
    homology stays as it is.

    Parameters
    ----------
    max_edge_length : float, default=inf
        Longer edges are left out: less work, and bars that live longer are essential.
    metric : {"euclidean", "precomputed"}, default="euclidean"
        With "precomputed" a sample is a symmetric matrix of distances, and so is its
        gradient, which is split evenly over (i, j) and (j, i). Asymmetries, negative
        distances and a diagonal of the size of rounding errors (for float64 up to 1e-7
        of the largest distance, for float32 up to 0.3 %) are averaged out and set to
        zero. An infinite distance is a missing edge. A sparse matrix, such as
        scikit-learn's ``kneighbors_graph(mode="distance")``, is a graph: what it does
        not store is no edge, an edge may be stored in one direction or in both, and its
        gradient is a sparse matrix with the same entries. Lengths need not be
        distances: this is the flag filtration of any values >= 0 on the edges of a
        graph.
    tie_breaking : {"index", "random"}, default="index"
        Which of several edges of one length comes first: the one whose points have
        the smaller indices, or one drawn at random.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    See Also
    --------
    WeakAlpha : The same lengths on the Delaunay complex, for many points in the plane
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

    @property
    def takes_graphs(self):
        """Whether samples may be distance matrices with missing entries."""
        return self.metric == "precomputed"

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
            With "precomputed" it may be a sparse matrix.
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
        points = shares = None
        if self.metric == "precomputed":
            found = edge_lengths(x, "VietorisRips.build")
            n_points = found.n_points
            lengths, edges, shares = self._within(*found)
        else:
            points = check_points(x, "VietorisRips.build")
            n_points = len(points)
            lengths, edges = self._distances(points)
        return FlagComplex(
            lengths,
            edges,
            points,
            n_points,
            shares=shares,
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
        return self._within(n, pdist(points))[:2]

    def _within(self, n_points, lengths, edges=None, shares=None):
        """Leave out the long edges; edges are None while all are there."""
        near = lengths <= self.max_edge_length
        if near.all():
            return lengths, edges, shares
        if edges is None:
            edges = np.column_stack(np.triu_indices(n_points, 1))
        return lengths[near], edges[near], None if shares is None else shares[near]

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
