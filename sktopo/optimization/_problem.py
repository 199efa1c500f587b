"""The parameters of an optimiser of points, read as a problem and a solver for it."""

import numbers
import warnings

from sktopo._algebra import Differentiable
from sktopo._sklearn_compat import HasMethods, Interval, StrOptions
from sktopo._validation import check_filtration
from sktopo.filtrations import Alpha, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.optimization._fields import FIELDS
from sktopo.optimization._motions import big_step, field_step, typical_distance
from sktopo.optimization._objective import PointObjective, SampledObjective
from sktopo.solvers import LBFGS, Adam, GradientDescent

FILTRATIONS = {"weak_alpha": WeakAlpha, "rips": VietorisRips, "alpha": Alpha}
_LARGEST_DELAUNAY = 3

_POSITIVE = [Interval(numbers.Real, 0, None, closed="neither")]
_NOT_NEGATIVE = [Interval(numbers.Real, 0, None, closed="left")]
_COUNT = Interval(numbers.Integral, 1, None, closed="left")
POINT_CONSTRAINTS = {
    "objective": [HasMethods(["value_and_grad"]), None],
    "filtration": [StrOptions(set(FILTRATIONS)), HasMethods(["build"])],
    "homology_dimension": [Interval(numbers.Integral, 0, None, closed="left")],
    **PersistenceEnergy._parameter_constraints,
    "maximize": ["boolean"],
    "grouping": _NOT_NEGATIVE,
    "kernel": [StrOptions({"uniform", "gaussian"}), callable],
    "scale": _POSITIVE,
    "method": [StrOptions({"gradient", "big_step", *FIELDS})],
    "bandwidth": [*_POSITIVE, StrOptions({"auto"})],
    "optimizer": [StrOptions({"adam", "gd", "lbfgs"})],
    "learning_rate": _POSITIVE,
    "max_iter": [Interval(numbers.Integral, 0, None, closed="left")],
    "tol": _NOT_NEGATIVE,
    "n_subsample": [_COUNT, None],
    "noise": _NOT_NEGATIVE,
    "n_samples": [_COUNT],
    "combine": [StrOptions({"mean", "min_norm"})],
    "fidelity": _NOT_NEGATIVE,
    "random_state": ["random_state"],
    "n_jobs": [numbers.Integral, None],
    "verbose": ["verbose"],
    "callback": [callable, None],
}


def filtration_for(filtration, n_points, n_coordinates, owner):
    """The filtration by its name; Rips where weak Alpha has nothing to offer."""
    if not isinstance(filtration, str):
        check_filtration(filtration, owner)
        return filtration
    if filtration == "weak_alpha":
        few = n_points < n_coordinates + 2
        if few or n_coordinates > _LARGEST_DELAUNAY:
            warnings.warn(
                f"{owner} uses the Vietoris-Rips filtration in place of 'weak_alpha', "
                "which is for up to 3 coordinates and at least 2 points more than "
                f"coordinates. Got {n_points} points with {n_coordinates} coordinates; "
                "filtration='rips' says the same without this warning.",
                UserWarning,
                stacklevel=5,
            )
            return VietorisRips()
    return FILTRATIONS[filtration]()


def topological_term(model, filtration):
    """The term that the parameters of an optimiser name, signed for descent."""
    objective = model.objective
    if objective is None:
        objective = PersistenceEnergy(
            p=model.p,
            q=model.q,
            i0=model.i0,
            min_persistence=model.min_persistence,
        )
    if not isinstance(objective, Differentiable):
        raise TypeError(
            f"The 'objective' parameter of {type(model).__name__} must be a Term, a "
            f"DiagramFunctional or None. Got {objective!r} instead."
        )
    if objective._domain == "functional":
        objective = PersistenceTerm(filtration, objective, model.homology_dimension)
    return -objective if model.maximize else objective


class PointProblem:
    """What to minimise, from where, and how.

    Parameters
    ----------
    model : TopoPointOptimizer
    X : ndarray of shape (n_points, n_coordinates)
    random_state : RandomState

    Attributes
    ----------
    filtration : Filtration
    n_subsample : int or None
        None where all points are taken.
    bandwidth : float or None
    """

    def __init__(self, model, X, random_state):
        self._model, self._start = model, X
        self._random_state = random_state
        self._check()
        n_points = len(X) if model.n_subsample is None else model.n_subsample
        self.n_subsample = n_points if n_points < len(X) else None
        self.filtration = filtration_for(
            model.filtration, min(n_points, len(X)), X.shape[1], type(model).__name__
        )
        self.bandwidth = None
        if model.method in FIELDS:
            self.bandwidth = model.bandwidth
            if isinstance(model.bandwidth, str):
                self.bandwidth = typical_distance(self.subsample(X))
        self._objective = PointObjective(
            topological_term(model, self.filtration),
            X,
            grouping=model.grouping,
            fidelity=model.fidelity,
            kernel=model.kernel,
            scale=model.scale,
        )
        if self.n_subsample is None and not model.noise:
            self._function = self._objective.value_and_grad()
        else:
            self._function = SampledObjective(
                self._objective,
                n_subsample=self.n_subsample,
                noise=model.noise,
                n_samples=model.n_samples,
                combine=model.combine,
                random_state=random_state,
                n_jobs=model.n_jobs,
            )
        self._check_randomness(self._function.is_random)

    def subsample(self, points):
        """As many of the points as the loss is evaluated on."""
        if self.n_subsample is None:
            return points
        rng = self._random_state
        return points[rng.choice(len(points), self.n_subsample, replace=False)]

    def minimize(self):
        """An OptimizeResult, see ``sktopo.base.Solver.minimize``."""
        model = self._model
        common = {
            "max_iter": model.max_iter,
            "tol": model.tol,
            "verbose": model.verbose,
        }
        if model.method == "gradient" and model.optimizer != "gd":
            if model.optimizer == "adam":
                solver = Adam(model.learning_rate, **common)
            else:
                solver = LBFGS(**common)
            return solver.minimize(self._function, self._start, callback=model.callback)
        move = None
        if model.method in FIELDS:
            move = field_step(model.method, self.bandwidth)
        elif model.method == "big_step":
            move = big_step(self._objective)
        return GradientDescent(model.learning_rate, **common).minimize(
            self._function, self._start, callback=model.callback, move=move
        )

    def _check(self):
        model, name = self._model, type(self._model).__name__
        if model.method != "gradient" and model.optimizer != "gd":
            warnings.warn(
                f"{name} takes its own steps with method={model.method!r}, which are "
                f"those of optimizer='gd'. Got {model.optimizer!r}.",
                UserWarning,
                stacklevel=5,
            )

    def _check_randomness(self, is_random):
        model, name = self._model, type(self._model).__name__
        is_sampled = model.noise > 0 or model.n_subsample is not None
        if model.n_samples > 1 and not is_sampled:
            raise ValueError(
                f"The 'n_samples' parameter of {name} must be 1 where neither "
                "'noise' nor 'n_subsample' makes samples differ. "
                f"Got {model.n_samples} instead."
            )
        if not (is_sampled or is_random):
            return
        if model.optimizer == "lbfgs" and model.method == "gradient":
            raise ValueError(
                f"The 'optimizer' parameter of {name} must be 'adam' or 'gd' where "
                "'noise', 'n_subsample' or the objective make the loss random. Got "
                "'lbfgs' instead."
            )
        if model.method == "big_step":
            raise ValueError(
                f"The 'method' parameter of {name} must not be 'big_step' where "
                "'noise', 'n_subsample' or the objective make the loss random: a big "
                "step needs the complex of all points."
            )
