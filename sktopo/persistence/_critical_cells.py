"""The cells of a grid that have to move with a birth or a death of H0.

A birth goes up with all of its component, as it is when it dies, that is below the
target: it is flooded; and down with those that have to stay older. A death goes down
with a path below the pass to an older component, and up with all cells at which its
component would meet others before the target. By duality these are the moves of the
highest dimension, too: of loops of images and cavities of voxels.
Source: A. Nigmetov and D. Morozov, "Topological Optimization with Big Steps", Discrete
& Computational Geometry 72 (2024), doi:10.1007/s00454-023-00613-x, where the columns of
reduced matrices name the cells.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from sktopo.persistence._basins import (
    DUAL_CONNECTIVITY,
    framed_complement,
    grid_basins,
    lowest_neighbours,
    neighbours,
    nondegenerate,
)
from sktopo.persistence._branches import alive, depths
from sktopo.persistence._components import elder_rule, largest_to_root
from sktopo.persistence._order import inverse_permutation
from sktopo.persistence._passes import lowest_first


def moved_components(values, ranks, connectivity, periodic, births, targets):
    """Where cells have to go so that bars of H0 end where they should.

    Parameters
    ----------
    values : ndarray of shape (n,), (h, w) or (d, h, w)
        Their sublevel sets; inf for pixels that are not there.
    ranks : ndarray of the same shape
        The place of each cell in the filtration.
    connectivity : {"full", "face", "freudenthal"}
    periodic : tuple of bool or None
        Axes whose two ends are neighbours.
    births : ndarray of int of shape (n_bars,)
        The ranks at which the bars are born.
    targets : ndarray of shape (n_bars, 2)
        Of births and deaths; what stays has its value. Deaths of bars that never die
        are not looked at.

    Returns
    -------
    lows, highs : ndarray of shape (values.size,)
        For each cell the lowest and the highest target of a set that it is in; inf and
        -inf where there is none.
    """
    long = [axis for axis, n in enumerate(values.shape) if n > 1] or [0]
    if periodic is not None:
        periodic = tuple(periodic[axis] for axis in long)
    shape = nondegenerate(values.shape)
    tree = _tree_of(values.reshape(shape), ranks.reshape(shape), connectivity, periodic)
    lows, highs = np.full(values.size, np.inf), np.full(values.size, -np.inf)
    bars = np.searchsorted(tree.minima, births)
    ends = tree.ends(bars)
    dies = np.isfinite(ends[:, 1])
    up, down = targets > ends, targets < ends
    for which, end, move, bounds in (
        (down[:, 0], 0, _deepen, lows),
        (up[:, 0], 0, _flood, highs),
        (down[:, 1] & dies, 1, _join, lows),
        (up[:, 1] & dies, 1, _part, highs),
    ):
        if which.any():
            move(tree, bars[which], targets[which, end], bounds)
    return lows, highs


def moved_regions(values, ranks, connectivity, periodic, deaths, targets):
    """The same for the finite bars of the highest dimension.

    Parameters
    ----------
    values, ranks, connectivity, periodic
        As of ``moved_components``; no pixel is missing.
    deaths : ndarray of int of shape (n_bars,)
        The ranks at which the bars die.
    targets : ndarray of shape (n_bars, 2)

    Returns
    -------
    lows, highs : ndarray of shape (values.size,)
    """
    framed, n_frame = framed_complement(ranks, periodic)
    inner = tuple(
        slice(None) if p else slice(1, -1) for p in periodic or (False,) * ranks.ndim
    )
    from_above = np.full(framed.shape, -np.inf)
    from_above[inner] = -values
    lows, highs = moved_components(
        from_above,
        framed,
        DUAL_CONNECTIVITY[connectivity],
        periodic,
        ranks.size + n_frame - 1 - deaths,
        -targets[:, ::-1],
    )
    lows, highs = (x.reshape(framed.shape)[inner].ravel() for x in (lows, highs))
    return -highs, -lows


class _Tree(NamedTuple):
    """The basins of a grid and how they merge; cells are named by their ranks."""

    values: np.ndarray  # (n_cells,), ascending
    cell: np.ndarray  # (n_cells,) where the cell of a rank is
    ranks: np.ndarray  # in the shape of the grid
    connectivity: str
    periodic: tuple
    minima: np.ndarray  # (n_basins,) ranks, ascending
    basin: np.ndarray  # (n_cells,)
    passes: list  # (a, b, heights), the lowest first
    deaths: np.ndarray  # (n_basins,) ranks, inf for what never dies
    elder: np.ndarray  # (n_basins,)

    def ends(self, bars):
        """The values of births and deaths, inf where a bar never dies."""
        ranks = np.column_stack([self.minima[bars], self.deaths[bars]])
        dies = np.isfinite(ranks)
        return np.where(dies, self.values[np.where(dies, ranks, 0).astype(int)], np.inf)

    def around(self, cells):
        """Yield for each direction which cells have a neighbour there, and these."""
        shape = self.ranks.shape
        places = np.array(np.unravel_index(self.cell[cells], shape))
        offsets = np.argwhere(neighbours(len(shape), self.connectivity)) - 1
        closes = np.reshape(self.periodic, (-1, 1))
        sizes = np.reshape(shape, (-1, 1))
        for offset in offsets[offsets.any(axis=1)]:
            there = places + offset[:, None]
            there = np.where(closes, there % sizes, there)
            is_in = np.flatnonzero(((there >= 0) & (there < sizes)).all(axis=0))
            yield is_in, self.ranks[tuple(there[:, is_in])]


def _tree_of(values, ranks, connectivity, periodic):
    ranks = ranks.astype(np.intp)
    periodic = periodic or (False,) * ranks.ndim
    basins = grid_basins(ranks, connectivity, periodic)
    cell = inverse_permutation(ranks.ravel())
    passes = lowest_first(*basins.passes)
    deaths, elder = elder_rule(basins.minima.size, *passes)
    # What meets over missing pixels alone never meets.
    n_present = np.count_nonzero(values < np.inf)
    meets = deaths < n_present
    return _Tree(
        values.ravel()[cell],
        cell,
        ranks,
        connectivity,
        periodic,
        basins.minima,
        basins.of_cell.ravel()[cell],
        passes,
        np.where(meets, deaths, np.inf),
        np.where(meets, elder, np.arange(elder.size)),
    )


def _deepen(tree, bars, targets, lows):
    """Lower births, and those that are to stay older than they are."""
    while bars.size:
        cells = tree.cell[tree.minima[bars]]
        falls = targets < np.minimum(tree.values[tree.minima[bars]], lows[cells])
        bars, targets = bars[falls], targets[falls]
        np.minimum.at(lows, cells[falls], targets)
        bars = tree.elder[bars]


def _flood(tree, bars, targets, highs):
    """Raise births: each component as it dies, where it is below the target."""
    goal = np.full(tree.minima.size, -np.inf)
    np.maximum.at(goal, bars, targets)
    # What has merged with it when it dies would be older than the bar.
    level = largest_to_root(tree.elder, goal)[tree.basin]
    rises = level > tree.values
    cells = tree.cell[rises]
    highs[cells] = np.maximum(highs[cells], level[rises])


def _part(tree, bars, targets, highs):
    """Raise deaths: all that surrounds a component as it dies, up to its target."""
    goal = np.full(tree.minima.size, -np.inf)
    np.maximum.at(goal, bars, targets)
    first = int(tree.deaths[bars].min())
    outer = np.arange(first, np.searchsorted(tree.values, targets.max()))
    reached = np.full(outer.size, -np.inf)
    for which, inner in tree.around(outer):
        meets = np.flatnonzero(inner < outer[which])
        which, inner = which[meets], inner[meets]
        bar = alive(tree.basin[inner], inner, tree.deaths, tree.elder)
        while which.size:
            dead = np.flatnonzero(tree.deaths[bar] <= outer[which])
            which, bar = which[dead], bar[dead]
            np.maximum.at(reached, which, goal[bar])
            bar = tree.elder[bar]
    rises = reached > tree.values[outer]
    cells = tree.cell[outer[rises]]
    highs[cells] = np.maximum(highs[cells], reached[rises])


def _join(tree, bars, targets, lows):
    """Lower deaths: a path below the pass, in the tree of the lowest passes."""
    n = tree.minima.size
    a, b, heights = tree.passes
    _, first = np.unique(a * np.int64(n) + b, return_index=True)
    graph = csr_array((heights[first] + 1.0, (a[first], b[first])), shape=(n, n))
    graph = minimum_spanning_tree(graph).tocoo()
    _, parent = breadth_first_order(graph, 0, directed=False)
    parent[0] = 0
    height = np.zeros(n, dtype=np.intp)
    child = np.where(parent[graph.row] == graph.col, graph.row, graph.col)
    height[child] = graph.data.astype(np.intp) - 1
    goal = _path_targets(parent, bars, tree.elder[bars], targets)
    lowered = np.flatnonzero(goal < tree.values[height])
    goal, cells = goal[lowered], height[lowered]
    others = tree.basin[cells]
    others = np.where(others == lowered, parent[lowered], lowered)
    lowest = np.full(cells.size, tree.values.size, dtype=np.intp)
    for which, there in tree.around(cells):
        crosses = tree.basin[there] == others[which]
        which, there = which[crosses], there[crosses]
        lowest[which] = np.minimum(lowest[which], there)
    _descend(tree, np.append(cells, lowest), np.append(goal, goal), lows)


def _path_targets(parent, bars, elders, targets):
    """For each basin the lowest target of a path over the pass to its parent.

    A path leads from a bar's basin to the first older one, on the way in the tree to
    the one that it merges with.
    """
    ups, downs, meet = _ends_of_paths(parent, bars, elders)
    goal = np.full(parent.size, np.inf)
    for here, top in ((bars, ups), (downs, meet)):
        active = np.flatnonzero(here != top)
        here = here[active]
        while active.size:
            np.minimum.at(goal, here, targets[active])
            here = parent[here]
            goes_on = here != top[active]
            active, here = active[goes_on], here[goes_on]
    return goal


def _ends_of_paths(parent, bars, elders):
    """Up from each bar to the first older basin, or to where it meets the elder's way.

    Returns
    -------
    ups : ndarray
        Where the way up from the bar ends.
    downs, meet : ndarray
        The part on the other side: from an older basin up to the meeting point; the
        same where there is none.
    """
    depth = depths(np.where(parent == np.arange(parent.size), -1, parent))
    here, there = bars.astype(np.intp), elders.astype(np.intp)
    ups, downs, meet = here.copy(), here.copy(), here.copy()
    nearest = there.copy()
    active = np.arange(bars.size)
    while active.size:
        u, v = here[active], there[active]
        is_up = depth[u] >= depth[v]
        here[active] = np.where(is_up, parent[u], u)
        there[active] = np.where(is_up, v, parent[v])
        u, v = here[active], there[active]
        is_older = v < bars[active]
        nearest[active[is_older]] = v[is_older]
        has_come = (u < bars[active]) | (u == v)
        done = active[has_come]
        ups[done] = here[done]
        other = done[here[done] >= bars[done]]
        downs[other], meet[other] = nearest[other], here[other]
        active = active[~has_come]
    return ups, downs, meet


def _descend(tree, cells, goal, lows):
    """Lower cells and all below them on the steepest way down to their targets."""
    below = np.empty(tree.values.size, dtype=np.intp)
    below[tree.ranks.ravel()] = lowest_neighbours(
        tree.ranks, tree.connectivity, tree.periodic
    ).ravel()
    while cells.size:
        places = tree.cell[cells]
        falls = (goal < tree.values[cells]) & (goal < lows[places])
        cells, goal, places = cells[falls], goal[falls], places[falls]
        np.minimum.at(lows, places, goal)
        cells = below[cells]
