"""H0 by basins against the general complex, also where rounds find few deaths."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo.persistence._components import (
    elder_rule,
    graph_components,
    grid_components,
)
from sktopo.persistence._gudhi import (
    cubical_diagrams,
    path_diagram,
    simplicial_diagrams,
)


def in_order(diagram):
    return diagram[np.lexsort(diagram.T)]


def as_ranks(values):
    ranks = np.empty(values.size)
    ranks[np.argsort(values, axis=None)] = np.arange(values.size)
    return ranks.reshape(values.shape)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shape", [(50,), (30, 20), (12, 9, 14)])
def test_components_of_grids_agree_with_a_cubical_complex(rng, shape, full):
    cells_are = "top_dimensional_cells" if full else "vertices"
    for smooth in (1, 3):
        ranks = as_ranks(rng.normal(size=shape).cumsum(axis=0) ** smooth)
        (expected,) = cubical_diagrams(ranks, (0,), cells_are=cells_are)
        found = grid_components(ranks, "full" if full else "face")
        assert_array_equal(in_order(found), in_order(expected))


@pytest.mark.parametrize(("n", "m"), [(1, 0), (30, 10), (30, 200), (3000, 9000)])
def test_components_of_graphs_agree_with_a_simplex_tree(rng, n, m):
    edges = np.sort(rng.integers(0, n, (m, 2)), axis=1)
    edges = np.unique(edges[edges[:, 0] < edges[:, 1]], axis=0)
    ranks = rng.permutation(n).astype(float)
    nodes = np.arange(n)[:, None]
    (expected,) = simplicial_diagrams(
        [nodes, edges], [ranks, ranks[edges].max(1)], (0,)
    )
    found = graph_components(ranks, edges)
    assert_array_equal(in_order(found[found[:, 0] < found[:, 1]]), in_order(expected))


@pytest.mark.parametrize("n", [10, 1001])
def test_components_that_die_one_after_the_other_are_all_found(n):
    """The worst case of the rounds: one death in each."""
    swing = np.arange(n) * np.where(np.arange(n) % 2, 1.0, -1.0)
    ranks = as_ranks(swing)
    edges = np.column_stack([np.arange(n - 1), np.arange(1, n)])
    found = graph_components(ranks, edges)
    assert_array_equal(in_order(found), in_order(path_diagram(ranks)))


def test_nothing_to_merge():
    none = np.empty(0, dtype=np.int32)
    deaths, elder = elder_rule(2, none, none, none)
    assert_array_equal(deaths, [np.inf, np.inf])
    assert_array_equal(elder, [0, 1])
