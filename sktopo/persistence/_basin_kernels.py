"""Basins of a grid, their passes and the elder rule, compiled by numba.

A grid comes in a frame of infinite values, which enter never or first, so that no loop
asks for its ends. The strict order of cells is that of their values, equal ones by
index; nothing is sorted but the passes.
"""

import numpy as np

from sktopo.persistence._jit import jit

OUTSIDE = -1
_BLOCK = 1024
_LEAST_SLOTS, _MOST_SLOTS = 2**12, 2**20
_ODD, _OTHER_ODD = 0x2545F491, 0x1B873593


@jit
def find_basins(values, steps):
    """Label each cell with the minimum that it flows to.

    Parameters
    ----------
    values : ndarray of float64 of shape (n_cells,)
        Of the grid and its frame.
    steps : ndarray of intp of shape (n_neighbours,)
        From the index of a cell to those of its neighbours.

    Returns
    -------
    label : ndarray of int32 of shape (n_cells,)
        The basin of each cell, in the order of the indices of their minima; -1 for what
        flows to the frame.
    minima : ndarray of intp of shape (n_basins,)
    """
    n_cells, reach = values.size, np.abs(steps).max()
    # Of equal neighbours the first is the lowest one.
    steps_back, steps_ahead = np.sort(steps[steps < 0])[::-1], np.sort(steps[steps > 0])
    label = np.full(n_cells, OUTSIDE, dtype=np.int32)
    low, way = np.empty(_BLOCK), np.empty(_BLOCK, dtype=np.int32)
    # Block by block and neighbour by neighbour: such loops become vector instructions.
    for start in range(reach, n_cells - reach, _BLOCK):
        size = min(_BLOCK, n_cells - reach - start)
        here = values[start : start + size]
        for i in range(size):
            low[i], way[i] = here[i], 0
        for step in steps_back:
            there = values[start + step : start + step + size]
            for i in range(size):
                is_lower = there[i] <= low[i]
                way[i] = step if is_lower else way[i]
                low[i] = there[i] if is_lower else low[i]
        for step in steps_ahead:
            there = values[start + step : start + step + size]
            for i in range(size):
                is_lower = there[i] < low[i]
                way[i] = step if is_lower else way[i]
                low[i] = there[i] if is_lower else low[i]
        for i in range(size):
            if not np.isinf(here[i]):
                label[start + i] = start + i + way[i]
    for c in range(n_cells):
        end = c
        while label[end] != end and label[end] != OUTSIDE:
            end = label[end]
        end, here = label[end], c
        while label[here] != end:
            ahead = label[here]
            label[here] = end
            here = ahead
    n_basins = 0
    for c in range(n_cells):
        if label[c] == c:
            n_basins += 1
    minima = np.empty(n_basins, dtype=np.intp)
    number = np.empty(n_cells, dtype=np.int32)
    k = 0
    for c in range(n_cells):
        if label[c] == c:
            minima[k], number[c] = c, k
            k += 1
    for c in range(n_cells):
        if label[c] != OUTSIDE:
            label[c] = number[label[c]]
    return label, minima


@jit
def list_passes(values, label, cliques):
    """The lowest passes between basins, and some of those that are higher.

    Of cells that are all neighbours of each other it is enough that each is joined to
    the lowest one. A pair of basins that was met before is found again while no other
    one has taken its slot in a hash table.

    Parameters
    ----------
    values, label
        As of ``find_basins``.
    cliques : ndarray of intp of shape (n_cliques, n_cells_each)
        Steps from a cell to the cells of each clique, ascending, none of them negative.
        Any two neighbours are in one.

    Returns
    -------
    passes : ndarray of int32 of shape (n_passes, 3)
        The basins on both sides, and the cell.
    """
    n_starts = values.size - cliques.max()
    # What one plane has met the next one meets again.
    n_slots = _LEAST_SLOTS
    while n_slots < min(cliques.max(), _MOST_SLOTS):
        n_slots *= 2
    passes = np.empty((1024, 3), dtype=np.int32)
    pair_in, pass_in = (
        np.zeros(n_slots, dtype=np.int64),
        np.empty(n_slots, dtype=np.int64),
    )
    height_in = np.empty(n_slots)
    n_passes = 0
    low, way = np.empty(_BLOCK), np.empty(_BLOCK, dtype=np.int32)
    is_apart = np.empty(_BLOCK, dtype=np.bool_)
    for start in range(0, n_starts, _BLOCK):
        size = min(_BLOCK, n_starts - start)
        for clique in cliques:
            first = label[start + clique[0] : start + clique[0] + size]
            for i in range(size):
                low[i], way[i], is_apart[i] = np.inf, 0, False
            for step in clique:
                there = values[start + step : start + step + size]
                other = label[start + step : start + step + size]
                for i in range(size):
                    is_lower = there[i] < low[i]
                    way[i] = step if is_lower else way[i]
                    low[i] = there[i] if is_lower else low[i]
                    is_apart[i] |= other[i] != first[i]
            for i in range(size):
                if not is_apart[i]:
                    continue
                one = np.int64(label[start + i + way[i]])
                for step in clique:
                    c = start + i + step
                    two, value = np.int64(label[c]), values[c]
                    if one == two or np.isinf(value):
                        continue
                    a, b = min(one, two), max(one, two)
                    # Two basins are not the same: their pair is never 0.
                    pair = ((a + 1) << 32) | (b + 1)
                    slot = ((a * _ODD + b * _OTHER_ODD) >> 12) & (n_slots - 1)
                    if pair_in[slot] == pair:
                        k = pass_in[slot]
                        if value < height_in[slot] or (
                            value == height_in[slot] and c < passes[k, 2]
                        ):
                            passes[k, 2], height_in[slot] = c, value
                        continue
                    if n_passes == len(passes):
                        more = np.empty((n_passes + n_passes // 2, 3), dtype=np.int32)
                        more[:n_passes] = passes
                        passes = more
                    passes[n_passes, 0], passes[n_passes, 1] = a, b
                    passes[n_passes, 2] = c
                    pair_in[slot], pass_in[slot] = pair, n_passes
                    height_in[slot] = value
                    n_passes += 1
    return passes[:n_passes]


@jit
def join_basins(age, passes):
    """The elder rule: where basins meet, all but the oldest of them die.

    Parameters
    ----------
    age : ndarray of int32 of shape (n_basins + 1,)
        The number of each basin in the order of births, 0 for the first; the last entry
        is that of the frame.
    passes : ndarray of int32 of shape (n_passes, 3)
        The basins on both sides and the cell, in the strict order of the cells.

    Returns
    -------
    died : ndarray of int32 of shape (n_deaths,)
        These numbers of the basins that die, in the order of the deaths, then births.
    at : ndarray of intp of shape (n_deaths,)
        The cell at which each of them does.
    """
    parent = np.arange(age.size)
    died = np.empty(age.size, dtype=np.int32)
    at = np.empty(age.size, dtype=np.intp)
    n_died = 0
    for k in range(len(passes)):
        one, two, cell = age[passes[k, 0]], age[passes[k, 1]], passes[k, 2]
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        while parent[two] != two:
            parent[two] = parent[parent[two]]
            two = parent[two]
        if one != two:
            young = max(one, two)
            parent[young] = min(one, two)
            # Few die at once; they are put into the order of their births.
            place = n_died
            while place > 0 and at[place - 1] == cell and died[place - 1] > young:
                died[place] = died[place - 1]
                place -= 1
            died[place] = young
            at[n_died] = cell
            n_died += 1
    return died[:n_died], at[:n_died]
