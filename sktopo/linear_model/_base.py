"""What the linear models do before and after they minimise."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import (
    check_is_fitted,
    check_X_y,
)

from sktopo._arrays import as_float64
from sktopo._sklearn_compat import StrOptions, _check_sample_weight
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import LARGEST, NON_NEGATIVE, POSITIVE_INT, Range, warn_unused
from sktopo._warnings import warn_user
from sktopo.base import Filtration, Term
from sktopo.gradients import linear_regressor
from sktopo.linear_model._huber import HuberRegression
from sktopo.linear_model._regression import Regression
from sktopo.linear_model._strategies import missing_for
from sktopo.linear_model._topology import PENALTY_CONSTRAINTS, weight_penalty

ONE_TABLE_HINT = (
    "A vectorizer such as PersistenceEnergies makes rows of equal length of diagrams, "
    "and PersistenceDiagrams makes diagrams of point clouds or images."
)
MODEL_CONSTRAINTS = {
    **PENALTY_CONSTRAINTS,
    "l2": [NON_NEGATIVE],
    "fit_intercept": ["boolean"],
    "solver": [StrOptions({"auto", "prox", "dc", "adam", "lbfgs"})],
    "max_iter": [POSITIVE_INT],
    "tol": [NON_NEGATIVE],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
LOSS_CONSTRAINTS = {
    "loss": [StrOptions({"squared_error", "huber"})],
    "epsilon": [Range(numbers.Real, 1, LARGEST, closed="both")],
}
ALPHA_CONSTRAINT = [NON_NEGATIVE, dict]
_PENALTY = ("topology", "p", "q", "homology_dimensions", "superlevel")


class PenalisedModel(BaseEstimator):
    """Reads the parameters that say what is penalised, and how it is minimised."""

    _advice = "Raise max_iter or tol, or scale the data"

    def _penalty(self, n_weights, alpha, i0=None):
        """The weight and the penalty, once the solver can take it."""
        owner = type(self).__name__
        alpha, penalty = weight_penalty(
            n_weights,
            alpha=alpha,
            i0=self.i0 if i0 is None else i0,
            random_state=self.random_state,
            owner=owner,
            **{name: getattr(self, name) for name in _PENALTY},
        )
        if self.solver == "lbfgs" and penalty.is_random:
            raise ValueError(
                f"The 'solver' parameter of {owner} must be 'auto' or 'adam' where the "
                "penalty draws at random: values at two points do not compare. "
                "Got 'lbfgs' instead."
            )
        if missing := missing_for(self.solver, penalty):
            raise ValueError(
                f"The 'solver' parameter of {owner} must be 'auto', 'adam' or 'lbfgs' "
                f"for this penalty, which has no {' and '.join(missing)}. Got "
                f"{self.solver!r}: 'prox' needs topology='values' (or a Term with a "
                "prox) and 'dc' topology='path', both p=1 and q=0; here are "
                f"topology={self.topology!r}, p={self.p} and q={self.q}."
            )
        return alpha, penalty

    @property
    def _degree(self):
        """The power of c by which the penalty of c w grows; of a Term, a norm's."""
        return 1 if isinstance(self.topology, Term) else self.p + self.q

    def _warn_of_unused(self):
        """Tell the user of ``fit`` which parameters a topology leaves no effect."""
        if isinstance(self.topology, Term):
            names = ("p", "q", "i0", "homology_dimensions", "superlevel")
            warn_unused(self, names, "where 'topology' is a Term")
        elif isinstance(self.topology, Filtration):
            why = "where 'topology' is a Filtration, which has its own"
            warn_unused(self, ("superlevel",), why)
        elif isinstance(self.topology, str) and self.topology == "values":
            why = "where 'topology' is 'values', which have no direction"
            warn_unused(self, ("superlevel",), why)

    def _settings(self):
        names = ("max_iter", "tol", "verbose")
        return {name: getattr(self, name) for name in names}

    def _warn_of(self, n_unfinished, n_problems=None):
        """Tell the user of a public method how many problems have not converged."""
        if not n_unfinished:
            return
        where = f" in {n_unfinished} of {n_problems} problems" if n_problems else ""
        warn_user(
            f"{type(self).__name__} has not converged with max_iter={self.max_iter}"
            f"{where}. {self._advice}.",
            ConvergenceWarning,
        )


class LinearRegressor(MultiOutputMixin, RegressorMixin, PenalisedModel):
    """Predicts from ``coef_`` and ``intercept_``."""

    def _regression(self, X, y, sample_weight):
        how = {
            "fit_intercept": self.fit_intercept,
            "solver": self.solver,
            "settings": self._settings(),
        }
        if self.loss == "huber":
            how["epsilon"] = float(self.epsilon)
            return HuberRegression(X, y, sample_weight, **how)
        warn_unused(self, ("epsilon",), "with loss='squared_error'")
        return Regression(X, y, sample_weight, **how)

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
        X = validate_table(self, X, dtype=(np.float64, np.float32), reset=False)
        return X @ self.coef_.T + self.intercept_

    def value_and_pullback(self, X):
        """Predict, and the pullback of gradients; see ``sktopo.gradients``.

        Parameters
        ----------
        X : ndarray of float64 of shape (n_samples, n_features)

        Returns
        -------
        predictions : ndarray of shape (n_samples,) or (n_samples, n_targets)
        pullback : callable
            From an array of the shape of ``predictions`` to one of X's shape.
        """
        check_is_fitted(self)
        return linear_regressor(self, X)


def validated(model, X, y, sample_weight, is_fit=True):
    """The data of a regression, checked in the model's name.

    Only where ``is_fit`` does the model remember their width and names.
    """
    checks = {
        "dtype": (np.float64, np.float32),
        "multi_output": True,
        "y_numeric": True,
    }
    check_one_table(X, type(model).__name__, ONE_TABLE_HINT)
    if is_fit:
        X, y = validate_table(model, X, y, **checks)
    else:
        X, y = check_X_y(X, y, estimator=type(model).__name__, **checks)
    return X, y, checked_weight(model, sample_weight, X)


def checked_weight(model, sample_weight, X):
    """Weights of samples, or None."""
    if sample_weight is None:
        return None
    sample_weight = _check_sample_weight(
        sample_weight, X, dtype=np.float64, ensure_non_negative=True
    )
    if not sample_weight.any():
        raise ValueError(
            f"sample_weight of {type(model).__name__}.fit must have a positive entry. "
            "Got zeros only."
        )
    return sample_weight


def check_strengths(values, name, owner):
    """Weights of a penalty in falling order."""
    what = f"The {name!r} parameter of {owner}"
    values = np.atleast_1d(as_float64(values, what, finite=True)).ravel()
    if values.size == 0 or values.min() < 0:
        got = f"{values.min()} among them" if values.size else "none"
        raise ValueError(f"{what} must hold floats in the range [0, inf). Got {got}.")
    return np.sort(values)[::-1]
