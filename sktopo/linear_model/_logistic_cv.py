"""TopologicalLogisticRegression with its strengths chosen by cross-validation."""

import numpy as np

from sktopo._fitting import fit_context
from sktopo.linear_model._base import MODEL_CONSTRAINTS
from sktopo.linear_model._logistic_base import (
    CLASS_WEIGHT_CONSTRAINT,
    LogisticClassifier,
)
from sktopo.linear_model._search import SEARCH_CONSTRAINTS, StrengthSearch

_LEAST = np.log(1e-15)  # of a probability that is zero up to rounding


def _log_likelihood(model, X, y, sample_weight=None):
    """The mean logarithm of the probabilities of the right classes."""
    labels = np.searchsorted(model.classes_, y)
    right = model.predict_log_proba(X)[np.arange(len(X)), labels]
    return np.average(np.maximum(right, _LEAST), weights=sample_weight)


class TopologicalLogisticRegressionCV(StrengthSearch, LogisticClassifier):
    """Linear classifier with a penalty on the topology of its weights, cross-validated.

    The strength of the penalty, the number of bars that it leaves free and the weight
    of the squared norm are chosen together, as by TopologicalRidgeCV: along
    warm-started paths [1]_, on grids that follow the data, and with logistic regression
    under a squared norm among the choices. It is kept unless a penalty is better by
    more than two and a half standard errors of the relative differences between their
    scores on the folds.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,), default=10
        Strengths to choose from. An int is how many, from the one at which nothing but
        the free bars is left down to a ten thousandth of it; 0 is tried as well.
    p, q : float >= 0, default=1 and 0
        Powers of lifetimes and midpoints in the energy that is penalised.
    i0 : "auto", int, list of int, or dict, default="auto"
        The first bar that is penalised, or several to choose from; "auto" is 2 to 6.
    topology : {"values", "path"}, tuple of int, Filtration or Term, default="values"
        How the weights lie to each other: as points on the line, along a path, on a
        grid of that shape, or as TopologicalLogisticRegression tells.
    homology_dimensions : int or tuple of int, default=(0,)
        The diagrams whose energies are added up.
    superlevel : bool, default=True
        Superlevel sets (maxima) or sublevel sets (minima).
    l2 : "auto", float >= 0, or array-like, default="auto"
        Weight of the squared norm, or several to choose from. "auto" is the best of
        ten decades without a penalty, on the same folds, and three hundredths of it.
    fit_intercept : bool, default=True
        Whether there are intercepts; they are not penalised.
    one_standard_error : bool, default=False
        Whether to choose, of all strengths whose mean score is within one standard
        error of the best, those of the largest alpha, then the smallest i0.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        How it is minimised; see TopologicalLogisticRegression.
    max_iter : int >= 1, default=1000
        Steps of the solver at most, for each fit.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes; "balanced" makes them weigh the same.
    cv : int, cross-validation generator, iterable or None, default=5
        How to split; None is 5 folds, an int as many, each with its share of every
        class.
    scoring : str, callable or None, default=None
        A scorer, greater being better; None is the mean logarithm of the probability
        of the right class. Strengths for which it gives nan in a fold are left out.
    n_jobs : int or None, default=None
        Paths in parallel; -1 uses all processors.
    random_state : int, RandomState instance or None, default=None
        See TopologicalLogisticRegression.
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
    classes_ : ndarray of shape (n_classes,)
        The labels.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        The weights.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        The intercepts, zeros without one.
    n_iter_ : int
        Steps of the solver for the chosen strength.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    TopologicalLogisticRegression : The same for one alpha, i0 and l2.
    TopologicalRidgeCV : The same for regression.

    Notes
    -----
    The defaults fit 550 models, 11 strengths under 5 penalties and 2 norms on 5 folds:
    two to four seconds for two classes in 30 columns, and six to nine for three classes
    in 13, twice that where the columns are not scaled; LogisticRegressionCV takes a
    tenth of one. ``n_jobs`` shares them out. Fewer ``alphas`` or a single ``i0`` are
    faster in proportion.

    References
    ----------
    .. [1] J. Friedman, T. Hastie and R. Tibshirani, "Regularization Paths for
       Generalized Linear Models via Coordinate Descent", Journal of Statistical
       Software 33 (2010), :doi:`10.18637/jss.v033.i01`.

    Examples
    --------
    Weights along a path with one maximum, found from few samples:

    >>> import numpy as np
    >>> from sktopo import TopologicalLogisticRegressionCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 20))
    >>> y = X[:, 8:12].sum(axis=1) + rng.normal(size=60) > 0
    >>> model = TopologicalLogisticRegressionCV(4, topology="path", i0=2).fit(X, y)
    >>> top = np.argmax(model.coef_[0])
    >>> 8 <= top < 12
    np.True_
    """

    _default_score = staticmethod(_log_likelihood)
    # Without a norm, the weights of linearly separable classes are infinite.
    _l2_shares = (1.0, 0.03)
    _l2s_per_decade = 1
    _parameter_constraints = {
        **MODEL_CONSTRAINTS,
        **SEARCH_CONSTRAINTS,
        "class_weight": CLASS_WEIGHT_CONSTRAINT,
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
        one_standard_error=False,
        solver="auto",
        max_iter=1000,
        tol=1e-6,
        class_weight=None,
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
        self.one_standard_error = one_standard_error
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.class_weight = class_weight
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
        y : array-like of shape (n_samples,)
            Labels of any kind.
        sample_weight : array-like of shape (n_samples,), float or None, default=None
            Weights of the losses, in the scores as well where the scorer takes them.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            As for TopologicalLogisticRegression.
        UserWarning
            If the scorer gives nan for some, but not all strengths, or if the best lies
            on the edge of what was tried.
        """
        X, y, sample_weight = self._validated(X, y, sample_weight)
        self.coef_, self.intercept_ = self._choose(X, y, sample_weight)
        return self
