"""Least squares with a penalty on the topology of the weights."""

import numbers
import warnings

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sktopo._sklearn_compat import (
    HasMethods,
    Interval,
    StrOptions,
    _check_sample_weight,
    _fit_context,
)
from sktopo._validation import check_homology_dimensions
from sktopo.linear_model._least_squares import centred, minimize_penalised
from sktopo.linear_model._penalty import WeightPenalty


class TopologicalRidge(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Linear least squares with a penalty on the topology of the weights.

    Minimises ::

        ||y - X w - b||^2 + alpha * E(p, q, i0; PD(w)) + l2 * ||w||^2

    where E is the energy of the persistence diagrams of w, the sum of
    ``|d - b|^p ((d + b) / 2)^q`` over the bars from the i0-th longest on [1]_. What the
    diagrams see is up to ``topology``: whether the weights form clusters, whether they
    rise and fall along a path, or what shapes they make as an image.

    1. X and y are centred and weighted;
    2. a solver goes down from the least squares solution (from equal weights, where
       that is not unique and the solver is "prox"), or with ``warm_start`` from the
       last one;
    3. where p = 1 and q = 0, weights that are tied up to rounding are fused, and the
       small least squares problem that is left is solved exactly.

    The objective is not convex in general; the result is a local minimum.

    Parameters
    ----------
    alpha : float >= 0, default=1.0
        Weight of the penalty. 0 is ordinary least squares, of minimum norm where that
        is not unique.
    p : float >= 0, default=1
        Power of the lifetimes.
    q : float >= 0, default=0
        Power of the midpoints. The energy of bars at negative midpoints is negative
        for odd q, and the objective may then have no minimum.
    i0 : int >= 1, default=2
        The first bar that is penalised. On H0 the first bar is the essential one:
        ``i0=k`` leaves k - 1 clusters, or k - 1 maxima, in peace.
    topology : {"values", "path"}, tuple of int, or Filtration, default="values"
        - "values": the weights are points on the line; H0 sees their gaps, and
          the penalty pulls them into i0 - 1 clusters.
        - "path": the weights are a function on a path; H0 of superlevel sets sees
          its maxima.
        - a shape such as (28, 28) or (8, 8, 8): a function on a grid; H0 sees its
          maxima, H1 its holes.
        - a Filtration: anything else, such as LowerStar for weights on a graph.
    homology_dimensions : int or tuple of int, default=(0,)
        The diagrams whose energies are added up.
    superlevel : bool, default=True
        Superlevel sets (maxima) or sublevel sets (minima) for "path" and grids;
        "values" has no direction, and a Filtration brings its own.
    l2 : float >= 0, default=0.0
        Weight of the squared norm.
    fit_intercept : bool, default=True
        Whether there is an intercept b; it is not penalised.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        - "prox": accelerated proximal gradient with the exact proximal step; for
          topology "values" with p = 1 and q = 0 only.
        - "dc": the difference of two convex functions, one of them replaced by its
          tangent again and again, what is left solved exactly; for topology "path"
          with p = 1 and q = 0 only.
        - "adam": descent with a rate that falls where progress ends.
        - "lbfgs": faster where the penalty is smooth (p >= 2).
        - "auto": "prox" or "dc" where they apply, else "adam" followed by "lbfgs".
    max_iter : int >= 1, default=1000
        Steps of the solver at most.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    warm_start : bool, default=False
        Start from the ``coef_`` of the last fit.
    random_state : int, RandomState instance or None, default=None
        Used by a ``topology`` that breaks ties at random and has no seed of its own.
    verbose : int, default=0
        k > 0 prints every k-th step.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights w.
    intercept_ : float or ndarray of shape (n_targets,)
        The intercept b, 0.0 without one.
    n_iter_ : int
        Steps of the solver, the most over all targets.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where X has names.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.1, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    Weights that take few values are found from few samples:

    >>> import numpy as np
    >>> from sktopo import TopologicalRidge
    >>> rng = np.random.default_rng(0)
    >>> w = np.repeat([1.0, 2.0], 10)
    >>> X = rng.normal(size=(15, 20))
    >>> model = TopologicalRidge(alpha=0.1, i0=3, fit_intercept=False).fit(X, X @ w)
    >>> model.coef_.round(2)
    array([1., 1., 1., 1., 1., 1., 1., 1., 1., 1.,
           2., 2., 2., 2., 2., 2., 2., 2., 2., 2.])
    """

    _parameter_constraints = {
        "alpha": [Interval(numbers.Real, 0, None, closed="left")],
        "p": [Interval(numbers.Real, 0, None, closed="left")],
        "q": [Interval(numbers.Real, 0, None, closed="left")],
        "i0": [Interval(numbers.Integral, 1, None, closed="left")],
        "topology": [
            StrOptions({"values", "path"}),
            tuple,
            list,
            HasMethods(["build"]),
        ],
        "homology_dimensions": ["array-like", numbers.Integral],
        "superlevel": ["boolean"],
        "l2": [Interval(numbers.Real, 0, None, closed="left")],
        "fit_intercept": ["boolean"],
        "solver": [StrOptions({"auto", "prox", "dc", "adam", "lbfgs"})],
        "max_iter": [Interval(numbers.Integral, 1, None, closed="left")],
        "tol": [Interval(numbers.Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        alpha=1.0,
        *,
        p=1,
        q=0,
        i0=2,
        topology="values",
        homology_dimensions=(0,),
        superlevel=True,
        l2=0.0,
        fit_intercept=True,
        solver="auto",
        max_iter=1000,
        tol=1e-6,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.alpha = alpha
        self.p = p
        self.q = q
        self.i0 = i0
        self.topology = topology
        self.homology_dimensions = homology_dimensions
        self.superlevel = superlevel
        self.l2 = l2
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array-like of shape (n_samples,), float or None, default=None
            Weights of the squared errors; a weight of 2 is a row twice.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the solver has made ``max_iter`` steps before it came to rest.
        """
        check_homology_dimensions(self.homology_dimensions, "TopologicalRidge")
        X, y, sample_weight = self._validated(X, y, sample_weight)
        targets = y.reshape(len(y), -1).astype(np.float64)
        rows, targets, X_mean, y_mean = centred(
            X.astype(np.float64), targets, sample_weight, self.fit_intercept
        )
        coef = self._minimise(rows, targets)
        self._unpack(coef, y_mean - coef @ X_mean, y.ndim, X.dtype)
        return self

    def predict(self, X):
        """Predict X w + b.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        return X @ self.coef_.T + self.intercept_

    def _validated(self, X, y, sample_weight):
        X, y = validate_data(
            self,
            X,
            y,
            dtype=(np.float64, np.float32),
            multi_output=True,
            y_numeric=True,
        )
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
            if not sample_weight.any():
                raise ValueError(
                    "sample_weight of TopologicalRidge.fit must have a positive entry. "
                    "Got zeros only."
                )
        return X, y, sample_weight

    def _minimise(self, rows, targets):
        """The weights of every target, shape (n_targets, n_features)."""
        n_features, n_targets = rows.shape[1], targets.shape[1]
        if self.l2 > 0:
            rows = np.concatenate([rows, np.sqrt(self.l2) * np.eye(n_features)])
            targets = np.concatenate([targets, np.zeros((n_features, n_targets))])
        penalty = WeightPenalty(
            self._seeded_topology(),
            n_features,
            p=self.p,
            q=self.q,
            i0=self.i0,
            homology_dimensions=self.homology_dimensions,
            superlevel=self.superlevel,
        )
        penalty.check()
        exact = {"prox": penalty.has_prox, "dc": penalty.has_split}
        if not exact.get(self.solver, True):
            raise ValueError(
                "The 'solver' parameter of TopologicalRidge must be 'auto', 'adam' or "
                f"'lbfgs' for this penalty. Got {self.solver!r}: 'prox' needs "
                "topology='values' and 'dc' topology='path', both p=1 and q=0; here "
                f"are topology={self.topology!r}, p={self.p} and q={self.q}."
            )
        starts = self._starts(n_targets, n_features)
        self.n_iter_ = 0
        if self.alpha == 0:
            return np.linalg.lstsq(rows, targets, rcond=None)[0].T
        coef = np.empty((n_targets, n_features))
        for k in range(n_targets):
            result = minimize_penalised(
                rows,
                targets[:, k],
                self.alpha,
                penalty,
                solver=self.solver,
                start=starts[k],
                settings={
                    "max_iter": self.max_iter,
                    "tol": self.tol,
                    "verbose": self.verbose,
                },
            )
            if result.status == 1:
                warnings.warn(
                    f"TopologicalRidge made max_iter={self.max_iter} steps without "
                    "coming to rest. Raise max_iter or tol, or scale the data.",
                    ConvergenceWarning,
                    stacklevel=3,
                )
            coef[k] = result.x
            self.n_iter_ = max(self.n_iter_, result.nit)
        return coef

    def _seeded_topology(self):
        """The topology, with a seed where it breaks ties at random and has none."""
        topology = self.topology
        if getattr(topology, "tie_breaking", "index") == "index":
            return topology
        if topology.random_state is not None:
            return topology
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        return clone(topology).set_params(random_state=seed)

    def _starts(self, *shape):
        """The last weights where they are asked for, else None for each target."""
        last = np.atleast_2d(getattr(self, "coef_", np.empty(0)))
        if self.warm_start and last.shape == shape:
            return last.astype(np.float64)
        return [None] * shape[0]

    def _unpack(self, coef, intercept, y_ndim, dtype):
        self.coef_ = coef.astype(dtype)
        self.intercept_ = intercept.astype(dtype)
        if y_ndim == 1:
            self.coef_, self.intercept_ = self.coef_[0], self.intercept_[0]
        if not self.fit_intercept:
            self.intercept_ = 0.0
