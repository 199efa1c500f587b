"""Bars: index pairs, the diagram at them, and the way of a gradient to the values."""

from typing import NamedTuple

import numpy as np

NEVER = -1
# Kinds of bars: those that die with a cell, and those that never do.
FINITE, ESSENTIAL = 0, 1
_NO_BARS = np.empty((0, 2))
_NEVER_RANK = 2**32 - 1  # a complex has fewer values: they would fill the memory


class Bars(NamedTuple):
    """Bars of one homology dimension, as indices into the values and as a diagram.

    ``FilteredComplex.bars`` returns the essential bars first, then the finite ones,
    each in the order of the filtration: by death, then by birth.
    """

    dimension: int
    indices: np.ndarray  # (n_bars, 2) intp: birth, death, where a death of -1 is never
    diagram: np.ndarray  # (n_bars, 2) float64: births and deaths, maybe inf or -inf
    kind: np.ndarray  # (n_bars,) int8: FINITE or ESSENTIAL, whatever the death is
    n_values: int  # of the complex

    def scatter(self, grad_diagram):
        """Sum a gradient in the diagram, (n_bars, 2), into one in the values."""
        # One place in front, for deaths that never come.
        places = self.indices.ravel() + 1
        weights = np.asarray(grad_diagram).ravel()
        return np.bincount(places, weights=weights, minlength=self.n_values + 1)[1:]

    def longest_first(self):
        """The same bars by decreasing lifetime; see ``longest_first`` for ties."""
        return self.take(longest_first(self.diagram))

    def without_zero(self):
        """The bars of positive lifetime."""
        lives = self.diagram[:, 0] != self.diagram[:, 1]
        return self if lives.all() else self.take(lives)

    def followed_by(self, others):
        """These bars and those of other complexes, whose values stand behind ours."""
        if not others:
            return self
        parts = (self, *others)
        starts = np.cumsum([0, *(part.n_values for part in parts)])
        indices = [
            np.where(part.indices == NEVER, NEVER, part.indices + start)
            for part, start in zip(parts, starts[:-1], strict=True)
        ]
        return Bars(
            self.dimension,
            np.concatenate(indices),
            np.concatenate([part.diagram for part in parts]),
            np.concatenate([part.kind for part in parts]),
            int(starts[-1]),
        )

    def take(self, rows):
        """Some of the bars, by a mask or by indices."""
        return self._replace(
            indices=self.indices[rows], diagram=self.diagram[rows], kind=self.kind[rows]
        )


class PersistencePairs(NamedTuple):
    """Bars of one homology dimension as indices into ``FilteredComplex.values``.

    Both arrays are in the order of the filtration: by death, then by birth.
    """

    dimension: int
    finite: np.ndarray  # (n_bars, 2) intp: birth, death
    essential: np.ndarray  # (n_essential,) intp: birth

    def bars(self, values, end=NEVER, level=np.inf):
        """Gather the diagram.

        Parameters
        ----------
        values : ndarray of shape (n_values,)
        end : int or ndarray of shape (n_essential,), default=-1
            Index of the value at which essential bars die; -1 for none.
        level : float, default=inf
            Where essential bars die that die with no value: a constant, or infinity.

        Returns
        -------
        Bars
        """
        n_essential = self.essential.size
        n_bars = n_essential + len(self.finite)
        kind, indices = np.zeros(n_bars, dtype=np.int8), self.finite
        if n_essential:
            kind[:n_essential] = ESSENTIAL
            indices = np.empty((n_bars, 2), dtype=np.intp)
            indices[:n_essential, 0] = self.essential
            indices[:n_essential, 1] = end
            indices[n_essential:] = self.finite
        diagram = values.take(indices).astype(np.float64, copy=False)
        if n_essential and isinstance(end, int) and end == NEVER:
            diagram[:n_essential, 1] = level
        return Bars(self.dimension, indices, diagram, kind, values.size)


def longest_first(diagram, sample=None):
    """The order of bars by decreasing lifetime, essential bars first.

    Of equal lifetimes the first born in the filtration comes first: the smaller birth,
    or the larger one where births lie above deaths; of identical bars the first row.

    Parameters
    ----------
    diagram : ndarray of shape (n_bars, 2)
    sample : ndarray of int of shape (n_bars,) or None, default=None
        Whose bar each row is, where these are bars of many diagrams: they are then
        ordered diagram by diagram.

    Returns
    -------
    order : ndarray of shape (n_bars,)
    """
    births, deaths = diagram.T
    lifetime = np.abs(deaths - births)
    if sample is None:
        order = np.argsort(-lifetime, kind="stable")
        descending = lifetime[order]
        if not (descending[1:] == descending[:-1]).any():
            return order
    born = np.where(deaths < births, -births, births)
    return np.lexsort(
        (born, -lifetime) if sample is None else (born, -lifetime, sample)
    )


def pairs_from_ranks(diagrams, order, homology_dimensions):
    """Turn diagrams of ranks into index pairs.

    Parameters
    ----------
    diagrams : dict of {int: ndarray of shape (n_bars, 2)}
        For each dimension; deaths of essential bars are inf. A dimension in which
        nothing is born may be missing.
    order : ndarray of shape (n_values,)
        The permutation that sorts the values.
    homology_dimensions : tuple of int

    Returns
    -------
    list of PersistencePairs
    """
    return [_pairs(k, diagrams.get(k, _NO_BARS), order) for k in homology_dimensions]


def _pairs(dimension, diagram, order):
    # As one integer a bar has its death in front of its birth, and sorts fast.
    ranks = np.minimum(diagram, _NEVER_RANK).astype("<u4")
    ranks = np.sort(ranks.view("<u8"), axis=0).view("<u4")
    n_finite = len(ranks)
    if n_finite and ranks[-1, 1] == _NEVER_RANK:
        n_finite = ranks[:, 1].searchsorted(_NEVER_RANK)
    return PersistencePairs(
        dimension, order.take(ranks[:n_finite]), order.take(ranks[n_finite:, 0])
    )
