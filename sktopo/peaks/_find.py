"""Peaks of one signal, image or voxel grid."""

from typing import NamedTuple

import numpy as np
from scipy import signal

from sktopo._sklearn_compat import StrOptions, validate_parameter_constraints
from sktopo._validation import NON_NEGATIVE_LEVEL, POSITIVE_INT
from sktopo.filtrations import Cubical
from sktopo.persistence import ESSENTIAL

PEAK_CONSTRAINTS = {
    "min_prominence": [NON_NEGATIVE_LEVEL],
    "superlevel": ["boolean"],
    "connectivity": [StrOptions({"full", "face", "freudenthal"})],
    "rule": [StrOptions({"persistence", "scipy"})],
}
_CONSTRAINTS = {**PEAK_CONSTRAINTS, "n_peaks": [POSITIVE_INT, None]}


class Peaks(NamedTuple):
    """Peaks, the most prominent one first.

    Parameters
    ----------
    places : ndarray of int of shape (n_peaks,) or (n_peaks, n_axes)
        Where the peaks are: indices into a signal, or pixels.
    heights : ndarray of shape (n_peaks,)
        The values there.
    prominences : ndarray of shape (n_peaks,)
        How far each stands out, in the unit of the values.
    saddles : ndarray of int of the shape of ``places``
        The pass to a higher peak; -1 for the highest, which has none.
    saddle_heights : ndarray of shape (n_peaks,)
        The values there; of the highest peak the lowest value of all.
    bases : ndarray of int of shape (n_peaks, 2) or None
        With ``rule="scipy"`` the lowest places on the left and on the right, up to a
        higher peak or to the border; else None.

    Examples
    --------
    >>> from sktopo.peaks import find_peaks
    >>> peaks = find_peaks([0, 6, 1, 4, 3])
    >>> peaks.places.tolist(), peaks.prominences.tolist()
    ([1, 3], [6.0, 3.0])
    """

    places: np.ndarray
    heights: np.ndarray
    prominences: np.ndarray
    saddles: np.ndarray
    saddle_heights: np.ndarray
    bases: np.ndarray | None = None


def find_peaks(
    x,
    min_prominence=0.0,
    n_peaks=None,
    *,
    superlevel=True,
    connectivity="full",
    rule="persistence",
    periodic=False,
    mask=None,
):
    r"""Find peaks and how prominent they are, in one pass for all of them.

    A peak is a local maximum, also on the border; a plateau is one peak, at its first
    cell. Its prominence is its lifetime in the diagram of superlevel sets [1]_,

    .. math:: \text{height} - \text{height of the highest pass to a higher peak},

    and of the highest peak the height above the lowest value of all. Of two peaks of
    the same height that meet, the first one in C order is taken for the higher one.

    Parameters
    ----------
    x : array-like of shape (n,), (h, w) or (d, h, w)
        A signal, an image or a voxel grid.
    min_prominence : float >= 0, default=0.0
        In the unit of x; peaks of at least this prominence are found. A prominence of
        zero is none.
    n_peaks : int >= 1 or None, default=None
        So many of the most prominent ones at most; None is all.
    superlevel : bool, default=True
        Maxima, or with False minima, whose prominence is a depth.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels are neighbours; see :class:`~sktopo.filtrations.Cubical`.
    rule : {"persistence", "scipy"}, default="persistence"
        With "scipy", of signals only, the peaks and prominences are those of
        :func:`scipy.signal.find_peaks`: none on the border, plateaus at their middle,
        and where no peak on a side is higher, the prominence ends at the border. The
        saddle is the higher one of the two bases.
    periodic : bool or tuple of bool, default=False
        Axes whose two ends are neighbours.
    mask : None, "missing" or array-like of bool of the shape of x, default=None
        Pixels that are not there; "missing" are NaN and masked entries of x. Where they
        cut the others into pieces, the highest peak of each has no pass.

    Returns
    -------
    Peaks
        Equal prominences in the order of their height, then of their place.

    Raises
    ------
    ValueError
        If x is no finite array of 1 to 3 axes, looks like a colour image (uint8, with 3
        or 4 entries in the last axis), holds integers beyond 2**53 or a range that
        overflows, or if a parameter cannot be.

    See Also
    --------
    sktopo.PeakFinder : The same for every sample of a batch, as columns.

    References
    ----------
    .. [1] H. Edelsbrunner, D. Letscher and A. Zomorodian, "Topological Persistence and
       Simplification", Discrete & Computational Geometry 28 (2002),
       :doi:`10.1007/s00454-002-2885-2`.

    Examples
    --------
    >>> from sktopo.peaks import find_peaks
    >>> peaks = find_peaks([0, 6, 1, 4, 3])
    >>> peaks.places, peaks.prominences
    (array([1, 3]), array([6., 3.]))
    >>> find_peaks([0, 6, 1, 4, 3], rule="scipy").prominences
    array([5., 1.])

    Of an image, those above a prominence, as pixels:

    >>> find_peaks([[9, 1, 3], [1, 0, 1], [5, 1, 7]], min_prominence=3).places
    array([[0, 0],
           [2, 2],
           [2, 0]])
    """
    params = {
        "min_prominence": min_prominence,
        "n_peaks": n_peaks,
        "superlevel": superlevel,
        "connectivity": connectivity,
        "rule": rule,
    }
    validate_parameter_constraints(_CONSTRAINTS, params, "find_peaks")
    if rule == "scipy" and (mask is not None or np.any(periodic)):
        raise ValueError(
            "The 'rule' parameter of find_peaks must be 'persistence' with a mask or a "
            "periodic axis. Got 'scipy'."
        )
    filtration = Cubical(
        superlevel=superlevel, connectivity=connectivity, periodic=periodic, mask=mask
    )
    try:
        complex_ = filtration.build(x)
    except (TypeError, ValueError, MemoryError) as error:
        raise type(error)(f"find_peaks: {error}") from error
    find = _by_persistence if rule == "persistence" else _by_scipy
    return find(complex_, superlevel, min_prominence, n_peaks)


def _by_persistence(complex_, superlevel, min_prominence, n_peaks):
    (bars,) = complex_.bars(0, "extremum")
    lifetime = np.abs(bars.diagram[:, 0] - bars.diagram[:, 1])
    # Noise has many peaks: those that are not asked for are not put in order.
    kept = np.flatnonzero((lifetime >= min_prominence) & (lifetime > 0))
    birth = bars.diagram[kept, 0]
    keys = bars.indices[kept, 0], -birth if superlevel else birth, -lifetime[kept]
    bars = bars.take(kept[np.lexsort(keys)[:n_peaks]])
    places, saddles = complex_.generators(0, bars.indices)
    saddles[bars.kind == ESSENTIAL] = -1
    heights, saddle_heights = bars.diagram.T
    if places.shape[1] == 1:
        places, saddles = places[:, 0], saddles[:, 0]
    prominences = np.abs(heights - saddle_heights)
    return Peaks(places, heights, prominences, saddles, saddle_heights)


def _by_scipy(complex_, superlevel, min_prominence, n_peaks):
    if len(complex_.shape) != 1:
        raise ValueError(
            "x of find_peaks must be a signal, an array of one axis, with "
            f"rule='scipy'. Got shape {complex_.shape}."
        )
    x = complex_.values.astype(np.float64)
    upward = x if superlevel else -x
    least = max(min_prominence, np.finfo(float).tiny)
    places, found = signal.find_peaks(upward, prominence=least)
    order = np.lexsort([places, -upward[places], -found["prominences"]])[:n_peaks]
    left, right = found["left_bases"][order], found["right_bases"][order]
    saddles = np.where(upward[left] >= upward[right], left, right)
    places, prominences = places[order], found["prominences"][order]
    bases = np.stack([left, right], axis=1)
    return Peaks(places, x[places], prominences, saddles, x[saddles], bases)
