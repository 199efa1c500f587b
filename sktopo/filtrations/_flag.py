"""The flag complex of a weighted graph on points."""

import numpy as np

from sktopo.filtrations._ordered import OrderedComplex
from sktopo.persistence import flag_pairs, ranks_of, simplicial_pairs


class FlagComplex(OrderedComplex):
    """Vertices at 0, edges at their lengths, every clique with its longest edge.

    Parameters
    ----------
    lengths : ndarray of shape (n_edges,)
    edges : ndarray of shape (n_edges, 2) or None
        Pairs of points, i < j; None for all of them in condensed order.
    points : ndarray of shape (n_points, n_coordinates) or None
        Where the lengths are distances of points; None for a distance matrix.
    n_points : int
    simplices : list of ndarray or None, default=None
        The simplices of each dimension where they are not all cliques.
    dimension : int or None, default=None
        Of the Euclidean space that the complex stands for, where there is one.
    """

    def __init__(
        self,
        lengths,
        edges,
        points,
        n_points,
        *,
        simplices=None,
        dimension=None,
        **kwargs,
    ):
        values = np.empty(1 + lengths.size, dtype=lengths.dtype)
        values[0] = 0
        values[1:] = lengths
        super().__init__(values, **kwargs)
        self.n_points = n_points
        self._edges = edges
        self._points = points
        self._simplices = simplices
        self._dimension = dimension

    def _pairs(self, homology_dimensions):
        if self._simplices is None or homology_dimensions == (0,):
            return flag_pairs(
                self.order,
                self._edges,
                self.n_points,
                homology_dimensions,
                dimension=self._dimension,
            )
        edge_ranks = ranks_of(self.order)[1:]
        ranks = _longest_edge(self._simplices, self._edges, edge_ranks, self.n_points)
        return simplicial_pairs(self.order, self._simplices, ranks, homology_dimensions)

    def edge_points(self, edges):
        """The two points of each edge, shape (n, 2)."""
        if self._edges is not None:
            return self._edges[edges]
        # Edge e of a condensed matrix lies in the row that starts at or before it.
        rows = np.arange(self.n_points)
        starts = rows * (2 * self.n_points - rows - 1) // 2
        i = np.searchsorted(starts, edges, side="right") - 1
        # The last row is empty and shares its start with nothing.
        i = np.minimum(i, self.n_points - 2)
        return np.stack([i, edges - starts[i] + i + 1], axis=-1)

    def pullback(self, grad_values):
        grad = np.asarray(grad_values, dtype=np.float64)[1:]
        edges = np.flatnonzero(grad)
        i, j = self.edge_points(edges).T
        if self._points is None:
            matrix = np.zeros((self.n_points, self.n_points))
            matrix[i, j] = matrix[j, i] = grad[edges] / 2
            return matrix
        # Coincident points have no direction to move in: their share is zero.
        length = self.values[1 + edges].astype(np.float64)
        pull = self._points[i] - self._points[j]
        pull /= np.where(length > 0, length, 1.0)[:, None]
        pull *= grad[edges, None]
        return spread_on_points(np.stack([i, j]), np.stack([pull, -pull]), self._points)

    def generators(self, dimension, pairs):
        births, deaths = pairs.T
        if dimension == 0:
            named = self._component_births(deaths)
        else:
            named = self.edge_points(births - 1)
        ends = np.full((len(deaths), 2), -1, dtype=np.intp)
        dies = deaths > 0
        ends[dies] = self.edge_points(deaths[dies] - 1)
        return named, ends

    def _component_births(self, deaths):
        """The vertex of each component: of two that merge, the older has the
        smaller index.
        """
        tree = np.sort(deaths[deaths > 0])
        place = ranks_of(self.order)
        ranks = [
            np.arange(self.n_points, dtype=np.float64),
            self.n_points + place[tree],
        ]
        vertices = np.arange(self.n_points)[:, None]
        order = np.arange(self.n_points + self.values.size)
        (pairs,) = simplicial_pairs(
            order, [vertices, np.sort(self.edge_points(tree - 1), axis=1)], ranks, (0,)
        )
        born = np.empty(self.values.size, dtype=np.intp)
        born[self.order[pairs.finite[:, 1] - self.n_points]] = pairs.finite[:, 0]
        named = born[deaths]
        named[deaths < 0] = np.sort(pairs.essential)
        return named[:, None]


def _longest_edge(simplices, edges, edge_ranks, n_points):
    """For each simplex the rank of its longest edge; vertices have rank 0."""
    key = edges[:, 0] * n_points + edges[:, 1]
    by_key = np.argsort(key)
    ranks = [np.zeros(len(simplices[0]))]
    for vertices in simplices[1:]:
        longest = np.zeros(len(vertices))
        for a in range(vertices.shape[1]):
            for b in range(a + 1, vertices.shape[1]):
                here = vertices[:, a] * n_points + vertices[:, b]
                edge = by_key[np.searchsorted(key, here, sorter=by_key)]
                np.maximum(longest, edge_ranks[edge], out=longest)
        ranks.append(longest)
    return ranks


def spread_on_points(index, pulls, points):
    """Add up pulls (..., n_coordinates) at the points that index (...) names."""
    index = index.ravel()
    pulls = pulls.reshape(index.size, points.shape[1])
    columns = [
        np.bincount(index, weights=pulls[:, c], minlength=len(points))
        for c in range(points.shape[1])
    ]
    return np.stack(columns, axis=1)
