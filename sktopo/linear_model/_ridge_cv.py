"""TopologicalRidge with its strength chosen by cross-validation."""

import numbers

from sklearn.linear_model import RidgeCV

from sktopo._fitting import fit_context
from sktopo.linear_model._base import (
    LOSS_CONSTRAINTS,
    MODEL_CONSTRAINTS,
    LinearRegressor,
    validated,
)
from sktopo.linear_model._search import SEARCH_CONSTRAINTS, StrengthSearch


class TopologicalRidgeCV(StrengthSearch, LinearRegressor):
    """Least squares with a penalty on the topology of the weights, cross-validated.

    The strength of the penalty, the number of bars that it leaves free and the weight
    of the squared norm are chosen together. For every fold, ``l2`` and ``i0`` a path of
    weights is computed, from the largest alpha down [1]_, each started from the last
    and from what the next smaller ``i0`` has found; the strengths with the best mean
    score on what was left out are those with which all the data are fitted.

    The defaults follow the data: with c y the weights are c times as large and the
    choice is the same, with c X they are 1 / c times as large, for powers of two to the
    bit. (For other c, rounding decides where many weights fit exactly.) They contain
    ridge regression, with ``alpha_`` 0 and the ``l2_`` that is best then; it is kept
    unless a penalty is better by more than two and a half standard errors of the
    relative differences between their scores on the folds.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=10
        Strengths to choose from. An int is how many, from the one at which nothing but
        the free bars is left down to a ten thousandth of it; 0 is tried as well.
    p, q : float >= 0, default=1 and 0
        Powers of lifetimes and midpoints in the energy that is penalised.
    i0 : "auto", int, list of int, or dict, default="auto"
        The first bar that is penalised, or several to choose from; ``i0=k`` allows
        k - 1 clusters or maxima at no cost, and "auto" is 2 to 6.
    topology : {"values", "path"}, tuple of int, Filtration or Term, default="values"
        How the weights lie to each other: as points on the line, along a path, on a
        grid of that shape, or as TopologicalRidge tells.
    homology_dimensions : int or tuple of int, default=(0,)
        The diagrams whose energies are added up.
    superlevel : bool, default=True
        Superlevel sets (maxima) or sublevel sets (minima).
    l2 : "auto", float >= 0, or array-like, default="auto"
        Weight of the squared norm, or several to choose from. "auto" is the best of
        ten decades without a penalty, three hundredths of it, and 0. The best is that
        of RidgeCV, by leaving one out; with a ``cv`` of splits, a ``scoring`` or an
        other ``loss``, that on the same folds.
    fit_intercept : bool, default=True
        Whether there is an intercept; it is not penalised.
    loss : {"squared_error", "huber"}, default="squared_error"
        What errors cost.
    epsilon : float >= 1, default=1.35
        How many scales an error may be large until it is an outlier, with "huber".
    one_standard_error : bool, default=False
        Whether to choose, of all strengths whose mean score is within one standard
        error of the best, those of the largest alpha, then the smallest i0.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        How it is minimised; see TopologicalRidge.
    max_iter : int >= 1, default=1000
        Steps of the solver at most, for each fit.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    cv : int, cross-validation generator, iterable or None, default=5
        How to split; None is 5 folds, an int as many.
    scoring : str, callable or None, default=None
        A scorer, greater being better; None is the squared error, negative, and with
        ``loss="huber"`` the absolute one. Strengths for which it gives nan in a fold
        are left out.
    n_jobs : int or None, default=None
        Paths in parallel; -1 uses all processors.
    random_state : int, RandomState instance or None, default=None
        See TopologicalRidge.
    verbose : int, default=0
        1 shows one line that moves, 2 prints a line for each path of each fold, and for
        each step.

    Attributes
    ----------
    alpha_, i0_, l2_ : float, int (or dict), float
        The chosen ones; of equal scores no penalty where 0 is among the defaults, else
        the largest alpha, then the smallest i0, then the largest l2. Where ``topology``
        is a Term, ``i0_`` is None.
    best_score_ : float
        Their mean score over the folds.
    alphas_ : ndarray of shape (n_alphas,)
        All strengths in falling order.
    i0s_ : list
        All ``i0`` in rising order.
    l2s_ : ndarray of shape (n_l2s,)
        All weights of the squared norm in falling order.
    scores_ : ndarray of shape (n_l2s, n_i0s, n_alphas, n_folds)
        The scores of every choice.
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The weights.
    intercept_ : float or ndarray of shape (n_targets,)
        The intercept, 0.0 without one.
    n_iter_ : int
        Steps of the solver for the chosen strength.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    TopologicalRidge : The same for one alpha, i0 and l2.

    Notes
    -----
    The objective is not convex in general. A path may then find a better minimum than a
    fit that starts afresh, and its scores may differ from those of GridSearchCV. Where
    the solution is unique they agree.

    The defaults fit 825 models, 11 strengths under 5 penalties and 3 norms on 5 folds,
    which takes some seconds where RidgeCV takes milliseconds. Fewer ``alphas`` or a
    single ``i0`` are faster in proportion.

    References
    ----------
    .. [1] J. Friedman, T. Hastie and R. Tibshirani, "Regularization Paths for
       Generalized Linear Models via Coordinate Descent", Journal of Statistical
       Software 33 (2010), :doi:`10.18637/jss.v033.i01`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import TopologicalRidgeCV
    >>> rng = np.random.default_rng(0)
    >>> w = np.repeat([1.0, 2.0], 10)
    >>> X = rng.normal(size=(30, 20))
    >>> y = X @ w + 0.1 * rng.normal(size=30)
    >>> model = TopologicalRidgeCV(4, i0=[2, 3, 4], l2=0.0).fit(X, y)
    >>> model.i0_
    3
    >>> np.abs(model.coef_ - w).max() < 0.05
    np.True_
    """

    _l2_shares = (1.0, 0.03, 0.0)
    _l2s_per_decade = 3
    _parameter_constraints = {
        **MODEL_CONSTRAINTS,
        **LOSS_CONSTRAINTS,
        **SEARCH_CONSTRAINTS,
    }

    def __init__(
        self,
        alphas=10,
        *,
        p=1,
        q=0,
        i0="auto",
        topology="values",
        homology_dimensions=(0,),
        superlevel=True,
        l2="auto",
        fit_intercept=True,
        loss="squared_error",
        epsilon=1.35,
        one_standard_error=False,
        solver="auto",
        max_iter=1000,
        tol=1e-6,
        cv=5,
        scoring=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
        self.alphas = alphas
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
        self.one_standard_error = one_standard_error
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.scoring = scoring
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Choose the strengths and fit the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
        sample_weight : array-like of shape (n_samples,), float or None, default=None
            Weights of the squared errors, in the scores as well where the scorer
            takes them.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            As for TopologicalRidge.
        UserWarning
            If the scorer gives nan for some, but not all strengths, or if the best lies
            on the edge of what was tried.
        """
        X, y, sample_weight = validated(self, X, y, sample_weight)
        self.coef_, self.intercept_ = self._choose(X, y, sample_weight)
        if not self.fit_intercept:
            self.intercept_ = 0.0
        return self

    @property
    def _default_score(self):
        if self.loss == "huber":
            return "neg_mean_absolute_error"
        return "neg_mean_squared_error"

    def _best_norm(self, X, y, sample_weight, l2s):
        """That of RidgeCV, unless the samples or the scores are special ones."""
        is_plain = self.cv is None or isinstance(self.cv, numbers.Integral)
        if not is_plain or self.scoring is not None or self.loss != "squared_error":
            return None
        ridge = RidgeCV(l2s, fit_intercept=self.fit_intercept)
        return float(ridge.fit(X, y, sample_weight).alpha_)

    def _data(self, X, y, sample_weight):
        return self._regression(X, y, sample_weight)
