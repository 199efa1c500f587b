"""Gradients of the diagrams of random smears of an image."""

import numpy as np
from sklearn.utils import gen_batches

from sktopo.persistence import (
    NEVER,
    gather_diagram,
    grid_pairs,
    index_pairs,
    scatter_gradient,
    sort_order,
    stacked_grid_pairs,
)


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
        self._is_alone = model.n_samples == 1
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
        indices = index_pairs(self._pairs(pooled), "drop", NEVER)
        if not self._is_alone:
            # One order of the bars of a sample, whatever it is computed with.
            birth, death = indices.T
            indices = indices[np.argsort(birth * (pooled.size + 1) + death)]
        diagram = gather_diagram(pooled.ravel(), indices, self._superlevel)
        starts = pooled.shape[1] * np.arange(len(pooled))
        diagrams = _of_each(diagram, indices[:, 0], starts)
        found = map(self._functional.value_and_grad, diagrams)
        values, grads = zip(*found, strict=True)
        grad = np.concatenate(grads)
        if self._side != "both":
            grad[:, 1 if self._side == "birth" else 0] = 0.0
        slope = scatter_gradient(grad, indices, pooled.size)
        touched = np.flatnonzero(slope)
        return values, touched, slope[touched]

    def _pairs(self, pooled):
        dimensions, descending = (self._dimension,), self._superlevel
        if self._is_random:
            (pairs,) = stacked_grid_pairs(
                pooled.reshape(-1, *self._shape),
                self._connectivity,
                dimensions,
                descending=descending,
            )
            return pairs
        values = pooled[0]
        order = sort_order(values, descending=descending, previous=self._previous)
        self._previous = (values, order)
        return grid_pairs(order, self._shape, self._connectivity, dimensions)[0]


def _of_each(rows, places, starts):
    """Rows whose places are sorted, apart for each sample; of one they are all."""
    if len(starts) == 1:
        return [rows]
    return np.split(rows, np.searchsorted(places, starts[1:]))
