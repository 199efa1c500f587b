"""Matrices of distances as they come: rounded, with missing entries, sparse."""

import gudhi
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import Delaunay
from scipy.spatial.distance import cdist
from sklearn.neighbors import kneighbors_graph

from sktopo import PersistenceDiagrams, persistence_diagrams, persistence_pairs
from sktopo.filtrations import VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

DISTANCES = VietorisRips(metric="precomputed")


def by_gram(X):
    squares = (X**2).sum(axis=1)
    gram = squares[:, None] + squares - 2 * X @ X.T
    return np.sqrt(np.maximum(gram, 0))


def of_graph(graph, essential="drop"):
    """Diagrams of H0 and H1 by gudhi's simplex tree, of a sparse matrix."""
    tree = gudhi.SimplexTree()
    graph = sp.coo_array(graph)
    for v in range(graph.shape[0]):
        tree.insert([v], 0.0)
    for i, j, value in zip(*graph.coords, graph.data):
        if i != j:
            tree.insert([int(i), int(j)], float(value))
    tree.expansion(2)
    tree.compute_persistence(homology_coeff_field=2, persistence_dim_max=True)
    return [tree.persistence_intervals_in_dimension(k) for k in (0, 1)]


def rows(diagram):
    return np.array(sorted(map(tuple, diagram)))


def test_correlations_are_distances(rng):
    for _ in range(50):
        x = 1 - np.corrcoef(rng.normal(size=(12, 30)))
        clean = (x + x.T) / 2
        np.fill_diagonal(clean, 0)
        for ours, expected in zip(
            persistence_diagrams(x, DISTANCES), persistence_diagrams(clean, DISTANCES)
        ):
            assert_array_equal(ours, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_coordinates", [2, 50])
def test_distances_by_the_gram_formula(rng, dtype, n_coordinates):
    X = rng.normal(size=(80, n_coordinates))
    exact = persistence_diagrams(cdist(X, X), DISTANCES, 0)[0]
    rounded = by_gram(X.astype(dtype))
    assert (np.diagonal(rounded) != 0).any()
    found = persistence_diagrams(rounded, DISTANCES, 0)[0]
    atol = 2 * np.sqrt(np.finfo(dtype).eps) * exact.max()
    assert_allclose(found, exact, atol=atol)


def test_an_ulp_of_asymmetry_is_averaged_and_so_is_the_gradient(rng):
    x = cdist(*[rng.normal(size=(9, 2)).astype(np.float32)] * 2).astype(np.float32)
    x[np.tril_indices(9, -1)] = np.nextafter(x[np.tril_indices(9, -1)], np.float32(9))
    assert (x != x.T).any()
    term = PersistenceTerm(DISTANCES, PersistenceEnergy(p=2), 0)
    _, grad = term.value_and_grad(x)
    assert_array_equal(grad, grad.T)
    clean = (x + x.T) / 2
    assert_allclose(grad, term.value_and_grad(clean)[1], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_more_than_rounding_is_an_error(dtype):
    x = np.array([[0, 1], [1.02, 0]], dtype=dtype)
    with pytest.raises(ValueError, match="symmetric"):
        DISTANCES.build(x)
    with pytest.raises(ValueError, match="zero on its diagonal"):
        DISTANCES.build(np.array([[0.02, 1], [1, 0]], dtype=dtype))


def test_negative_zeros_of_rounding_are_zero():
    x = np.array([[0, -2e-16, 1], [-2e-16, 0, 1], [1, 1, 0]])
    assert_array_equal(DISTANCES.build(x).values.min(), 0)


def test_integers_are_exact():
    with pytest.raises(ValueError, match="symmetric"):
        DISTANCES.build(np.array([[0, 10**9], [10**9 + 1, 0]]))


@pytest.mark.parametrize("form", [sp.csr_array, sp.coo_matrix, sp.lil_array])
def test_infinite_and_missing_entries_are_no_edges(rng, form):
    X = rng.normal(size=(30, 2))
    dense = cdist(X, X)
    dense[dense > 0.8] = np.inf
    kept = np.where(np.isinf(dense), 0, dense)
    found = persistence_diagrams(dense, DISTANCES, essential="drop")
    assert np.isinf(found[0][:, 1]).sum() > 1
    for one, other, limited, expected in zip(
        found,
        persistence_diagrams(form(kept), DISTANCES, essential="drop"),
        persistence_diagrams(X, VietorisRips(max_edge_length=0.8), essential="drop"),
        of_graph(kept),
    ):
        assert_array_equal(one, other)
        assert_allclose(one, limited, rtol=1e-12)
        expected = expected[expected[:, 0] < expected[:, 1]]
        assert_allclose(rows(one), rows(expected), rtol=1e-12)


def test_without_a_limit_a_graph_ends_with_its_largest_edge():
    x = np.array([[0, 1, np.inf], [1, 0, np.inf], [np.inf, np.inf, 0]])
    (diagram,) = persistence_diagrams(x, DISTANCES, 0)
    assert_array_equal(diagram, [[0, 1]] * 3)
    limited = VietorisRips(2.5, metric="precomputed")
    (diagram,) = persistence_diagrams(x, limited, 0)
    assert_array_equal(diagram, [[0, 2.5], [0, 2.5], [0, 1]])


@pytest.mark.parametrize("essential", ["drop", "extremum"])
def test_the_graph_of_neighbours(rng, essential):
    X = rng.normal(size=(40, 3))
    graph = kneighbors_graph(X, 4, mode="distance")
    assert (graph != graph.T).nnz > 0
    both = graph.maximum(graph.T).toarray()
    dense = np.where(both > 0, both, np.inf)
    np.fill_diagonal(dense, 0)
    term = PersistenceTerm(DISTANCES, PersistenceEnergy(p=2), (0, 1), essential)
    value, grad = term.value_and_grad(graph)
    expected, expected_grad = term.value_and_grad(dense)
    assert value == expected
    # An entry that stands alone has the whole gradient of its edge.
    assert sp.issparse(grad)
    assert grad.shape == graph.shape
    assert not (grad.toarray() != 0)[graph.toarray() == 0].any()
    symmetric = (grad + grad.T).toarray()
    assert_allclose(symmetric, expected_grad + expected_grad.T, atol=1e-12)
    # A difference in one entry that moves.
    i, j = (index[0] for index in grad.nonzero())
    step, moved = 1e-6, [graph.copy(), graph.copy()]
    for sign, one in zip((1, -1), moved):
        one[i, j] += sign * step
        if one[j, i] != 0:
            one[j, i] += sign * step
    slope = (term(moved[0]) - term(moved[1])) / (2 * step)
    assert slope == pytest.approx(grad[i, j] + grad[j, i], rel=1e-5)


def test_an_explicit_zero_is_an_edge():
    graph = sp.coo_array(([0.0, 2.0], ([0, 1], [1, 2])), shape=(3, 3))
    (diagram,) = persistence_diagrams(graph, DISTANCES, 0, essential="drop")
    assert_array_equal(diagram, [[0, np.inf], [0, 2]])


def test_a_graph_without_edges():
    graph = sp.csr_array((3, 3))
    (diagram,) = persistence_diagrams(graph, DISTANCES, 0, essential="drop")
    assert_array_equal(diagram, [[0, np.inf]] * 3)
    (bars,) = persistence_pairs(graph, DISTANCES, 0)
    assert_array_equal(bars.births.ravel(), [0, 1, 2])


def test_graphs_in_a_batch_and_their_gradients(rng):
    graphs = [
        kneighbors_graph(rng.normal(size=(n, 2)), 3, mode="distance") for n in (10, 15)
    ]
    transformer = PersistenceDiagrams(DISTANCES, n_jobs=2).fit(graphs)
    found, pullback = transformer.value_and_pullback(graphs)
    for ours, graph in zip(found, graphs):
        for diagram, expected in zip(ours, persistence_diagrams(graph, DISTANCES)):
            assert_array_equal(diagram, expected)
    back = pullback([[np.ones_like(d) for d in ours] for ours in found])
    assert [grad.shape for grad in back] == [(10, 10), (15, 15)]
    batch = rng.random((2, 5, 5))
    batch = batch + batch.transpose(0, 2, 1)
    batch[:, range(5), range(5)] = 0
    batch[0, 0, 1] = batch[0, 1, 0] = np.inf
    assert len(PersistenceDiagrams(DISTANCES).fit_transform(batch)) == 2
    batch[1, 0, 1] = np.nan
    with pytest.raises(ValueError, match=r"Sample 1 of X.*NaN"):
        PersistenceDiagrams(DISTANCES).fit_transform(batch)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (sp.coo_array(([1.0], ([0], [1])), shape=(2, 3)), "square"),
        (sp.coo_array(([1.0], ([1], [1])), shape=(2, 2)), "zero on its diagonal"),
        (sp.coo_array(([-1.0], ([0], [1])), shape=(2, 2)), "non-negative"),
        (sp.coo_array(([1.0, 2], ([0, 1], [1, 0])), shape=(2, 2)), "symmetric"),
        (sp.coo_array(([np.nan], ([0], [1])), shape=(2, 2)), "NaN"),
        (sp.coo_array(([1j], ([0], [1])), shape=(2, 2)), "real"),
    ],
)
def test_what_is_no_graph_is_named(graph, message):
    with pytest.raises(ValueError, match=message):
        DISTANCES.build(graph)


@pytest.mark.parametrize("n_coordinates", [2, 3])
def test_weak_alpha_and_the_flag_complex_of_its_graph(n_coordinates):
    """One in the plane; in space H2 differs, as the docstring says."""
    same = {0: [], 1: [], 2: []}
    for seed in range(10):
        X = np.random.default_rng(seed).random((25, n_coordinates))
        indptr, neighbours = Delaunay(X).vertex_neighbor_vertices
        i = np.repeat(np.arange(25), np.diff(indptr))
        lengths = np.linalg.norm(X[i] - X[neighbours], axis=1)
        graph = sp.coo_array((lengths, (i, neighbours)), shape=(25, 25))
        for k, (ours, flag) in enumerate(
            zip(
                persistence_diagrams(X, WeakAlpha(), (0, 1, 2)),
                persistence_diagrams(graph, DISTANCES, (0, 1, 2)),
            )
        ):
            same[k].append(ours.shape == flag.shape and np.allclose(ours, flag))
    assert all(same[0])
    assert all(same[1])
    assert all(same[2]) == (n_coordinates == 2)


def test_a_sparse_matrix_is_left_as_it_is(rng):
    graph = kneighbors_graph(rng.normal(size=(50, 2)), 5, mode="distance")
    graph.indices = graph.indices.reshape(50, 5)[:, ::-1].ravel().copy()
    graph.data = graph.data.reshape(50, 5)[:, ::-1].ravel().copy()
    given = graph.copy()
    graph.data.flags.writeable = graph.indices.flags.writeable = False
    VietorisRips(metric="precomputed").build(graph)
    assert_array_equal(graph.data, given.data)
    assert_array_equal(graph.indices, given.indices)
