"""The topology that codes of rows are to have: that of the rows, or another one."""

import numpy as np

from sktopo._sklearn_compat import HasMethods
from sktopo._validation import NON_NEGATIVE, check_homology_dimensions
from sktopo.filtrations import FILTRATION_CONSTRAINT, VietorisRips, as_filtration
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import as_term
from sktopo.persistence import FINITE

TOPOLOGY_CONSTRAINTS = {
    "topology_weight": [NON_NEGATIVE],
    "homology_dimensions": ["array-like", int],
    "objective": [HasMethods(["value_and_grad"]), None],
    "objective_weight": [NON_NEGATIVE],
    "filtration": FILTRATION_CONSTRAINT,
    "objective_dimensions": ["array-like", int],
}


def topology_of_codes(estimator):
    """The topological terms of an embedding's loss, a function of rows and codes.

    Parameters
    ----------
    estimator : estimator
        With the parameters of ``TOPOLOGY_CONSTRAINTS``.

    Returns
    -------
    callable or None
        From arrays (n, n_features) and (n, n_components) to a number and its gradient
        in the second one; None where all weights are zero.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot be.
    """
    name, parts = type(estimator).__name__, []
    dimensions = check_homology_dimensions(estimator.homology_dimensions, name)
    if max(dimensions) > 1:
        raise ValueError(
            f"The 'homology_dimensions' parameter of {name} must be 0, 1 or both. "
            f"Got {estimator.homology_dimensions!r} instead."
        )
    if estimator.topology_weight:
        parts.append((estimator.topology_weight, MatchedPersistence(dimensions)))
    if estimator.objective is not None:
        term = as_term(
            estimator.objective,
            as_filtration(estimator.filtration, name),
            check_homology_dimensions(estimator.objective_dimensions, name),
            name,
            PersistenceEnergy(),
        )
        function = term.warm_value_and_grad()
        parts.append((estimator.objective_weight, lambda X, Z: function(Z)))
    return weighted_sum(parts)


def weighted_sum(parts):
    """Functions of rows and codes, each with its weight, as one; None without any."""

    def topology(X, Z):
        found = [(weight, *part(X, Z)) for weight, part in parts]
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

    def __call__(self, X, Z):
        """The value, and the gradient in the codes Z."""
        value, grad = 0.0, np.zeros_like(Z)
        for points in (X, Z):
            for (i, j), lifetimes in self._edges(points):
                step = Z[i] - Z[j]
                length = np.linalg.norm(step, axis=1)
                excess = length - np.linalg.norm(X[i] - X[j], axis=1)
                total = lifetimes.sum()
                both = (excess**2).reshape(-1, lifetimes.size)
                part = float(lifetimes @ both.mean(axis=0)) / (2 * total)
                slope = np.tile(lifetimes / total, len(both)) * excess / len(both)
                if points is Z and len(both) == 2:
                    # The loops of the codes count by lifetimes that change with them.
                    by_lifetime = (both.mean(axis=0) / 2 - part) / total
                    slope += np.concatenate([-by_lifetime, by_lifetime])
                value += part
                slope /= np.where(length > 0, length, 1.0)
                np.add.at(grad, i, slope[:, None] * step)
                np.add.at(grad, j, -slope[:, None] * step)
        return value, grad

    def _edges(self, points):
        """For each homology dimension the ends of the edges, and what bars count.

        Those of loops are all births, and then all deaths.
        """
        complex_ = VietorisRips().build(points)
        for bars in complex_.bars(self.homology_dimensions):
            bars = bars.take(bars.kind == FINITE).without_zero()
            if len(bars.diagram) == 0:
                continue
            # All vertices share the first value; the edges stand behind it.
            born, dies = bars.indices.T - 1
            if bars.dimension == 0:
                yield complex_.edge_points(dies).T, np.ones(dies.size)
                continue
            edges = np.concatenate([born, dies])
            yield complex_.edge_points(edges).T, np.diff(bars.diagram).ravel()
