"""Logistic regression with a penalty on the topology of the weights."""

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.base import ClassifierMixin
from sklearn.utils import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._sklearn_compat import StrOptions
from sktopo._tables import check_one_table, validate_table
from sktopo.gradients import linear_classifier
from sktopo.linear_model._base import (
    ALPHA_CONSTRAINT,
    MANY,
    MODEL_CONSTRAINTS,
    PenalisedModel,
    checked_weight,
)
from sktopo.linear_model._logistic_problem import LogisticProblem
from sktopo.linear_model._proximal_newton import minimize_logistic


class TopologicalLogisticRegression(ClassifierMixin, PenalisedModel):
    """Linear classifier with a penalty on the topology of its weights.

    Minimises ::

        sum of -log P(y | x) + sum over rows w of coef_ (alpha * E(p, q, i0; PD(w))
                                                         + l2 * ||w||^2)

    where P is logistic for two classes, with one row of weights, and softmax for more,
    with a row for each class. E is the energy of the persistence diagrams of a row
    [1]_: of its values, of a function on a path, or of an image.

    The objective is not convex in general; the result is a local minimum.

    Parameters
    ----------
    alpha : float >= 0, or dict, default=1.0
        Weight of the penalty. A dict has a weight for each of ``homology_dimensions``.
    p : float >= 0, default=1
        Power of the lifetimes.
    q : float >= 0, default=0
        Power of the midpoints.
    i0 : int >= 1, or dict, default=2
        The first bar that is penalised; on H0 the first bar is the essential one.
    topology : {"values", "path"}, tuple of int, Filtration or Term, default="values"
        How the weights of one row lie to each other; see TopologicalRidge.
    homology_dimensions : int or tuple of int, default=(0,)
        The diagrams whose energies are added up.
    superlevel : bool, default=True
        Superlevel sets (maxima) or sublevel sets (minima) for "path" and grids.
    l2 : float >= 0, default=0.0
        Weight of the squared norm. Classes that can be told apart need some: without
        it the weights may grow for ever.
    fit_intercept : bool, default=True
        Whether there is an intercept; it is not penalised.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        - "prox", "dc": penalised least squares, reweighted and solved again and again,
          by the exact solvers of TopologicalRidge; for topology "values" (or a Term
          with a prox) and "path" with p = 1 and q = 0 only.
        - "adam": descent with a rate that falls where progress ends.
        - "lbfgs": faster where the penalty is smooth (p >= 2).
        - "auto": "prox" or "dc" where they apply, else "adam" followed by "lbfgs".
    max_iter : int >= 1, default=1000
        Steps of the solver at most, in each of its stages.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes; "balanced" makes them weigh the same.
    warm_start : bool, default=False
        Start from the weights of the last fit.
    random_state : int, RandomState instance or None, default=None
        Used by a ``topology`` that breaks ties at random and has no seed of its own.
    verbose : int, default=0
        1 prints every 100th step, 2 every 10th, 3 each one.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    coef_ : ndarray of shape (1, n_features) or (n_classes, n_features)
        The weights.
    intercept_ : ndarray of shape (1,) or (n_classes,)
        The intercepts, zeros without one.
    n_iter_ : int
        Steps of the solver, in all its stages.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where X has names.

    See Also
    --------
    TopologicalRidge : The same penalties for regression.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.1 and appendix A.6, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    Weights along a path with one maximum, found from few samples:

    >>> import numpy as np
    >>> from sktopo import TopologicalLogisticRegression
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(60, 20))
    >>> y = X[:, 8:12].sum(axis=1) > 0
    >>> model = TopologicalLogisticRegression(topology="path", l2=0.1).fit(X, y)
    >>> w = model.coef_[0]
    >>> top = np.argmax(w)
    >>> 8 <= top < 12
    np.True_
    """

    _advice = (
        "Raise max_iter or tol, scale the data, or set l2 where the classes can be "
        "told apart"
    )
    _parameter_constraints = {
        **MODEL_CONSTRAINTS,
        "alpha": ALPHA_CONSTRAINT,
        "class_weight": [dict, StrOptions({"balanced"}), None],
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
        solver="auto",
        max_iter=1000,
        tol=1e-6,
        class_weight=None,
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
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit the weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Labels of any kind.
        sample_weight : array-like of shape (n_samples,), float or None, default=None
            Weights of the losses; a weight of 2 is a row twice.

        Returns
        -------
        self

        Warns
        -----
        ConvergenceWarning
            If the solver has made ``max_iter`` steps without converging.
        """
        last_classes = getattr(self, "classes_", None)
        X, target, sample_weight = self._validated(X, y, sample_weight)
        self._warn_of_unused()
        problem = LogisticProblem(
            X.astype(np.float64),
            target,
            sample_weight,
            *self._penalty(X.shape[1], self.alpha),
            float(self.l2),
            self.fit_intercept,
        )
        shape = (target.shape[1], X.shape[1])
        is_warm = (
            self.warm_start
            and np.array_equal(last_classes, self.classes_)
            and getattr(self, "coef_", np.empty(0)).shape == shape
        )
        coef, intercept = np.zeros(shape), np.zeros(shape[0])
        if is_warm:
            coef, intercept = self.coef_ + coef, self.intercept_ + intercept
        result = minimize_logistic(
            problem,
            coef,
            intercept,
            solver=self.solver,
            settings=self._settings(),
            is_warm=is_warm,
        )
        self._warn_of(result.status == 1)
        self.n_iter_ = result.nit
        self.coef_, self.intercept_ = (part.astype(X.dtype) for part in result.x)
        return self

    def _validated(self, X, y, sample_weight):
        """The data, the classes as columns, and the weights of the samples."""
        check_one_table(X, type(self).__name__, MANY)
        X, y = validate_table(self, X, y, dtype=(np.float64, np.float32))
        check_classification_targets(y)
        weight = checked_weight(self, sample_weight, X)
        self.classes_, labels = np.unique(y, return_inverse=True)
        n_classes = len(self.classes_)
        if n_classes < 2:
            raise ValueError(
                f"y of {type(self).__name__}.fit must hold at least 2 classes. "
                f"Got 1 class: {self.classes_[0]!r}."
            )
        if weight is None:
            weight = np.ones(len(X))
        if self.class_weight is not None:
            weight = weight * self._class_weights(y, labels, weight)[labels]
        target = np.eye(n_classes)[labels]
        return X, target[:, 1:] if n_classes == 2 else target, weight

    def _class_weights(self, y, labels, sample_weight):
        """A weight for each class."""
        if self.class_weight == "balanced":
            totals = np.bincount(labels, sample_weight)
            # A class whose samples weigh nothing is not there to be balanced.
            return totals.mean() / np.maximum(totals, 1e-300)
        weights = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        if not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
            raise ValueError(
                f"The 'class_weight' parameter of {type(self).__name__} must hold "
                "floats in the range [0, inf), one of them positive. "
                f"Got {self.class_weight!r} instead."
            )
        return weights

    def decision_function(self, X):
        """Compute the margins.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log odds of the second of two classes; log probabilities up to a constant.
        """
        check_is_fitted(self)
        X = validate_table(self, X, dtype=(np.float64, np.float32), reset=False)
        margins = X @ self.coef_.T + self.intercept_
        return margins[:, 0] if margins.shape[1] == 1 else margins

    def value_and_pullback(self, X):
        """Compute the margins, and the pullback; see ``sktopo.gradients``.

        Parameters
        ----------
        X : ndarray of float64 of shape (n_samples, n_features)

        Returns
        -------
        margins : ndarray of shape (n_samples,) or (n_samples, n_classes)
            What ``decision_function`` returns.
        pullback : callable
            From an array of the shape of ``margins`` to one of X's shape.
        """
        check_is_fitted(self)
        return linear_classifier(self, X)

    def predict(self, X):
        """Predict the most probable class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        margins = self.decision_function(X)
        best = margins > 0 if margins.ndim == 1 else margins.argmax(axis=1)
        return self.classes_[best.astype(np.intp)]

    def predict_log_proba(self, X):
        """Predict logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        margins = self.decision_function(X)
        if margins.ndim == 1:
            return log_expit(np.column_stack([-margins, margins]))
        return log_softmax(margins, axis=1)

    def predict_proba(self, X):
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        return np.exp(self.predict_log_proba(X))
