"""Covers of grids and of vertices by windows."""

import math

import numpy as np


class _Cover:
    """What both kinds of covers share: windows that name their places."""

    def laid_out(self, values):
        """The values in the order of ``layout``, 0 where it is empty."""
        return np.append(values.ravel(), 0)[self.layout]

    def windows(self, laid_out):
        """The values of every window, (..., size, width)."""
        return laid_out.take(self.places, axis=-1)

    def summed(self, touched, spread):
        """Sums over windows at every place of the layout: of some, (n, width)."""
        places = self.places[touched].ravel()
        return np.bincount(places, spread.ravel(), self.layout.size)


class VertexCover(_Cover):
    """Windows that are sets of vertices, of any sizes.

    Parameters
    ----------
    sets : list of ndarray of int
        Distinct vertices each, at least one.
    n_vertices : int

    Attributes
    ----------
    size : int
        Number of windows.
    width : int
        Vertices of the largest window.
    layout : ndarray of shape (n_vertices + 1,)
        Which vertex stands at each place of the array that ``windows`` takes; the last
        place stays empty.
    places : ndarray of shape (size, width)
        For each window the places of its vertices, then the empty place.
    inside : ndarray of bool of shape (size, width), or None
        Where windows have vertices; None where all are of one size.
    """

    def __init__(self, sets, n_vertices):
        sizes = np.array([len(one) for one in sets])
        self.size, self.width = len(sets), int(sizes.max())
        self.layout = np.arange(n_vertices + 1)
        inside = np.arange(self.width) < sizes[:, None]
        self.places = np.full(inside.shape, n_vertices)
        self.places[inside] = np.concatenate(sets)
        self.inside = None if inside.all() else inside


class GridCover(_Cover):
    """Windows of some pixels along each axis, the last ones smaller where need be.

    Parameters
    ----------
    shape : tuple of int
        Of the grid.
    pool_size : int
        Pixels of a window along each axis.
    stride : int or None, default=None
        Pixels from one window to the next, at most ``pool_size``; None for as many as a
        window has. With fewer the windows overlap.

    Attributes
    ----------
    pixel_shape : tuple of int
        Of the grid.
    shape : tuple of int
        Windows along each axis.
    size : int
        Number of windows.
    width : int
        Pixels of a whole window.
    layout : ndarray of shape (n_places,)
        Which pixel stands at each place of the array that ``windows`` takes, or the
        number of pixels for a place that stays empty.
    places : ndarray of shape (size, width)
        For each window the places of its pixels.
    inside : ndarray of bool of shape (size, width), or None
        Where windows have pixels; None where all are whole.
    block : int
        Neighbouring places that only ever have a gradient together: those of a window,
        or 1 where windows overlap.
    """

    def __init__(self, shape, pool_size, stride=None):
        stride = pool_size if stride is None else stride
        if not 1 <= stride <= pool_size:
            raise ValueError(
                f"The 'stride' parameter of GridCover must be in the range [1, "
                f"{pool_size}], its pool_size. Got {stride} instead."
            )
        axes = [_axis_windows(n, pool_size, stride) for n in shape]
        self.pixel_shape = tuple(shape)
        self.shape = tuple(len(windows) for windows in axes)
        self.size = math.prod(self.shape)
        n_pixels = math.prod(shape)
        pixels, inside = np.zeros((1, 1), dtype=np.intp), np.ones((1, 1), dtype=bool)
        for n, windows in zip(shape, axes, strict=True):
            # One axis after the other: a window is a product of windows of the axes.
            here = np.minimum(windows, n - 1)
            pixels = pixels[:, None, :, None] * n + here[None, :, None, :]
            inside = inside[:, None, :, None] & (windows < n)[None, :, None, :]
            rows = pixels.shape[0] * pixels.shape[1]
            pixels, inside = pixels.reshape(rows, -1), inside.reshape(rows, -1)
        self.width = pixels.shape[1]
        self.inside = None if inside.all() else inside
        pixels[~inside] = n_pixels
        self._is_partition = stride == pool_size
        self.block = self.width if self._is_partition else 1
        if self._is_partition:
            self.layout = pixels.ravel()
            self.places = np.arange(pixels.size).reshape(pixels.shape)
        else:
            self.layout = np.arange(n_pixels + 1)
            self.places = pixels

    def grid(self, laid_out):
        """Back from ``laid_out``."""
        grid = np.empty(math.prod(self.pixel_shape) + 1, dtype=laid_out.dtype)
        grid[self.layout] = laid_out
        return grid[:-1].reshape(self.pixel_shape)

    def windows(self, laid_out):
        """The pixels of every window, (..., size, width): a view where none overlap."""
        if self._is_partition:
            return laid_out.reshape(*laid_out.shape[:-1], self.size, self.width)
        return super().windows(laid_out)

    def blocks(self, touched, grad):
        """A gradient at the pixels of some windows as one at distinct blocks.

        Parameters
        ----------
        touched : ndarray of int of shape (n_touched,)
            Windows.
        grad : ndarray of shape (n_touched, width)

        Returns
        -------
        blocks : ndarray of int of shape (n_blocks,)
        grad : ndarray of shape (n_blocks, block)
        """
        if self._is_partition:
            return touched, grad
        blocks, place = np.unique(self.places[touched], return_inverse=True)
        total = np.bincount(place.ravel(), grad.ravel(), blocks.size)
        # Of nothing the counts are integers.
        return blocks, total[:, None].astype(np.float64, copy=False)


def _axis_windows(n, pool_size, stride):
    """Pixels of the windows along one axis, those past the end included."""
    n_windows = 1 + max(0, math.ceil((n - pool_size) / stride))
    starts = stride * np.arange(n_windows)
    return starts[:, None] + np.arange(min(pool_size, n))
