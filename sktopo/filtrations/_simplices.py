"""Simplicial complexes as arrays: normalised, checked, closed under faces."""

from itertools import combinations

import numpy as np

from sktopo.persistence import unique_rows


def closure(simplices):
    """Add all faces to a collection of simplices.

    Parameters
    ----------
    simplices : ndarray of shape (n_simplices, k + 1), or list of sequences of int
        Simplices as the indices of their vertices.

    Returns
    -------
    list of tuple of int
        Every simplex and every face of it once, vertices included, by dimension.

    Examples
    --------
    >>> from sktopo.filtrations import closure
    >>> closure([(0, 1, 2)])
    [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    """
    faces = {
        face
        for simplex in _as_tuples(simplices)
        for size in range(1, len(simplex) + 1)
        for face in combinations(simplex, size)
    }
    return sorted(faces, key=lambda face: (len(face), face))


def as_complex(simplices, owner):
    """Sort simplices into one array for each dimension from 1 on.

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
    by_size = {}
    for simplex in _as_tuples(simplices, owner):
        by_size.setdefault(len(simplex), []).append(simplex)
    arrays, n_vertices = [], 0
    for size in range(1, max(by_size, default=0) + 1):
        rows = np.array(by_size.get(size, []), dtype=np.intp).reshape(-1, size)
        n_vertices = max(n_vertices, int(rows.max(initial=-1)) + 1)
        arrays.append(_distinct(rows, owner))
    for k in range(2, len(arrays)):
        _check_faces(arrays[k], arrays[k - 1], owner)
    return arrays[1:], n_vertices


def _as_tuples(simplices, owner="closure"):
    wrong = f"The 'simplices' parameter of {owner} must"
    try:
        found = [tuple(sorted(map(_as_index, simplex))) for simplex in simplices]
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            f"{wrong} be a sequence of sequences of vertex indices. "
            f"Got {simplices!r:.80} instead."
        ) from None
    for simplex in found:
        if not simplex or simplex[0] < 0:
            raise ValueError(
                f"{wrong} hold non-empty simplices of vertex indices >= 0. "
                f"Got {simplex} instead."
            )
        if len(set(simplex)) < len(simplex):
            raise ValueError(
                f"{wrong} hold simplices with distinct vertices. Got {simplex} instead."
            )
    return found


def _as_index(vertex):
    if isinstance(vertex, (str, bytes)) or int(vertex) != vertex:
        raise TypeError
    if vertex > np.iinfo(np.int32).max:
        raise OverflowError
    return int(vertex)


def _distinct(rows, owner):
    distinct = unique_rows(rows)
    if len(distinct) < len(rows):
        _, counts = np.unique(rows, axis=0, return_counts=True)
        twice = tuple(np.unique(rows, axis=0)[np.argmax(counts)].tolist())
        raise ValueError(
            f"The 'simplices' parameter of {owner} must hold every simplex once. "
            f"Got {twice} repeated."
        )
    return distinct


def _check_faces(rows, faces, owner):
    known = set(map(tuple, faces.tolist()))
    for columns in combinations(range(rows.shape[1]), rows.shape[1] - 1):
        for simplex, face in zip(rows.tolist(), rows[:, columns].tolist(), strict=True):
            if tuple(face) not in known:
                raise ValueError(
                    f"The 'simplices' parameter of {owner} must hold the faces of "
                    f"every simplex. {tuple(face)}, a face of {tuple(simplex)}, is "
                    "missing; sktopo.filtrations.closure(simplices) adds all faces."
                )
