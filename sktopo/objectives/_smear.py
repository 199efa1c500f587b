"""Random weights on the windows of a cover, and noise on their pixels."""

import numpy as np

_N_STEPS = 2**16  # of quick uniform numbers


def precision_for(image):
    """In what to add up the windows of an image: seven digits are mostly enough.

    Parameters
    ----------
    image : ndarray

    Returns
    -------
    numpy.float32, or numpy.float64 for values that are far from zero, huge or tiny
    """
    top = np.abs(image).max()
    is_near = 1e-30 < top < 1e30 and top <= 1e3 * np.ptp(image)
    return np.float32 if is_near else np.float64


class Smear:
    """Random weighted means of the windows of a cover, with noise.

    Its arrays are filled anew by each ``draw``: fresh ones would cost as much as the
    numbers that go into them.

    Parameters
    ----------
    cover : GridCover or VertexCover
    pooling : {"mean", "vertex", "simplex", "uniform"}
        Where the weights of a window lie on their simplex: at its centre, at a vertex,
        uniform on it (exponentials, normalised), or closer to the centre (uniform
        numbers, normalised).
    noise : float
        Every pixel has uniform noise between -noise and noise.
    n_draws : int, default=1
        Number of means of each window, at most.
    dtype : type, default=numpy.float32
        Of the sums of the weights. With float64 the weights of a window sum to one as
        closely as numbers can, and a constant stays what it is.

    Attributes
    ----------
    is_random : bool
        Whether there is anything to draw.
    """

    def __init__(self, cover, pooling, noise, n_draws=1, dtype=np.float32):
        # With one pixel for each window nothing is left to draw.
        self._pooling = pooling if cover.width > 1 else "mean"
        self._cover, self._noise = cover, noise
        self.is_random = noise > 0 or self._pooling != "mean"
        self._n_drawn = 0
        # One division for each window is cheaper than one for each pixel.
        self._rooms = {
            "_weights": np.empty((n_draws, cover.size, cover.width), dtype=np.float32),
            "_totals": np.empty((n_draws, cover.size), dtype=dtype),
            "_offsets": np.zeros((n_draws, cover.size), dtype=np.float32),
            "_steps": np.empty(
                (n_draws, cover.layout.size if noise else 0), dtype=np.float32
            ),
        }

    def draw(self, *rngs):
        """Draw weights and noise.

        Parameters
        ----------
        *rngs : numpy.random.Generator
            One for each draw, which depends on no other.

        Returns
        -------
        self
        """
        if len(rngs) != self._n_drawn:
            self._n_drawn = len(rngs)
            for name, room in self._rooms.items():
                setattr(self, name, room[: len(rngs)])
        self._draw(rngs)
        return self

    def _draw(self, rngs):
        _fill(self._weights, self._pooling, rngs, self._cover.inside)
        # Few long calls, of all draws at once, leave other threads at work.
        dtype = self._totals.dtype
        np.einsum("nbk->nb", self._weights, dtype=dtype, out=self._totals)
        if self._noise:
            for steps, rng in zip(self._steps, rngs, strict=True):
                _draw_steps(steps, rng)
            windows = self._cover.windows(self._steps)
            self._offsets[:] = _weighted_noise(
                self._weights, self._totals, windows, self._noise
            )

    def pool(self, windows):
        """Weighted means of windows, noise included.

        Parameters
        ----------
        windows : ndarray of shape (size, width)

        Returns
        -------
        ndarray of shape (n_draws, size)
        """
        dtype = np.result_type(windows, self._totals)
        pooled = np.empty(self._totals.shape, dtype=dtype)
        np.einsum("nbk,bk->nb", self._weights, windows, out=pooled)
        pooled += self._offsets
        pooled /= self._totals
        return pooled

    def spread(self, touched, grad):
        """The transpose, for a gradient that is zero but at some windows.

        Parameters
        ----------
        touched : ndarray of int of shape (n_touched,)
            Places in what ``pool`` returns, flat.
        grad : ndarray of shape (n_touched,)

        Returns
        -------
        ndarray of shape (n_touched, width)
        """
        weights = self._weights.reshape(-1, self._weights.shape[2])
        return (grad / self._totals.ravel()[touched])[:, None] * weights[touched]


class BankedSmear(Smear):
    """The same, but every window takes its weights and noise from a bank drawn once.

    Windows that are smaller, at the edges, draw afresh; where windows overlap, each has
    noise of its own.

    Parameters
    ----------
    cover : GridCover
    pooling : {"mean", "vertex", "simplex", "uniform"}
    noise : float
    bank : WeightingBank
    n_draws : int, default=1
    dtype : type, default=numpy.float32
    """

    def __init__(self, cover, pooling, noise, bank, n_draws=1, dtype=np.float32):
        super().__init__(cover, pooling, noise, n_draws, dtype)
        self._bank, self._small = bank, None
        if cover.inside is not None:
            self._small = np.flatnonzero(~cover.inside.all(axis=1))

    def _draw(self, rngs):
        bank, is_exact = self._bank, self._totals.dtype == np.float64
        self._totals[:] = 1
        for k, rng in enumerate(rngs):
            size = self._cover.size
            which = rng.integers(len(bank.weights), size=size, dtype=np.uint32)
            bank.weights.take(which, axis=0, out=self._weights[k], mode="clip")
            bank.offsets.take(which, out=self._offsets[k], mode="clip")
            if is_exact:
                bank.totals.take(which, out=self._totals[k], mode="clip")
        if self._small is not None:
            self._draw_small(rngs)

    def _draw_small(self, rngs):
        small, inside = self._small, self._cover.inside[self._small]
        weights = np.empty((len(rngs), *inside.shape), dtype=np.float32)
        _fill(weights, self._pooling, rngs, inside)
        totals = weights.sum(axis=-1, dtype=self._totals.dtype)
        self._weights[:, small], self._totals[:, small] = weights, totals
        if self._noise:
            steps = np.empty_like(weights)
            for one, rng in zip(steps, rngs, strict=True):
                _draw_steps(one, rng)
            offsets = _weighted_noise(weights, totals, steps, self._noise)
            self._offsets[:, small] = offsets


class WeightingBank:
    """Weights for whole windows, and weighted sums of noise, to choose from.

    Parameters
    ----------
    width : int
        Pixels of a window.
    pooling : {"mean", "vertex", "simplex", "uniform"}
    noise : float
    size : int
        Number of weightings.
    rng : numpy.random.Generator

    Attributes
    ----------
    weights : ndarray of float32 of shape (size, width)
        Rows sum to one, as closely as float32 can.
    totals : ndarray of float64 of shape (size,)
        Their sums.
    offsets : ndarray of float32 of shape (size,)
    """

    def __init__(self, width, pooling, noise, size, rng):
        weights = np.empty((1, size, width), dtype=np.float32)
        _fill(weights, pooling, [rng], None)
        weights /= weights.sum(axis=-1, keepdims=True)
        offsets = np.zeros((1, size), dtype=np.float32)
        if noise:
            steps = np.empty_like(weights)
            _draw_steps(steps, rng)
            totals = np.ones_like(offsets)
            offsets = _weighted_noise(weights, totals, steps, noise)
        self.weights, self.offsets = weights[0], offsets[0]
        self.totals = self.weights.sum(axis=-1, dtype=np.float64)


def _weighted_noise(weights, totals, steps, noise):
    """Weighted sums of noise in 2^16 steps, which is scaled once for a window."""
    sums = np.einsum("nbk,nbk->nb", weights, steps)
    sums *= np.float32(2 * noise / _N_STEPS)
    return sums + totals * np.float32(noise * (1 / _N_STEPS - 1))


def _fill(weights, pooling, rngs, inside):
    """Fill an array with weights of windows, each window's of any positive sum."""
    draw, offset = _DRAWS[pooling]
    for one, rng in zip(weights, rngs, strict=True):
        draw(one, rng)
    if offset:
        weights += np.float32(offset)
    if inside is not None:
        weights *= inside
    if pooling == "vertex":
        # The largest of independent numbers stands at a random place.
        largest = weights.argmax(axis=-1)[..., None]
        weights.fill(0)
        np.put_along_axis(weights, largest, 1, axis=-1)


def _draw_steps(out, rng):
    """Uniform integers from 0 to 2^16 - 1; four for one draw of 64 bits."""
    # Unlike raw draws these leave other threads at work.
    bits = rng.integers(2**64, size=-(-out.size // 4), dtype=np.uint64)
    bits = bits.astype("<u8", copy=False)
    out[...] = bits.view("<u2")[: out.size].reshape(out.shape)


def _draw_ones(out, rng):
    out.fill(1)


def _draw_uniform(out, rng):
    rng.random(out=out, dtype=np.float32)


def _draw_exponential(out, rng):
    rng.standard_exponential(out=out, dtype=np.float32)


# How weights are drawn, and what is added: exponentials are zero once in 2^23 times,
# which may be all of a window.
_DRAWS = {
    "mean": (_draw_ones, 0),
    "vertex": (_draw_uniform, 0),
    "simplex": (_draw_exponential, 1e-30),
    "uniform": (_draw_steps, 0.5),
}
POOLINGS = tuple(_DRAWS)
