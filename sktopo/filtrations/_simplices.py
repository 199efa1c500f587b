"""Simplicial complexes as arrays: normalised, checked, closed under faces."""

from itertools import chain, combinations

import numpy as np

from sktopo._memory import check_memory
from sktopo.persistence import row_key, unique_rows

_LARGEST_INDEX = np.iinfo(np.int32).max
_BYTES_A_FACE = 200  # its tuple of few integers, and the arrays on the way


def closure(simplices):
    """Add all faces to a collection of simplices.

    A simplex may come more than once, its vertices in any order, as the edges of a
    graph do that are listed in both directions. A vertex that a simplex repeats counts
    once: a loop (v, v) is its vertex.

    Parameters
    ----------
    simplices : array-like of shape (n_simplices, k + 1), or list of sequences of int
        Simplices as the indices of their vertices. A list may also hold arrays of
        shape (n_k, k + 1), one for each k.

    Returns
    -------
    list of tuple of int
        Every simplex and every face of it once, vertices included, by dimension.

    Raises
    ------
    ValueError
        If they are no sequences of indices.
    MemoryError
        If there are too many faces.

    Examples
    --------
    >>> from sktopo.filtrations import closure
    >>> closure([(0, 1, 2)])
    [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    """
    by_size = {}
    for rows in _by_size(simplices, "closure").values():
        for distinct in _without_repetitions(rows):
            by_size.setdefault(distinct.shape[1], []).append(distinct)
    by_size = {k: unique_rows(np.concatenate(rows)) for k, rows in by_size.items()}
    check_memory(
        _BYTES_A_FACE
        * sum(len(rows) * 2.0 ** min(k, 1000) for k, rows in by_size.items()),
        f"The closure of simplices with up to {max(by_size, default=0)} vertices",
        "Take simplices of fewer vertices.",
    )
    faces = []
    for size in range(1, max(by_size, default=0) + 1):
        found = [
            rows[:, columns]
            for k, rows in by_size.items()
            for columns in combinations(range(k), size)
        ]
        faces += zip(*unique_rows(np.concatenate(found)).T.tolist(), strict=True)
    return faces


def as_complex(simplices, owner):
    """Sort simplices into one array for each dimension from 1 on.

    Parameters
    ----------
    simplices : array-like
        As ``closure`` takes them, each of them once and with all faces.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    list of ndarray of shape (n_k, k + 1), k = 1, 2, ...
        Rows sorted inside, in lexicographic order.
    n_vertices : int
        One more than the largest index.

    Raises
    ------
    ValueError
        If a simplex repeats a vertex or another simplex, or a face is missing.
    """
    by_size = _by_size(simplices, owner)
    n_vertices = 1 + max((int(rows.max()) for rows in by_size.values()), default=-1)
    arrays = []
    for size in range(1, max(by_size, default=0) + 1):
        rows = by_size.get(size, np.empty((0, size), dtype=np.intp))
        _check_distinct_vertices(rows, owner)
        distinct = unique_rows(rows)
        if len(distinct) < len(rows):
            _raise_repeated(rows, owner)
        arrays.append(distinct)
    for k in range(2, len(arrays)):
        _check_faces(arrays[k], arrays[k - 1], n_vertices, owner)
    return arrays[1:], n_vertices


def _by_size(simplices, owner):
    """Rows of vertices for each number of them, {size: (n, size)}; sorted inside."""
    wrong = f"The 'simplices' parameter of {owner} must"
    try:
        blocks = list(_blocks(simplices))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            f"{wrong} be a sequence of sequences of vertex indices. "
            f"Got {simplices!r:.80} instead."
        ) from None
    found = {}
    for block in blocks:
        is_wrong = (block < 0).any(axis=1) if block.size else np.ones(len(block), bool)
        if is_wrong.any():
            got = tuple(block[np.argmax(is_wrong)].tolist())
            raise ValueError(
                f"{wrong} hold non-empty simplices of vertex indices >= 0. "
                f"Got {got} instead."
            )
        if len(block):
            found.setdefault(block.shape[1], []).append(np.sort(block, axis=1))
    return {size: np.concatenate(blocks) for size, blocks in found.items()}


def _blocks(simplices):
    """The simplices as arrays of rows of one length."""
    if isinstance(simplices, np.ndarray):
        yield _as_indices(simplices, 2)
        return
    simplices = list(simplices)
    if simplices and all(getattr(one, "ndim", 1) == 2 for one in simplices):
        for one in simplices:
            yield _as_indices(one, 2)
        return
    sizes = np.fromiter(map(len, simplices), dtype=np.intp, count=len(simplices))
    flat = _as_indices(list(chain.from_iterable(simplices)), 1)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes).tolist():
        yield flat[starts[sizes == size][:, None] + np.arange(size)]


def _as_indices(values, ndim):
    """Integers as an array of indices."""
    values = np.asarray(values)
    if values.size == 0:
        return values.reshape(-1, *values.shape[1:]).astype(np.intp)
    if values.ndim != ndim or values.dtype.kind not in "biuf":
        raise TypeError
    # NaN compares as false.
    is_index = (values <= _LARGEST_INDEX) & (np.floor(values) == values)
    if not is_index.all():
        raise ValueError
    return values.astype(np.intp)


def _is_repeated(rows):
    """Where a vertex is that of the column before, in sorted rows."""
    repeated = np.zeros(rows.shape, dtype=bool)
    repeated[:, 1:] = rows[:, 1:] == rows[:, :-1]
    return repeated


def _without_repetitions(rows):
    """The same simplices with each vertex once, as arrays of rows of one length."""
    is_first = ~_is_repeated(rows)
    sizes = is_first.sum(axis=1)
    for size in np.unique(sizes).tolist():
        here = sizes == size
        yield rows[here][is_first[here]].reshape(-1, size)


def _check_distinct_vertices(rows, owner):
    is_degenerate = _is_repeated(rows).any(axis=1)
    if is_degenerate.any():
        got = tuple(rows[np.argmax(is_degenerate)].tolist())
        raise ValueError(
            f"The 'simplices' parameter of {owner} must hold simplices with distinct "
            f"vertices. Got {got} instead; sktopo.filtrations.closure(simplices) takes "
            "them, a loop as its vertex."
        )


def _raise_repeated(rows, owner):
    distinct, counts = np.unique(rows, axis=0, return_counts=True)
    raise ValueError(
        f"The 'simplices' parameter of {owner} must hold every simplex once. Got "
        f"{tuple(distinct[np.argmax(counts)].tolist())} repeated; "
        "sktopo.filtrations.closure(simplices) takes repetitions in any order."
    )


def _check_faces(rows, faces, n_vertices, owner):
    known = row_key(faces, n_vertices)  # in ascending order
    for columns in combinations(range(rows.shape[1]), rows.shape[1] - 1):
        key = row_key(rows[:, columns], n_vertices)
        place = np.searchsorted(known, key)
        is_there = place < known.size
        is_there[is_there] = known[place[is_there]] == key[is_there]
        if not is_there.all():
            simplex = rows[np.argmin(is_there)]
            raise ValueError(
                f"The 'simplices' parameter of {owner} must hold the faces of every "
                f"simplex. {tuple(simplex[list(columns)].tolist())}, a face of "
                f"{tuple(simplex.tolist())}, is missing; "
                "sktopo.filtrations.closure(simplices) adds all faces."
            )
