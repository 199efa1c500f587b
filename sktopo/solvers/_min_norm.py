"""The shortest vector in the convex hull of a few."""

import numpy as np
from scipy.optimize import nnls

from sktopo._arrays import as_float64


def min_norm_weights(vectors):
    """Weights w >= 0 of sum 1 for which ``w @ vectors`` is shortest.

    Of gradients at nearby points this is the direction of steepest descent that holds
    for all of them [1]_; orthogonal ones get weights proportional to ``1 / |g_i|^2``.

    Parameters
    ----------
    vectors : ndarray of shape (n_vectors, ...)

    Returns
    -------
    ndarray of shape (n_vectors,)

    Notes
    -----
    The least squares problem ``[vectors.T; 1] u = [0; 1]`` in u >= 0 has a solution
    proportional to them.

    References
    ----------
    .. [1] J. V. Burke, A. S. Lewis and M. L. Overton, "A robust gradient sampling
       algorithm for nonsmooth, nonconvex optimization", SIAM Journal on Optimization 15
       (2005), :doi:`10.1137/030601296`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.solvers import min_norm_weights
    >>> min_norm_weights(np.array([[1.0, 0.0], [0.0, 2.0]]))
    array([0.8, 0.2])
    """
    flat = as_float64(vectors, "vectors of min_norm_weights", finite=True)
    if flat.ndim == 0 or len(flat) == 0:
        raise ValueError(
            "vectors of min_norm_weights must have shape (n_vectors, ...) with one "
            f"vector at least. Got shape {flat.shape}."
        )
    flat = flat.reshape(len(flat), -1)
    size = np.abs(flat).max(initial=0.0)
    n = len(flat)
    if size == 0:
        return np.full(n, 1 / n)
    system = np.zeros((flat.shape[1] + 1, n + 1))
    system[:-1, :n] = flat.T / size
    system[-1] = 1
    # Its triangular factor says as much, in n x n numbers.
    factor = np.linalg.qr(system, mode="r")
    weights, _ = nnls(factor[:, :n], factor[:, n])
    return weights / weights.sum()
