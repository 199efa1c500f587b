"""What matchings share: which bars live, and those that never die."""

import numpy as np

from sktopo._diagrams import check_diagram


def split_essential(diagram):
    """Indices of the bars of positive finite lifetime, and of those that never die."""
    is_finite = np.isfinite(diagram[:, 1])
    lives = diagram[:, 1] != diagram[:, 0]
    return np.flatnonzero(is_finite & lives), np.flatnonzero(~is_finite)


def match_essential(diagram, target):
    """Pair bars that never die by the order of their births: the best matching.

    Parameters
    ----------
    diagram, target : ndarray of shape (n_bars, 2)
        Bars that never die.

    Returns
    -------
    bars : ndarray of shape (n_bars,) or None
        For the births of the target in increasing order, the bar of the diagram;
        None where the numbers of bars differ, to +inf or to -inf.
    births : ndarray of shape (n_bars,)
        The births that they are matched to.
    """
    bars, births = [], []
    for end in (np.inf, -np.inf):
        ours = np.flatnonzero(diagram[:, 1] == end)
        theirs = np.sort(target[target[:, 1] == end, 0])
        if ours.size != theirs.size:
            return None, None
        bars.append(ours[np.argsort(diagram[ours, 0], kind="stable")])
        births.append(theirs)
    return np.concatenate(bars), np.concatenate(births)


def match_kinds(diagram, target):
    """Tell finite bars from essential ones, and pair the essential ones.

    Parameters
    ----------
    diagram, target : ndarray of shape (n_bars, 2)

    Returns
    -------
    finite : ndarray of int
        The bars of the diagram that live and die.
    target_finite : ndarray of int
        Those of the target.
    matched : ndarray of int or None
        Essential bars of the diagram; None where the numbers of these differ.
    births : ndarray or None
        The births in the target that they are matched to.
    """
    finite, essential = split_essential(diagram)
    target_finite, target_essential = split_essential(target)
    if not essential.size and not target_essential.size:
        return finite, target_finite, essential, np.empty(0)
    matched, births = match_essential(diagram[essential], target[target_essential])
    if matched is not None:
        matched = essential[matched]
    return finite, target_finite, matched, births


def finite_and_gaps(diagram, other, owner):
    """The finite bars of two diagrams, and by how far their essential bars are apart.

    Parameters
    ----------
    diagram, other : array-like of shape (n_bars, 2)
    owner : str
        In whose name errors are raised.

    Returns
    -------
    tuple of (bars, target, gaps) or None
        The gaps between births of essential bars that are matched; None where these
        differ in number.
    """
    diagram, other = check_diagram(diagram, owner), check_diagram(other, owner)
    finite, other_finite, matched, births = match_kinds(diagram, other)
    if matched is None:
        return None
    return diagram[finite], other[other_finite], diagram[matched, 0] - births
