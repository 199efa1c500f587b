"""Derivatives at the vertices of simplices, brought back to the points."""

import numpy as np
from scipy.sparse import csr_array


def rows_on_points(index, vectors, points):
    """A sparse matrix whose row r has the vectors of r at the points that index names.

    Parameters
    ----------
    index : ndarray of shape (n_rows, m)
    vectors : ndarray of shape (n_rows, m, n_coordinates)
    points : ndarray of shape (n_points, n_coordinates)

    Returns
    -------
    csr_array of shape (n_rows, points.size)
    """
    n_rows, m, n_coordinates = vectors.shape
    columns = index[:, :, None] * n_coordinates + np.arange(n_coordinates)
    starts = np.arange(n_rows + 1) * (m * n_coordinates)
    return csr_array(
        (vectors.ravel(), columns.ravel(), starts), shape=(n_rows, points.size)
    )


def spread_on_points(index, vectors, points):
    """Add up vectors (..., n_coordinates) at the points that index (...) names."""
    index = index.ravel()
    vectors = vectors.reshape(index.size, points.shape[1])
    columns = [
        np.bincount(index, weights=vectors[:, c], minlength=len(points))
        for c in range(points.shape[1])
    ]
    return np.stack(columns, axis=1)
