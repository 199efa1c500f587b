"""Strict orders without a sort: float64 keys, each of which tells its cell.

Persistence of ranks needs a sort. Where the values leave room, the index of a cell is
written into the low bits of its value, and the bars of these keys name their cells.
Where they do not, the bars of the values themselves are computed, and their cells are
looked up; that is exact where no two neighbours are equal and each birth and death is
the value of one cell only.
"""

import numpy as np

from sktopo.persistence._basins import nondegenerate

_INDEX = 2**29 - 1  # a float32 leaves these bits of a float64 free
# Added to every value, it changes zero alone, which has subnormal neighbours.
_TINY = 2.0**-900
_HASH = np.uint64(11400714819323198485)  # odd: 2^64 divided by the golden ratio
_EXACT = 2**24  # integers that a float32 holds
_BLOCK = 2**14
_A_STRETCH, _ROUGH = 1024, 0.3
_LOOKUP_FROM = 2**13  # cells; fewer are sorted as fast


def indexed_keys(values, *, descending=False):
    """Distinct float64 numbers in the order of the values, equal ones by index.

    Parameters
    ----------
    values : ndarray of any shape
        Real.
    descending : bool, default=False
        Largest first. Ties keep their direction.

    Returns
    -------
    keys : ndarray of float64 of values' shape, or None
        None where some values are no float32, some are infinite, or there are none or
        too many.
    """
    if not 0 < values.size <= _INDEX or not _fits_float32(values):
        return None
    values = np.ascontiguousarray(values)
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    keys = np.empty(values.shape)
    has_negative = high > 0 if descending else low < 0
    # Block by block, since memory is slower than the cache.
    index = np.arange(min(_BLOCK, values.size))
    flat_values, flat_keys = values.reshape(-1), keys.reshape(-1)
    for start in range(0, values.size, _BLOCK):
        block = flat_keys[start : start + _BLOCK]
        block[:] = flat_values[start : start + _BLOCK]
        if descending:
            np.negative(block, out=block)
        block += _TINY
        bits, number = block.view(np.int64), index[: block.size]
        if start:
            number = number + start
        if has_negative:
            # Negative numbers fall with their low bits.
            number = (number ^ (bits >> 63)) & _INDEX
        bits |= number
    return keys


def cells_in(keys):
    """The index that stands in each key."""
    bits = keys.view(np.int64)
    return (bits ^ (bits >> 63)) & _INDEX


def valued_keys(values, *, descending=False):
    """The values as they are, where their bars lack none of those of the strict order.

    Bars of zero lifetime are made by two equal neighbours, and by nothing else.

    Parameters
    ----------
    values : ndarray of shape (n_grids, n) or (n_grids, h, w)
        Or with further axes of length one.
    descending : bool, default=False

    Returns
    -------
    keys : ndarray of float64 of values' shape, or None
        None where neighbours are equal, or where a sort costs no more.
    """
    if values.size < _LOOKUP_FROM or _is_rough(values):
        return None
    keys = values.astype(np.float64)  # first: unsigned integers have no negative
    if not _neighbours_differ(keys.reshape(len(keys), *nondegenerate(keys.shape[1:]))):
        return None
    if descending:
        np.negative(keys, out=keys)
    keys += 0.0  # of two zeros of different signs none is the smaller one
    return keys


def looked_up(keys, wanted):
    """The cell of each wanted key, or None where one of them belongs to several.

    Parameters
    ----------
    keys : ndarray of float64
    wanted : ndarray of float64 of shape (n,)
        Each of them a key.

    Returns
    -------
    cells : ndarray of intp of shape (n,), or None
    """
    keys = keys.reshape(-1)
    n_bits = min(20, 6 + int(wanted.size).bit_length())
    is_wanted = np.zeros(2**n_bits, dtype=bool)
    is_wanted[_slots(wanted, n_bits)] = True
    cells = np.flatnonzero(is_wanted.take(_slots(keys, n_bits)))
    found = keys.take(cells)
    by_key = np.argsort(found)
    found = found.take(by_key)
    place = found.searchsorted(wanted)
    ambiguous = np.flatnonzero(found[1:] == found[:-1])
    if ambiguous.size and np.isin(ambiguous, place).any():
        return None
    return cells.take(by_key.take(place))


def _fits_float32(values):
    kind, n_bytes = values.dtype.kind, values.dtype.itemsize
    if n_bytes <= (4 if kind == "f" else 2):
        return True
    if kind != "f":
        return max(-int(values.min()), int(values.max())) <= _EXACT
    with np.errstate(over="ignore"):
        # Most arrays that do not fit show it at once.
        return all(
            float(np.float32(values.item(place))) == values.item(place)
            for place in (values.size // 3, values.size // 2)
        ) and bool((values.astype(np.float32) == values).all())


def _is_rough(values):
    """Whether there seem to be so many bars that their lookup costs more than a sort.

    White noise turns at two of three places.
    """
    middle = values.size // 2
    stretch = values.reshape(-1)[middle : middle + _A_STRETCH]
    rises = stretch[1:] > stretch[:-1]
    return np.count_nonzero(rises[1:] != rises[:-1]) > _ROUGH * rises.size


def _neighbours_differ(grids):
    """Whether no two cells of a path or an image are equal that share a corner."""
    pairs = [(grids[..., :-1], grids[..., 1:])]
    if grids.ndim == 3:
        up, down = grids[..., :-1, :], grids[..., 1:, :]
        pairs += [(up, down), (up[..., :-1], down[..., 1:])]
        pairs += [(up[..., 1:], down[..., :-1])]
    return not any((a == b).any() for a, b in pairs)


def _slots(keys, n_bits):
    return ((keys.view(np.uint64) * _HASH) >> np.uint64(64 - n_bits)).view(np.int64)
