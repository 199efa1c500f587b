"""Bipartite graphs between bars, in the form that SciPy's matchings take."""

import numpy as np
from scipy.sparse import csr_array


def bipartite_graph(rows, columns, shape=None, weights=None):
    """The edges (row, column) as a sparse matrix.

    Parameters
    ----------
    rows, columns : ndarray of int
    shape : tuple of 2 ints or None, default=None
        None is as small as can be.
    weights : ndarray of float or None, default=None
        None is an edge like any other.

    Returns
    -------
    csr_array
    """
    if weights is None:
        weights = np.ones(rows.size, dtype=bool)
    # Matchings of older versions of SciPy take no longer integers.
    places = rows.astype(np.int32), columns.astype(np.int32)
    return csr_array((weights, places), shape)
