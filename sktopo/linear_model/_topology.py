"""What the parameters of a linear model say about the topology of its weights."""

import math
import numbers

import numpy as np
from sklearn.base import clone

from sktopo._sklearn_compat import HasMethods, StrOptions
from sktopo._validation import (
    NON_NEGATIVE,
    POSITIVE_INT,
    check_homology_dimensions,
    drawn_seed,
    is_int,
)
from sktopo.base import Filtration, Term
from sktopo.filtrations import Cubical, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.linear_model._penalty import ClusterPenalty, PathPenalty, WeightPenalty
from sktopo.objectives import PersistenceTerm

PENALTY_CONSTRAINTS = {
    "p": [NON_NEGATIVE],
    "q": [NON_NEGATIVE],
    "i0": [POSITIVE_INT, dict],
    "topology": [
        StrOptions({"values", "path"}),
        tuple,
        list,
        HasMethods(["build"]),
        HasMethods(["value_and_grad"]),
    ],
    "homology_dimensions": ["array-like", numbers.Integral],
    "superlevel": ["boolean"],
}


def weight_penalty(
    n_weights,
    *,
    topology,
    alpha,
    p,
    q,
    i0,
    homology_dimensions,
    superlevel,
    random_state,
    owner,
):
    """The penalty that the parameters of an estimator describe.

    Parameters
    ----------
    n_weights : int
    topology, alpha, p, q, i0, homology_dimensions, superlevel, random_state
        See TopologicalRidge.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    alpha : float
        The weight of the penalty; 1 where every dimension has its own.
    penalty : Term
        On weights of shape (n_weights,).

    Raises
    ------
    ValueError
        Where the topology does not fit the weights, or parameters do not fit together.
    """
    topology = _seeded(topology, random_state)
    dimensions = check_homology_dimensions(homology_dimensions, owner)
    alphas = _by_dimension(alpha, dimensions, "alpha", owner, numbers.Real, 0)
    i0 = _by_dimension(i0, dimensions, "i0", owner, numbers.Integral, 1)
    if isinstance(topology, Term):
        if isinstance(alpha, dict):
            raise ValueError(
                f"The 'alpha' parameter of {owner} must be a number where 'topology' "
                f"is a Term. Got {alpha!r} instead."
            )
        return float(alpha), topology
    if p == q == 0:
        raise ValueError(
            f"The 'p' and 'q' parameters of {owner} must not both be 0: the number of "
            "bars has no gradient. Got p=0 and q=0."
        )
    filtration, shape = _layout(topology, n_weights, superlevel, owner)
    if not isinstance(topology, Filtration):
        end = len(shape) if filtration.is_grid else 1
        if max(dimensions) >= end:
            raise ValueError(
                f"The 'homology_dimensions' parameter of {owner} must be below {end} "
                f"for topology={topology!r}, which has nothing in higher ones. "
                f"Got {homology_dimensions!r} instead."
            )
    is_piecewise_linear = p == 1 and q == 0
    if is_piecewise_linear and isinstance(topology, str):
        if topology == "values":
            return alphas[0], ClusterPenalty(i0[0])
        return alphas[0], PathPenalty(i0[0], superlevel, n_weights)
    energies = {k: PersistenceEnergy(p=p, q=q, i0=i0[k]) for k in i0}
    if isinstance(alpha, dict):
        energies = {k: alphas[k] * energy for k, energy in energies.items()}
        alpha = float(max(alphas.values()) > 0)
    term = PersistenceTerm(filtration, energies)
    return float(alpha), WeightPenalty(term, shape, is_piecewise_linear)


def _by_dimension(value, dimensions, name, owner, kind, least):
    """A parameter as a dict with an entry for each homology dimension."""
    if not isinstance(value, dict):
        return dict.fromkeys(dimensions, value)
    are_right = all(
        isinstance(v, kind) and not isinstance(v, bool) and least <= v < np.inf
        for v in value.values()
    )
    if set(value) != set(dimensions) or not are_right:
        what = "an int" if kind is numbers.Integral else "a float"
        raise ValueError(
            f"The {name!r} parameter of {owner} must be {what} in the range "
            f"[{least}, inf), or a dict with one for each of homology_dimensions="
            f"{dimensions}. Got {value!r} instead."
        )
    return dict(value)


def _layout(topology, n_weights, superlevel, name):
    """The filtration, and the shape in which it takes the weights."""
    if isinstance(topology, Filtration):
        return topology, (n_weights,) if 1 in topology.sample_ndim else (n_weights, 1)
    if isinstance(topology, str):
        if topology == "values":
            return WeakAlpha(), (n_weights, 1)
        return Cubical(superlevel=superlevel), (n_weights,)
    if not _is_shape(topology):
        raise ValueError(
            f"The 'topology' parameter of {name} must be 'values', 'path', a shape of "
            f"1 to 3 ints, a Filtration or a Term. Got {topology!r} instead."
        )
    if math.prod(topology) != n_weights:
        raise ValueError(
            f"The 'topology' parameter of {name} must be a grid with one place for "
            f"each of the {n_weights} features. Got {topology!r} instead."
        )
    return Cubical(superlevel=superlevel), tuple(topology)


def _is_shape(topology):
    return (
        isinstance(topology, (tuple, list))
        and 1 <= len(topology) <= 3
        and all(is_int(n, 1) for n in topology)
    )


def _seeded(topology, random_state):
    """The topology, with a seed where it breaks ties at random and has none."""
    if getattr(topology, "tie_breaking", "index") == "index":
        return topology
    if topology.random_state is not None:
        return topology
    return clone(topology).set_params(random_state=drawn_seed(random_state))
