"""Smallest spheres through the vertices of simplices."""

import numpy as np

# A simplex is flat where a height is this small against its longest side.
_COSPHERICAL = 1e-7  # relative, of squared distances from a centre that are equal
_FLAT = 1e-12


def circumcentres(corners):
    """Circumcentres of simplices and their barycentric coordinates.

    Parameters
    ----------
    corners : ndarray of shape (n_simplices, k + 1, n_coordinates)

    Returns
    -------
    centre : ndarray of shape (n_simplices, n_coordinates)
    weights : ndarray of shape (n_simplices, k + 1)
        They sum to 1, and ``centre`` is the weighted sum of the corners. A flat simplex
        has the centre of least norm, inside its plane.
    """
    sides = corners[:, 1:] - corners[:, :1]
    half_square = (sides**2).sum(axis=2) / 2
    # With V = sides and V^T = QR: c - x_0 = Q y, where R^T y = half_square, and the
    # coordinates of c solve R l = y. The Gram matrix would square the condition.
    q, r = np.linalg.qr(sides.transpose(0, 2, 1))
    heights = np.abs(np.einsum("nii->ni", r))
    size = np.abs(sides).max(axis=(1, 2), initial=0.0)
    flat = heights.min(axis=1, initial=np.inf) <= _FLAT * size
    y = np.empty(half_square.shape)
    inner = np.empty(half_square.shape)
    if not flat.all():
        upper = r[~flat]
        right = half_square[~flat][:, :, None]
        solved = np.linalg.solve(upper.transpose(0, 2, 1), right)
        y[~flat] = solved[:, :, 0]
        inner[~flat] = np.linalg.solve(upper, solved)[:, :, 0]
    offset = np.einsum("ndi,ni->nd", q, y)
    if flat.any():
        inverse = np.linalg.pinv(sides[flat], rcond=1e-9)
        offset[flat] = np.einsum("ndi,ni->nd", inverse, half_square[flat])
        inner[flat] = np.einsum("ndi,nd->ni", inverse, offset[flat])
    weights = np.empty((len(corners), inner.shape[1] + 1))
    weights[:, 0] = 1 - inner.sum(axis=1)
    weights[:, 1:] = inner
    return corners[:, 0] + offset, weights


def squared_radii(corners):
    """Of the smallest spheres through the corners; inf where there is none.

    Parameters
    ----------
    corners : ndarray of shape (n_simplices, k + 1, n_coordinates)
    """
    centre, _ = circumcentres(corners)
    squares = ((corners - centre[:, None]) ** 2).sum(axis=2)
    largest = squares.max(axis=1)
    is_sphere = np.ptp(squares, axis=1) <= _COSPHERICAL * largest
    return np.where(is_sphere, largest, np.inf)
