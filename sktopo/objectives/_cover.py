"""Covers of grids and of vertices by windows, and random weights on them."""

import math

import numpy as np

_N_STEPS = 2**16  # of quick uniform numbers


class _Cover:
    """What both kinds of covers share: windows that name their places."""

    def laid_out(self, values):
        """The values in the order of ``layout``, 0 where it is empty."""
        return np.append(values.ravel(), 0)[self.layout]

    def windows(self, laid_out):
        """The values of every window, (size, width)."""
        return laid_out.take(self.places)


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
        Pixels from one window to the next; None for as many as a window has. With
        fewer the windows overlap.

    Attributes
    ----------
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
        axes = [_axis_windows(n, pool_size, stride) for n in shape]
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

    def grid(self, laid_out, shape):
        """Back from ``laid_out``."""
        grid = np.empty(math.prod(shape) + 1, dtype=laid_out.dtype)
        grid[self.layout] = laid_out
        return grid[:-1].reshape(shape)

    def windows(self, laid_out):
        """The pixels of every window, (size, width): a view where none overlap."""
        if self._is_partition:
            return laid_out.reshape(self.size, self.width)
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
        return blocks, total[:, None]


def _axis_windows(n, pool_size, stride):
    """Pixels of the windows along one axis, those past the end included."""
    n_windows = 1 + max(0, math.ceil((n - pool_size) / stride))
    starts = stride * np.arange(n_windows)
    return starts[:, None] + np.arange(min(pool_size, n))


class Smear:
    """One draw of weights for the windows of a cover, and of noise on their pixels.

    Parameters
    ----------
    weights : ndarray of float32 of shape (size, width)
        Zero where a window has no pixel.
    totals : ndarray of shape (size,)
        Their sums. One division for each window is cheaper than one for each pixel.
    offsets : ndarray of float32 of shape (size,) or float
        The weighted sums of the noise.
    """

    def __init__(self, weights, totals, offsets):
        self._weights, self._totals, self._offsets = weights, totals, offsets

    def pool(self, windows):
        """Weighted means of windows of shape (size, width), noise included."""
        sums = np.einsum("bk,bk->b", self._weights, windows)
        return (sums + self._offsets) / self._totals

    def spread(self, touched, grad):
        """The transpose, for a gradient that is zero but at some windows.

        Parameters
        ----------
        touched : ndarray of int of shape (n_touched,)
        grad : ndarray of shape (n_touched,)

        Returns
        -------
        ndarray of shape (n_touched, width)
        """
        return (grad / self._totals[touched])[:, None] * self._weights[touched]


class Smearing:
    """Random weighted means of the windows of a cover, with noise, from fresh draws.

    Parameters
    ----------
    cover : GridCover or VertexCover
    pooling : {"mean", "vertex", "simplex", "uniform"}
        Where the weights of a window lie on their simplex: at its centre, at a vertex,
        uniform on it (exponentials, normalised), or closer to the centre (uniform
        numbers, normalised).
    noise : float
        Every pixel has uniform noise between -noise and noise.
    dtype : type, default=numpy.float32
        Of the sums of the weights. With float64 the weights of a window sum to one as
        closely as numbers can, and a constant stays what it is.
    """

    def __init__(self, cover, pooling, noise, dtype=np.float32):
        # With one pixel for each window nothing is left to draw.
        self._pooling = pooling if cover.width > 1 else "mean"
        self._cover, self._noise, self._dtype = cover, noise, dtype
        self.is_random = noise > 0 or self._pooling != "mean"

    def __call__(self, rng):
        """Draw a Smear."""
        cover = self._cover
        weights = self._draw_weights((cover.size, cover.width), rng, cover.inside)
        totals = np.einsum("bk->b", weights, dtype=self._dtype)
        offsets = 0.0
        if self._noise:
            steps = cover.windows(_steps(cover.layout.size, rng))
            offsets = self._weighted_noise(weights, totals, steps)
        return Smear(weights, totals, offsets)

    def _draw_weights(self, shape, rng, inside=None):
        draws = _DRAWS[self._pooling](shape, rng)
        if inside is not None:
            draws *= inside
        if self._pooling != "vertex":
            return draws
        weights = np.zeros(shape, dtype=np.float32)
        weights[np.arange(shape[0]), draws.argmax(axis=1)] = 1
        return weights

    def _weighted_noise(self, weights, totals, steps):
        """Weighted sums of noise in 2^16 steps, which is scaled once for a window."""
        sums = np.einsum("bk,bk->b", weights, steps)
        sums *= np.float32(2 * self._noise / _N_STEPS)
        return sums + totals * np.float32(self._noise * (1 / _N_STEPS - 1))


class BankedSmearing(Smearing):
    """The same, but every window takes its weights and noise from a bank drawn once.

    Windows that are smaller, at the edges, draw afresh; where windows overlap, each has
    noise of its own.

    Parameters
    ----------
    cover : GridCover
    pooling : {"mean", "vertex", "simplex", "uniform"}
    noise : float
    n_weightings : int
        Size of the bank.
    rng : numpy.random.Generator
    """

    def __init__(self, cover, pooling, noise, n_weightings, rng):
        super().__init__(cover, pooling, noise)
        shape = (n_weightings, cover.width)
        weights = self._draw_weights(shape, rng)
        weights /= weights.sum(axis=1, keepdims=True)
        self._bank = weights
        self._bank_offsets = np.zeros(n_weightings, dtype=np.float32)
        if noise:
            totals = np.ones(n_weightings, dtype=np.float32)
            self._bank_offsets = self._weighted_noise(
                weights, totals, _steps(shape, rng)
            )
        self._small = None
        if cover.inside is not None:
            self._small = np.flatnonzero(~cover.inside.all(axis=1))

    def __call__(self, rng):
        """Draw a Smear."""
        size = self._cover.size
        which = rng.integers(len(self._bank), size=size, dtype=np.uint32)
        weights, offsets = self._bank.take(which, axis=0), self._bank_offsets[which]
        totals = np.ones(size, dtype=np.float32)
        if self._small is not None:
            small, inside = self._small, self._cover.inside[self._small]
            afresh = self._draw_weights(inside.shape, rng, inside)
            weights[small] = afresh
            totals[small] = afresh.sum(axis=1)
            if self._noise:
                offsets[small] = self._weighted_noise(
                    afresh, totals[small], _steps(inside.shape, rng)
                )
        return Smear(weights, totals, offsets)


def _ones(shape, rng):
    return np.ones(shape, dtype=np.float32)


def _uniform(shape, rng):
    return rng.random(shape, dtype=np.float32)


def _steps(shape, rng):
    """Uniform integers from 0 to 2^16 - 1 as float32; four for one draw of 64 bits."""
    n = math.prod(shape) if isinstance(shape, tuple) else shape
    # Unlike raw draws these leave other threads at work.
    bits = rng.integers(2**64, size=-(-n // 4), dtype=np.uint64)
    bits = bits.astype("<u8", copy=False)
    return bits.view("<u2")[:n].astype(np.float32).reshape(shape)


def _quick_uniform(shape, rng):
    """Uniform numbers of 16 bits, up to a factor; none is zero."""
    numbers = _steps(shape, rng)
    numbers += np.float32(0.5)
    return numbers


def _exponential(shape, rng):
    draws = rng.standard_exponential(shape, dtype=np.float32)
    draws += np.float32(1e-30)  # one in 2^23 is zero, which may be all of a window
    return draws


# The largest of independent numbers stands at a random place.
_DRAWS = {
    "mean": _ones,
    "vertex": _uniform,
    "simplex": _exponential,
    "uniform": _quick_uniform,
}
POOLINGS = tuple(_DRAWS)
