"""TopologicalRidge with its strength chosen by cross-validation."""

import inspect
import warnings

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv

from sktopo._fitting import fit_context
from sktopo._validation import N_JOBS
from sktopo.linear_model._base import (
    MODEL_CONSTRAINTS,
    LinearRegressor,
    check_alphas,
    validated,
)
from sktopo.linear_model._regression import count_unfinished


class TopologicalRidgeCV(LinearRegressor):
    """Least squares with a penalty on the topology of the weights, cross-validated.

    For every fold a path of weights is computed, from the largest alpha down [1]_; the
    alpha with the best mean score on what was left out is the one whose weights are
    taken from the path of all the data.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,) or None, default=None
        Strengths to choose from. None stands for ``np.logspace(-4, 1, 20)``.
    p, q, i0 : optional
        The energy that is penalised, as in TopologicalRidge.
    topology, homology_dimensions, superlevel : optional
        What it is computed of, as in TopologicalRidge.
    l2, fit_intercept : optional
        The rest of the objective, as in TopologicalRidge.
    solver, max_iter, tol : optional
        How it is minimised, as in TopologicalRidge.
    cv : int, cross-validation generator, iterable or None, default=5
        How to split; None is 5 folds, an int as many.
    scoring : str, callable or None, default=None
        A scorer, greater being better; None is the coefficient of determination. An
        alpha for which it gives nan in a fold is left out.
    n_jobs : int or None, default=None
        Folds in parallel; -1 uses all processors.
    random_state : int, RandomState instance or None, default=None
        See TopologicalRidge.
    verbose : int, default=0
        1 reports the folds and prints every 100th step, 2 every 10th, 3 each one.

    Attributes
    ----------
    alpha_ : float
        The chosen strength; of equal scores the largest.
    best_score_ : float
        Its mean score over the folds.
    alphas_ : ndarray of shape (n_alphas,)
        All strengths in falling order.
    scores_ : ndarray of shape (n_alphas, n_folds)
        Their scores.
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
    TopologicalRidge : The same for one alpha; GridSearchCV tunes its ``i0`` as well.

    Notes
    -----
    The objective is not convex in general. A path may then find a better minimum than a
    fit that starts afresh, and its scores may differ from those of GridSearchCV. Where
    the solution is unique they agree.

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
    >>> model = TopologicalRidgeCV(i0=3).fit(X, y)
    >>> np.abs(model.coef_ - w).max() < 0.05
    np.True_
    """

    _parameter_constraints = {
        **MODEL_CONSTRAINTS,
        "alphas": ["array-like", None],
        "cv": ["cv_object"],
        "scoring": [str, callable, None],
        "n_jobs": N_JOBS,
    }

    def __init__(
        self,
        alphas=None,
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
        """Choose the strength and fit the weights.

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
            If the scorer gives nan for some, but not all strengths.
        """
        X, y, sample_weight = validated(self, X, y, sample_weight)
        self.alphas_ = check_alphas(self.alphas, type(self).__name__)
        regression = self._regression(X, y, sample_weight, 1.0)
        folds = Parallel(n_jobs=self.n_jobs, verbose=self.verbose)(
            delayed(_scores)(clone(self), X, y, sample_weight, self.alphas_, *fold)
            for fold in check_cv(self.cv).split(X, y)
        )
        if not folds:
            raise ValueError(
                f"The 'cv' parameter of {type(self).__name__} must make a split at "
                f"least. Got {self.cv!r} instead."
            )
        self.scores_ = np.stack([scores for scores, _ in folds], axis=1)
        best = self._best(self.scores_.mean(axis=1))
        path = regression.path(self.alphas_)
        self.n_iter_ = max(1, *(result.nit for result in path[best]))
        self.coef_, self.intercept_ = regression.unpacked(path[best])
        if not self.fit_intercept:
            self.intercept_ = 0.0
        n_unfinished = sum(n for _, n in folds) + sum(map(count_unfinished, path))
        n_problems = (len(folds) + 1) * len(path) * regression.shape[0]
        self._warn_of(n_unfinished, n_problems)
        return self

    def _best(self, means):
        """The index of the best mean score, once it is known to be one."""
        if np.isnan(means).all():
            raise ValueError(
                "The 'scoring' parameter of TopologicalRidgeCV must give a number for "
                "some alpha. Got nan for all of them; folds may be too small for it."
            )
        if np.isnan(means).any():
            warnings.warn(
                "TopologicalRidgeCV leaves out alphas whose mean score is nan.",
                UserWarning,
                stacklevel=4,
            )
        best = int(np.nanargmax(means))
        self.alpha_, self.best_score_ = float(self.alphas_[best]), float(means[best])
        return best


def _scores(model, X, y, sample_weight, alphas, train, test):
    """The scores of one fold, shape (n_alphas,), and how many fits are unfinished."""
    weight, part = None, {}
    if sample_weight is not None:
        weight, left = sample_weight[train], sample_weight[test]
        if not (weight.any() and left.any()):
            raise ValueError(
                f"sample_weight of {type(model).__name__}.fit must be positive "
                "somewhere in both parts of every fold. Got zeros only."
            )
        part = {"sample_weight": left}
    scorer = check_scoring(model, model.scoring)
    if part and not _takes_weights(scorer):
        part = {}
    regression = model._regression(X[train], y[train], weight, 1.0)
    model.n_features_in_ = X.shape[1]
    path = regression.path(alphas)
    scores = np.empty(len(path))
    for k, results in enumerate(path):
        model.coef_, model.intercept_ = regression.unpacked(results)
        scores[k] = scorer(model, X[test], y[test], **part)
    return scores, sum(map(count_unfinished, path))


def _takes_weights(scorer):
    parameters = inspect.signature(scorer).parameters.values()
    return any(p.name in ("sample_weight", "kwargs") for p in parameters)
