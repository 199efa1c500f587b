"""Simplices listed one by one, for those who need more than pairs."""

import numpy as np
from scipy.sparse import csr_array

from sktopo.persistence import inverse_permutation

MAX_SIMPLICES = 20_000


def check_n_simplices(n_simplices, advice):
    """Raise ValueError where there are too many simplices to reduce one by one."""
    if n_simplices > MAX_SIMPLICES:
        raise ValueError(
            f"Big steps take complexes of up to {MAX_SIMPLICES} simplices; this one "
            f"has at least {n_simplices}: use {advice}."
        )


def first_cells(simplices, ranks, order, dimension, n_first, advice):
    """The simplices up to ``dimension + 1`` among the first ``n_first`` values.

    Returns
    -------
    simplices : list of ndarray of shape (n_k, k + 1), k = 0, ..., dimension + 1
    indices : list of ndarray of shape (n_k,)
        For each simplex the index of its value.
    """
    kept, indices = [], []
    for k in range(dimension + 2):
        if k < len(simplices):
            here = np.flatnonzero(ranks[k] < n_first)
            kept.append(simplices[k][here])
            indices.append(order[ranks[k][here].astype(np.intp)])
        else:
            kept.append(np.empty((0, k + 1), dtype=np.intp))
            indices.append(np.empty(0, dtype=np.intp))
    check_n_simplices(sum(map(len, kept)), advice)
    return kept, indices


def cliques(edges, n_points, dimension, advice):
    """The cliques of a graph up to k = ``dimension``, each as (n_k, k + 1) rows.

    Raises
    ------
    ValueError
        If there are too many, before they are listed.
    """
    vertices = np.arange(n_points)[:, None]
    n_simplices = n_points + len(edges)
    check_n_simplices(n_simplices, advice)
    # Edges point to the end with more neighbours: few go out of any one point, so that
    # a common neighbour is found by looking at few.
    degree = np.bincount(edges.ravel(), minlength=n_points)
    by_degree = np.argsort(degree, kind="stable")
    last = np.sort(inverse_permutation(by_degree)[edges], axis=1)
    ones = np.ones(len(last), dtype=bool)
    graph = csr_array((ones, (last[:, 0], last[:, 1])), shape=(n_points, n_points))
    found = [vertices, edges]
    for k in range(2, dimension + 1):
        common = graph[last[:, 0]]
        for column in last.T[1:]:
            common = common.multiply(graph[column])
        common = common.tocsr()
        n_simplices += common.nnz
        check_n_simplices(n_simplices, advice)
        last = np.column_stack(
            [np.repeat(last, np.diff(common.indptr), axis=0), common.indices]
        )
        found.append(np.sort(by_degree[last].reshape(-1, k + 1), axis=1))
    return found[: dimension + 1]
