"""The topology that codes of rows are to have: that of the rows, or another one."""

import numbers
from itertools import cycle, islice

import numpy as np

from sktopo._sklearn_compat import HasMethods
from sktopo._validation import NON_NEGATIVE, check_homology_dimensions
from sktopo.filtrations import FILTRATION_CONSTRAINT, VietorisRips
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
    owner,
):
    """The topological terms of an embedding's loss, a function of rows and codes.

    Parameters
    ----------
    topology_weight, homology_dimensions
        Of the persistence of codes that is to match that of the rows.
    objective, objective_weight, filtration, objective_dimensions
        Of what the codes are to have.
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
        parts.append((topology_weight, MatchedPersistence(dimensions)))
    if objective is not None:
        term = as_term(objective, filtration, objective_dimensions, owner)
        if objective_weight:
            function = term.warm_value_and_grad()
            parts.append((objective_weight, lambda batch, Z: function(Z)))
    return weighted_sum(parts)


def weighted_sum(parts):
    """Functions of rows and codes, each with its weight, as one; None without any."""

    def topology(batch, Z):
        found = [(weight, *part(batch, Z)) for weight, part in parts]
        value = sum(weight * value for weight, value, _ in found)
        return value, sum(weight * grad for weight, _, grad in found)

    return topology if parts else None


class MatchedPersistence:
    """How much the edges that make the persistence of rows and of codes differ.

    Half the mean squared difference between their lengths in the two spaces, over the
    edges of the Vietoris-Rips filtration of the rows at which a bar is born or dies,
    and half of that over those of the codes. Loops count by their lifetimes: short ones
    are noise.

    Parameters
    ----------
    homology_dimensions : tuple of int
        0, 1 or both; their means are added up.
    """

    def __init__(self, homology_dimensions):
        self.homology_dimensions = homology_dimensions

    def __call__(self, batch, Z):
        """The value at a RowBatch and its codes Z, and the gradient in Z."""
        value, grad, X = 0.0, np.zeros_like(Z), batch.rows
        of_codes = edges_of(Z, self.homology_dimensions)
        for edges in (batch.edges(self.homology_dimensions), of_codes):
            for (i, j), lifetimes in edges:
                step = Z[i] - Z[j]
                length = np.linalg.norm(step, axis=1)
                excess = length - np.linalg.norm(X[i] - X[j], axis=1)
                total = lifetimes.sum()
                both = (excess**2).reshape(-1, lifetimes.size)
                part = float(lifetimes @ both.mean(axis=0)) / (2 * total)
                slope = np.tile(lifetimes / total, len(both)) * excess / len(both)
                if edges is of_codes and len(both) == 2:
                    # The loops of the codes count by lifetimes that change with them.
                    by_lifetime = (both.mean(axis=0) / 2 - part) / total
                    slope += np.concatenate([-by_lifetime, by_lifetime])
                value += part
                slope /= np.where(length > 0, length, 1.0)
                np.add.at(grad, i, slope[:, None] * step)
                np.add.at(grad, j, -slope[:, None] * step)
        return value, grad


class RowBatch:
    """Some rows of a table, and the edges of their filtration once they are known.

    Parameters
    ----------
    table : ndarray of shape (n_samples, n_features)
    index : ndarray of int or slice, default=slice(None)
    """

    def __init__(self, table, index=slice(None)):
        self._table, self.index, self._edges = table, index, {}

    @property
    def rows(self):
        """The rows."""
        return self._table[self.index]

    def edges(self, homology_dimensions):
        """``edges_of`` the rows."""
        if homology_dimensions not in self._edges:
            self._edges[homology_dimensions] = edges_of(self.rows, homology_dimensions)
        return self._edges[homology_dimensions]


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


def edges_of(points, homology_dimensions):
    """The edges of a Vietoris-Rips filtration at which bars are born or die.

    Returns
    -------
    list of tuple
        For each homology dimension with bars the ends of the edges, of shape (2, n),
        and what each bar counts: components 1, loops their lifetimes. The edges of
        loops are all births, and then all deaths.
    """
    complex_, found = VietorisRips().build(points), []
    for bars in complex_.bars(homology_dimensions):
        bars = bars.take(bars.kind == FINITE).without_zero()
        if len(bars.diagram) == 0:
            continue
        # All vertices share the first value; the edges stand behind it. ``generators``
        # would name the vertices of H0 as well, at the cost of another pairing.
        born, dies = bars.indices.T - 1
        if bars.dimension == 0:
            found.append((complex_.edge_points(dies).T, np.ones(dies.size)))
            continue
        edges = np.concatenate([born, dies])
        lifetimes = np.diff(bars.diagram).ravel()
        found.append((complex_.edge_points(edges).T, lifetimes))
    return found
