"""Vietoris-Rips complexes weighted by the distance to measure, for noisy clouds."""

import math
import numbers

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from sktopo._memory import check_memory
from sktopo._validation import POSITIVE_INT, Range
from sktopo.filtrations._delaunay import check_points
from sktopo.filtrations._ordered import (
    TIE_BREAKING_CONSTRAINTS,
    OrderedComplex,
    OrderedFiltration,
)
from sktopo.filtrations._pullback import spread_on_points
from sktopo.persistence import flag_memory, weighted_flag_pairs


class WeightedFlagComplex(OrderedComplex):
    """Vertices at twice their weights, edges when their balls meet; see DTMRips.

    Parameters
    ----------
    values : ndarray of shape (n_points + n_edges,)
    edges : ndarray of shape (n_edges, 2)
    points : ndarray of shape (n_points, n_coordinates)
    weights : ndarray of shape (n_points,)
    neighbors : ndarray of int of shape (n_points, n_neighbors)
        The points that the weight of each is computed from.
    max_edge_length : float
    """

    def __init__(
        self, values, edges, points, weights, neighbors, max_edge_length, **kwargs
    ):
        super().__init__(values, **kwargs)
        self._edges = edges
        self._points = points
        self._weights = weights
        self._neighbors = neighbors
        self._max_edge_length = max_edge_length

    def _pairs(self, homology_dimensions):
        n_points = len(self._points)
        return weighted_flag_pairs(
            self.order, self._edges, n_points, homology_dimensions
        )

    def end(self):
        last, level = super().end()
        if level <= self._max_edge_length < np.inf:
            # Edges have been left out, or there is none; vertices have not.
            return -1, self._max_edge_length
        return last, level

    def pullback(self, grad_values):
        n_points = len(self._points)
        grad = np.asarray(grad_values, dtype=np.float64)
        used = np.flatnonzero(grad[n_points:])
        on_edges, (i, j) = grad[n_points:][used], self._edges[used].T
        difference = self._points[i] - self._points[j]
        length = np.linalg.norm(difference, axis=1)
        # An edge in the shadow of a vertex enters with that, and moves with its weight.
        meets = length > np.abs(self._weights[i] - self._weights[j])
        heavier = np.where(self._weights[i] >= self._weights[j], i, j)
        on_weights = 2 * grad[:n_points]
        for end in (i, j):
            which = np.where(meets, end, heavier)
            on_weights += np.bincount(which, on_edges, n_points)
        scale = np.where(meets, on_edges, 0.0) / np.where(length > 0, length, 1.0)
        along = difference * scale[:, None]
        total = spread_on_points(
            np.stack([i, j]), np.stack([along, -along]), self._points
        )
        return total + self._of_weights(on_weights)

    def _of_weights(self, grad):
        """A gradient in the weights, carried to the points."""
        n_neighbors = self._neighbors.shape[1]
        weights = np.where(self._weights > 0, self._weights, 1.0)
        scale = grad / (n_neighbors * weights) * (self._weights > 0)
        away = self._points[:, None] - self._points[self._neighbors]
        away *= scale[:, None, None]
        back = spread_on_points(self._neighbors, -away, self._points)
        return away.sum(axis=1) + back

    def generators(self, dimension, pairs):
        births, deaths = pairs.T
        n_points = len(self._points)
        named = births[:, None] if dimension == 0 else self._edges[births - n_points]
        ends = np.full((len(deaths), 2), -1, dtype=np.intp)
        dies = deaths >= 0
        ends[dies] = self._edges[deaths[dies] - n_points]
        return named, ends


class DTMRips(OrderedFiltration):
    r"""Balls around points that start later where the points are few.

    The distance to measure of a point is the root mean square of the distances to its
    nearest points, itself among them,

    .. math:: w_i = \Big(\frac{1}{k} \sum_{j \in N_k(i)} \|x_i - x_j\|^2\Big)^{1/2}.

    A vertex enters at :math:`2 w_i` and an edge at
    :math:`\max(\|x_i - x_j\| + w_i + w_j,\; 2 w_i,\; 2 w_j)`, a clique with its longest
    edge [1]_. Outliers, which make the loops of a plain Vietoris-Rips complex short,
    enter late. With one neighbour all weights are zero, and the values are those of
    :class:`VietorisRips`.

    Parameters
    ----------
    n_neighbors : int >= 1, default=10
        The number k, at most that of the points.
    max_edge_length : float, default=inf
        Edges that enter later are left out, and bars that live longer are essential.
        Vertices are not left out.
    tie_breaking : {"index", "random"}, default="index"
        Which of several simplices of one value comes first.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    See Also
    --------
    VietorisRips : The same without weights.

    References
    ----------
    .. [1] H. Anai, F. Chazal, M. Glisse, Y. Ike, H. Inakoshi, R. Tinarrage and Y.
       Umeda, "DTM-based filtrations", SoCG 2019,
       :doi:`10.4230/LIPIcs.SoCG.2019.58`.

    Examples
    --------
    A circle with points in its middle:

    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.filtrations import DTMRips, VietorisRips
    >>> circle, _ = make_noisy_circle(100, noise=0.05, random_state=0)
    >>> outliers = np.random.default_rng(0).uniform(-0.5, 0.5, (5, 2))
    >>> cloud = np.concatenate([circle, outliers])
    >>> for filtration in (VietorisRips(), DTMRips()):
    ...     birth, death = persistence_diagrams(cloud, filtration, 1)[0][0]
    ...     print(round(death - birth, 2))
    0.6
    1.02
    """

    sample_ndim = (2,)
    sample_name = "point cloud"

    _parameter_constraints = {
        "n_neighbors": [POSITIVE_INT],
        "max_edge_length": [Range(numbers.Real, 0, math.inf, closed="both")],
        **TIE_BREAKING_CONSTRAINTS,
    }

    def __init__(
        self,
        n_neighbors=10,
        max_edge_length=math.inf,
        tie_breaking="index",
        random_state=None,
    ):
        self.n_neighbors = n_neighbors
        self.max_edge_length = max_edge_length
        self.tie_breaking = tie_breaking
        self.random_state = random_state

    def build(self, x, previous=None):
        """Build the complex of one point cloud.

        Parameters
        ----------
        x : array-like of shape (n_points, n_coordinates)
        previous : FilteredComplex or None, default=None
            The complex of a similar cloud, for a faster sort.

        Returns
        -------
        WeightedFlagComplex

        Raises
        ------
        ValueError
            If there are fewer points than ``n_neighbors``.
        MemoryError
            If the distances of all pairs do not fit into the machine.
        """
        self._check_params()
        points = check_points(x, "DTMRips.build")
        n_points = len(points)
        if self.n_neighbors > n_points:
            raise ValueError(
                "The 'n_neighbors' parameter of DTMRips must be at most the number of "
                f"points, {n_points}. Got {self.n_neighbors}."
            )
        check_memory(
            flag_memory(n_points),
            f"The Vietoris-Rips complex of {n_points} points",
            "Use fewer points.",
        )
        nearest = np.arange(1, self.n_neighbors + 1)
        _, neighbors = cKDTree(points).query(points, nearest)
        away = points[:, None] - points[neighbors]
        weights = np.sqrt((away**2).sum(axis=2).mean(axis=1))
        edges = np.column_stack(np.triu_indices(n_points, 1))
        i, j = edges.T
        together = weights[i] + weights[j] + pdist(points)
        values = np.maximum(together, 2 * np.maximum(weights[i], weights[j]))
        near = values <= self.max_edge_length
        values, edges = values[near], edges[near]
        return WeightedFlagComplex(
            np.concatenate([2 * weights, values]),
            edges,
            points,
            weights,
            neighbors,
            float(self.max_edge_length),
            priority=self._priority(n_points + len(edges), n_first=n_points),
            previous=self._own(previous, WeightedFlagComplex),
        )
