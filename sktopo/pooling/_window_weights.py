"""Random weights on the windows of a cover, and noise on their pixels."""

import numpy as np

_N_STEPS = 2**16  # levels of uniform noise: four fit into one draw of 64 bits


class WindowWeights:
    """Random weighted means of the windows of a cover, with noise.

    Its buffers are filled anew by each ``draw``: fresh arrays would cost as much as the
    numbers that go into them.

    Parameters
    ----------
    cover : GridCover or VertexCover
    weights : {"mean", "vertex", "simplex", "uniform"}
        Where the weights of a window lie on their simplex: at its centre, at a vertex,
        uniform on it (exponentials, normalised), or closer to the centre (uniform
        numbers, normalised).
    max_noise : float
        Every pixel has uniform noise between -max_noise and max_noise.
    n_draws : int, default=1
        Number of means of each window, at most.
    dtype : type, default=numpy.float32
        Of the sums of the weights. With float64 the weights of a window sum to one as
        closely as numbers can, and a constant stays what it is.
    bank : WeightBank or None, default=None
        Where windows take their weights and noise from; those that are smaller, at the
        edges, draw afresh, and where windows overlap each has noise of its own.

    Attributes
    ----------
    n_draws : int
    is_random : bool
        Whether there is anything to draw.
    """

    def __init__(
        self, cover, weights, max_noise, n_draws=1, dtype=np.float32, bank=None
    ):
        # With one pixel for each window nothing is left to draw.
        self._kind = weights if cover.width > 1 else "mean"
        self._cover, self._max_noise, self._bank = cover, max_noise, bank
        self.n_draws = n_draws
        self.is_random = max_noise > 0 or self._kind != "mean"
        self._n_drawn = 0
        # One division for each window is cheaper than one for each pixel.
        self._buffers = {
            "_weights": np.empty((n_draws, cover.size, cover.width), dtype=np.float32),
            "_totals": np.empty((n_draws, cover.size), dtype=dtype),
            "_offsets": np.zeros((n_draws, cover.size), dtype=np.float32),
            "_steps": np.empty(
                (n_draws, cover.layout.size if max_noise else 0), dtype=np.float32
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
            for name, buffer in self._buffers.items():
                setattr(self, name, buffer[: len(rngs)])
        if self._bank is None:
            self._draw_afresh(rngs)
        else:
            self._draw_from_bank(rngs)
        return self

    def _draw_afresh(self, rngs):
        _fill(self._weights, self._kind, rngs, self._cover.inside)
        # Few long calls, of all draws at once, leave other threads at work.
        dtype = self._totals.dtype
        np.einsum("nbk->nb", self._weights, dtype=dtype, out=self._totals)
        if self._max_noise:
            for steps, rng in zip(self._steps, rngs, strict=True):
                _draw_steps(steps, rng)
            windows = self._cover.windows(self._steps)
            self._offsets[:] = _weighted_noise(
                self._weights, self._totals, windows, self._max_noise
            )

    def _draw_from_bank(self, rngs):
        bank, is_exact = self._bank, self._totals.dtype == np.float64
        self._totals[:] = 1
        for k, rng in enumerate(rngs):
            size = self._cover.size
            which = rng.integers(len(bank.weights), size=size, dtype=np.uint32)
            bank.weights.take(which, axis=0, out=self._weights[k], mode="clip")
            bank.offsets.take(which, out=self._offsets[k], mode="clip")
            if is_exact:
                bank.totals.take(which, out=self._totals[k], mode="clip")
        if self._cover.inside is not None:
            self._draw_smaller_windows(rngs)

    def _draw_smaller_windows(self, rngs):
        small = np.flatnonzero(~self._cover.inside.all(axis=1))
        inside = self._cover.inside[small]
        weights = np.empty((len(rngs), *inside.shape), dtype=np.float32)
        _fill(weights, self._kind, rngs, inside)
        totals = weights.sum(axis=-1, dtype=self._totals.dtype)
        self._weights[:, small], self._totals[:, small] = weights, totals
        if self._max_noise:
            self._offsets[:, small] = _drawn_noise(
                weights, totals, self._max_noise, rngs
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


class WeightBank:
    """Weights for whole windows, and weighted sums of noise, to choose from.

    Parameters
    ----------
    width : int
        Pixels of a window.
    weights : {"mean", "vertex", "simplex", "uniform"}
    max_noise : float
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

    def __init__(self, width, weights, max_noise, size, rng):
        kind, weights = weights, np.empty((1, size, width), dtype=np.float32)
        _fill(weights, kind, [rng], None)
        weights /= weights.sum(axis=-1, keepdims=True)
        offsets = np.zeros((1, size), dtype=np.float32)
        if max_noise:
            offsets = _drawn_noise(weights, np.ones_like(offsets), max_noise, [rng])
        self.weights, self.offsets = weights[0], offsets[0]
        self.totals = self.weights.sum(axis=-1, dtype=np.float64)


def _drawn_noise(weights, totals, max_noise, rngs):
    """Weighted sums of noise that is drawn for each entry of each window."""
    steps = np.empty_like(weights)
    for one, rng in zip(steps, rngs, strict=True):
        _draw_steps(one, rng)
    return _weighted_noise(weights, totals, steps, max_noise)


def _weighted_noise(weights, totals, steps, max_noise):
    """Weighted sums of noise in 2^16 steps, which is scaled once for a window."""
    sums = np.einsum("nbk,nbk->nb", weights, steps)
    sums *= np.float32(2 * max_noise / _N_STEPS)
    return sums + totals * np.float32(max_noise * (1 / _N_STEPS - 1))


def _fill(weights, kind, rngs, inside):
    """Fill an array with weights of windows, each window's of any positive sum."""
    draw, offset = _DRAWS[kind]
    for one, rng in zip(weights, rngs, strict=True):
        draw(one, rng)
    if offset:
        weights += np.float32(offset)
    if inside is not None:
        weights *= inside
    if kind == "vertex":
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
WEIGHTS = tuple(_DRAWS)
