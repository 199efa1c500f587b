"""All that is asked of gudhi for persistence: arrays in, diagrams out.

The fastest routines of gudhi have a public class in ``gudhi.sklearn`` and a private
function that saves its checks. It is taken where the installed version has it and it
answers a first question as it should: later versions may ask for other arguments.
"""

import importlib

import gudhi
import numpy as np
from gudhi.flag_filtration.edge_collapse import reduce_graph
from gudhi.sklearn.cubical_persistence import CubicalPersistence
from gudhi.sklearn.rips_persistence import RipsPersistence
from scipy.sparse import coo_matrix

FIELD = 2


def private_function(module, name, answer, *args, **kwargs):
    """A private function of gudhi, or None where it does not give this answer.

    Parameters
    ----------
    module, name : str
    answer : list of list
        The bars of all diagrams, sorted.
    *args, **kwargs
        The question.
    """
    try:
        function = getattr(importlib.import_module(module), name)
        found = function(*args, **kwargs)
        bars = np.concatenate([np.reshape(part, (-1, 2)) for part in found])
    except Exception:  # whatever another version makes of the question
        return None
    return function if sorted(bars.tolist()) == answer else None


_ROW = np.array([0.0, 2.0, 1.0])
_RING = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
_PAIR = np.array([[0.0, 1.0], [1.0, 0.0]])
_ENDS = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
_JOINED = [[0.0, 1.0], [0.0, np.inf]]
_HOW = {"max_dimension": 1, "max_edge_length": np.inf, "homology_coeff_field": FIELD}

_persistence_on_a_line = private_function(
    "gudhi._pers_cub_low_dim_ext",
    "_persistence_on_a_line",
    [[0.0, np.inf], [1.0, 2.0]],
    _ROW,
)
_persistence_on_rectangle_from_top_cells = private_function(
    "gudhi._pers_cub_low_dim_ext",
    "_persistence_on_rectangle_from_top_cells",
    [[1.0, 2.0], [1.0, np.inf]],
    _RING,
    0.0,
)
_full = private_function("gudhi._ripser_ext", "_full", _JOINED, _PAIR, **_HOW)
_sparse = private_function(
    "gudhi._ripser_ext", "_sparse", _JOINED, *_ENDS, np.array([1.0]), 2, **_HOW
)


def path_diagram(values):
    """H0 of the sublevel sets of a function on a path, essential bar included."""
    if _persistence_on_a_line is not None:
        return _persistence_on_a_line(values)
    # The public class takes a path for a rectangle of height one.
    transformer = CubicalPersistence(homology_dimensions=0, n_jobs=1)
    return transformer.fit_transform([values.reshape(1, -1)])[0]


def image_diagrams(image):
    """[H0, H1] of a 2-D image of at least 3 x 3 pixels as top-dimensional cells."""
    if _persistence_on_rectangle_from_top_cells is not None:
        return _persistence_on_rectangle_from_top_cells(image, 0.0)
    transformer = CubicalPersistence(homology_dimensions=(0, 1), n_jobs=1)
    return transformer.fit_transform([image])[0]


def cubical_diagrams(
    grid, homology_dimensions, *, cells_are="top_dimensional_cells", periodic=None
):
    """Diagrams of a grid of any dimension; its entries are top cells or vertices."""
    if periodic is None:
        complex_ = gudhi.CubicalComplex(**{cells_are: grid})
    else:
        complex_ = gudhi.PeriodicCubicalComplex(
            **{cells_are: grid}, periodic_dimensions=periodic
        )
    complex_.compute_persistence(homology_coeff_field=FIELD)
    return [
        np.reshape(complex_.persistence_intervals_in_dimension(k), (-1, 2))
        for k in homology_dimensions
    ]


def dense_flag_diagrams(matrix, threshold, max_dimension):
    """[H0, ..., H_max] of the flag complex of a full matrix, up to a threshold."""
    if _full is not None:
        return _full(
            matrix,
            max_dimension=max_dimension,
            max_edge_length=threshold,
            homology_coeff_field=FIELD,
        )
    return _public_rips(max_dimension, "full distance matrix", threshold, matrix)


def collapsed_graph(edges, weights, n_points):
    """Edges and weights of a smaller graph whose flag complex has the same diagrams."""
    if not weights.size:
        return edges, weights
    i, j = edges.astype(np.int32).T
    graph = reduce_graph(coo_matrix((weights, (i, j)), (n_points, n_points)))
    return np.column_stack([graph.row, graph.col]), graph.data


def sparse_flag_diagrams(edges, weights, n_points, max_dimension):
    """[H0, ..., H_max] of the flag complex of a weighted graph, edges (n_edges, 2)."""
    i, j = edges.astype(np.int32).T
    if _sparse is not None:
        return _sparse(
            i,
            j,
            weights,
            n_points,
            max_dimension=max_dimension,
            max_edge_length=np.inf,
            homology_coeff_field=FIELD,
        )
    graph = coo_matrix((weights, (i, j)), (n_points, n_points))
    return _public_rips(max_dimension, "distance coo_matrix", np.inf, graph)


def _public_rips(max_dimension, input_type, threshold, graph):
    dimensions = range(max_dimension + 1)
    transformer = RipsPersistence(
        homology_dimensions=list(dimensions),
        threshold=threshold,
        input_type=input_type,
        num_collapses=0,
        n_jobs=1,
        homology_coeff_field=FIELD,
    )
    return transformer.fit_transform([graph])[0]


def simplicial_diagrams(simplices, filtrations, homology_dimensions):
    """Diagrams of a filtered simplicial complex.

    ``simplices[k]`` has shape (n_k, k + 1), every face is listed, and ``filtrations``
    holds one array of values for each k.
    """
    tree = gudhi.SimplexTree()
    for vertices, values in zip(simplices, filtrations, strict=True):
        if len(vertices):
            tree.insert_batch(vertices.T, values)
    tree.compute_persistence(
        homology_coeff_field=FIELD, min_persistence=0, persistence_dim_max=True
    )
    return [
        np.reshape(tree.persistence_intervals_in_dimension(k), (-1, 2))
        for k in homology_dimensions
    ]
