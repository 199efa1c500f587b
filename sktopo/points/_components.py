"""Components of an optimiser of points, and what stands for them."""

import numbers

from sktopo._sklearn_compat import HasMethods, StrOptions
from sktopo._validation import (
    N_JOBS,
    NON_NEGATIVE,
    NON_NEGATIVE_INT,
    POSITIVE,
    POSITIVE_INT,
    ValidatedParams,
)
from sktopo.filtrations import FILTRATION_CONSTRAINT
from sktopo.objectives import GroupingTerm, Subsampling
from sktopo.points._fields import FIELDS

METHODS = ("gradient", "big_step", *FIELDS)


class Grouping(ValidatedParams):
    """How much, and how far, points that start together are kept together.

    Parameters
    ----------
    weight : float >= 0, default=1.0
        Of the GroupingTerm, the sum of ``k(|X_a - X_b|) (|X_a - X_b| - |x_a - x_b|)^2``
        over pairs of points.
    kernel : {"uniform", "gaussian"} or callable, default="uniform"
        The weight k of a pair; see ``sktopo.objectives.GroupingTerm``.
    scale : float > 0 or None, default=None
        Reach of the kernel, in units of X. None is twice the median distance of a point
        to its sixth neighbour.

    Examples
    --------
    >>> from sktopo.points import Grouping, TopoPointOptimizer
    >>> TopoPointOptimizer(grouping=Grouping(0.1, scale=0.5)).get_params()[
    ...     "grouping__scale"
    ... ]
    0.5
    """

    _parameter_constraints = {
        "weight": [NON_NEGATIVE],
        "kernel": GroupingTerm._parameter_constraints["kernel"],
        "scale": [*GroupingTerm._parameter_constraints["scale"], None],
    }

    def __init__(self, weight=1.0, kernel="uniform", scale=None):
        self.weight = weight
        self.kernel = kernel
        self.scale = scale


class FieldMethod(ValidatedParams):
    """Spread gradients to a field of velocities, and let all points follow it.

    Parameters
    ----------
    kind : {"nadaraya_watson", "diffeomorphic"}, default="nadaraya_watson"
        The field is a local mean of the gradients [1]_, or a sum of Gaussians that
        interpolates them [2]_.
    bandwidth : float > 0 or "auto", default="auto"
        Standard deviation of the Gaussians. "auto" is the median distance of a point to
        its sixth neighbour, among as many points as the loss is evaluated on.

    References
    ----------
    .. [1] A. Bendahi, A. Duplessis and A. Fickinger, "Towards scalable
       persistence-based topological optimization", 2026,
       :doi:`10.48550/arXiv.2605.10996`.
    .. [2] M. Carrière, M. Theveneau and T. Lacombe, "Diffeomorphic interpolation for
       efficient persistence-based topological optimization", NeurIPS 2024,
       :doi:`10.48550/arXiv.2405.18820`.

    Examples
    --------
    >>> from sktopo.points import FieldMethod, TopoPointOptimizer
    >>> TopoPointOptimizer(method=FieldMethod(bandwidth=0.1)).method
    FieldMethod(bandwidth=0.1)
    """

    _parameter_constraints = {
        "kind": [StrOptions(set(FIELDS))],
        "bandwidth": [
            POSITIVE,
            StrOptions({"auto"}),
        ],
    }

    def __init__(self, kind="nadaraya_watson", bandwidth="auto"):
        self.kind = kind
        self.bandwidth = bandwidth


def as_field(method):
    """The FieldMethod that a method is or names, or None."""
    if isinstance(method, str):
        return FieldMethod(method) if method in FIELDS else None
    method._check_params()
    return method


POINT_CONSTRAINTS = {
    "objective": [HasMethods(["value_and_grad"]), None],
    "filtration": FILTRATION_CONSTRAINT,
    "homology_dimensions": ["array-like", numbers.Integral],
    "maximize": ["boolean"],
    "sampling": [
        Subsampling,
        POSITIVE_INT,
        None,
    ],
    "grouping": [Grouping, NON_NEGATIVE],
    "fidelity_weight": [NON_NEGATIVE],
    "method": [StrOptions(set(METHODS)), FieldMethod],
    "solver": [StrOptions({"adam", "gd", "lbfgs"}), None],
    "learning_rate": [POSITIVE, None],
    "max_iter": [NON_NEGATIVE_INT],
    "tol": [NON_NEGATIVE],
    "random_state": ["random_state"],
    "n_jobs": N_JOBS,
    "verbose": ["verbose"],
    "callback": [callable, None],
}
