"""Convolutions that keep the size of an image, and their gradients.

Images of shape (n_channels, n_images, h, w) are put one behind the other with margins
of zeros, so that a shift of them all is a slice of one long row.
"""

import numpy as np
from sklearn.utils import gen_batches

_PIXELS = 2**14  # that are gathered at a time, so that they stay in the cache


def convolve(images, kernels):
    """Cross-correlate with kernels, zeros around the images.

    Parameters
    ----------
    images : ndarray of shape (n_in, n_images, h, w)
    kernels : ndarray of shape (k, k, n_in, n_out)
        k is odd.

    Returns
    -------
    ndarray of shape (n_out, n_images, h, w)
    """
    height, width = images.shape[2:]
    cuts = gen_batches(images.shape[1], max(1, _PIXELS // (height * width)))
    return np.concatenate([_convolve(images[:, cut], kernels) for cut in cuts], axis=1)


def _convolve(images, kernels):
    size, _, n_in, n_out = kernels.shape
    rows, shape = _long_rows(images, size // 2)
    inner, shifts = _shifts(size, shape[3], rows.shape[1])
    found = np.zeros((n_out, rows.shape[1]))
    # What is shifted is what has fewer channels.
    if n_in <= n_out:
        shifted = np.concatenate([rows[:, shift] for shift in shifts])
        found[:, inner] = kernels.reshape(-1, n_out).T @ shifted
    else:
        weights = kernels.transpose(0, 1, 3, 2).reshape(-1, n_in)
        products = (weights @ rows).reshape(len(shifts), n_out, -1)
        for product, shift in zip(products, shifts, strict=True):
            found[:, inner] += product[:, shift]
    return _without_margin(found.reshape(-1, *shape[1:]), size // 2)


def pull_kernels(grad, images, size):
    """Carry a gradient in the result back to the kernels."""
    rows, shape = _long_rows(images, size // 2)
    grad_rows, _ = _long_rows(grad, size // 2)
    inner, shifts = _shifts(size, shape[3], rows.shape[1])
    found = [rows[:, shift] @ grad_rows[:, inner].T for shift in shifts]
    return np.reshape(found, (size, size, len(images), len(grad)))


def pull_images(grad, kernels):
    """Carry a gradient in the result back to the images."""
    return convolve(grad, kernels[::-1, ::-1].swapaxes(2, 3))


def _long_rows(images, margin):
    padded = np.pad(images, ((0, 0), (0, 0), (margin, margin), (margin, margin)))
    return padded.reshape(len(images), -1), padded.shape


def _shifts(size, width, length):
    """Where the result lies, and for each place of a kernel what it is multiplied by.

    A shift out of an image ends in the margin, which is cut off.
    """
    reach = size // 2 * (width + 1)
    starts = [i * width + j for i in range(size) for j in range(size)]
    return slice(reach, length - reach), [
        slice(start, start + length - 2 * reach) for start in starts
    ]


def _without_margin(images, margin):
    rows, columns = (slice(margin, n - margin) for n in images.shape[2:])
    return images[:, :, rows, columns]
