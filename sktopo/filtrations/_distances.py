"""Matrices of distances, complete or of a graph, as the lengths of edges."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from sktopo._arrays import check_real_array

# Times the root of the precision, relative to the largest distance: what rounding
# leaves of a zero where squared distances are differences of squared norms.
_TOLERANCE = 8.0


class EdgeLengths(NamedTuple):
    """The edges of a matrix of distances."""

    n_points: int
    lengths: np.ndarray  # (n_edges,)
    edges: np.ndarray | None  # (n_edges, 2) with i < j; None for all in condensed order
    # (n_edges, 2): what (i, j) and (j, i) of a sparse matrix count for the length; None
    # for half of either in a dense one.
    shares: np.ndarray | None


def edge_lengths(x, owner):
    """Read a matrix of distances.

    Parameters
    ----------
    x : array-like of shape (n_points, n_points), or sparse matrix of that shape
        An infinite entry of an array, and one that is not stored in a sparse matrix,
        is an edge that is missing. In a sparse matrix one of (i, j) and (j, i) is
        enough.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    EdgeLengths

    Raises
    ------
    ValueError
        If it is not square, or, beyond rounding, not symmetric, negative somewhere or
        not zero on the diagonal.
    """
    expected = f"The distance matrix x of {owner} must be"
    read = _of_sparse if sp.issparse(x) else _of_dense
    return read(x, owner, expected)


def _of_dense(x, owner, expected):
    form = (2,), "a distance matrix of shape (n_points, n_points)"
    given = np.asanyarray(x)
    is_missing = np.isposinf(given) if given.dtype.kind == "f" else np.zeros(1, bool)
    has_missing = bool(is_missing.any())
    if has_missing:
        given = np.where(is_missing, 0, given)
    x = check_real_array(given, "x", owner, form)
    _check_square(x.shape, expected)
    n, tolerance = len(x), _tolerance(x)
    is_off = np.abs(np.diagonal(x)) > tolerance
    if has_missing:
        is_off |= np.diagonal(is_missing)
    if is_off.any():
        i = int(np.argmax(is_off))
        got = np.inf if has_missing and is_missing[i, i] else x[i, i]
        _raise_diagonal(expected, i, got)
    i, j = np.triu_indices(n, 1)
    upper, lower = x[i, j], x[j, i]
    is_apart = np.abs(np.subtract(upper, lower, dtype=np.float64)) > tolerance
    if has_missing:
        is_apart |= is_missing[i, j] != is_missing[j, i]
    if is_apart.any():
        k = int(np.argmax(is_apart))
        if has_missing:
            upper[is_missing[i, j]] = lower[is_missing[j, i]] = np.inf
        _raise_asymmetric(expected, i[k], j[k], upper[k], lower[k])
    lengths = _means(upper, lower, tolerance, (i, j), expected)
    if not has_missing:
        return EdgeLengths(n, lengths, None, None)
    there = ~is_missing[i, j]
    return EdgeLengths(n, lengths[there], np.column_stack([i, j])[there], None)


def _of_sparse(x, owner, expected):
    _check_square(x.shape, expected)
    x = sp.coo_array(x, copy=True)
    x.sum_duplicates()
    data = x.data
    if data.size:
        data = check_real_array(data, "x", owner, ((1,), "a sparse matrix of numbers"))
    n, tolerance = x.shape[0], _tolerance(data)
    i, j = (np.asarray(index, dtype=np.intp) for index in x.coords)
    on_diagonal = i == j
    off = on_diagonal & (np.abs(data) > tolerance)
    if off.any():
        k = int(np.argmax(off))
        _raise_diagonal(expected, i[k], data[k])
    i, j, data = i[~on_diagonal], j[~on_diagonal], data[~on_diagonal]
    key, edge = np.unique(np.minimum(i, j) * n + np.maximum(i, j), return_inverse=True)
    edges = np.column_stack(np.divmod(key, max(n, 1)))
    sides = np.full((key.size, 2), np.nan)
    sides[edge.reshape(-1), (i > j).astype(np.intp)] = data
    is_there = ~np.isnan(sides)
    upper, lower = np.where(is_there, sides, sides[:, ::-1]).T
    is_apart = np.abs(upper - lower) > tolerance
    if is_apart.any():
        k = int(np.argmax(is_apart))
        _raise_asymmetric(expected, *edges[k], upper[k], lower[k])
    lengths = _means(upper, lower, tolerance, edges.T, expected)
    shares = is_there / is_there.sum(axis=1, keepdims=True)
    return EdgeLengths(n, lengths, edges, shares)


def _check_square(shape, expected):
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise ValueError(f"{expected} square. Got shape {shape}.")


def _tolerance(x):
    if x.dtype.kind != "f" or x.size == 0:
        return 0.0
    return _TOLERANCE * np.sqrt(np.finfo(x.dtype).eps) * float(np.abs(x).max())


def _raise_diagonal(expected, i, got):
    raise ValueError(f"{expected} zero on its diagonal. Got x[{i}, {i}] = {got}.")


def _raise_asymmetric(expected, i, j, upper, lower):
    raise ValueError(
        f"{expected} symmetric. Got x[{i}, {j}] = {upper} and x[{j}, {i}] = {lower}."
    )


def _means(upper, lower, tolerance, ends, expected):
    """Lengths without what rounding has done to them."""
    lengths = upper if (upper == lower).all() else upper + (lower - upper) / 2
    if lengths.min(initial=0) < 0:
        k = int(np.argmin(lengths))
        if lengths[k] < -tolerance:
            i, j = ends[0][k], ends[1][k]
            raise ValueError(
                f"{expected} non-negative. Got x[{i}, {j}] = {lengths[k]}."
            )
        lengths = np.maximum(lengths, 0)
    return lengths
