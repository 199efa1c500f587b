"""Kernels between rows and given vectors, and their pullbacks to the rows."""

import numpy as np

KERNELS = ("linear", "poly", "rbf", "sigmoid")


def kernel_and_pullback(kernel, X, vectors, *, gamma, degree=3, coef0=1):
    """The values of a kernel, and the pullback from these to X.

    Parameters
    ----------
    kernel : {"linear", "poly", "rbf", "sigmoid"}
    X : ndarray of shape (n_samples, n_features)
    vectors : ndarray of shape (n_vectors, n_features)
    gamma : float
        As in scikit-learn.
    degree, coef0 : float, default=3, 1
        As in scikit-learn.

    Returns
    -------
    values : ndarray of shape (n_samples, n_vectors)
    pullback : callable
    """
    if kernel == "rbf":
        return _rbf(X, vectors, gamma)
    products = X @ vectors.T
    if kernel == "linear":
        return products, lambda grad: grad @ vectors
    inner = gamma * products + coef0
    if kernel == "poly":
        slope = gamma * degree * inner ** max(degree - 1, 0)
        return inner**degree, lambda grad: (grad * slope) @ vectors
    values = np.tanh(inner)
    return values, lambda grad: (grad * gamma * (1 - values**2)) @ vectors


def _rbf(X, vectors, gamma):
    square_distances = X @ vectors.T
    square_distances *= -2
    square_distances += np.einsum("ij,ij->i", X, X)[:, None]
    square_distances += np.einsum("ij,ij->i", vectors, vectors)
    values = np.exp(-gamma * square_distances)

    def pullback(grad):
        grad = grad * values
        return 2 * gamma * (grad @ vectors - grad.sum(axis=1)[:, None] * X)

    return values, pullback
