"""Logistic regression with a penalty on the topology of the weights."""

import numpy as np

from sktopo._fitting import fit_context
from sktopo._workers import blas_threads_for
from sktopo.linear_model._base import ALPHA_CONSTRAINT, MODEL_CONSTRAINTS
from sktopo.linear_model._logistic_base import (
    CLASS_WEIGHT_CONSTRAINT,
    LogisticClassifier,
)


class TopologicalLogisticRegression(LogisticClassifier):
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
        Weight of the squared norm. Linearly separable classes need some: without
        it the weights may grow for ever.
    fit_intercept : bool, default=True
        Whether there is an intercept; it is not penalised.
    solver : {"auto", "prox", "dc", "adam", "lbfgs"}, default="auto"
        - "prox", "dc": proximal Newton steps, row by row: squared errors with weights
          stand for the loss, a convex majorant or a tangent for the penalty, and the
          exact solvers of TopologicalRidge minimise both; for topology "values" (or a
          Term with a prox) and "path" with p = 1 and q = 0 only.
        - "adam": descent with a rate that falls where progress ends.
        - "lbfgs": faster where the penalty is smooth (p >= 2).
        - "auto": "prox" or "dc" where they apply, else "adam" followed by "lbfgs".

        Where p is not 1, or q not 0, descents begin from the weights without the
        penalty and from equal ones, and the better result is kept.
    max_iter : int >= 1, default=1000
        Steps of the solver at most.
    tol : float >= 0, default=1e-6
        Relative improvement of the objective that counts as progress.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes; "balanced" makes them weigh the same.
    warm_start : bool, default=False
        Start from the weights of the last fit.
    random_state : int, RandomState instance or None, default=None
        Used by a ``topology`` that breaks ties at random and has no seed of its own.
    verbose : int, default=0
        1 shows one line that moves, 2 prints a line for each step.

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

    _parameter_constraints = {
        **MODEL_CONSTRAINTS,
        "alpha": ALPHA_CONSTRAINT,
        "class_weight": CLASS_WEIGHT_CONSTRAINT,
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
        X, y, sample_weight = self._validated(X, y, sample_weight)
        alpha, penalty = self._penalty(X.shape[1], self.alpha)
        self._warn_of_unused()
        data = self._data(X, y, sample_weight)
        start = None
        if (
            self.warm_start
            and np.array_equal(last_classes, self.classes_)
            and getattr(self, "coef_", np.empty(0)).shape == data.shape
        ):
            start = self.coef_.astype(float), self.intercept_.astype(float)
        with blas_threads_for(X.size):
            result = data.minimize(penalty, alpha, float(self.l2), start)
        self._warn_of(result.status == 1)
        self.n_iter_ = result.nit
        self.coef_, self.intercept_ = data.unpacked([result])
        return self
