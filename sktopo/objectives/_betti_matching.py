"""Matching of the features of two images that lie in the same places."""

import numpy as np
from sklearn.utils import Bunch

from sktopo._arrays import check_grid
from sktopo._sklearn_compat import StrOptions, validate_parameter_constraints
from sktopo.base import Term
from sktopo.persistence import (
    CONNECTIVITIES,
    grid_pairs,
    image_persistence_pairs,
    ranks_of,
    sort_order,
)

_CONSTRAINTS = {
    "superlevel": ["boolean"],
    "connectivity": [StrOptions(set(CONNECTIVITIES))],
}


def betti_matching(prediction, label, *, superlevel=True, connectivity="full"):
    """Match the bars of two images that stand for the same features.

    With f and g the images, sublevel sets of both lie in those of min(f, g), and
    superlevel sets in those of max(f, g). A bar of f is matched to one of g where both
    go to the same bar of these, by the induced matchings [1]_ [2]_ of the inclusions:
    to the images of what they carry along, of the same birth, the longer ones first,
    and from these to bars of the same death. So features are matched that overlap,
    however long their bars are.

    Parameters
    ----------
    prediction, label : array-like of shape (n,), (h, w) or (d, h, w)
        Two grids of one shape, such as a map of probabilities and a mask.
    superlevel : bool, default=True
        Components and holes of what is bright.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels are neighbours; see :class:`~sktopo.filtrations.Cubical`.

    Returns
    -------
    Bunch
        ``matched``, with a tuple for each dimension: the bars of the prediction and
        those of the label that are matched to them, each an ndarray of shape (n, 2) of
        the pixels of birth and death in C order; ``unmatched`` has in the same form
        those that have no partner; ``loss``, see :class:`BettiMatchingTerm`; ``error``,
        the number of bars without a partner. Dimensions are 0 and, of images and voxel
        grids, that of their holes or cavities. Bars of no lifetime are left out, and
        so is the component that never dies.

    Raises
    ------
    ValueError
        If the images are none, or of different shapes.

    References
    ----------
    .. [1] N. Stucki, J. C. Paetzold, S. Shit, B. Menze and U. Bauer, "Topologically
       faithful image segmentation via induced matching of persistence barcodes", ICML
       2023, :doi:`10.48550/arXiv.2211.15272`.
    .. [2] U. Bauer and M. Lesnick, "Induced matchings and the algebraic stability of
       persistence barcodes", Journal of Computational Geometry 6 (2015),
       :doi:`10.20382/jocg.v6i2a9`.

    Examples
    --------
    >>> from sktopo.objectives import betti_matching
    >>> found = betti_matching([0.9, 0.2, 0.8, 0.1, 0.7, 0], [1, 0, 1, 0, 0, 0])
    >>> found.matched[0]
    (array([[2, 1]]), array([[2, 1]]))
    >>> found.unmatched[0]
    (array([[4, 3]]), array([], shape=(0, 2), dtype=int64))
    >>> found.error
    1
    """
    params = {"superlevel": superlevel, "connectivity": connectivity}
    validate_parameter_constraints(_CONSTRAINTS, params, "betti_matching")
    f = check_grid(prediction, "prediction", "betti_matching")
    g = check_grid(label, "label", "betti_matching")
    if f.shape != g.shape:
        raise ValueError(
            "prediction and label of betti_matching must have one shape. Got "
            f"{f.shape} and {g.shape}."
        )
    return _matching(f, g, superlevel, connectivity)


class BettiMatchingTerm(Term):
    r"""How far the topology of an image is from that of a label, feature by feature.

    .. math::

        L(f) = \sum_{(p, q) \text{ matched}} 2 \|p - q\|^2
             + \sum_{p \text{ unmatched}} (\text{death} - \text{birth})^2

    over the bars of the image and of the label, matched by where they are; see
    :func:`betti_matching`. Matched bars are drawn to their partners, bars of the image
    without one to the diagonal.

    Parameters
    ----------
    label : array-like of shape (n,), (h, w) or (d, h, w)
        The image that is to be reached, such as a mask.
    superlevel : bool, default=True
        Components and holes of what is bright.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        See :class:`~sktopo.filtrations.Cubical`.

    References
    ----------
    .. [1] N. Stucki et al., "Topologically faithful image segmentation via induced
       matching of persistence barcodes", ICML 2023,
       :doi:`10.48550/arXiv.2211.15272`.

    Examples
    --------
    >>> from sktopo.objectives import BettiMatchingTerm
    >>> term = BettiMatchingTerm([1, 0, 1, 0, 0, 0])
    >>> value, grad = term.value_and_grad([0.9, 0.2, 0.8, 0.1, 0.7, 0])
    >>> round(value, 6)
    0.52
    >>> grad.round(6)
    array([ 0. ,  0.8, -0.8, -1.2,  1.2,  0. ])
    """

    _parameter_constraints = {"label": ["array-like"], **_CONSTRAINTS}

    def __init__(self, label, *, superlevel=True, connectivity="full"):
        self.label = label
        self.superlevel = superlevel
        self.connectivity = connectivity

    def value_and_grad(self, x):
        """Compute the loss and its gradient.

        Parameters
        ----------
        x : array-like of the label's shape

        Returns
        -------
        value : float
        grad : ndarray of x's shape

        Raises
        ------
        ValueError
            If x is no image of the label's shape.
        """
        self._check_params()
        x = check_grid(x, "x", type(self).__name__)
        label = check_grid(self.label, "label", type(self).__name__)
        if x.shape != label.shape:
            raise ValueError(
                f"x of {type(self).__name__} must have the shape of the label, "
                f"{label.shape}. Got {x.shape}."
            )
        found = _matching(x, label, bool(self.superlevel), self.connectivity)
        slopes = [
            (bars, 4 * (x.ravel()[bars] - label.ravel()[partners]))
            for bars, partners in found.matched
        ]
        slopes += [
            (bars, 2 * np.diff(x.ravel()[bars], axis=1) * [-1, 1])
            for bars, _ in found.unmatched
        ]
        grad = np.zeros(x.size)
        for bars, slope in slopes:
            grad += np.bincount(bars.ravel(), slope.ravel(), x.size)
        return found.loss, grad.reshape(x.shape)


def _matching(f, g, superlevel, connectivity):
    sign = -1.0 if superlevel else 1.0
    grids = [sign * f, sign * g]
    grids.append(np.minimum(*grids))
    orders = [sort_order(grid.ravel()) for grid in grids]
    times = [ranks_of(order) for order in orders]
    dimensions = (0, f.ndim - 1) if f.ndim > 1 else (0,)
    bars = [
        _lasting(order, grid, connectivity, dimensions)
        for order, grid in zip(orders, grids, strict=True)
    ]
    matched, unmatched = [], []
    for n, k in enumerate(dimensions):
        images = [
            _image_bars(orders[i], orders[2], grids[i], grids[2], connectivity, k)
            for i in (0, 1)
        ]
        partners = [
            _partners(bars[i][n], images[i], bars[2][n], times[i], times[2])
            for i in (0, 1)
        ]
        to_g = np.full(len(bars[2][n]) + 1, -1)
        has = np.flatnonzero(partners[1] >= 0)
        to_g[partners[1][has]] = has
        partner = to_g[partners[0]]
        found = np.flatnonzero(partner >= 0)
        alone = np.ones(len(bars[1][n]), dtype=bool)
        alone[partner[found]] = False
        matched.append((bars[0][n][found], bars[1][n][partner[found]]))
        unmatched.append((bars[0][n][partner < 0], bars[1][n][alone]))
    return Bunch(
        matched=matched,
        unmatched=unmatched,
        loss=_loss(f.ravel(), g.ravel(), matched, unmatched),
        error=sum(len(pairs) for both in unmatched for pairs in both),
    )


def _lasting(order, grid, connectivity, dimensions):
    """The finite bars of positive lifetime of each dimension."""
    found = grid_pairs(order, grid.shape, connectivity, dimensions)
    values = grid.ravel()
    return [
        pairs.finite[values[pairs.finite[:, 0]] < values[pairs.finite[:, 1]]]
        for pairs in found
    ]


def _image_bars(order, larger_order, grid, larger, connectivity, k):
    """The bars of positive lifetime that one grid has in another."""
    births, deaths = image_persistence_pairs(
        order, larger_order, grid.shape, connectivity, k
    )
    lasts = grid.ravel()[births] < larger.ravel()[deaths]
    return np.column_stack([births[lasts], deaths[lasts]])


def _partners(own, image, between, time, time_between):
    """The bar of min(f, g) that each bar of f, or of g, is matched with, or -1."""
    # Of bars that share an end, the longer ones are matched with the longer ones.
    to_image = _by_end(own, image, 0, -time[own[:, 1]], -time_between[image[:, 1]])
    from_image = _by_end(
        image, between, 1, time[image[:, 0]], time_between[between[:, 0]]
    )
    return np.append(from_image, -1)[to_image]


def _by_end(bars, others, end, shortness, other_shortness):
    """For each bar the other one with the same cell at an end, or -1."""
    key = _keys(bars[:, end], shortness, len(bars) + len(others))
    other_key = _keys(others[:, end], other_shortness, len(bars) + len(others))
    order = np.argsort(other_key)
    place = np.searchsorted(other_key, key, sorter=order)
    found = np.append(order, -1)[place]
    return np.where(np.append(other_key, -1)[found] == key, found, -1)


def _keys(cells, shortness, most):
    """A cell and the place of a bar among those that share it, as one integer."""
    order = np.lexsort((shortness, cells))
    is_first = np.diff(cells[order], prepend=-1) != 0
    start = np.maximum.accumulate(np.where(is_first, np.arange(cells.size), 0))
    place = np.empty(cells.size, dtype=np.int64)
    place[order] = np.arange(cells.size) - start
    return cells.astype(np.int64) * (most + 1) + place


def _loss(f, g, matched, unmatched):
    loss = sum(2 * ((f[bars] - g[others]) ** 2).sum() for bars, others in matched)
    for of_f, of_g in unmatched:
        loss += (np.diff(f[of_f]) ** 2).sum() + (np.diff(g[of_g]) ** 2).sum()
    return float(loss)
