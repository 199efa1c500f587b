"""Bottleneck matchings of finite bars, and the bottleneck distance."""

import math

import numpy as np

from sktopo.metrics._bottleneck_steps import steps_between
from sktopo.metrics._matching import finite_and_gaps


def bottleneck(diagram, other):
    r"""The bottleneck distance between two persistence diagrams, exactly.

    .. math:: W_\infty = \min_\gamma \max_x \|x - \gamma(x)\|_\infty

    over all matchings of the bars with each other and with points of the diagonal [1]_:
    what ``wasserstein`` tends to for large p. Bars that never die are matched among
    themselves, by the order of their births; where their numbers differ, the distance
    is infinite.

    Parameters
    ----------
    diagram, other : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.

    Returns
    -------
    float
        Of the unit of the diagrams; inf where the numbers of essential bars differ.

    Raises
    ------
    ValueError
        If one of the diagrams is none.

    References
    ----------
    .. [1] D. Cohen-Steiner, H. Edelsbrunner and J. Harer, "Stability of persistence
       diagrams", Discrete & Computational Geometry 37 (2007),
       :doi:`10.1007/s00454-006-1276-5`.

    Examples
    --------
    >>> from sktopo.metrics import bottleneck
    >>> bottleneck([[0, 5], [1, 2]], [[0, 3]])
    2.0
    """
    pair = finite_and_gaps(diagram, other, "bottleneck")
    if pair is None:
        return math.inf
    bars, target, gaps = pair
    largest_gap = np.abs(gaps).max(initial=0.0)
    return float(max(largest_gap, steps_between(bars, target).least_radius()))


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
    steps = steps_between(bars, target)
    radius = steps.least_radius()
    if radius == 0:
        return 0.0, None, None
    size, i, j = steps.of_size(radius)
    if size.size > 1:
        # A matching says which of the steps of this size are needed.
        size, i, j = steps.matching(radius)
    worst = int(np.argmax(size))
    i, j = int(i[worst]), int(j[worst])
    return float(size[worst]), i if i >= 0 else None, j if j >= 0 else None
