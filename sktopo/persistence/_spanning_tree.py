"""The minimum spanning tree of passes between basins, and the loops off it."""

import numpy as np

from sktopo.persistence._basins import follow
from sktopo.persistence._passes import first_of_each, first_with


def spanning_tree(n_basins, a, b, heights, windings=None):
    """Join basins by Boruvka's rounds: each component takes its lowest pass.

    Only the component of basin 0 takes none: the tree hangs from there.

    Parameters
    ----------
    n_basins : int
    a, b : ndarray of int32 of shape (n_passes,)
        The basins on both sides of a pass.
    heights : ndarray of int32 of shape (n_passes,)
        Ascending.
    windings : ndarray of uint8 of shape (n_passes,) or None, default=None
        See ``grid_basins``; they add up along paths. None is no winding.

    Returns
    -------
    parent : ndarray of int32 of shape (n_basins,)
        The next basin on the way to basin 0; itself where there is none.
    levels : ndarray of int32 of shape (n_basins,)
        The height of the pass to it, or -1. The largest one on the way to basin 0 is
        the height at which the two are joined.
    loops : list of (int, int)
        Heights and windings of the lowest loops that go around the grid, one for each
        winding, ascending.
    """
    parent = np.arange(n_basins, dtype=np.int32)
    levels = np.full(n_basins, -1, dtype=np.int32)
    loops = {}
    if windings is None:
        windings = np.zeros(a.size, dtype=np.uint8)
    while True:
        is_loop = a == b
        found, first = np.unique(windings[is_loop], return_index=True)
        closed = zip(found.tolist(), heights[is_loop][first].tolist(), strict=True)
        for winding, height in closed:
            loops[winding] = min(height, loops.get(winding, height))
        apart = np.flatnonzero(~is_loop)
        if not apart.size:
            loops.pop(0, None)
            return parent, levels, sorted((h, w) for w, h in loops.items())
        a, b, heights, windings = (x.take(apart) for x in (a, b, heights, windings))
        first = first_of_each(a, b, windings)
        a, b, heights, windings = (x.take(first) for x in (a, b, heights, windings))
        lowest = np.minimum(first_with(a, n_basins), first_with(b, n_basins))
        lowest[0] = a.size
        here = np.flatnonzero(lowest < a.size).astype(np.int32)
        lowest = lowest.take(here)
        to = np.arange(n_basins, dtype=np.int32)
        to[here] = a.take(lowest) + b.take(lowest) - here
        # Two that take the same pass: the first one is the root.
        here_is_root = (to.take(to.take(here)) == here) & (here < to.take(here))
        to[here[here_is_root]] = here[here_is_root]
        here, lowest = here[~here_is_root], lowest[~here_is_root]
        parent[here], levels[here] = to.take(here), heights.take(lowest)
        turns = np.zeros(n_basins, dtype=np.uint8)
        turns[here] = windings.take(lowest)
        root = follow(to, turns)
        windings = windings ^ turns.take(a) ^ turns.take(b)
        a, b = root.take(a), root.take(b)
