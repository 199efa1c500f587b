"""Bottleneck matchings of finite bars."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from sktopo._memory import check_memory


def bottleneck_matching(bars, target):
    """The matching whose largest step, in the maximum norm, is as small as can be.

    Parameters
    ----------
    bars, target : ndarray of shape (n_bars, 2)
        Finite bars.

    Returns
    -------
    distance : float
    i, j : int or None
        The bar and the target bar of the step that attains it; either is None where the
        step goes to the diagonal, both where nothing moves.
    """
    n, m = len(bars), len(target)
    if n + m == 0:
        return 0.0, None, None
    check_memory(
        40 * (n + m) ** 2,
        f"A bottleneck matching of {n} and {m} bars",
        "Leave out the short bars.",
    )
    cost = np.zeros((n + m, m + n))
    cost[:n, :m] = np.abs(bars[:, None, :] - target[None, :, :]).max(axis=2)
    # Each bar has a place of its own on the diagonal; places there match for free.
    # An explicit inf keeps a bar from the place of another.
    cost[:n, m:] = cost[n:, :m] = np.inf
    cost[np.arange(n), m + np.arange(n)] = np.abs(bars[:, 1] - bars[:, 0]) / 2
    cost[n + np.arange(m), np.arange(m)] = np.abs(target[:, 1] - target[:, 0]) / 2
    steps = np.unique(cost[np.isfinite(cost)])
    low, high = 0, steps.size - 1
    while low < high:
        middle = (low + high) // 2
        if (_match(cost, steps[middle]) >= 0).all():
            high = middle
        else:
            low = middle + 1
    partner = _match(cost, steps[low])
    taken = cost[np.arange(n + m), partner]
    worst = int(np.argmax(taken))
    if taken[worst] == 0:
        return 0.0, None, None
    i = worst if worst < n else None
    j = int(partner[worst]) if partner[worst] < m else None
    return taken[worst], i, j


def _match(cost, most):
    """A largest matching whose steps are at most ``most``: -1 where there is none."""
    return maximum_bipartite_matching(csr_array(cost <= most), perm_type="column")
