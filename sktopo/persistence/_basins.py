"""Basins of a grid: the minimum that each cell flows to, and the passes between them.

Every cell flows to the lowest of its neighbours, down to a local minimum: its basin.
Connected sublevel sets, and with them H0, are those of the graph whose vertices are the
basins and whose edges are the passes. Source: the watershed view of merge trees, as in
H. Edelsbrunner and J. Harer, Computational Topology, AMS 2010, chapter VII.
"""

import math
from typing import NamedTuple

import numpy as np

from sktopo.persistence._passes import offsets, passes_between, slices_of

# The neighbours in the complement of a sublevel set.
DUAL_CONNECTIVITY = {"full": "face", "face": "full", "freudenthal": "freudenthal"}


def nondegenerate(shape):
    """The axes of a grid that are longer than one pixel, or one axis of one pixel."""
    return tuple(n for n in shape if n > 1) or (1,)


def framed_complement(ranks, periodic=None):
    """The ranks in which the complement of the sublevel sets grows.

    A frame that is there from the start surrounds the axes that do not close.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    periodic : tuple of bool or None, default=None

    Returns
    -------
    framed : ndarray
        A permutation, too: rank r has become ``ranks.size + n_frame - 1 - r``.
    n_frame : int
        Cells of the frame, whose ranks come first.
    """
    width = [(0, 0) if p else (1, 1) for p in periodic or (False,) * ranks.ndim]
    shape = [n + sum(w) for n, w in zip(ranks.shape, width, strict=True)]
    n_frame = math.prod(shape) - ranks.size
    framed = np.pad(ranks.size + n_frame - 1 - ranks, width, constant_values=-1)
    framed[framed < 0] = np.arange(n_frame)
    return framed, n_frame


class Basins(NamedTuple):
    """Basins in the order of their minima, and the passes between any two of them."""

    minima: np.ndarray  # (n_basins,) int32: ranks, ascending
    of_cell: np.ndarray  # int32, in the shape of the grid: the basin of each cell
    # Of each pass the basins on both sides and the rank at which they meet, int32; and
    # where they are counted its winding, uint8.
    passes: tuple


def grid_basins(ranks, connectivity, periodic=None, *, winding=False):
    """Find the basins of a grid.

    Parameters
    ----------
    ranks : ndarray of any shape
        A permutation of range(size).
    connectivity : {"full", "face", "freudenthal"}
    periodic : tuple of bool or None, default=None
        Axes whose two ends are neighbours.
    winding : bool, default=False
        Whether windings are counted: bit k of a pass says that the way from one minimum
        down to the other goes around axis k an odd number of times. A pass may then
        lead from a basin around the grid and back into it. Axes that are periodic must
        have more than one cell.

    Returns
    -------
    Basins
    """
    periodic = periodic or (False,) * ranks.ndim
    shape = nondegenerate(ranks.shape)
    if shape != ranks.shape:
        kept = [p for p, n in zip(periodic, ranks.shape, strict=True) if n > 1]
        found = grid_basins(
            ranks.reshape(shape), connectivity, tuple(kept or [False]), winding=winding
        )
        return found._replace(of_cell=found.of_cell.reshape(ranks.shape))
    n_bits = ranks.ndim if winding else 0
    is_large = ranks.size << n_bits >= 2**31
    ranks = ranks.astype(np.int64 if is_large else np.int32)
    # Behind each rank stand bits for the axes around which it is seen.
    lowest = lowest_neighbours(ranks << n_bits, connectivity, periodic, winding=winding)
    to = np.empty(ranks.size, dtype=ranks.dtype)
    to[ranks.ravel()] = lowest.ravel()
    turns = (to & (2**n_bits - 1)).astype(np.uint8) if winding else None
    root = follow(to >> n_bits, turns)
    is_root = root == np.arange(root.size, dtype=root.dtype)
    number = np.cumsum(is_root, dtype=np.int32) - 1
    of_cell = number.take(root).take(ranks)
    labels = of_cell << n_bits | turns.take(ranks) if winding else of_cell
    a, b, heights = passes_between(
        _closed(ranks, periodic), _closed(labels, periodic, winding), connectivity
    )
    passes = a >> n_bits, b >> n_bits, heights
    if winding:
        passes = *passes, ((a ^ b) & (2**n_bits - 1)).astype(np.uint8)
    return Basins(
        np.flatnonzero(is_root).astype(np.int32),
        of_cell,
        passes,
    )


def _closed(labels, periodic, winding=False, *, before=False):
    """A grid with the first cells of periodic axes behind the last ones.

    With ``before`` the last ones are in front, too. Bit k of what was added along axis
    k is changed, where windings are counted.
    """
    for axis in np.flatnonzero(periodic):
        turn = int(winding) << int(axis)
        last = [labels.take([-1], axis) ^ turn] if before else []
        first = labels.take([0], axis) ^ turn
        labels = np.concatenate([*last, labels, first], axis)
    return labels


def follow(pointer, turns=None):
    """Follow pointers to their ends by doubling, and add up the turns in place."""
    while True:
        ahead = pointer.take(pointer)
        if np.array_equal(ahead, pointer):
            return pointer
        if turns is not None:
            turns ^= turns.take(pointer)
        pointer = ahead


def lowest_neighbours(ranks, connectivity, periodic, *, winding=False):
    """The lowest rank around each cell and in it; see ``grid_basins``."""
    ranks = _closed(ranks, periodic, winding, before=True)
    lowest = ranks.copy()
    for offset in offsets(ranks.ndim, connectivity):
        # A box around a cell is one axis after the other.
        source = lowest.copy() if connectivity == "full" else ranks
        near, far = slices_of(offset)
        np.minimum(lowest[far], source[near], out=lowest[far])
        np.minimum(lowest[near], source[far], out=lowest[near])
    return lowest[tuple(slice(1, -1) if p else slice(None) for p in periodic)]


def neighbours(ndim, connectivity):
    """The neighbours of a cell and itself, as an array of 3 along each axis."""
    offsets = np.indices((3,) * ndim) - 1
    if connectivity == "full":
        return np.ones((3,) * ndim, dtype=bool)
    if connectivity == "face":
        return np.abs(offsets).sum(axis=0) <= 1
    return (offsets.min(axis=0) >= 0) | (offsets.max(axis=0) <= 0)
