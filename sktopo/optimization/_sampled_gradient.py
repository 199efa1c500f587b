"""Gradients of the diagrams of random smears of an image."""

import numpy as np
from sklearn.utils import gen_batches

from sktopo.persistence import grid_pairs, sort_order, stacked_grid_bars


class SampledGradient:
    """The gradients of some samples: smears that are drawn, and pulled back through.

    Parameters
    ----------
    model : STUMPImageOptimizer
    cover : GridCover
    new_smear : callable
        Makes the smear for a number of draws.
    rngs : list of numpy.random.Generator
        One for each sample.
    at_once : int
        Samples that are taken together.
    """

    def __init__(self, model, cover, new_smear, rngs, at_once):
        self._cover, self._rngs = cover, rngs
        self._batches = list(gen_batches(len(rngs), at_once))
        self._smear = new_smear(n_draws=min(len(rngs), at_once))
        if not self._smear.is_random:
            self._smear.draw(*rngs)
        self._pooled_gradient = PooledGradient(model, cover, self._smear.is_random)

    def __call__(self, windows):
        """Draw, and evaluate.

        Parameters
        ----------
        windows : ndarray of shape (size, width)

        Returns
        -------
        list of tuple
            For each sample its value, the blocks of pixels that have a gradient, and
            their gradients.
        """
        found = []
        for rows in self._batches:
            found += self._evaluate(windows, self._rngs[rows])
        return found

    def _evaluate(self, windows, rngs):
        cover, smear = self._cover, self._smear
        if smear.is_random:
            smear.draw(*rngs)
        values, touched, grad = self._pooled_gradient(smear.pool(windows))
        spread = smear.spread(touched, grad)
        starts = cover.size * np.arange(len(rngs))
        return [
            (value, *cover.blocks(here - start, part))
            for value, start, here, part in zip(
                values,
                starts,
                _of_each(touched, touched, starts),
                _of_each(spread, touched, starts),
                strict=True,
            )
        ]


class PooledGradient:
    """Gradients of a functional of the diagrams of some samples of pooled windows.

    Parameters
    ----------
    model : STUMPImageOptimizer
    cover : GridCover
    is_random : bool
        Whether windows change as a whole from call to call; else there is one sample,
        and the last order helps with the next one.
    """

    def __init__(self, model, cover, is_random):
        self._shape, self._connectivity = cover.shape, model.connectivity
        self._functional, self._side = model.diagram_functional(), model.side
        self._dimension = model.homology_dimension
        self._superlevel = model.superlevel
        self._is_random, self._previous = is_random, None

    def __call__(self, pooled):
        """Values, touched windows, and the gradients there.

        Parameters
        ----------
        pooled : ndarray of shape (n_samples, cover.size)

        Returns
        -------
        values : list of float
        touched : ndarray of int of shape (n_touched,)
            Places in ``pooled.ravel()``.
        grad : ndarray of shape (n_touched,)
        """
        bars = self._bars(pooled)
        starts = pooled.shape[1] * np.arange(len(pooled))
        sample = bars.indices[:, 0] // pooled.shape[1] * pooled.shape[1]
        diagrams = _of_each(bars.diagram, sample, starts)
        found = map(self._functional.value_and_grad, diagrams)
        values, grads = zip(*found, strict=True)
        grad = np.concatenate(grads)
        if self._side != "both":
            grad[:, 1 if self._side == "birth" else 0] = 0.0
        slope = bars.scatter(grad)
        touched = np.flatnonzero(slope)
        return values, touched, slope[touched]

    def _bars(self, pooled):
        dimensions, descending = (self._dimension,), self._superlevel
        if self._is_random:
            (bars,) = stacked_grid_bars(
                pooled.reshape(-1, *self._shape),
                self._connectivity,
                dimensions,
                superlevel=descending,
            )
            return bars
        values = pooled[0]
        order = sort_order(values, descending=descending, previous=self._previous)
        self._previous = (values, order)
        (pairs,) = grid_pairs(order, self._shape, self._connectivity, dimensions)
        return pairs.bars(values, superlevel=descending)


def _of_each(rows, places, starts):
    """Rows whose places are sorted, apart for each sample; of one they are all."""
    if len(starts) == 1:
        return [rows]
    return np.split(rows, np.searchsorted(places, starts[1:]))
