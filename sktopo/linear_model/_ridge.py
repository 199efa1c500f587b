"""Least squares with a penalty on the topology of the weights."""

import numbers

import numpy as np
from sklearn.utils import Bunch

from sktopo._fitting import fit_context, validate_params
from sktopo._validation import check_int
from sktopo._workers import blas_threads_for
from sktopo.linear_model._base import (
    ALPHA_CONSTRAINT,
    LOSS_CONSTRAINTS,
    MODEL_CONSTRAINTS,
    LinearRegressor,
    check_strengths,
    validated,
)
from sktopo.linear_model._regression import count_unfinished


class TopologicalRidge(LinearRegressor):
    """Linear least squares with a penalty on the topology of the weights.

    Minimises ::

        ||y - X w - b||^2 + alpha * E(p, q, i0; PD(w)) + l2 * ||w||^2

    or, with ``loss="huber"``, what scikit-learn's HuberRegressor has for the errors in
    place of their squares, ::

        sum of (scale + scale * H((y - X w - b) / scale)) over the samples

    with the best scale, H(z) being z^2 for abs(z) up to ``epsilon`` and
    2 epsilon abs(z) - epsilon^2 beyond: outliers then count in proportion to their size
    [2]_. Here E is the energy of the persistence diagrams of w, the sum of
    ``|d - b|^p ((d + b) / 2)^q`` over the bars from the i0-th longest on [1]_. What the
    diagrams see is up to ``topology``: whether the weights form clusters, whether they
    rise and fall along a path, or what shapes they make as an image.

    1. X and y are centred and weighted;
    2. a solver goes down from several starts, or with ``warm_start`` from the last
       weights;
    3. where p = 1 and q = 0, weights that are tied up to rounding are fused, and the
       small least squares problem that is left is solved exactly.

    The objective is not convex in general; the result is a local minimum. With fewer
    samples than features, many weights on a path may have no error and no penalty. Then
    the result is the analytic centre of a set of them, in which every step is as large
    as the others allow, and not one of its vertices; of several such sets that with the
    largest product of steps is taken.

    Parameters
    ----------
    alpha : float >= 0, or dict, default=1.0
        Weight of the penalty. 0 is ordinary least squares, of minimum norm where that
        is not unique. A dict has a weight for each of ``homology_dimensions``.
    p : float >= 0, default=1
        Power of the lifetimes.
    q : float >= 0, default=0
        Power of the midpoints. The energy of bars at negative midpoints is negative
        for odd q, and the objective may then have no minimum.
    i0 : int >= 1, or dict, default=2
        The first bar that is penalised; the i0 - 1 longest bars are free. On H0 the
        first bar is the essential one, so that ``i0=k`` allows k - 1 clusters, or k - 1
        maxima, at no cost. A dict has an int for each of ``homology_dimensions``.
    topology : {"values", "path"}, tuple of int, Filtration or Term, default="values"
        - "values": the weights are points on the line; H0 sees their gaps, and
          the penalty pulls them into i0 - 1 clusters.
        - "path": the weights are a function on a path; H0 of superlevel sets sees
          its maxima.
        - a shape such as (28, 28) or (8, 8, 8): a function on a grid; H0 sees its
          maxima, H1 its holes. Places that share a corner are neighbours.
        - a Filtration: anything else, such as LowerStar for weights on a graph.
        - a Term: the penalty itself, on weights of shape (n_features,); ``p``, ``q``,
          ``i0``, ``homology_dimensions`` and ``superlevel`` have no part in it.
    homology_dimensions : int or tuple of int, default=(0,)
        The diagrams whose energies are added up.
    superlevel : bool, default=True
        Superlevel sets (maxima) or sublevel sets (minima) for "path" and grids;
        "values" has no direction, and a Filtration brings its own.
    l2 : float >= 0, default=0.0
        Weight of the squared norm.
    fit_intercept : bool, default=True
        Whether there is an intercept b; it is not penalised.
    loss : {"squared_error", "huber"}, default="squared_error"
        What errors cost.
    epsilon : float >= 1, default=1.35
        How many scales an error may be large until it is an outlier, with
        ``loss="huber"``; 1.35 has 95 % of the efficiency of least squares for normal
        errors.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        - "prox": convex majorants of the penalty, each minimised exactly by proximal
          point steps and semismooth Newton on their duals [3]_, and proximal gradient
          steps that look for a better one; for topology "values" with p = 1 and q = 0.
          For a Term with a prox and no majorant, accelerated proximal gradient.
        - "dc": the difference of two convex functions, one of them replaced by its
          tangent again and again, what is left solved exactly; for topology "path"
          with p = 1 and q = 0 only.
        - "adam": descent with a rate that falls where progress ends.
        - "lbfgs": faster where the penalty is smooth (p >= 2).
        - "auto": "prox" or "dc" where they apply, else "adam" followed by "lbfgs".

        Where p is not 1, or q not 0, descents begin from least squares and from
        equal weights, and the better result is kept.
    max_iter : int >= 1, default=1000
        Steps of the solver at most; with "adam" followed by "lbfgs" half as many more.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    warm_start : bool, default=False
        Start from the ``coef_`` of the last fit.
    random_state : int, RandomState instance or None, default=None
        Used by a ``topology`` that breaks ties at random and has no seed of its own.
    verbose : int, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights w.
    intercept_ : float or ndarray of shape (n_targets,)
        The intercept b, 0.0 without one.
    scale_ : float or ndarray of shape (n_targets,)
        The scale of the errors, with ``loss="huber"``.
    n_iter_ : int
        Steps of the solver, the most over all targets.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.1, :doi:`10.48550/arXiv.1905.12200`.
    .. [2] A. B. Owen, "A robust hybrid of lasso and ridge regression", Contemporary
       Mathematics 443 (2007), :doi:`10.1090/conm/443/08555`.
    .. [3] X. Li, D. Sun and K.-C. Toh, "A highly efficient semismooth Newton
       augmented Lagrangian method for solving lasso problems", SIAM Journal on
       Optimization 28 (2018), :doi:`10.1137/16M1097572`.

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
        **MODEL_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
        "alpha": ALPHA_CONSTRAINT,
        "warm_start": ["boolean"],
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
        loss="squared_error",
        epsilon=1.35,
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
        self.loss = loss
        self.epsilon = epsilon
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
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
            If the solver has made ``max_iter`` steps without converging.
        """
        X, y, sample_weight = validated(self, X, y, sample_weight)
        alpha, penalty = self._penalty(X.shape[1], self.alpha)
        self._warn_of_unused()
        regression = self._regression(X, y, sample_weight)
        starts = self._starts(*regression.shape)
        with blas_threads_for(X.size):
            results = regression.minimize(penalty, alpha, float(self.l2), starts)
        self._warn_of(count_unfinished(results), len(results))
        self.n_iter_ = max(result.nit for result in results)
        self.coef_, self.intercept_ = regression.unpacked(results)
        if not self.fit_intercept:
            self.intercept_ = 0.0
        if self.loss == "huber":
            scales = np.array([result.scale for result in results])
            self.scale_ = float(scales[0]) if y.ndim == 1 else scales
        return self

    def path(self, X, y, *, alphas=20, sample_weight=None):
        """Weights for many strengths of the penalty, each started from the last.

        This is faster than a fit for each and often ends lower, since a solution is
        a good start for its neighbour. Nothing is stored in the estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        alphas : int or array-like of shape (n_alphas,), default=20
            They take the place of ``alpha``, or multiply it where that is a dict. An
            int is how many, from the strength at which nothing but the free bars is
            left down to a ten thousandth of it.
        sample_weight : array-like of shape (n_samples,), float or None, default=None

        Returns
        -------
        Bunch
            ``alphas`` in falling order, ``coefs`` of shape (n_features, n_alphas) or
            (n_targets, n_features, n_alphas), and ``intercepts`` of shape (n_alphas,)
            or (n_targets, n_alphas).

        Warns
        -----
        ConvergenceWarning
            As in ``fit``.

        Examples
        --------
        >>> import numpy as np
        >>> from sktopo import TopologicalRidge
        >>> X = np.eye(4)
        >>> model = TopologicalRidge(fit_intercept=False)
        >>> path = model.path(X, [0, 0, 4, 5], alphas=[1, 4, 100])
        >>> path.alphas
        array([100.,   4.,   1.])
        >>> path.coefs.round(2)
        array([[2.25, 1.  , 0.25],
               [2.25, 1.  , 0.25],
               [2.25, 3.5 , 4.  ],
               [2.25, 3.5 , 4.5 ]])
        """
        validate_params(self)
        X, y, sample_weight = validated(self, X, y, sample_weight, is_fit=False)
        alpha, penalty = self._penalty(X.shape[1], self.alpha)
        self._warn_of_unused()
        regression = self._regression(X, y, sample_weight)
        if isinstance(alphas, numbers.Integral):
            check_int(alphas, "alphas", type(self).__name__, 1)
            alphas = regression.strengths(penalty, self._degree, alphas)
        else:
            alphas = check_strengths(alphas, "alphas", type(self).__name__)
        scale = alpha if isinstance(self.alpha, dict) else 1.0
        with blas_threads_for(X.size):
            (path,) = regression.paths([penalty], scale * alphas, float(self.l2))
        n_unfinished = sum(map(count_unfinished, path))
        self._warn_of(n_unfinished, len(path) * regression.shape[0])
        models = [regression.unpacked(results) for results in path]
        coefs, intercepts = (
            np.stack(part, axis=-1) for part in zip(*models, strict=True)
        )
        return Bunch(alphas=alphas, coefs=coefs, intercepts=intercepts)

    def _starts(self, *shape):
        """The last weights where they are asked for, else None for each target."""
        last = np.atleast_2d(getattr(self, "coef_", np.empty(0)))
        if self.warm_start and last.shape == shape:
            return last.astype(np.float64)
        return [None] * shape[0]
