"""Gradients of persistence of random pooled copies: the one place that makes them."""

from functools import reduce

import numpy as np


class PooledGradient:
    """Draw weights, pool the windows, pair the cells, evaluate, and spread back.

    Parameters
    ----------
    filtration : Filtration
        Of pooled copies; its values are the entries of x.
    functionals : dict of {int: callable}
        ``value_and_grad`` of a diagram, for each homology dimension. Their values are
        summed.
    cover : GridCover or VertexCover
    weights : WindowWeights
    shape : tuple of int
        In which the filtration takes a pooled copy.
    essential : {"drop", "extremum"}, default="drop"
    """

    def __init__(
        self, filtration, functionals, cover, weights, shape, essential="drop"
    ):
        self.filtration, self.functionals = filtration, functionals
        self.cover, self.weights = cover, weights
        self.shape, self.essential = shape, essential
        # The same weights again: the last order is of help with the next.
        self._is_drawn, self._cache = False, {}

    def evaluate(self, windows, rngs):
        """The diagrams of some draws: values and gradients in births and deaths.

        Parameters
        ----------
        windows : ndarray of shape (cover.size, cover.width)
        rngs : sequence of numpy.random.Generator
            One for each draw, at most ``weights.n_draws``.

        Returns
        -------
        values : ndarray of shape (n_draws,)
        graded : list of tuple (Bars, ndarray of shape (n_bars, 2))
            For each dimension the bars of all draws, as indices into the flat pooled
            copies, and the gradient in their diagrams.
        """
        if self.weights.is_random or not self._is_drawn:
            self.weights.draw(*rngs)
            self._is_drawn = True
        pooled = self.weights.pool(windows)
        values, graded = np.zeros(len(pooled)), []
        for bars in self.filtration.batch_bars(
            pooled.reshape(len(pooled), *self.shape),
            tuple(self.functionals),
            self.essential,
            None if self.weights.is_random else self._cache,
        ):
            functional = self.functionals[bars.dimension]
            draw = bars.indices[:, 0] // pooled.shape[1]
            lengths = np.bincount(draw, minlength=len(pooled))
            found, grad = functional.batch_value_and_grad(bars.diagram, lengths)
            values += found
            graded.append((bars, grad))
        return values, graded

    def spread(self, slope):
        """Carry a gradient in the flat pooled copies back to pixels.

        Parameters
        ----------
        slope : ndarray of shape (n_draws * cover.size,)

        Returns
        -------
        touched : ndarray of int of shape (n_touched,)
            Where it is not zero.
        grad : ndarray of shape (n_touched, cover.width)
            At the pixels of these windows, ``cover.places[touched % cover.size]``.
        """
        touched = np.flatnonzero(slope)
        return touched, self.weights.spread(touched, slope[touched])

    def __call__(self, windows, rngs):
        """Values of some draws, the touched windows, and the gradients there."""
        values, graded = self.evaluate(windows, rngs)
        slope = reduce(np.add, (bars.scatter(grad) for bars, grad in graded))
        return values, *self.spread(slope)

    def samples(self, windows, rngs):
        """Values and gradients of any number of draws, each by itself.

        Parameters
        ----------
        windows : ndarray of shape (cover.size, cover.width)
        rngs : list of numpy.random.Generator

        Returns
        -------
        list of tuple
            For each draw its value, the blocks of pixels that have a gradient, and
            their gradients; see ``GridCover.blocks``.
        """
        found, step = [], self.weights.n_draws
        if step == 1:
            for rng in rngs:
                (value,), touched, grad = self(windows, [rng])
                found.append((float(value), *self.cover.blocks(touched, grad)))
            return found
        for start in range(0, len(rngs), step):
            values, touched, grad = self(windows, rngs[start : start + step])
            shape = len(values), self.cover.size
            parts = zip(
                values.tolist(),
                _split(touched % self.cover.size, touched, shape),
                _split(grad, touched, shape),
                strict=True,
            )
            found += [(value, *self.cover.blocks(*part)) for value, *part in parts]
        return found


def _split(rows, places, shape):
    """Rows apart for each draw; places in arrays (n_draws, size), draw after draw."""
    n_draws, size = shape
    if n_draws == 1:
        return [rows]
    return np.split(rows, np.searchsorted(places // size, np.arange(1, n_draws)))
