"""Matchings of the projections of two diagrams."""

import numpy as np


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
