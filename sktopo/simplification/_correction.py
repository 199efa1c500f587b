"""Superlevel sets with as many components and holes as are asked for.

Regions that are too many are erased or joined, by the best choice on a tree of cheapest
paths; where there are too few, some begin or are cut from others. What such a change
does to the other kind of regions is counted after it, and mended in the next round.
"""

import numpy as np
from scipy.ndimage import binary_erosion

from sktopo.persistence import grid_branches, sort_order
from sktopo.simplification._joining import cheapest_joins
from sktopo.simplification._pruning import pruned_tree

_MOST_ROUNDS = 30  # noise takes three to five
_MOST_REGIONS = 2000  # the tree is exact up to here; before, the cheapest moves count
_ONE_BY_ONE = 16  # so few changes are tried each by itself
_MOST_ISOLATED = 300  # of the cheapest pixels, as many as are tried one by one
_AGAIN = 1e3  # times as dear is a pixel that has been moved
_LEFT_OVER = 2  # regions of each kind
_LEAST = 1e-3  # of the largest cost, for those that cost nothing
_CUTS_EACH = 3  # of the most persistent peaks, for each region that is wanted


def match_counts(level_set, n_components, n_holes):
    """Change a level set until it has so many components and holes.

    Parameters
    ----------
    level_set : LevelSet
        It is changed.
    n_components, n_holes : int or None
        None is any number.

    Returns
    -------
    bool
        Whether it has so many.
    """
    targets = {True: n_components, False: None if n_holes is None else n_holes + 1}
    if level_set.is_in.ndim == 1:
        targets[False] = None  # what parts a signal is no hole
    if None in targets.values():
        return _by_turns(level_set, targets)
    # The last regions of one kind may stand in the way of the other: they go once both
    # numbers are nearly right.
    near = {
        inside: max(target, min(level_set.labelled(inside)[1], target + _LEFT_OVER))
        for inside, target in targets.items()
    }
    start, costs, reached = level_set.is_in, level_set.costs, []
    for first in (True, False):
        level_set.is_in, level_set.costs = start, costs
        for goal in (near, targets):
            done = _by_turns(level_set, {k: goal[k] for k in (first, not first)})
        if done:
            change = costs[level_set.is_in != start].sum()
            reached.append((change, level_set.is_in))
    if reached:
        _, level_set.is_in = min(reached, key=lambda way: way[0])
        return True
    level_set.is_in, level_set.costs = start, costs
    _keep_the_largest(level_set, targets)
    return _by_turns(level_set, targets)


def _keep_the_largest(level_set, targets):
    """Erase all components that are too many, and then fill such holes."""
    for inside, target in targets.items():
        labels, prizes = _regions(level_set, inside, keep_other=not inside)
        gone = np.argsort(prizes, kind="stable")[: max(prizes.size - target, 0)]
        stays = np.ones(prizes.size + 1, dtype=bool)
        stays[0] = False
        stays[1 + gone[np.isfinite(prizes[gone])]] = False
        level_set.is_in = stays[labels] == inside


def _by_turns(level_set, targets):
    """Mend the number of the one kind of regions and then of the other, until both are.

    Parameters
    ----------
    level_set : LevelSet
        It is changed.
    targets : dict of {bool: int or None}
        The kind that comes first is mended first.

    Returns
    -------
    bool
        Whether they are.
    """
    level_set.costs = level_set.costs.copy()
    least = _LEAST * level_set.costs.max()
    for _ in range(_MOST_ROUNDS):
        found = {inside: level_set.labelled(inside)[1] for inside in targets}
        wrong = [i for i in targets if targets[i] not in (None, found[i])]
        if not wrong:
            return True
        inside = wrong[0]
        target, before = targets[inside], level_set.is_in
        change = _make_fewer if found[inside] > target else _make_more
        # What is right already stays, if it can.
        other_is_right = targets[not inside] is not None and len(wrong) == 1
        for keep_other in (True, False) if other_is_right else (False,):
            change(level_set, inside, target, keep_other)
            if level_set.labelled(inside)[1] != found[inside]:
                break
            level_set.is_in = before
        else:
            return False
        # What one round has moved the next one shall not move back, if it can help it.
        moved = level_set.is_in != before
        level_set.costs[moved] = _AGAIN * level_set.costs[moved] + least
    return False


def _make_fewer(level_set, inside, target, keep_other):
    """Erase regions or join them."""
    _take_the_cheapest(level_set, inside, max(_MOST_REGIONS, target), keep_other)
    labels, prizes = _regions(level_set, inside, keep_other)
    joins, n = _joins(level_set, inside, labels, prizes.size), prizes.size
    if not (keep_other and n - target <= _ONE_BY_ONE):
        start, tree = level_set.is_in, pruned_tree(prizes, joins)
        # A path may touch a third region: then fewer moves are enough.
        for n_moves in range(n - target, 0, -1):
            if not np.isfinite(tree.cost(n_moves)):
                continue
            erased, joined = tree.moves(n_moves)
            level_set.is_in = np.where(np.isin(labels - 1, erased), not inside, start)
            for join in joined:
                level_set.is_in.ravel()[join.pixels] = inside
            if target <= level_set.labelled(inside)[1] < n:
                return
        level_set.is_in = start
    moves = [(join.cost, join.pixels, inside) for join in joins]
    cheapest = np.argsort(prizes, kind="stable")[: _ONE_BY_ONE + n - target]
    for i in cheapest[np.isfinite(prizes[cheapest])].tolist():
        moves.append((prizes[i], np.flatnonzero(labels == i + 1), not inside))
    _take_what_fits(level_set, inside, target, keep_other, moves)


def _take_the_cheapest(level_set, inside, most, keep_other):
    """Erase or join, whichever costs least, until there are no more than so many."""
    labels, prizes = _regions(level_set, inside, keep_other)
    n, left = prizes.size, prizes.size - most
    if left <= 0:
        return
    joins = _joins(level_set, inside, labels, n)
    costs = np.concatenate([prizes, [join.cost for join in joins]])
    erased, joined, is_in = set(), set(), level_set.is_in.copy()
    for i in np.argsort(costs, kind="stable").tolist():
        if left == 0 or np.isinf(costs[i]):
            break
        ends = {i} if i < n else {joins[i - n].a, joins[i - n].b}
        if ends & (joined if i < n else erased):
            continue
        left -= 1
        if i < n:
            erased |= ends
        else:
            joined |= ends
            is_in.ravel()[joins[i - n].pixels] = inside
    is_in[np.isin(labels - 1, list(erased))] = not inside
    level_set.is_in = is_in


def _joins(level_set, inside, labels, n):
    """The minimum spanning tree of n regions, whose paths stay off the frame."""
    return cheapest_joins(
        np.where(level_set.frame & (labels == 0), -1, labels).ravel(),
        n,
        level_set.costs.ravel(),
        level_set.steps(level_set.structure(inside)),
    )


def _regions(level_set, inside, keep_other):
    """Labels of the regions, and what it costs to erase each; inf where it stays."""
    labels, n = level_set.labelled(inside)
    prizes = np.bincount(labels.ravel(), level_set.costs.ravel(), n + 1)[1:]
    if not inside:
        prizes[labels[level_set.frame][0] - 1] = np.inf
    if keep_other:
        prizes[_between_others(level_set, inside, labels)] = np.inf
    return labels, prizes


def _between_others(level_set, inside, labels):
    """Regions around which others would become one if they were erased."""
    others, n_others = level_set.labelled(not inside)
    places = np.flatnonzero((labels > 0) & ~level_set.frame)
    steps = level_set.steps(level_set.structure(not inside))
    near = others.ravel()[places + steps[:, None]]
    _, which = np.nonzero(near)
    pairs = labels.ravel()[places[which]].astype(np.int64) * (n_others + 1)
    pairs = np.unique(pairs + near[near > 0])
    n_near = np.bincount(pairs // (n_others + 1), minlength=labels.max() + 1)
    return np.flatnonzero(n_near[1:] > 1)


def _make_more(level_set, inside, target, keep_other):
    """Begin regions, or cut some from others."""
    n_wanted = target - level_set.labelled(inside)[1]
    is_inside, is_inner = level_set.is_in == inside, ~level_set.frame
    box = np.ones((3,) * is_inside.ndim, dtype=bool)
    # A pixel with none of its own kind around it is one region more.
    begins = np.flatnonzero(binary_erosion(~is_inside, box) & is_inner)
    costs = level_set.costs.ravel()
    begins = begins[np.argsort(costs[begins], kind="stable")]
    begins = _apart(begins, level_set.steps(box), n_wanted)
    moves = [(costs[pixel], [pixel], inside) for pixel in begins]
    steps = level_set.steps(level_set.structure(inside))
    for cells in _peaks(level_set, inside, _CUTS_EACH * n_wanted):
        ring = np.setdiff1d(cells[:, None] + steps, cells)
        ring = ring[is_inside.ravel()[ring]]
        if not level_set.frame.ravel()[ring].any():
            moves.append((costs[ring].sum(), ring, not inside))
    _take_what_fits(level_set, inside, target, keep_other, moves)
    if level_set.labelled(inside)[1] < target:
        moves = _isolated_pixels(level_set, inside)
        _take_what_fits(level_set, inside, target, keep_other, moves)


def _peaks(level_set, inside, n_peaks):
    """The components of the most persistent bars that merge inside."""
    heights = (level_set.above if inside else -level_set.above).ravel()
    # The complement is one piece with its frame from the start.
    heights = np.where(level_set.frame.ravel(), np.inf, heights)
    places = np.flatnonzero(level_set.is_in == inside)
    order = places[sort_order(heights[places], descending=True)]
    found = grid_branches(order, level_set.is_in.shape, level_set.kinds[inside])
    merges = np.flatnonzero(np.isfinite(found.deaths))
    births, deaths = (
        heights[order[ranks[merges].astype(np.intp)]]
        for ranks in (found.births, found.deaths)
    )
    for i in merges[np.argsort(deaths - births, kind="stable")][:n_peaks].tolist():
        yield found.cells[found.start[i] : found.stop[i]]


def _isolated_pixels(level_set, inside):
    """Single pixels with all around them of the other kind, where there is room."""
    is_inner, box = ~level_set.frame, np.ones((3,) * level_set.is_in.ndim, dtype=bool)
    steps = level_set.steps_with_centre(box)
    values = (steps == 0) == inside
    # The frame stays out of the set.
    centres = np.flatnonzero(is_inner if inside else binary_erosion(is_inner, box))
    pixels = centres[:, None] + steps
    changes = level_set.is_in.ravel()[pixels] != values
    costs = (level_set.costs.ravel()[pixels] * changes).sum(axis=1)
    cheapest = np.argsort(costs, kind="stable")[:_MOST_ISOLATED]
    return [(costs[i], pixels[i], values) for i in cheapest.tolist()]


def _take_what_fits(level_set, inside, target, keep_other, moves):
    """Make the moves that bring the number of regions closer, the cheapest ones first.

    Parameters
    ----------
    level_set : LevelSet
        It is changed.
    inside : bool
    target : int
    keep_other : bool
        Whether the number of the others has to stay.
    moves : list of (cost, pixels, whether they come into the set)
    """
    n, n_others = (level_set.labelled(i)[1] for i in (inside, not inside))
    for _, pixels, values in sorted(moves, key=lambda move: move[0]):
        if n == target:
            break
        before = level_set.is_in
        level_set.set(pixels, values)
        found = level_set.labelled(inside)[1]
        fits = min(n, target) <= found <= max(n, target) and found != n
        if fits and keep_other:
            fits = level_set.labelled(not inside)[1] == n_others
        if fits:
            n = found
        else:
            level_set.is_in = before


def _apart(pixels, steps, n_most):
    """The first of some pixels, none of them a neighbour of an earlier one."""
    taken, blocked = [], set()
    for pixel in pixels.tolist():
        if len(taken) == n_most:
            break
        if pixel not in blocked:
            taken.append(pixel)
            blocked.update((pixel + steps).tolist())
    return taken
