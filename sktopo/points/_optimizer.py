"""Points that move for the sake of their persistence diagram."""

import numbers
from functools import partial

from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._sklearn_compat import CallbackSupportMixin
from sktopo._validation import as_component, check_homology_dimensions
from sktopo.base import Term
from sktopo.diagrams import diagrams_of
from sktopo.filtrations import as_filtration_of_points
from sktopo.objectives import SubsampledTerm, Subsampling
from sktopo.points._batch import read_cloud
from sktopo.points._components import POINT_CONSTRAINTS, Grouping, as_field
from sktopo.points._motions import FlowMotion, InterpolatedMotion, field_step
from sktopo.points._problem import (
    drawn,
    point_solver,
    regularised,
    shared,
    topological_term,
    unit_of,
    warn_of_unfinished,
    warn_of_unused,
)


def _is_field(model):
    motion = getattr(model, "motion_", FlowMotion)
    if not hasattr(motion, "inverse") or as_field(model.method) is None:
        raise AttributeError(
            f"{type(model).__name__} has inverse_transform where its method is a "
            "FieldMethod: others move no space between the points. "
            f"Got method={model.method!r}."
        )
    return True


class TopoPointOptimizer(
    CallbackSupportMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """Move points so that their persistence diagram becomes what it should be.

    Minimises, over places x of the points X ::

        F(x) + grouping * T(x) + fidelity_weight * ||x - X||^2

    where F is ``objective``, by default the energy E(2, 0, 1) of the persistence
    diagram in ``homology_dimensions``, the sum of squared lifetimes [1]_, and T keeps
    points that start together together [2]_; see ``sktopo.objectives.GroupingTerm``.

    The motion that was learned is defined everywhere, and moves new points, too.

    Parameters
    ----------
    objective : Term, DiagramFunctional or None, default=None
        A functional of the diagram, such as ``WassersteinToTarget``; or a term of the
        points, such as a sum of PersistenceTerms, which have filtrations of their own.
        None is ``PersistenceEnergy(p=2)``.
    filtration : {"weak_alpha", "vietoris_rips", "alpha"} or Filtration, \
            default="weak_alpha"
        From points to diagrams. "weak_alpha" has its lengths on the Delaunay complex;
        above three coordinates, or with fewer points than coordinates and two more,
        Vietoris-Rips itself takes its place, with a warning. Values of "alpha" are
        squares of radii.
    homology_dimensions : int or tuple of int, default=1
        0 for components, 1 for loops, 2 for voids; with a tuple F is summed.
    maximize : bool, default=False
        Make the objective large instead of small.
    sampling : Subsampling, int or None, default=None
        Evaluate the loss on so many points, drawn anew for each step: for large clouds,
        which a field then moves as a whole. A ``Subsampling`` may add noise, too.
    grouping : Grouping or float >= 0, default=0.0
        Weight of T; a ``Grouping`` says how far it reaches, too.
    fidelity_weight : float >= 0, default=0.0
        Weight of the squared displacements.
    method : {"gradient", "diffeomorphic", "nadaraya_watson", "big_step"} or \
            FieldMethod, default="gradient"
        - "gradient": each point follows its own gradient, which only the few points
          have that made a bar.
        - "diffeomorphic", "nadaraya_watson": the gradients are spread to a field of
          velocities, and all points follow the field [3]_. A fit takes far fewer steps,
          neighbourhoods keep their shape, and the motion can be undone; a
          ``FieldMethod`` has a bandwidth, too.
        - "big_step": a bar is moved together with all simplices in its way [4]_. For
          complexes of up to 20,000 simplices.
    solver : {"adam", "gd", "lbfgs"} or None, default=None
        - "adam": momentum, and a rate for each coordinate. The loss may rise on the
          way; the best points are kept.
        - "gd": steps along the gradient. The rate follows the progress, and the loss
          never rises; see ``sktopo.solvers.GradientDescent``.
        - "lbfgs": for an objective that is smooth enough; the loss never rises.

        None is "adam" for the method "gradient"; all others have steps of their own and
        take "gd".
    learning_rate : float > 0 or None, default=None
        "adam" moves each coordinate by about this much in a step, "gd" by this times
        the gradient; "lbfgs" finds its own. None is 0.01, for "adam" times half of the
        largest range of a coordinate, so that units of X do not matter.
    max_iter : int >= 0, default=500
        Steps at most.
    tol : float >= 0, default=0.0
        The fit ends when 20 steps in a row ("lbfgs": one) have not lowered the best
        loss by more than ``tol`` of it; 0 makes all steps, as long as one can help.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.
    n_jobs : int or None, default=None
        Threads for the draws of one step. Results are the same for any number.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.
    callback : callable or None, default=None
        Called as ``callback(result)`` after every step, with ``x``, ``fun``, ``nit``
        and ``history`` so far. A true return value, or StopIteration, ends the fit.

    Attributes
    ----------
    points_ : ndarray of shape (n_points, n_coordinates)
        Where the points of ``fit`` went: the best places that were seen, or, where the
        loss is random, the last.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        What is minimised (the negative of the objective where ``maximize``), from the
        start on.
    n_iter_ : int
        Steps made.
    diagrams_ : list of ndarray of shape (n_bars, 2)
        Persistence diagrams of ``points_`` from dimension 0 up to the largest of
        ``homology_dimensions``; with ``sampling`` those of so many points.
    bandwidth_ : float
        Standard deviation of the Gaussians; for the methods that have a field.
    motion_ : callable
        What ``transform`` applies; ``motion_.path()`` yields the places on the way.
    n_features_in_ : int
        Number of coordinates.

    See Also
    --------
    sktopo.points.optimize_point_clouds : Many clouds, each by itself.
    sktopo.plotting.PointOptimizationDisplay : Where the points went.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, :doi:`10.48550/arXiv.1905.12200`.
    .. [2] P. Corcoran and B. Deng, "Regularization of Persistent Homology Gradient
       Computation", 2020, :doi:`10.48550/arXiv.2011.05804`.
    .. [3] M. Carrière, M. Theveneau and T. Lacombe, "Diffeomorphic interpolation for
       efficient persistence-based topological optimization", NeurIPS 2024,
       :doi:`10.48550/arXiv.2405.18820`.
    .. [4] A. Nigmetov and D. Morozov, "Topological optimization with big steps",
       Discrete & Computational Geometry 72 (2024),
       :doi:`10.1007/s00454-023-00613-x`.

    Examples
    --------
    Close the hole of a circle, and take a new point along:

    >>> from sktopo import TopoPointOptimizer
    >>> from sktopo.datasets import make_noisy_circle
    >>> X, _ = make_noisy_circle(50, random_state=0)
    >>> optimizer = TopoPointOptimizer(
    ...     method="nadaraya_watson", learning_rate=0.1, max_iter=20
    ... )
    >>> moved = optimizer.fit_transform(X)
    >>> bool(optimizer.loss_curve_[-1] < 0.1 * optimizer.loss_curve_[0])
    True
    >>> there = optimizer.transform([[1.0, 0.5]])
    >>> optimizer.inverse_transform(there).round(6)
    array([[1. , 0.5]])
    """

    _parameter_constraints = POINT_CONSTRAINTS

    def __init__(
        self,
        objective=None,
        *,
        filtration="weak_alpha",
        homology_dimensions=1,
        maximize=False,
        sampling=None,
        grouping=0.0,
        fidelity_weight=0.0,
        method="gradient",
        solver=None,
        learning_rate=None,
        max_iter=500,
        tol=0.0,
        random_state=None,
        n_jobs=None,
        verbose=0,
        callback=None,
    ):
        self.objective = objective
        self.filtration = filtration
        self.homology_dimensions = homology_dimensions
        self.maximize = maximize
        self.sampling = sampling
        self.grouping = grouping
        self.fidelity_weight = fidelity_weight
        self.method = method
        self.solver = solver
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Move the points, and learn the motion.

        Parameters
        ----------
        X : array-like of shape (n_points, n_coordinates)
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is not a finite array, or parameters do not fit together.
        KeyboardInterrupt
            If the fit is interrupted; ``points_`` and the other attributes are then
            those of the best step so far.

        Warns
        -----
        UserWarning
            If 'weak_alpha' is replaced by Vietoris-Rips.
        ConvergenceWarning
            If ``tol`` is positive and was not reached in ``max_iter`` steps.
        """
        X = read_cloud(self, X, reset=True)
        name, random_state = type(self).__name__, check_random_state(self.random_state)
        kinds = (numbers.Integral, type(None))
        sampling = as_component(self.sampling, Subsampling, name, "sampling", kinds)
        sampling = sampling.fitted_to(len(X))
        n_points = sampling.n_points or len(X)
        dimensions = check_homology_dimensions(self.homology_dimensions, name)
        warn_of_unused(self)
        is_for_loss = not isinstance(self.objective, Term)
        filtration = as_filtration_of_points(
            self.filtration, n_points, X.shape[1], name, is_for_loss=is_for_loss
        )
        sample = drawn(X, n_points, random_state)
        step, bandwidth = field_step(as_field(self.method), sample)
        grouping = as_component(self.grouping, Grouping, name, "grouping", numbers.Real)
        term = regularised(
            topological_term(self.objective, filtration, dimensions, name),
            X,
            sign=-1.0 if self.maximize else 1.0,
            grouping=grouping,
            fidelity_weight=self.fidelity_weight,
        )
        if sampling.is_random:
            term = SubsampledTerm(
                term, sampling, random_state=random_state, n_jobs=self.n_jobs
            )
        term = shared(term, X)
        settings = {key: getattr(self, key) for key in ("max_iter", "tol", "verbose")}
        solver = point_solver(
            term,
            step,
            self.method,
            self.solver,
            learning_rate=self.learning_rate,
            unit=unit_of(X),
            settings=settings,
            owner=name,
        )
        unpack = partial(
            self._unpack, X, bandwidth, filtration, dimensions, n_points, random_state
        )
        result = minimize_and_unpack(self, solver, term, X, unpack, self.callback)
        warn_of_unfinished(result, settings, name)
        return self

    def _unpack(
        self, X, bandwidth, filtration, dimensions, n_points, random_state, result
    ):
        self.points_ = result.x
        self.loss_curve_ = result.history
        self.n_iter_ = result.nit
        if bandwidth is None:
            self.motion_ = InterpolatedMotion(X, self.points_)
        else:
            self.bandwidth_ = bandwidth
            self.motion_ = FlowMotion(X, result.steps)
        complex_ = filtration.build(drawn(self.points_, n_points, random_state))
        up_to = tuple(range(max(dimensions) + 1))
        self.diagrams_ = diagrams_of(complex_, up_to, "drop")

    def fit_transform(self, X, y=None):
        """Move the points, and return where they went.

        Parameters
        ----------
        X : array-like of shape (n_points, n_coordinates)
        y : None
            Ignored.

        Returns
        -------
        ndarray of shape (n_points, n_coordinates)
        """
        return self.fit(X).points_.copy()

    def transform(self, X):
        """Take points along with the motion that was learned.

        Under "gradient" and "big_step" the displacements of the fitted points are
        interpolated; under the field methods points follow the same fields. Either way
        the answer is continuous, and on the fitted points it is ``points_``.

        Parameters
        ----------
        X : array-like of shape (n_points, n_coordinates)

        Returns
        -------
        ndarray of shape (n_points, n_coordinates)
        """
        check_is_fitted(self)
        return self.motion_(read_cloud(self, X, reset=False))

    @available_if(_is_field)
    def inverse_transform(self, X):
        """Take points back to where they came from, along the same fields.

        Parameters
        ----------
        X : array-like of shape (n_points, n_coordinates)

        Returns
        -------
        ndarray of shape (n_points, n_coordinates)
        """
        check_is_fitted(self)
        return self.motion_.inverse(read_cloud(self, X, reset=False))
