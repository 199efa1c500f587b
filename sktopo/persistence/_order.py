"""The strict order of the values: a stable sort, warm where it can be."""

import numpy as np

from sktopo.persistence._keys import cells_in, indexed_keys

# Above this share of changed values a merge costs more than sorting afresh.
_MERGE_AT_MOST = 1 / 16


def sort_order(values, *, descending=False, priority=None, previous=None):
    """The permutation that sorts values, ties by index or by priority.

    Parameters
    ----------
    values : ndarray of shape (n_values,) or (n_rows, n_values)
        Real and finite. Rows are sorted each by itself, and stand one behind the other.
    descending : bool, default=False
        Largest first. Ties keep their direction.
    priority : ndarray of shape (n_values,) or None, default=None
        A permutation of range(n_values); among equal values the smaller one comes
        first. None stands for the index itself. Of 1-D values only.
    previous : tuple of (values, order) or None, default=None
        Earlier values and their order under the same options, as a cache: where few
        values have changed they are merged in, in linear time. Of 1-D values only.

    Returns
    -------
    order : ndarray of shape (values.size,), intp
    """
    if previous is not None and priority is None:
        merged = _merge_changed(values, *previous, descending)
        if merged is not None:
            return merged
    key = _ascending_key(values) if descending else values
    key, is_radix = _narrowed(key)
    if priority is None:
        if is_radix:
            return _in_one_row(np.argsort(key, kind="stable"))
        keys = indexed_keys(values, descending=descending)
        if keys is not None:
            keys.sort(axis=-1)
            return cells_in(keys).reshape(-1)
    return _ties_in_order(key.ravel(), _in_one_row(np.argsort(key)), priority)


def last_of(values, *, descending=False):
    """Where the strict order of the last axis ends; see ``sort_order``."""
    backwards = values[..., ::-1]
    last = backwards.argmin(axis=-1) if descending else backwards.argmax(axis=-1)
    return values.shape[-1] - 1 - last


def inverse_permutation(order, dtype=np.intp):
    """The place of each number from 0 on in an order of them."""
    places = np.empty(order.size, dtype=dtype)
    places[order] = np.arange(order.size, dtype=dtype)
    return places


def ranks_of(order, n_values=None):
    """The inverse permutation, as float64: what persistence is computed of.

    Of ``n_values`` those that are not in the order come behind it.
    """
    if n_values is None or order.size == n_values:
        # Scattered as 32-bit integers: half the memory.
        dtype = np.int32 if order.size < 2**31 else np.int64
        return inverse_permutation(order, dtype).astype(np.float64)
    is_absent = np.ones(n_values, dtype=bool)
    is_absent[order] = False
    ranks = order.size - 1.0 + np.cumsum(is_absent)
    ranks[order] = np.arange(order.size, dtype=np.float64)
    return ranks


def _in_one_row(order):
    if order.ndim == 2 and len(order) > 1:
        order += np.arange(0, order.size, order.shape[1])[:, None]
    return order.ravel()


def _ascending_key(values):
    # ~ reverses the order of signed and of unsigned integers without overflow.
    return -values if values.dtype.kind == "f" else ~values


def _narrowed(key):
    """Integers of a small range as 16 bits, which numpy sorts by radix."""
    if key.dtype.kind == "f":
        return key, False
    if key.dtype.itemsize > 2 and key.size:
        low, high = int(key.min()), int(key.max())
        if high - low < 2**16:
            key = (key - key.dtype.type(low)).astype(np.uint16)
    return key, key.dtype.itemsize <= 2


def _ties_in_order(key, order, priority=None):
    """Put runs of equal keys into the order of their index or priority."""
    # Where one row of keys ends as the next begins nothing changes: its indices are
    # smaller.
    sorted_key = key[order]
    same = sorted_key[1:] == sorted_key[:-1]
    if not same.any():
        return order
    # One integer holds the run and the place in it; plain sorts of integers are fast.
    run = np.zeros(order.size, dtype=np.int64)
    np.cumsum(~same, out=run[1:])
    run *= order.size
    place = run + (order if priority is None else priority[order])
    place.sort()
    place -= run
    return place if priority is None else np.argsort(priority)[place]


def _merge_changed(values, old_values, old_order, descending):
    """Take the changed values out of the old order and merge them in again."""
    n = values.size
    if old_values.size != n or old_values.dtype != values.dtype:
        return None
    is_changed = values != old_values
    changed = np.flatnonzero(is_changed)
    if changed.size == 0:
        return old_order
    if changed.size > n * _MERGE_AT_MOST:
        return None
    if descending:
        values, old_values = _ascending_key(values), _ascending_key(old_values)
    changed = changed[np.argsort(values[changed], kind="stable")]
    new = values[changed]
    keep = ~is_changed[old_order]
    kept = old_order[keep]
    old_places = np.flatnonzero(~keep)
    # A place among all the old values, less the changed ones that stood before it.
    place = np.searchsorted(old_values, new, sorter=old_order)
    behind = old_values[old_order[np.minimum(place, n - 1)]]
    place = place - np.searchsorted(old_places, place) + np.arange(changed.size)
    keep[:] = True
    keep[place] = False
    order = np.empty_like(old_order)
    order[place] = changed
    order[keep] = kept
    if (behind == new).any():
        return _ties_in_order(values, order)
    return order
