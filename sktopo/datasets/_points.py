"""Point clouds of known shape."""

import math
import numbers

import numpy as np
from sklearn.utils import check_random_state

from sktopo._validation import check_int


def make_two_clusters(n_samples=100, *, distance=2.0, spread=0.08, random_state=None):
    """Draw two round clusters in the plane, as in figure 1(a) of [1]_.

    Parameters
    ----------
    n_samples : int >= 1, default=100
        Number of points; the first cluster has the odd one.
    distance : float >= 0, default=2.0
        Distance between the centres.
    spread : float >= 0, default=0.08
        Standard deviation of a cluster along each axis.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    labels : ndarray of shape (n_samples,)
        0 for the cluster on the left, 1 for the other.

    References
    ----------
    .. [1] P. Corcoran and B. Deng, "Regularization of Persistent Homology Gradient
       Computation", 2020, :doi:`10.48550/arXiv.2011.05804`.

    Examples
    --------
    >>> from sktopo.datasets import make_two_clusters
    >>> X, labels = make_two_clusters(7, random_state=0)
    >>> X.shape, labels
    ((7, 2), array([0, 0, 0, 0, 1, 1, 1]))
    """
    rng = _checked(make_two_clusters, n_samples, random_state, distance, spread)
    labels = np.repeat([0, 1], [(n_samples + 1) // 2, n_samples // 2])
    X = spread * rng.normal(size=(n_samples, 2))
    X[:, 0] += distance * (labels - 0.5)
    return X, labels


def make_horseshoe(
    n_samples=300, *, radius=3.0, width=0.8, opening=0.4, random_state=None
):
    """Draw a band along a circle with a gap on its right, as in figure 1(d) of [1]_.

    Parameters
    ----------
    n_samples : int >= 1, default=300
    radius : float >= 0, default=3.0
        Of the middle of the band.
    width : float >= 0, default=0.8
        Of the band, which is filled evenly.
    opening : float >= 0, default=0.4
        Angle of the gap in radians.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    angle : ndarray of shape (n_samples,)
        Where each point lies along the band, in [opening / 2, 2 pi - opening / 2].

    References
    ----------
    .. [1] P. Corcoran and B. Deng, "Regularization of Persistent Homology Gradient
       Computation", 2020, :doi:`10.48550/arXiv.2011.05804`.

    Examples
    --------
    >>> from sktopo.datasets import make_horseshoe
    >>> X, angle = make_horseshoe(300, random_state=0)
    >>> bool(((angle > 0.2) & (angle < 6.09)).all())
    True
    """
    rng = _checked(make_horseshoe, n_samples, random_state, radius, width, opening)
    angle = rng.uniform(opening / 2, 2 * math.pi - opening / 2, n_samples)
    inner, outer = max(radius - width / 2, 0.0), radius + width / 2
    # Areas grow with the square of the radius.
    r = np.sqrt(rng.uniform(inner**2, outer**2, n_samples))
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)]), angle


def make_noisy_circle(n_samples=200, *, radius=1.0, noise=0.05, random_state=None):
    """Draw points on a circle, displaced by normal noise.

    Parameters
    ----------
    n_samples : int >= 1, default=200
    radius : float >= 0, default=1.0
    noise : float >= 0, default=0.05
        Standard deviation of the noise along each axis.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
    angle : ndarray of shape (n_samples,)
        Where each point lay on the circle, in [0, 2 pi).

    Examples
    --------
    >>> from sktopo.datasets import make_noisy_circle
    >>> X, angle = make_noisy_circle(50, noise=0.0, random_state=0)
    >>> (X**2).sum(axis=1).round(12).min()
    np.float64(1.0)
    """
    rng = _checked(make_noisy_circle, n_samples, random_state, radius, noise)
    angle = rng.uniform(0, 2 * math.pi, n_samples)
    circle = radius * np.column_stack([np.cos(angle), np.sin(angle)])
    return circle + noise * rng.normal(size=(n_samples, 2)), angle


def make_chair(n_samples=1000, *, noise=0.0, random_state=None):
    """Draw points on the surface of a chair: four legs, a seat, and a back with bars.

    The chair stands in the box [-0.5, 0.5] x [-0.5, 0.5] x [0, 2]; its back has two
    posts, a rail on top and a bar below it, so that it has two holes.

    Parameters
    ----------
    n_samples : int >= 1, default=1000
        Spread evenly over the surfaces of the parts.
    noise : float >= 0, default=0.0
        Standard deviation of normal noise along each axis.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    X : ndarray of shape (n_samples, 3)
    part : ndarray of shape (n_samples,)
        The number of the part: 0 the seat, 1 to 4 the legs, 5 and 6 the posts, 7 and 8
        the rail and the bar.

    Examples
    --------
    >>> from sktopo.datasets import make_chair
    >>> X, part = make_chair(500, random_state=0)
    >>> X.shape, int(part.max())
    ((500, 3), 8)
    """
    rng = _checked(make_chair, n_samples, random_state, noise)
    low, high = _CHAIR[:, 0], _CHAIR[:, 1]
    sides = high - low
    # The two faces across each axis have the product of the other two sides.
    areas = 2 * np.prod(sides, axis=1, keepdims=True) / sides
    shares = areas.ravel() / areas.sum()
    part, axis = np.divmod(rng.choice(areas.size, size=n_samples, p=shares), 3)
    X = rng.uniform(low[part], high[part])
    rows = np.arange(n_samples)
    on_top = rng.uniform(size=n_samples) < 0.5
    X[rows, axis] = np.where(on_top, high[part, axis], low[part, axis])
    return X + noise * rng.normal(size=X.shape), part


_LEG = 0.12
_CHAIR = np.array(
    [
        [[-0.5, -0.5, 0.9], [0.5, 0.5, 1.0]],
        [[-0.5, -0.5, 0.0], [-0.5 + _LEG, -0.5 + _LEG, 0.9]],
        [[0.5 - _LEG, -0.5, 0.0], [0.5, -0.5 + _LEG, 0.9]],
        [[-0.5, 0.5 - _LEG, 0.0], [-0.5 + _LEG, 0.5, 0.9]],
        [[0.5 - _LEG, 0.5 - _LEG, 0.0], [0.5, 0.5, 0.9]],
        [[-0.5, 0.5 - _LEG, 1.0], [-0.5 + _LEG, 0.5, 2.0]],
        [[0.5 - _LEG, 0.5 - _LEG, 1.0], [0.5, 0.5, 2.0]],
        [[-0.5 + _LEG, 0.5 - _LEG, 1.88], [0.5 - _LEG, 0.5, 2.0]],
        [[-0.5 + _LEG, 0.5 - _LEG, 1.4], [0.5 - _LEG, 0.5, 1.52]],
    ]
)


def _checked(maker, n_samples, random_state, *lengths):
    """The generator of random numbers, once the parameters are sound."""
    name = maker.__name__
    check_int(n_samples, "n_samples", name, 1)
    if not all(isinstance(x, numbers.Real) and 0 <= x < math.inf for x in lengths):
        raise ValueError(
            f"The lengths that {name} takes must be floats in the range [0, inf). "
            f"Got {lengths} instead."
        )
    return check_random_state(random_state)
