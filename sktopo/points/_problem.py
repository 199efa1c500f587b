"""The filtration, the term and the solver that the parameters of an optimiser name."""

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sktopo._validation import warn_unused
from sktopo._warnings import warn_user
from sktopo._wrapped_term import WrappedTerm
from sktopo.base import Term
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import GroupingTerm, SquaredErrorTerm, as_term
from sktopo.points._motions import big_step, typical_distance
from sktopo.solvers import LBFGS, Adam, GradientDescent

_RATE = 0.01
_REACH = 2  # of grouping, in distances to the sixth neighbour


def drawn(points, n_points, random_state):
    """So many of the points."""
    if n_points == len(points):
        return points
    return points[random_state.choice(len(points), n_points, replace=False)]


def warn_of_unused(optimizer):
    """Warn of parameters that others leave without an effect."""
    if isinstance(optimizer.objective, Term):
        names = ("filtration", "homology_dimensions")
        why = "but on 'diagrams_' where 'objective' is a Term"
        warn_unused(optimizer, names, why)
    if optimizer.solver == "lbfgs" and optimizer.method == "gradient":
        why = "with solver='lbfgs', whose steps are found by line searches"
        warn_unused(optimizer, ("learning_rate",), why)


def topological_term(objective, filtration, homology_dimensions, owner):
    """The term that an objective stands for; None is a sum of squared lifetimes."""
    default = PersistenceEnergy(p=2)
    return as_term(objective, filtration, homology_dimensions, owner, default)


def unit_of(points):
    """Half of the largest range of a coordinate: what defaults are in units of."""
    return float(np.ptp(points, axis=0).max()) / 2 or 1.0


def regularised(term, start, *, sign, grouping, fidelity_weight):
    """The signed term with grouping and squared displacements added.

    Parameters
    ----------
    term : Term
    start : ndarray of shape (n_points, n_coordinates)
    sign : float
        -1 where the term is to become large.
    grouping : Grouping
    fidelity_weight : float
    """
    term = term if sign > 0 else -term
    if grouping.weight:
        scale = grouping.scale
        if scale is None:
            scale = _REACH * typical_distance(start)
        kept = GroupingTerm(start, grouping.kernel, scale)
        term = term + grouping.weight * kept
    if fidelity_weight:
        term = term + fidelity_weight * SquaredErrorTerm(start)
    return term


def shared(term, start):
    """The term, with a gradient that points which started in one place share."""
    _, group, size = np.unique(start, axis=0, return_inverse=True, return_counts=True)
    return term if size.max() == 1 else _SharedGradient(term, group.reshape(-1), size)


class _SharedGradient(WrappedTerm):
    """A term of points; those of one group get the mean of their gradients."""

    def __init__(self, term, group, size):
        super().__init__(term)
        self.group = group
        self.size = size

    @property
    def big_step(self):
        step = self.term.big_step
        return step and (lambda x, rate: self._mean(step(x, rate)))

    def _evaluate(self, x, value_and_grad):
        value, grad = value_and_grad(x)
        return value, self._mean(grad)

    def _mean(self, steps):
        columns = [np.bincount(self.group, weights=c) / self.size for c in steps.T]
        return np.stack(columns, axis=1)[self.group]


def point_solver(term, step, method, solver, *, learning_rate, unit, settings, owner):
    """The solver of a method, once it can take the term.

    Parameters
    ----------
    term : Term
    step : callable or None
        A step along a field, where the method has one.
    method : str or FieldMethod
    solver : {"adam", "gd", "lbfgs"} or None
    learning_rate : float or None
    unit : float
        What the default rate of Adam is in units of.
    settings : dict
        ``max_iter``, ``tol`` and ``verbose``.
    owner : str

    Returns
    -------
    Solver

    Raises
    ------
    ValueError
        If the term is random, or has no big step, where it must not or must.

    Warns
    -----
    UserWarning
        If the method takes no such solver.
    """
    is_big = method == "big_step"
    if (is_big or step is not None) and solver not in (None, "gd"):
        warn_user(
            f"{owner} takes its own steps with method={method!r}, which are those of "
            f"solver='gd'. Got solver={solver!r}.",
        )
    if is_big:
        if term.is_random or term.big_step is None:
            raise ValueError(
                f"The 'method' parameter of {owner} must not be 'big_step' where "
                "'sampling' or the objective make the loss random, or the objective "
                "defines no big_step: it needs the complex of all points."
            )
        step = big_step(term)
    if step is not None or solver == "gd":
        rate = _RATE if learning_rate is None else learning_rate
        return GradientDescent(rate, step=step, **settings)
    if solver == "lbfgs":
        if term.is_random:
            raise ValueError(
                f"The 'solver' parameter of {owner} must be 'adam' or 'gd' where "
                "'sampling' or the objective make the loss random. Got 'lbfgs' instead."
            )
        return LBFGS(**settings)
    if learning_rate is None:
        return Adam(_RATE * unit, epsilon=None, **settings)
    return Adam(learning_rate, **settings)


def warn_of_unfinished(result, settings, owner):
    """Warn where a tolerance was asked for and the steps were not enough."""
    if settings["tol"] > 0 and result.status == 1:
        warn_user(
            f"{owner} made max_iter={settings['max_iter']} steps and the loss "
            "still falls. Increase max_iter, or tol.",
            ConvergenceWarning,
        )
