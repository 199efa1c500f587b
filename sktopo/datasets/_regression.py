"""Linear regression whose true weights have a topology."""

import math
import numbers

import numpy as np
from sklearn.utils import check_random_state

from sktopo._validation import check_int

_NOISE = math.sqrt(0.05)
_VALUES = {"clusters": (1.0, 2.0, 3.0), "signs": (-1.0, 0.0, 1.0)}


def make_structured_regression(
    n_samples=100,
    weights="clusters",
    *,
    n_features=100,
    noise=_NOISE,
    random_state=None,
):
    """Draw a linear regression whose weights form clusters, waves or a ring.

    The features are independent standard normal, and y = X w plus normal noise, as in
    the experiments on regression of [1]_.

    Parameters
    ----------
    n_samples : int >= 1, default=100
        Number of rows.
    weights : {"clusters", "signs", "sawtooth", "boxcar", "ring"}, default="clusters"
        - "clusters": each of the weights is 1, 2 or 3, drawn at random;
        - "signs": each is -1, 0 or 1;
        - "sawtooth": three ramps along a path, ``2 mod(t, 1) - 1`` for t from 0 to 3;
        - "boxcar": -1 and 1 along a path, 1 where ``mod(t, 1) > 0.5``;
        - "ring": an image, 1 on a ring and 0 elsewhere.
    n_features : int, or tuple (height, width), default=100
        Number of weights; the shape of the image for "ring", where an int is the
        length of both sides.
    noise : float >= 0, default=sqrt(0.05)
        Standard deviation of the noise.
    random_state : int, RandomState instance or None, default=None
        Determines features, noise and weights.

    Returns
    -------
    X : ndarray of shape (n_samples, n_weights)
    y : ndarray of shape (n_samples,)
    coef : ndarray of shape (n_weights,)
        The true weights; those of an image row by row.

    Raises
    ------
    ValueError
        If a parameter is none of these.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.1, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> from sktopo.datasets import make_structured_regression
    >>> X, y, coef = make_structured_regression(
    ...     50, "boxcar", n_features=12, random_state=0
    ... )
    >>> X.shape, y.shape
    ((50, 12), (50,))
    >>> coef
    array([-1., -1.,  1.,  1., -1., -1.,  1.,  1., -1., -1.,  1., -1.])
    """
    _check_counts(n_samples, n_features)
    rng = check_random_state(random_state)
    if not isinstance(noise, numbers.Real) or not 0 <= noise < math.inf:
        raise ValueError(
            "The 'noise' parameter of make_structured_regression must be a float in "
            f"the range [0, inf). Got {noise!r} instead."
        )
    coef = _weights(weights, n_features, rng)
    X = rng.normal(size=(n_samples, coef.size))
    return X, X @ coef + noise * rng.normal(size=n_samples), coef


def _weights(kind, n_features, rng):
    if kind == "ring":
        height, width = np.broadcast_to(n_features, 2)
        y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        radius = np.hypot(x, y)
        return ((radius > 0.4) & (radius < 0.65)).astype(np.float64).ravel()
    if not isinstance(n_features, numbers.Integral):
        raise ValueError(
            "The 'n_features' parameter of make_structured_regression must be an int "
            f"for weights={kind!r}. Got {n_features!r} instead."
        )
    if isinstance(kind, str) and kind in _VALUES:
        return rng.choice(_VALUES[kind], size=n_features)
    phase = np.mod(np.linspace(0, 3, n_features), 1)
    if kind == "sawtooth":
        return 2 * phase - 1
    if kind == "boxcar":
        return np.where(phase > 0.5, 1.0, -1.0)
    raise ValueError(
        "The 'weights' parameter of make_structured_regression must be 'clusters', "
        f"'signs', 'sawtooth', 'boxcar' or 'ring'. Got {kind!r} instead."
    )


def _check_counts(n_samples, n_features):
    sides = n_features if isinstance(n_features, tuple) else (n_features,)
    check_int(n_samples, "n_samples", "make_structured_regression", 1)
    if len(sides) > 2 or not all(map(_is_count, sides)):
        raise ValueError(
            "The 'n_features' parameter of make_structured_regression must be an int "
            f"in the range [1, inf), or two for an image. Got {n_features!r} instead."
        )


def _is_count(n):
    return isinstance(n, numbers.Integral) and not isinstance(n, bool) and n >= 1
