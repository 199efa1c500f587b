"""The parameters of an optimiser of points, read as a term and a solver for it."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from sktopo.base import Filtration, Solver, Term
from sktopo.filtrations import VietorisRips, as_filtration
from sktopo.objectives import SubsampledTerm, as_subsampling
from sktopo.points._components import as_field, as_grouping
from sktopo.points._motions import field_step, typical_distance
from sktopo.points._objective import regularised, shared, topological_term
from sktopo.points._solver import point_solver

_LARGEST_DELAUNAY = 3  # coordinates: above, the graph is nearly complete


class PointProblem(NamedTuple):
    """What to minimise, from where, and how."""

    start: np.ndarray  # (n_points, n_coordinates)
    term: Term
    solver: Solver
    filtration: Filtration
    bandwidth: float | None  # of the field, where the method has one
    n_points: int  # on which the loss is evaluated
    random_state: np.random.RandomState

    def minimize(self, callback):
        """An OptimizeResult, see ``sktopo.base.Solver.minimize``."""
        return self.solver.minimize(self.term, self.start, callback=callback)

    def drawn(self, points):
        """As many of the points as the loss is evaluated on."""
        return _drawn(points, self.n_points, self.random_state)


def point_problem(
    X,
    *,
    objective,
    filtration,
    homology_dimensions,
    maximize,
    sampling,
    grouping,
    fidelity_weight,
    method,
    solver,
    learning_rate,
    max_iter,
    tol,
    random_state,
    n_jobs,
    verbose,
    callback,
    owner,
):
    """Read the parameters of a TopoPointOptimizer for some points."""
    random_state = check_random_state(random_state)
    sampling = as_subsampling(sampling, owner).fitted_to(len(X))
    n_points = sampling.n_points or len(X)
    filtration = _filtration_for(filtration, n_points, X.shape[1], owner)
    field, step, bandwidth = as_field(method), None, None
    if field is not None:
        bandwidth = field.bandwidth
        if isinstance(bandwidth, str):
            bandwidth = typical_distance(_drawn(X, n_points, random_state))
        step = field_step(field.kind, bandwidth)
    term = regularised(
        topological_term(objective, filtration, homology_dimensions, owner),
        X,
        sign=-1.0 if maximize else 1.0,
        grouping=as_grouping(grouping),
        fidelity_weight=fidelity_weight,
    )
    if sampling.is_random:
        term = SubsampledTerm(term, sampling, random_state=random_state, n_jobs=n_jobs)
    term = shared(term, X)
    settings = {"max_iter": max_iter, "tol": tol, "verbose": verbose}
    solver = point_solver(term, step, method, solver, learning_rate, settings, owner)
    return PointProblem(X, term, solver, filtration, bandwidth, n_points, random_state)


def _drawn(points, n_points, random_state):
    if n_points == len(points):
        return points
    return points[random_state.choice(len(points), n_points, replace=False)]


def _filtration_for(filtration, n_points, n_coordinates, owner):
    """The filtration by its name; Vietoris-Rips where weak Alpha has nothing to offer.

    Warns
    -----
    UserWarning
        If 'weak_alpha' is replaced.
    """
    if isinstance(filtration, str) and filtration == "weak_alpha":
        few = n_points < n_coordinates + 2
        if few or n_coordinates > _LARGEST_DELAUNAY:
            warnings.warn(
                f"{owner} uses the Vietoris-Rips filtration in place of 'weak_alpha', "
                "which is for up to 3 coordinates and at least 2 points more than "
                f"coordinates. Got {n_points} points with {n_coordinates} coordinates; "
                "filtration='vietoris_rips' says the same without this warning.",
                UserWarning,
                stacklevel=5,
            )
            return VietorisRips()
    return as_filtration(filtration, owner)
