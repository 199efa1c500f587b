"""The flag complex of a weighted graph on points."""

import numpy as np
from scipy.sparse import csr_array

from sktopo.filtrations._cells import cliques, first_cells
from sktopo.filtrations._ordered import OrderedComplex
from sktopo.filtrations._pullback import rows_on_points, spread_on_points
from sktopo.filtrations._representatives import deaths_of_components, of_points
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
    shares : ndarray of shape (n_edges, 2) or None, default=None
        Of a sparse matrix: what its entries (i, j) and (j, i) count for a length.
    max_edge_length : float, default=inf
        Where the filtration ends, if it is finite.
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
        shares=None,
        max_edge_length=np.inf,
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
        self._shares = shares
        self._max_edge_length = max_edge_length

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

    def _what(self):
        if self._dimension is None:
            return super()._what()
        n_coordinates = self._points.shape[1]
        return f"the weak alpha complex of points in {n_coordinates} coordinates"

    def _end_of_homology(self):
        return None if self._dimension is None else self._points.shape[1]

    def end(self):
        if np.isfinite(self._max_edge_length):
            return -1, self._max_edge_length
        return super().end()

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
        if self._shares is not None:
            return self._on_entries(grad)
        edges = np.flatnonzero(grad)
        if self._points is None:
            matrix = self.jacobian(1 + edges).T @ grad[edges]
            return matrix.reshape(self.n_points, self.n_points)
        i, j = self.edge_points(edges).T
        derivative = self._directions(edges, i, j)
        derivative *= grad[edges, None]
        return spread_on_points(
            np.stack([i, j]), np.stack([derivative, -derivative]), self._points
        )

    def _on_entries(self, grad):
        """A gradient in the edges as a sparse matrix with the entries of x."""
        i, j = self._edges.T
        data, there = (grad[:, None] * self._shares).T, self._shares.T > 0
        rows, columns = np.stack([i, j])[there], np.stack([j, i])[there]
        shape = (self.n_points, self.n_points)
        return csr_array((data[there], (rows, columns)), shape=shape)

    def jacobian(self, indices):
        edges = np.asarray(indices) - 1
        # Vertices stay at 0.
        moves = edges >= 0
        ends = np.zeros((edges.size, 2), dtype=np.intp)
        ends[moves] = self.edge_points(edges[moves])
        i, j = ends.T
        if self._points is None:
            n = self.n_points
            both = np.column_stack([i * n + j, j * n + i])
            shares = np.full((edges.size, 2), 0.5)
            if self._shares is not None:
                shares[moves] = self._shares[edges[moves]]
            shares[~moves] = 0
            starts = 2 * np.arange(edges.size + 1)
            return csr_array(
                (shares.ravel(), both.ravel(), starts), shape=(edges.size, n * n)
            )
        derivative = self._directions(edges, i, j)
        derivative[~moves] = 0
        return rows_on_points(
            ends, np.stack([derivative, -derivative], axis=1), self._points
        )

    def _directions(self, edges, i, j):
        """From j to i with length one: how the length of an edge changes with i."""
        # Coincident points have no direction to move in: their share is zero.
        length = self.values[1 + edges].astype(np.float64)
        derivative = self._points[i] - self._points[j]
        derivative /= np.where(length > 0, length, 1.0)[:, None]
        return derivative

    def cells(self, dimension, n_first=None):
        n_first = self.order.size if n_first is None else n_first
        ranks = ranks_of(self.order)[1:]
        advice = "fewer points"
        if self._simplices is None:
            advice = "WeakAlpha, a smaller max_edge_length or fewer points"
            near = np.flatnonzero(ranks < n_first)
            edges, ranks = self.edge_points(near), ranks[near]
            simplices = cliques(edges, self.n_points, dimension + 1, advice)
        else:
            simplices, edges = self._simplices, self._edges
        ranks = _longest_edge(simplices, edges, ranks, self.n_points)
        return first_cells(simplices, ranks, self.order, dimension, n_first, advice)

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

    def representatives(self, dimension, pairs):
        deaths = pairs[:, 1]

        def tree():
            all_deaths = deaths_of_components(self, deaths, self.n_points)
            ends = ranks_of(self.order)[all_deaths].astype(np.intp)
            return self.edge_points(self.order[np.sort(ends)] - 1)

        def births():
            return self._component_births(deaths)[:, 0]

        return of_points(self, dimension, pairs, self.n_points, tree, births)

    def edges_at(self, value):
        """The edges that have entered with a value, and their lengths."""
        before = self.order[1 : int(np.flatnonzero(self.order == value)[0]) + 1]
        return self.edge_points(before - 1), self.values[before]

    def _component_births(self, deaths):
        """The vertex of each component: of two that merge, the older has the
        smaller index.
        """
        tree = np.sort(deaths_of_components(self, deaths, self.n_points))
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
        # Components that never die are asked for in the order of their vertices.
        never = deaths < 0
        named[never] = np.sort(pairs.essential)[: np.count_nonzero(never)]
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
