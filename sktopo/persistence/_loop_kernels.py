"""H1 of functions on the vertices of a grid of cubes, by cohomology, compiled by numba.

Edges and squares enter with their last vertex, the one of the largest rank. An edge is
the number 6 * rank + way, where the rank is that of its last vertex and the way, from 0
to 5, leads from there to the other one. A square is 36 * rank + 6 * a + b with the two
ways a > b from its last vertex. Numbers grow with the filtration.

Coboundaries of the edges are reduced from the last one to the first; of edges that join
components nothing is left [1]_. Where a square is the first one at an edge and this
edge its last one, the two are a pair (of lifetime zero), which is seen at once and kept
nowhere [2]_.

.. [1] V. de Silva, D. Morozov and M. Vejdemo-Johansson, "Dualities in persistent
   (co)homology", Inverse Problems, 2011, :doi:`10.1088/0266-5611/27/12/124003`.
.. [2] U. Bauer, "Ripser: efficient computation of Vietoris-Rips persistence barcodes",
   J. Appl. Comput. Topol., 2021, :doi:`10.1007/s41468-021-00071-5`.
"""

import numpy as np

from sktopo.persistence._jit import jit

ABSENT_RANK = 2**31 - 1  # the rank of what is no vertex, and of deaths that do not come
_NONE = -1
_ODD = 0x2545F491


@jit
def pair_loops(ranks, cell_of, steps):
    """Bars of H1.

    Parameters
    ----------
    ranks : ndarray of int32 of shape (n_cells,)
        Of the grid in a frame of ``ABSENT_RANK``.
    cell_of : ndarray of int32 of shape (n_vertices,)
        The cell of each rank.
    steps : ndarray of intp of shape (6,)
        From a cell to its neighbours, those along one axis behind each other.

    Returns
    -------
    bars : ndarray of int32 of shape (n_bars, 2)
        Ranks of births and deaths, in no order, where these differ; ``ABSENT_RANK`` for
        the death of an essential bar.
    """
    joins = _joining_edges(ranks, cell_of, steps)
    bars, n_bars = np.empty(1024, dtype=np.int32), 0
    # The squares of the reduced columns behind their pivots, and where they begin.
    squares, starts, n_columns = np.empty(1024, np.int64), np.zeros(1024, np.int64), 0
    pivots, column_of = np.full(4096, _NONE, np.int64), np.empty(4096, np.int64)
    heap, found = np.empty(1024, np.int64), np.empty(4, np.int64)
    for rank in range(cell_of.size - 1, -1, -1):
        for way in range(5, -1, -1):
            if ranks[cell_of[rank] + steps[way]] >= rank or joins[rank] >> way & 1:
                continue
            edge = np.int64(6) * rank + way
            pivot, n_found = _cofacets(edge, ranks, cell_of, steps, found)
            if _last_facet(pivot) == edge:
                continue
            size, slot = 0, 0
            for i in range(n_found):
                heap, size = _push(heap, size, found[i])
            while True:
                pivot, size = _pop_pivot(heap, size)
                if pivot == _NONE:
                    break
                # What is added begins with the same pivot: the two cancel.
                partner = _last_facet(pivot)
                first, n_found = _cofacets(partner, ranks, cell_of, steps, found)
                if first == pivot:
                    for i in range(n_found):
                        if found[i] != pivot:
                            heap, size = _push(heap, size, found[i])
                    continue
                slot = _slot(pivots, pivot)
                if pivots[slot] == _NONE:
                    break
                k = column_of[slot]
                for place in range(starts[k], starts[k + 1]):
                    heap, size = _push(heap, size, squares[place])
            last = np.int64(ABSENT_RANK)
            if pivot != _NONE:
                last = pivot // 36
                pivots[slot], column_of[slot] = pivot, n_columns
                size = _distinct(heap, size)
                begin = starts[n_columns]
                while begin + size > squares.size:
                    squares = _longer(squares, begin)
                squares[begin : begin + size] = heap[:size]
                n_columns += 1
                if n_columns == starts.size:
                    starts = _longer(starts, n_columns)
                starts[n_columns] = begin + size
                if 2 * n_columns > pivots.size:
                    pivots, column_of = _larger_table(pivots, column_of)
            if last != rank:
                if 2 * n_bars == bars.size:
                    bars = _longer(bars, 2 * n_bars)
                bars[2 * n_bars], bars[2 * n_bars + 1] = rank, last
                n_bars += 1
    return bars[: 2 * n_bars].copy().reshape(-1, 2)


@jit
def _joining_edges(ranks, cell_of, steps):
    """For each rank a bit for each way that leads to another component."""
    joins = np.zeros(cell_of.size, dtype=np.uint8)
    parent = np.arange(cell_of.size)
    for rank in range(cell_of.size):
        root = rank
        for way in range(6):
            other = np.int64(ranks[cell_of[rank] + steps[way]])
            if other < rank:
                while parent[other] != other:
                    parent[other] = parent[parent[other]]
                    other = parent[other]
                if other != root:
                    # The younger one becomes a child.
                    parent[max(root, other)] = min(root, other)
                    root = min(root, other)
                    joins[rank] |= 1 << way
    return joins


@jit
def _cofacets(edge, ranks, cell_of, steps, found):
    """Write the squares at an edge into ``found``; the first one, and how many."""
    rank, way = edge // 6, edge % 6
    here = cell_of[rank]
    there = here + steps[way]
    first, n_found = np.int64(ABSENT_RANK) * 36, 0
    for side in range(6):
        if side >> 1 == way >> 1:
            continue
        last, one, two = rank, way, side
        near, far = ranks[here + steps[side]], ranks[there + steps[side]]
        if near > last:
            last, two = np.int64(near), side ^ 1
        if far > last:
            last, one, two = np.int64(far), way ^ 1, side ^ 1
        if last != ABSENT_RANK:
            square = 36 * last + 6 * max(one, two) + min(one, two)
            found[n_found] = square
            n_found += 1
            first = min(first, square)
    return first, n_found


@jit
def _last_facet(square):
    return square // 36 * 6 + square % 36 // 6


@jit
def _push(heap, size, item):
    if size == heap.size:
        heap = _longer(heap, size)
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if heap[above] <= item:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = item
    return heap, size + 1


@jit
def _pop(heap, size):
    """Take the smallest item off."""
    size -= 1
    item = heap[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= item:
            break
        heap[place] = heap[below]
        place = below
    heap[place] = item
    return size


@jit
def _pop_pivot(heap, size):
    """Take off the smallest item that is there an odd number of times, if any."""
    while size > 0:
        pivot = heap[0]
        size = _pop(heap, size)
        if size == 0 or heap[0] != pivot:
            return pivot, size
        size = _pop(heap, size)
    return np.int64(_NONE), size


@jit
def _longer(items, size):
    more = np.empty(2 * items.size, dtype=items.dtype)
    more[:size] = items[:size]
    return more


@jit
def _distinct(items, size):
    """Keep the items that are there an odd number of times; how many these are."""
    items[:size].sort()
    kept = 0
    for place in range(size):
        if kept > 0 and items[kept - 1] == items[place]:
            kept -= 1
        else:
            items[kept] = items[place]
            kept += 1
    return kept


@jit
def _slot(table, item):
    """The slot of an item in a hash table, or the empty one where it belongs."""
    slot = (item ^ (item >> 17)) * _ODD >> 7 & (table.size - 1)
    while table[slot] != _NONE and table[slot] != item:
        slot = (slot + 1) & (table.size - 1)
    return slot


@jit
def _larger_table(pivots, column_of):
    more = np.full(2 * pivots.size, _NONE, np.int64)
    columns = np.empty(more.size, np.int64)
    for slot in range(pivots.size):
        if pivots[slot] != _NONE:
            place = _slot(more, pivots[slot])
            more[place], columns[place] = pivots[slot], column_of[slot]
    return more, columns
