"""Matchings of the projections of two diagrams."""

import math

import numpy as np

from sktopo._diagrams import even_directions
from sktopo._memory import check_count
from sktopo._sklearn_compat import validate_parameter_constraints
from sktopo._validation import POSITIVE_INT
from sktopo.metrics._matching import finite_and_gaps

SLICED_CONSTRAINTS = {"n_directions": [POSITIVE_INT]}


def sliced_wasserstein(diagram, other, n_directions=50):
    r"""The sliced Wasserstein distance between two persistence diagrams.

    .. math:: SW = \frac{1}{\pi} \int_{-\pi/2}^{\pi/2}
        W_1(\langle D_1 \cup \Delta D_2, u_\theta \rangle,
            \langle D_2 \cup \Delta D_1, u_\theta \rangle) \, d\theta

    where each diagram gets the projections of the other one to the diagonal, so that
    both have as many points on every line [1]_. The mean over ``n_directions`` angles
    at equal steps stands for the integral; it is a distance of the same kind, for which
    exp(-SW / s) is a positive definite kernel as well. Bars that never die are matched
    among themselves, by the order of their births, and the sum of the gaps is added;
    where their numbers differ, the distance is infinite.

    Parameters
    ----------
    diagram, other : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.
    n_directions : int >= 1, default=50
        Lines on which the diagrams are projected.

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
    .. [1] M. Carrière, M. Cuturi and S. Oudot, "Sliced Wasserstein kernel for
       persistence diagrams", ICML 2017, :doi:`10.48550/arXiv.1706.03358`.

    Examples
    --------
    >>> from sktopo.metrics import sliced_wasserstein
    >>> round(sliced_wasserstein([[0, 4]], [[0, 3]], n_directions=2), 3)
    1.0
    """
    params = {"n_directions": n_directions}
    validate_parameter_constraints(SLICED_CONSTRAINTS, params, "sliced_wasserstein")
    pair = finite_and_gaps(diagram, other, "sliced_wasserstein")
    if pair is None:
        return math.inf
    bars, target, gaps = pair
    n_points = len(bars) + len(target)
    check_count("sliced_wasserstein", "n_directions", n_directions, 50 * n_points)
    directions = even_directions(n_directions)
    ours = np.concatenate([bars, _on_diagonal(target)]) @ directions
    theirs = np.concatenate([target, _on_diagonal(bars)]) @ directions
    # In place: these may be large.
    ours.sort(axis=0)
    theirs.sort(axis=0)
    ours -= theirs
    return float(np.abs(ours, out=ours).sum() / n_directions + np.abs(gaps).sum())


def sliced_transfer(diagram, grad, other, directions):
    """Hand a gradient on one diagram to the bars of another that they are matched to.

    Along each direction the projections of both diagrams, each with the other's bars
    put on the diagonal, are matched in their order; of these matchings the one that
    moves bars least in the plane is taken. What it matches to the diagonal is lost.

    Parameters
    ----------
    diagram, grad : ndarray of shape (n_bars, 2)
    other : ndarray of shape (n_other, 2)
    directions : ndarray of shape (2, n_directions)

    Returns
    -------
    ndarray of shape (n_other, 2)
    """
    n_bars, n_other = len(diagram), len(other)
    ours = np.concatenate([diagram, _on_diagonal(other)])
    theirs = np.concatenate([other, _on_diagonal(diagram)])
    from_ours = np.argsort(ours @ directions, axis=0, kind="stable")
    to_theirs = np.argsort(theirs @ directions, axis=0, kind="stable")
    cost = ((ours[from_ours] - theirs[to_theirs]) ** 2).sum(axis=2)
    # Along the diagonal itself nothing is moved.
    cost[(from_ours >= n_bars) & (to_theirs >= n_other)] = 0.0
    cheapest = cost.sum(axis=0).argmin()
    match = np.empty(len(ours), dtype=np.intp)
    match[from_ours[:, cheapest]] = to_theirs[:, cheapest]
    handed = np.zeros((len(theirs), 2))
    handed[match[:n_bars]] = grad
    return handed[:n_other]


def _on_diagonal(diagram):
    return np.repeat(diagram.mean(axis=1, keepdims=True), 2, axis=1)
