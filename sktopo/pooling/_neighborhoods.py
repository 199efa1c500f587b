"""Covers of a simplicial complex by neighbourhoods of some of its vertices."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from sklearn.utils import check_random_state

from sktopo._memory import check_memory
from sktopo._validation import is_int
from sktopo.filtrations import as_complex


def neighborhood_cover(
    simplices,
    n_sets=None,
    radius=None,
    *,
    overlap=False,
    n_vertices=None,
    random_state=None,
):
    """Cover a complex by neighbourhoods of vertices that are far from each other.

    The first centre is drawn at random, and each next one is a vertex that is farthest
    from all so far, by the number of edges between them; ties go to the first. Either
    every vertex joins the nearest centre, or the sets are balls. The former are like
    the blocks of an image: few of them meet, so their nerve is small.

    Parameters
    ----------
    simplices : list of sequences of int, or ndarray of shape (n_simplices, k + 1)
        The complex, as ``LowerStar`` takes it.
    n_sets : int >= 1 or None, default=None
        Number of sets; at most one for each vertex.
    radius : int >= 0 or None, default=None
        As many sets as it takes until no vertex is more than so many edges from a
        centre. Exactly one of the two is given.
    overlap : bool, default=False
        Take the balls around the centres, of ``radius`` edges or of as many as are
        needed to cover all; else each vertex is in the set of its nearest centre only,
        ties to the earlier one.
    n_vertices : int or None, default=None
        Number of vertices; None for one more than the largest index in ``simplices``.
    random_state : int, RandomState instance or None, default=None
        Seed of the first centre.

    Returns
    -------
    list of ndarray of int
        The sorted vertices of each set, its centre among them.

    Raises
    ------
    ValueError
        If the simplices are no complex, or parameters are out of range: with fewer sets
        than the complex has components no neighbourhoods cover it.

    See Also
    --------
    sktopo.objectives.PooledPersistenceTerm : What the covers are for.
    sktopo.filtrations.nerve : Which sets meet.

    Examples
    --------
    >>> from sktopo.pooling import neighborhood_cover
    >>> path = [(i, i + 1) for i in range(8)]
    >>> neighborhood_cover(path, 3, random_state=0)
    [array([3, 4, 5, 6]), array([0, 1, 2]), array([7, 8])]
    """
    complex_, n_named = as_complex(simplices, "neighborhood_cover")
    n_vertices = _checked(n_sets, radius, overlap, n_vertices, n_named)
    check_memory(
        100 * n_vertices,
        f"A cover of {n_vertices} vertices",
        "Number the vertices from 0, without gaps.",
    )
    edges = complex_[0] if complex_ else np.empty((0, 2), dtype=np.intp)
    ones = np.ones(len(edges))
    # scipy's graph routines take 32-bit indices.
    ends = tuple(edges.astype(np.int32).T)
    graph = csr_array((ones, ends), (n_vertices, n_vertices))
    graph = graph + graph.T
    farthest = int(check_random_state(random_state).randint(n_vertices))
    reach, nearest = np.full(n_vertices, np.inf), np.zeros(n_vertices, dtype=np.intp)
    balls, goal = [], -1 if radius is None else radius
    while reach[farthest] > goal and len(balls) != n_sets:
        # Farther away other centres are nearer.
        limit = max(reach[farthest], goal)
        hops = dijkstra(graph, indices=farthest, unweighted=True, limit=limit)
        nearest[hops < reach] = len(balls)
        reach = np.minimum(reach, hops)
        within = np.flatnonzero(np.isfinite(hops))
        balls.append((within, hops[within]))
        farthest = int(reach.argmax())
    if np.isinf(reach[farthest]):
        raise ValueError(
            "The 'n_sets' parameter of neighborhood_cover must be at least the number "
            f"of components of the complex. Got {n_sets} instead."
        )
    if not overlap:
        return [np.flatnonzero(nearest == i) for i in range(len(balls))]
    radius = reach.max() if radius is None else radius
    return [within[hops <= radius] for within, hops in balls]


def _checked(n_sets, radius, overlap, n_vertices, n_named):
    """The number of vertices, once the parameters are sound."""

    def wrong(name, expected, got):
        return ValueError(
            f"The {name} of neighborhood_cover must be {expected}. Got {got} instead."
        )

    if (n_sets is None) == (radius is None):
        got = "none" if n_sets is None else "both"
        raise wrong("'n_sets' and 'radius' parameters", "given one at a time", got)
    if not isinstance(overlap, (bool, np.bool_)):
        raise wrong("'overlap' parameter", "a bool", repr(overlap))
    if n_vertices is None:
        n_vertices = n_named
    if not is_int(n_vertices, max(n_named, 1)):
        expected = f"an int in the range [{max(n_named, 1)}, inf), or None"
        raise wrong("'n_vertices' parameter", expected, repr(n_vertices))
    if n_sets is not None and not (is_int(n_sets, 1) and n_sets <= n_vertices):
        expected = f"an int in the range [1, {n_vertices}], or None"
        raise wrong("'n_sets' parameter", expected, repr(n_sets))
    if radius is not None and not is_int(radius, 0):
        expected = "an int in the range [0, inf), or None"
        raise wrong("'radius' parameter", expected, repr(radius))
    return int(n_vertices)
