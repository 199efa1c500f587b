"""The topology that codes of rows are to have: that of the rows, or another one."""

import numbers
from functools import partial
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np

from sktopo._algebra import sum_of
from sktopo._sklearn_compat import HasMethods
from sktopo._validation import NON_NEGATIVE, check_homology_dimensions
from sktopo.base import Term
from sktopo.filtrations import (
    FILTRATION_CONSTRAINT,
    VietorisRips,
    as_filtration_of_points,
)
from sktopo.functionals import WassersteinToTarget
from sktopo.neural_network._batches import mini_batches, n_batches
from sktopo.objectives import as_term
from sktopo.persistence import FINITE

_EPOCHS = 10  # whose batches come again, so that their edges are known
TOPOLOGY_CONSTRAINTS = {
    "topology_weight": [NON_NEGATIVE],
    "homology_dimensions": ["array-like", numbers.Integral],
    "objective": [HasMethods(["value_and_grad"]), None],
    "objective_weight": [NON_NEGATIVE],
    "filtration": FILTRATION_CONSTRAINT,
    "objective_dimensions": ["array-like", numbers.Integral],
}


def topology_of_codes(
    *,
    topology_weight,
    homology_dimensions,
    objective,
    objective_weight,
    filtration,
    objective_dimensions,
    matching,
    shape,
    owner,
):
    """The topological terms of an embedding's loss, a function of rows and codes.

    Parameters
    ----------
    topology_weight, homology_dimensions
        Of the persistence of codes that is to match that of the rows.
    objective, objective_weight, filtration, objective_dimensions
        Of what the codes are to have.
    matching : dict
        Parameters of ``MatchedPersistence``.
    shape : tuple of 2 ints
        Of the codes.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    callable or None
        From a RowBatch of n rows and an array (n, n_components) to a number and its
        gradient in the latter; None where all weights are zero.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot be.
    """
    dimensions, parts = check_homology_dimensions(homology_dimensions, owner), []
    if max(dimensions) > 1:
        raise ValueError(
            f"The 'homology_dimensions' parameter of {owner} must be 0, 1 or both. "
            f"Got {homology_dimensions!r} instead."
        )
    if topology_weight:
        parts.append((topology_weight, MatchedPersistence(dimensions, **matching)))
    if objective is not None:
        if not isinstance(objective, Term):
            filtration = as_filtration_of_points(filtration, *shape, owner)
        term = as_term(objective, filtration, objective_dimensions, owner)
        if objective_weight:
            function = term.warm_value_and_grad()
            parts.append((objective_weight, lambda batch, Z: function(Z)))
    return weighted_sum(parts)


def weighted_sum(parts):
    """Functions of rows and codes, each with its weight, as one; None without any."""

    def topology(batch, Z):
        weights, functions = zip(*parts, strict=True)
        return sum_of([partial(function, batch) for function in functions], weights, Z)

    return topology if parts else None


class MatchedPersistence:
    """How much the persistence of codes differs from that of the rows.

    Both are in units of the root of the total variance of the rows, or each in its own.
    In each homology dimension it is half the mean squared difference between the
    lengths that an edge has in the two spaces, over the edges of the Vietoris-Rips
    filtration of the rows at which a bar is born or dies, and half of that over those
    of the codes; and the squared 2-Wasserstein distance of the two diagrams over the
    number of bars of the rows, with a weight. Edges of loops count by their lifetimes:
    short ones are noise.

    Parameters
    ----------
    homology_dimensions : tuple of int
        0, 1 or both; what they give is added up.
    own_units : bool, default=False
        Whether codes are in units of their own, so that their scale is free.
    diagram_weights : tuple of 2 floats, default=(0.0, 0.0)
        Of the distances between diagrams, of H0 and of H1. Large ones bring diagrams
        closer, and move points out of their order along loops.
    """

    def __init__(
        self, homology_dimensions, *, own_units=False, diagram_weights=(0.0, 0.0)
    ):
        self.homology_dimensions = homology_dimensions
        self.own_units = own_units
        self.diagram_weights = diagram_weights

    def __call__(self, batch, Z):
        """The value at a RowBatch and its codes Z, and the gradient in Z."""
        X, of_rows, unit = batch.persistence(self.homology_dimensions)
        codes, pullback = over_own_spread(Z) if self.own_units else in_units(Z, unit)
        of_codes = persistent_edges(codes, self.homology_dimensions)
        value, grad = 0.0, np.zeros(Z.shape)
        triples = zip(self.homology_dimensions, of_codes, of_rows, strict=True)
        for k, own, others in triples:
            for edges in (own, others):
                i, j = edges.ends
                step = codes[i] - codes[j]
                length = np.linalg.norm(step, axis=1)
                excess = length - np.linalg.norm(X[i] - X[j], axis=1)
                part, slope = _mean_square(edges, excess, is_own=edges is own)
                weight = self.diagram_weights[k] if edges is own else 0.0
                if weight > 0:
                    more, steeper = _distance(own, others)
                    part, slope = part + weight * more, slope + weight * steeper
                value += part
                slope /= np.where(length > 0, length, 1.0)
                np.add.at(grad, i, slope[:, None] * step)
                np.add.at(grad, j, -slope[:, None] * step)
        return value, pullback(grad)


def _mean_square(edges, excess, *, is_own):
    """Half the weighted mean of the squares, and its slope in the lengths of edges."""
    if excess.size == 0:
        return 0.0, excess
    weights, total = edges.weights, edges.weights.sum()
    ends = (excess**2).reshape(-1, weights.size)
    mean = ends.mean(axis=0)
    value = float(weights @ mean) / (2 * total)
    slope = np.tile(weights / total, len(ends)) * excess / len(ends)
    if is_own and len(ends) == 2:
        # The loops of the codes count by lifetimes that change with them.
        by_lifetime = (mean / 2 - value) / total
        slope += np.concatenate([-by_lifetime, by_lifetime])
    return value, slope


def _distance(own, others):
    """The mean squared step between diagrams, and its slope in the lengths."""
    target = others.diagram
    value, grad = WassersteinToTarget(target).value_and_grad(own.diagram)
    n_bars = max(len(target), 1)
    # Of components only deaths are lengths of edges.
    slope = grad.T.ravel()[grad.size - own.ends.shape[1] :]
    return value / n_bars, slope / n_bars


def in_units(points, unit):
    """Points over a unit, and the pullback of gradients."""
    return points / unit, lambda grad: grad / unit


def total_spread(points):
    """The root of the total variance; 1 where that is zero."""
    return float(np.sqrt(points.var(axis=0).sum())) or 1.0


def over_own_spread(points):
    """Points over their spread, and the pullback of gradients.

    The gradients are those of functions that no translation changes.
    """
    centred, spread = points - points.mean(axis=0), total_spread(points)

    def pullback(grad):
        radial = (grad * centred).sum() / (len(points) * spread**2)
        return (grad - radial * centred) / spread

    return centred / spread, pullback


class PersistentEdges(NamedTuple):
    """The edges at which the bars of one homology dimension are born or die."""

    ends: np.ndarray  # (2, n_edges) of points; of loops all births, then all deaths
    weights: np.ndarray  # (n_bars,): of loops their lifetimes, else 1
    diagram: np.ndarray  # (n_bars, 2)


class RowBatch:
    """Some rows of a table, and their persistence once it is known.

    Parameters
    ----------
    table : ndarray of shape (n_samples, n_features)
    index : ndarray of int or slice, default=slice(None)
    """

    def __init__(self, table, index=slice(None)):
        self._table, self.index, self._found = table, index, {}

    @property
    def rows(self):
        """The rows."""
        return self._table[self.index]

    def persistence(self, homology_dimensions):
        """The rows over their spread, their ``persistent_edges``, and the spread."""
        rows = self.rows
        unit = total_spread(rows)
        points = rows / unit
        if homology_dimensions not in self._found:
            edges = persistent_edges(points, homology_dimensions)
            self._found[homology_dimensions] = edges
        return points, self._found[homology_dimensions], unit


def row_batches(table, batch_size, rng):
    """Mini-batches without end; after some epochs those of the first come again.

    Parameters
    ----------
    table : ndarray of shape (n_samples, n_features)
    batch_size : int
    rng : RandomState

    Yields
    ------
    RowBatch
    """
    n_kept = _EPOCHS * n_batches(len(table), batch_size)
    indices = islice(mini_batches(len(table), batch_size, rng), n_kept)
    return cycle(RowBatch(table, index) for index in indices)


def persistent_edges(points, homology_dimensions):
    """The edges of a Vietoris-Rips filtration at which bars are born or die.

    Returns
    -------
    list of PersistentEdges
        One for each homology dimension.
    """
    complex_, found = VietorisRips().build(points), []
    for bars in complex_.bars(homology_dimensions):
        bars = bars.take(bars.kind == FINITE).without_zero()
        # All vertices share the first value; the edges stand behind it. ``generators``
        # would name the vertices of H0 as well, at the cost of another pairing.
        born, dies = bars.indices.T - 1
        edges, weights = dies, np.ones(dies.size)
        if bars.dimension:
            edges = np.concatenate([born, dies])
            weights = np.diff(bars.diagram).ravel()
        ends = complex_.edge_points(edges).reshape(-1, 2).T
        found.append(PersistentEdges(ends, weights, bars.diagram))
    return found
