"""Bars: index pairs, the diagram at them, and the way of a gradient to the values."""

from typing import NamedTuple

import numpy as np

NEVER = -1
# Kinds of bars: those that die with a cell, and those that never do.
FINITE, ESSENTIAL = 0, 1
_NO_BARS = np.empty((0, 2))
_FEW = 500  # bars; more are sorted faster by their deaths alone


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
    return pairs_from_keys(
        diagrams, lambda ranks: order.take(ranks.astype(np.intp)), homology_dimensions
    )


def pairs_from_keys(diagrams, cells_of, homology_dimensions):
    """Turn diagrams of keys into index pairs.

    Parameters
    ----------
    diagrams : dict of {int: ndarray of shape (n_bars, 2)}
        For each dimension; deaths of essential bars are inf. A dimension in which
        nothing is born may be missing.
    cells_of : callable
        ``cells_of(keys)`` gives the cells of an array of keys, or None.
    homology_dimensions : tuple of int

    Returns
    -------
    list of PersistencePairs, or None
        None where ``cells_of`` knows no answer.
    """
    found = [_by_death(diagrams.get(k, _NO_BARS)) for k in homology_dimensions]
    keys = found[0].copy() if len(found) == 1 else np.concatenate(found)
    pairs, start = [], 0
    for diagram in found:
        middle = start + int(diagram[:, 1].searchsorted(np.inf))
        end = start + len(diagram)
        keys[middle:end, 1] = keys[middle:end, 0]  # for any cell
        pairs.append((start, middle, end))
        start = end
    cells = cells_of(keys)
    if cells is None:
        return None
    return [
        PersistencePairs(k, cells[start:middle], cells[middle:end, 0])
        for k, (start, middle, end) in zip(homology_dimensions, pairs, strict=True)
    ]


def _by_death(diagram):
    """Bars in the order of the filtration: by death, then by birth."""
    if len(diagram) < _FEW:
        # Complex numbers sort by their real part, then by their imaginary one.
        turned = diagram[:, ::-1].copy().view(np.complex128)
        turned.sort(axis=0)
        return turned.view(np.float64)[:, ::-1]
    rows = np.ascontiguousarray(diagram).view(np.complex128).reshape(-1)
    rows = rows.take(np.argsort(diagram[:, 1]))
    diagram = rows.view(np.float64).reshape(-1, 2)
    deaths = diagram[:, 1]
    same = deaths[1:] == deaths[:-1]
    if same.any():
        # A cell may kill several classes at once.
        tied = np.zeros(deaths.size, dtype=bool)
        tied[1:] = same
        tied[:-1] |= same
        rows = diagram[tied]
        diagram[tied] = rows[np.lexsort((rows[:, 0], rows[:, 1]))]
    return diagram
