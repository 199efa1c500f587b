"""Pairs of flag complexes: every clique enters with its longest edge."""

import math

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

from sktopo._fast import fast_module
from sktopo._memory import check_memory
from sktopo.persistence._bars import PersistencePairs, pairs_from_ranks
from sktopo.persistence._components import edge_components
from sktopo.persistence._gudhi import (
    collapsed_graph,
    dense_flag_diagrams,
    sparse_flag_diagrams,
)
from sktopo.persistence._order import ranks_of

# Collapsing edges costs more than it saves below H2 (300 points of the plane: 83 ms
# against 14 ms for H1; for H2 it turns 610 ms into 91 ms).
_COLLAPSE_FROM = 2
_BYTES_A_CLIQUE = 2
# RedZeD rounds to 24 bits, which hold the ranks of so many edges.
_SINGLE_PRECISION = 2**24
_DENSE = 0.1  # share of the pairs of points from which it is the faster one


def flag_pairs(order, edges, n_points, homology_dimensions, *, dimension=None):
    """Persistence pairs of the flag complex of a weighted graph.

    Index 0 of the order stands for all vertices, index 1 + e for edge e.

    Parameters
    ----------
    order : ndarray of shape (1 + n_edges,)
        The permutation that sorts the values; it begins with 0.
    edges : ndarray of shape (n_edges, 2) or None
        Pairs of points; None for all of them, in the order of a condensed distance
        matrix.
    n_points : int
    homology_dimensions : tuple of int
    dimension : int or None, default=None
        Of the Euclidean space that the complex stands for: its homology vanishes from
        there on, also where cliques of the graph would enclose something (the
        octahedron is a planar graph). On a line the graph has no cycle.

    Returns
    -------
    list of PersistencePairs
    """
    # H_k needs the 2k + 2 vertices of a cross-polytope at least.
    end = n_points // 2 if dimension is None else min(n_points // 2, dimension)
    wanted = [k for k in homology_dimensions if k < max(end, 1)]
    diagrams = {}
    if dimension is not None and dimension < 2 and 0 in wanted:
        diagrams[0] = _forest_diagram(np.arange(1.0, order.size), n_points)
    elif wanted == [0]:
        diagrams[0] = _tree_diagram(ranks_of(order)[1:], edges, n_points)
    elif wanted:
        found = _flag_diagrams(ranks_of(order)[1:], edges, n_points, max(wanted))
        diagrams = {k: found[k] for k in wanted if k < len(found)}
    return pairs_from_ranks(diagrams, order, homology_dimensions)


def weighted_flag_pairs(order, edges, n_points, homology_dimensions):
    """Persistence pairs of a flag complex whose vertices enter one by one.

    Parameters
    ----------
    order : ndarray of shape (n_points + n_edges,)
        The permutation that sorts the values, of the vertices and then of the edges;
        no edge comes before its ends.
    edges : ndarray of shape (n_edges, 2)
    n_points : int
    homology_dimensions : tuple of int

    Returns
    -------
    list of PersistencePairs
    """
    above = tuple(k for k in homology_dimensions if k > 0)
    found = {}
    if above:
        # A cycle is born with an edge, whenever its vertices have entered.
        of_edges = order[order >= n_points] - n_points
        as_edges = np.concatenate([[0], 1 + of_edges])
        for pairs in flag_pairs(as_edges, edges, n_points, above):
            finite, essential = (
                x + (n_points - 1) for x in (pairs.finite, pairs.essential)
            )
            found[pairs.dimension] = PersistencePairs(
                pairs.dimension, finite, essential
            )
    if 0 in homology_dimensions:
        ranks = ranks_of(order)
        diagram = edge_components(ranks[:n_points], edges, ranks[n_points:])
        (found[0],) = pairs_from_ranks({0: diagram}, order, (0,))
    return [found[k] for k in homology_dimensions]


def flag_memory(n_points):
    """Bytes that the pairs of a complete flag complex need up to H1, roughly."""
    return 80 * math.comb(n_points, 2)


def _check_cliques(n_points, n_edges, max_dimension):
    """Raise MemoryError where the simplices that are paired would not fit.

    So many edges have the most cliques where they are all between a few points
    (Kruskal and Katona); far from all cliques are held at a time.
    """
    n_dense = min(n_points, int((1 + math.sqrt(1 + 8 * n_edges)) / 2) + 1)
    check_memory(
        _BYTES_A_CLIQUE * math.comb(n_dense, max_dimension + 2),
        f"The flag complex of {n_points} points with {n_edges} edges, up to "
        f"H{max_dimension},",
        "Take lower homology_dimensions, fewer points, or a max_edge_length.",
    )


def _forest_diagram(ranks, n_points):
    deaths = np.concatenate([ranks, np.full(n_points - ranks.size, np.inf)])
    return np.column_stack([np.zeros(n_points), deaths])


def _tree_diagram(ranks, edges, n_points):
    """H0 is the minimum spanning tree."""
    i, j = np.triu_indices(n_points, 1) if edges is None else edges.T
    # scipy's graph routines take 32-bit indices.
    ends = (np.asarray(i, dtype=np.int32), np.asarray(j, dtype=np.int32))
    graph = csr_array((ranks, ends), shape=(n_points, n_points))
    return _forest_diagram(minimum_spanning_tree(graph).data, n_points)


def _flag_diagrams(ranks, edges, n_points, max_dimension):
    collapse = max_dimension >= _COLLAPSE_FROM
    is_dense = ranks.size >= _DENSE * math.comb(n_points, 2)
    if is_dense and not collapse and ranks.size < _SINGLE_PRECISION:
        redzed = fast_module("redzed_tda")
        if redzed is not None:
            return _by_redzed(redzed, ranks, edges, n_points, max_dimension)
    if edges is None:
        matrix = np.zeros((n_points, n_points))
        i, j = np.triu_indices(n_points, 1)
        matrix[i, j] = ranks
        matrix[j, i] = ranks
        # At the enclosing radius the complex is a cone: nothing happens after it.
        radius = matrix.max(axis=1).min()
        if not collapse:
            return dense_flag_diagrams(matrix, radius, max_dimension)
        near = ranks <= radius
        edges, ranks = np.column_stack([i[near], j[near]]), ranks[near]
    if collapse:
        edges, ranks = collapsed_graph(edges, ranks, n_points)
        _check_cliques(n_points, len(edges), max_dimension)
    return sparse_flag_diagrams(edges, ranks, n_points, max_dimension)


def _by_redzed(redzed, ranks, edges, n_points, max_dimension):
    """[H0, ..., H_max] by C. Kapulkin and N. Kershaw, :doi:`10.48550/arXiv.2606.06310`.

    It takes all pairs in the order of a condensed distance matrix: those that are no
    edges enter behind the threshold.
    """
    n_edges = ranks.size  # ranks run from 1 to it, so that it is the threshold, too
    if edges is not None:
        i, j = edges.T
        n_pairs = math.comb(n_points, 2)
        place = i * (2 * n_points - i - 1) // 2 + j - i - 1
        everywhere = np.full(n_pairs, n_edges + 1.0)
        everywhere[place] = ranks
        ranks = everywhere
    return redzed.rips(ranks, maxdim=max_dimension, threshold=n_edges)
