"""Images of known persistence, from 0 to 255."""

import math
import numbers

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform
from sklearn.utils import check_random_state

from sktopo._validation import check_int
from sktopo.filtrations import Cubical
from sktopo.persistence import FINITE

_TOP = 255.0


def make_double_well(n=310, *, noise=0.0, random_state=None):
    """Draw a deep and a shallow well that overlap, as in figure III.1 of [1]_.

    The sublevel sets have one finite bar in H0, near (42.5, 171.3), and no hole.

    Parameters
    ----------
    n : int >= 8, default=310
        Height and width of the image.
    noise : float >= 0, default=0.0
        Standard deviation of normal noise on each pixel.
    random_state : int, RandomState instance or None, default=None
        Of the noise.

    Returns
    -------
    ndarray of shape (n, n)
        From 0 to 255 but for the noise.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.datasets import make_double_well
    >>> from sktopo.filtrations import Cubical
    >>> persistence_diagrams(make_double_well(), Cubical())[0].round()
    array([[  0., 255.],
           [ 42., 172.]])
    """
    rng = checked("make_double_well", n, 8, noise, random_state)
    row, column = np.mgrid[:n, :n] / (n - 1)
    deep = np.exp(-((row - 0.6) ** 2 + (column - 0.35) ** 2) / (2 * _DEEP_WIDTH**2))
    flat = np.exp(-((row - 0.6) ** 2 + (column - 0.87) ** 2) / (2 * _FLAT_WIDTH**2))
    depth = deep + _FLAT_DEPTH * flat
    return _TOP * (1 - depth / depth.max()) + noise * rng.normal(size=(n, n))


def make_sampled_circle(n=210, *, n_points=9, jitter=0.3, random_state=None):
    """Draw pits at points along a circle, as in figure III.1 of [1]_.

    The sublevel sets have one long bar in H1, (198, 255): the ring closes late.

    Parameters
    ----------
    n : int >= 8, default=210
        Height and width of the image.
    n_points : int >= 3, default=9
        Pits on the circle.
    jitter : float >= 0, default=0.3
        Standard deviation of a pit's angle, as a share of the angle between two.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    ndarray of shape (n, n)
        From 0 to 255.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.datasets import make_sampled_circle
    >>> from sktopo.filtrations import Cubical
    >>> image = make_sampled_circle(random_state=0)
    >>> persistence_diagrams(image, Cubical())[1][:1].round()
    array([[198., 255.]])
    """
    rng = checked("make_sampled_circle", n, 8, jitter, random_state)
    check_int(n_points, "n_points", "make_sampled_circle", 3)
    row, column = np.mgrid[:n, :n] / (n - 1) - 0.5
    angle = np.arange(n_points) + jitter * rng.normal(size=n_points)
    angle *= 2 * math.pi / n_points
    depth = np.zeros((n, n))
    for a in angle:
        square = (row - 0.42 * np.sin(a)) ** 2 + (column - 0.42 * np.cos(a)) ** 2
        depth += np.exp(-square / (2 * 0.14**2))
    inside = np.hypot(row, column) < 0.42
    height = np.clip((depth.max() - depth) / (depth.max() - depth[inside].min()), 0, 1)
    # Heights are bent so that the ring closes where it should.
    births, deaths = _bars(height, 1).T
    closes = births[np.argmax(deaths - births)]
    return _TOP * height ** (math.log(198 / 255) / math.log(closes))


def make_blobs_with_bridges(n=256, *, n_blobs=15, random_state=None):
    """Draw pits joined by bridges of middling height, as in figure III.1 of [1]_.

    The sublevel sets have one finite bar in H0 for each bridge, with lifetimes from 51
    to 212, and no hole of note.

    Parameters
    ----------
    n : int >= 32, default=256
        Height and width of the image.
    n_blobs : int >= 2, default=15
        One more than there are bridges.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    ndarray of shape (n, n)
        From 0 to 255.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.datasets import make_blobs_with_bridges
    >>> from sktopo.filtrations import Cubical
    >>> image = make_blobs_with_bridges(random_state=0)
    >>> bars = persistence_diagrams(image, Cubical())[0][1:]
    >>> len(bars), (bars[:, 1] - bars[:, 0]).round()[[0, -1]]
    (14, array([212.,  51.]))
    """
    rng = checked("make_blobs_with_bridges", n, 32, 0.0, random_state)
    check_int(n_blobs, "n_blobs", "make_blobs_with_bridges", 2)
    side = math.ceil(math.sqrt(n_blobs))
    cells = rng.permutation(side**2)[:n_blobs]
    centres = np.stack(np.divmod(cells, side), axis=1) + 0.5
    centres = (centres + rng.uniform(-0.12, 0.12, size=centres.shape)) * n / side
    pixels = np.stack(np.mgrid[:n, :n], axis=-1).astype(float)
    image = np.full((n, n), _TOP)
    for bottom, centre in enumerate(centres):
        turn = rng.uniform(0, math.pi)
        axes = np.array(
            [[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]]
        )
        radii = rng.uniform(0.33, 0.45, size=2) * n / side
        distance = np.linalg.norm((pixels - centre.round()) @ axes.T / radii, axis=2)
        image = np.minimum(image, _rise(distance, 0.02 * bottom))
    tree = minimum_spanning_tree(squareform(pdist(centres))).tocoo()
    heights = 51.5 + 161 * np.linspace(0, 1, n_blobs - 1) ** 0.6
    for i, j, height in zip(tree.row, tree.col, rng.permutation(heights), strict=True):
        off = _distance_to_segment(pixels, centres[i].round(), centres[j].round())
        # Flat along its middle, so that some way of pixels is as high as it should be.
        off = np.maximum(off - 1, 0) / (0.1 * n / side)
        image = np.minimum(image, _rise(off, height))
    return image


# Found by trial so that the bar of the shallow well is (42.5, 171.3).
_DEEP_WIDTH, _FLAT_WIDTH, _FLAT_DEPTH = 0.168, 0.113, 0.825


def _rise(distance, low):
    """From ``low`` at 0 up to the top at 1, smoothly."""
    share = np.clip(distance, 0, 1)
    return low + (_TOP - low) * share**2 * (3 - 2 * share)


def _distance_to_segment(pixels, start, end):
    way = end - start
    share = np.clip((pixels - start) @ way / max(way @ way, 1e-12), 0, 1)
    return np.linalg.norm(pixels - start - share[..., None] * way, axis=2)


def _bars(image, dimension):
    """The finite bars of an image."""
    (bars,) = Cubical().build(image).bars(dimension)
    return bars.diagram[bars.kind == FINITE]


def checked(name, n, least, length, random_state):
    """The generator of random numbers, once the parameters are sound."""
    check_int(n, "n", name, least)
    if not isinstance(length, numbers.Real) or not 0 <= length < math.inf:
        raise ValueError(
            f"The floats that {name} takes must be in the range [0, inf). "
            f"Got {length!r} instead."
        )
    return check_random_state(random_state)
