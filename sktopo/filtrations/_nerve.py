"""The nerve of an open cover of a simplicial complex."""

import math
from itertools import combinations

import numpy as np
from scipy.sparse import csr_array

from sktopo._memory import check_memory
from sktopo._validation import check_int
from sktopo.filtrations._simplices import as_complex
from sktopo.persistence import unique_rows

_BYTES_A_SIMPLEX = 200  # a tuple of few integers in a set


def nerve(simplices, cover, dimension=2):
    """Find which sets of an open cover of a simplicial complex meet.

    A set of vertices stands for the union of their open stars: all simplices, without
    their boundary, that have a vertex among them. Such sets are open, their vertices
    are those listed, and they cover the complex if every vertex is in one of them.
    Several of them meet where there is a simplex with a vertex in each: so do two that
    share a vertex, and two that an edge joins. This is the Čech complex of [1]_; by the
    nerve theorem it has the homology of the complex if all the sets, and all that they
    have in common, are contractible.

    Parameters
    ----------
    simplices : list of sequences of int, or ndarray of shape (n_simplices, k + 1)
        The complex, as ``LowerStar`` takes it.
    cover : list of sequences of int
        The vertices of each set.
    dimension : int >= 0, default=2
        The largest dimension of simplices to be found: one more than that of the
        homology that is wanted.

    Returns
    -------
    list of tuple of int
        Families of sets that meet, as indices into ``cover``, by dimension; all faces
        are among them.

    Raises
    ------
    ValueError
        If the simplices are no complex, or the sets no cover of it.
    MemoryError
        If the sets overlap so much that their families do not fit.

    See Also
    --------
    sktopo.pooling.neighborhood_cover : Covers by neighbourhoods of vertices.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    A circle of six vertices and three arcs of it, each of which meets the other two:

    >>> from sktopo.filtrations import nerve
    >>> circle = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5)]
    >>> nerve(circle, [[0, 1], [2, 3], [4, 5]])
    [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    """
    check_int(dimension, "dimension", "nerve", 0)
    complex_, n_vertices = as_complex(simplices, "nerve")
    sets = as_sets(cover, "nerve")
    n_vertices = max(n_vertices, 1 + max((int(one[-1]) for one in sets), default=0))
    return families(complex_, sets, n_vertices, dimension, "nerve")


def as_sets(cover, owner):
    """Sort the vertices of every set of a cover.

    Returns
    -------
    list of ndarray of int

    Raises
    ------
    ValueError
        If a set is empty, repeats a vertex, or is not one of vertex indices.
    """
    wrong = f"The 'cover' parameter of {owner} must"
    try:
        sets = [_as_set(one) for one in cover]
    except (TypeError, ValueError):
        raise ValueError(
            f"{wrong} be a sequence of sets of vertex indices. "
            f"Got {cover!r:.80} instead."
        ) from None
    for i, one in enumerate(sets):
        if not len(one) or one[0] < 0:
            raise ValueError(
                f"{wrong} hold non-empty sets of vertex indices >= 0. "
                f"Got {one.tolist()!r:.80} as set {i}."
            )
        twice = one[1:][one[1:] == one[:-1]]
        if len(twice):
            raise ValueError(
                f"{wrong} name a vertex once in a set. "
                f"Got vertex {twice[0]} repeated in set {i}."
            )
    return sets


def _as_set(one):
    vertices = np.asarray(sorted(one) if isinstance(one, (set, frozenset)) else one)
    if not vertices.size:
        return np.empty(0, dtype=np.intp)
    if vertices.ndim != 1 or vertices.dtype.kind not in "iuf":
        raise TypeError
    # NaN compares as false.
    is_index = (vertices <= np.iinfo(np.int32).max) & (np.floor(vertices) == vertices)
    if not is_index.all():
        raise ValueError
    return np.sort(vertices.astype(np.intp))


def families(complex_, sets, n_vertices, dimension, owner):
    """The families of sets that meet, of up to ``dimension + 1`` sets.

    The open simplex s lies in the sets that hold one of its vertices. These meet, and
    so do any of them: the simplices of the nerve are the faces of such families.

    Parameters
    ----------
    complex_ : list of ndarray of shape (n_k, k + 1), k = 1, 2, ...
        What ``as_complex`` returns.
    sets : list of ndarray of int
        What ``as_sets`` returns.
    n_vertices : int
        No vertex has a larger index.
    dimension : int
    owner : str

    Returns
    -------
    list of tuple of int

    Raises
    ------
    ValueError
        If a vertex is in no set.
    MemoryError
        If there are too many.
    """
    sizes = [len(one) for one in sets]
    named = np.concatenate([np.empty(0, dtype=np.intp), *sets])
    free = np.setdiff1d(np.arange(n_vertices), named)
    if len(free):
        raise ValueError(
            f"The 'cover' parameter of {owner} must have every vertex in one of its "
            f"sets at least. Got {len(sets)} sets without {_listed(free)}."
        )
    which = np.repeat(np.arange(len(sets)), sizes)
    holds = csr_array((np.ones(which.size), (named, which)), (n_vertices, len(sets)))
    largest = _largest_families([np.arange(n_vertices)[:, None], *complex_], holds)
    dimension = min(dimension, max(largest) - 1)
    needed = sum(
        len(rows) * math.comb(size, k)
        for size, rows in largest.items()
        for k in range(1, dimension + 2)
    )
    check_memory(
        _BYTES_A_SIMPLEX * needed,
        f"The nerve of a cover in which up to {max(largest)} sets meet, up to "
        f"dimension {dimension},",
        "Take sets that overlap less.",
    )
    found = []
    for k in range(1, dimension + 2):
        faces = [
            rows[:, columns]
            for size, rows in largest.items()
            for columns in combinations(range(size), k)
        ]
        if faces:
            found += map(tuple, unique_rows(np.concatenate(faces)).tolist())
    return found


def _largest_families(simplices, holds):
    """For every simplex the sets that it lies in: {their number: distinct rows}."""
    by_size = {}
    for rows in simplices:
        starts = np.arange(0, rows.size + 1, rows.shape[1])
        corners = (np.ones(rows.size), rows.ravel(), starts)
        met = csr_array(corners, shape=(len(rows), holds.shape[0])) @ holds
        met.sort_indices()
        sizes = np.diff(met.indptr)
        for size in np.unique(sizes).tolist():
            chosen = np.repeat(sizes == size, sizes)
            found = unique_rows(met.indices[chosen].reshape(-1, size))
            by_size.setdefault(size, []).append(found)
    return {k: unique_rows(np.concatenate(rows)) for k, rows in by_size.items()}


def _listed(free):
    if len(free) == 1:
        return f"vertex {free[0]}"
    more = ", ..." if len(free) > 5 else ""
    return f"vertices {', '.join(map(str, free[:5]))}{more}"
