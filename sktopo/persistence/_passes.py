"""Passes between labelled cells that are neighbours, the lowest ones first."""

import numpy as np

_MOST_SLOTS = 18  # bits of a table that stays in the cache
_HASH = np.uint32(2654435761), np.uint32(2246822519)  # odd numbers of many bits
_SLAB = 2**16  # cells whose passes are listed at a time


def passes_between(ranks, labels, connectivity):
    """The lowest passes between labels, and some of those that are higher.

    Parameters
    ----------
    ranks, labels : ndarray of one shape
    connectivity : {"full", "face", "freudenthal"}

    Returns
    -------
    list of ndarray (a, b, heights)
        See ``lowest_first`` for what is left out.
    """
    is_full = connectivity == "full" and ranks.ndim > 1
    join = _through_corners if is_full else through_edges
    n_rows = max(1, _SLAB * len(ranks) // ranks.size)
    found = [
        lowest_first(*join(ranks[slab], labels[slab], connectivity))
        for start in range(0, max(1, len(ranks) - 1), n_rows)
        for slab in [slice(start, start + n_rows + 1)]
    ]
    return found[0] if len(found) == 1 else _joined(found)


def through_edges(ranks, labels, connectivity):
    """Pairs of labels that are neighbours, and the ranks at which they meet.

    Parameters
    ----------
    ranks, labels : ndarray of one shape
    connectivity : {"face", "freudenthal"}

    Returns
    -------
    list of ndarray (a, b, heights)
    """
    found = []
    for offset in offsets(ranks.ndim, connectivity):
        near, far = slices_of(offset)
        apart = np.flatnonzero(labels[near] != labels[far])
        a, b = (labels[end].ravel().take(apart) for end in (near, far))
        ends = (ranks[end].ravel().take(apart) for end in (near, far))
        found.append((a, b, np.maximum(*ends)))
    return _joined(found)


def _through_corners(ranks, labels, connectivity):
    """The same for cells that share a corner.

    The cells around a corner all meet there: it is enough that each joins the lowest.
    """
    corners = list(np.ndindex(*(2,) * ranks.ndim))
    first, *others = (
        tuple(slice(1, None) if c else slice(None, -1) for c in corner)
        for corner in corners
    )
    is_apart = np.zeros(labels[first].shape, dtype=bool)
    for other in others:
        is_apart |= labels[other] != labels[first]
    here = np.ravel_multi_index(np.nonzero(is_apart), ranks.shape)
    steps = np.ravel_multi_index(np.transpose(corners), ranks.shape)
    heights, label = (x.ravel().take(here + steps[:, None]) for x in (ranks, labels))
    lowest = label[heights.argmin(axis=0), np.arange(here.size)]
    apart = np.flatnonzero(label != lowest)
    return [
        part.ravel().take(apart)
        for part in (label, np.broadcast_to(lowest, label.shape), heights)
    ]


def lowest_first(a, b, heights, *windings):
    """Put passes into the order of their heights, without most of those repeated.

    See ``first_of_each`` for what is left out.
    """
    # One integer holds the height and the place; plain sorts of integers are fast.
    key = heights.astype(np.int64) << 32
    key |= np.arange(key.size)
    key.sort()
    by_height = key & (2**32 - 1)
    a, b = a.take(by_height), b.take(by_height)
    heights = (key >> 32).astype(np.int32)
    windings = [part.take(by_height) for part in windings]
    return distinct_passes(np.minimum(a, b), np.maximum(a, b), heights, *windings)


def distinct_passes(a, b, *others):
    """Passes in an order, without most of those repeated; see ``first_of_each``."""
    first = first_of_each(a, b, *others[1:])
    return [part.take(first) for part in (a, b, *others)]


def first_with(basin, n_basins):
    """The first pass at each basin, or the number of passes where it has none."""
    n_passes = basin.size
    first = np.full(n_basins, n_passes, dtype=np.int32)
    # The last one written stays.
    first[basin[::-1]] = np.arange(n_passes - 1, -1, -1, dtype=np.int32)
    return first


def first_of_each(a, b, *windings):
    """Places of passes without most of those that repeat an earlier one.

    A pass is left out where an earlier one between the same two, with the same winding,
    stands in their slot of a hash table; where another one has taken the slot it stays.
    """
    n_bits = min(_MOST_SLOTS, int(a.size).bit_length())
    slot = (a.astype(np.uint32) * _HASH[0] + b.astype(np.uint32)) * _HASH[1]
    for part in windings:
        slot += part * _HASH[0]
    slot >>= np.uint32(32 - n_bits)
    earlier = first_with(slot, 2**n_bits).take(slot)
    is_first = earlier == np.arange(a.size, dtype=np.int32)
    for part in (a, b, *windings):
        is_first |= part.take(earlier) != part
    return np.flatnonzero(is_first)


def offsets(ndim, connectivity):
    """The neighbours of a cell on one side of it; of a box those along the axes."""
    found = [offset for offset in np.ndindex(*(2,) * ndim) if any(offset)]
    if connectivity == "freudenthal":
        return found
    return [offset for offset in found if sum(offset) == 1]


def slices_of(offset):
    near = tuple(slice(None, -1) if step else slice(None) for step in offset)
    far = tuple(slice(1, None) if step else slice(None) for step in offset)
    return near, far


def _joined(found):
    return [np.concatenate(part) for part in zip(*found, strict=True)]
