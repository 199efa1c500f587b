"""Pairs of any filtered simplicial complex."""

import numpy as np

from sktopo.persistence._bars import pairs_from_ranks
from sktopo.persistence._components import graph_components
from sktopo.persistence._gudhi import simplicial_diagrams


def simplicial_pairs(order, simplices, ranks, homology_dimensions, *, lower_star=False):
    """Persistence pairs of a simplicial complex.

    Parameters
    ----------
    order : ndarray of shape (n_values,)
        The permutation that sorts the values.
    simplices : list of ndarray of shape (n_k, k + 1)
        The k-simplices for k = 0, 1, ...; every face is listed.
    ranks : list of ndarray of shape (n_k,)
        For each simplex the rank of the value it enters with, at least its faces'.
    homology_dimensions : tuple of int
    lower_star : bool, default=False
        Vertices have distinct ranks, and every simplex that of its last vertex.

    Returns
    -------
    list of PersistencePairs
    """
    top = len(simplices) - 1
    wanted = [k for k in homology_dimensions if k <= top]
    diagrams = {}
    if wanted == [0] and lower_star and top > 0:
        diagrams[0] = graph_components(ranks[0], simplices[1])
    elif wanted:
        needed = slice(max(wanted) + 2)
        found = simplicial_diagrams(simplices[needed], ranks[needed], wanted)
        diagrams = dict(zip(wanted, found, strict=True))
    return pairs_from_ranks(diagrams, order, homology_dimensions)


def row_key(rows, n):
    """A key for each row of ints below n, in the lexicographic order of the rows."""
    if n ** rows.shape[1] < 2**63:
        key = rows[:, 0].astype(np.int64)
        for column in rows.T[1:]:
            key = key * n + column
        return key
    big_endian = np.ascontiguousarray(rows, dtype=">i8")
    return big_endian.view(f"V{8 * rows.shape[1]}").ravel()


def unique_rows(rows):
    """Distinct rows of small non-negative integers, in lexicographic order."""
    n = int(rows.max()) + 1 if rows.size else 1
    if n ** rows.shape[1] >= 2**63:
        return np.unique(rows, axis=0)
    key = row_key(rows, n)
    key.sort()
    is_new = np.ones(key.size, dtype=bool)
    is_new[1:] = key[1:] != key[:-1]
    key = key[is_new]
    columns = []
    for _ in range(rows.shape[1]):
        key, column = np.divmod(key, n)
        columns.append(column)
    return np.stack(columns[::-1], axis=1)
