"""Which function takes gradients through which class of estimators."""

import numpy as np
import scipy.sparse as sp
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._arrays import as_float64


class Rules:
    """Functions ``(estimator, X) -> (output, pullback)`` for classes of estimators.

    Parameters
    ----------
    method : str
        What a class calls a function of its own, and users the one that finds it.
    outputs : set of str
        The methods that make the output: a class that overrides one of them may give
        another one than its base class.
    decorator : str or None, default=None
        With which users register a function, where they can.

    Attributes
    ----------
    table : dict
        From classes to functions.
    """

    def __init__(self, method, outputs, decorator=None):
        self.method, self.outputs, self.decorator = method, outputs, decorator
        self.table, self._found = {}, {}

    def __call__(self, estimator, X):
        """The output and the pullback."""
        if type(X) is not np.ndarray or X.dtype != np.float64:
            X = self._in_float64(X)
        kind = type(estimator)
        if kind not in self._found:
            self._found[kind] = self._find(kind)
        try:
            return self._found[kind](estimator, X)
        except AttributeError as error:
            # Cheaper than a check that would nearly always pass.
            if error.obj is estimator:
                check_is_fitted(estimator)
            raise

    def register(self, estimator_classes, *others):
        """A decorator for a function; ``others`` are rules that look here, too."""
        for estimator_class in estimator_classes:
            if not isinstance(estimator_class, type):
                raise TypeError(
                    "register takes classes of estimators, as in "
                    f"@register(StandardScaler). Got {estimator_class!r} instead."
                )

        def decorate(rule):
            self.table.update(dict.fromkeys(estimator_classes, rule))
            for rules in (self, *others):
                rules.forget()
            return rule

        return decorate

    def forget(self):
        """Look for every class anew."""
        self._found.clear()

    def _find(self, estimator_class):
        return self.nearest(estimator_class, self.table)

    def nearest(self, estimator_class, table):
        """The function of the nearest base class that has one."""
        overriding = None
        for base in estimator_class.__mro__:
            rule = vars(base).get(self.method, table.get(base))
            if rule is not None and overriding is None:
                return rule
            if rule is not None:
                raise NotImplementedError(
                    f"{overriding} may give another output than {base.__name__}, whose "
                    f"gradient {self.method} knows. " + self._how_to(estimator_class)
                )
            changed = self.outputs.intersection(vars(base))
            if issubclass(estimator_class, ClassifierMixin):
                # The scores are the output, whatever labels are made of them.
                changed.discard("predict")
            if changed and overriding is None:
                overriding = f"{min(changed)} of {base.__name__}"
        if issubclass(estimator_class, type):
            raise TypeError(
                "estimator must be an instance, such as StandardScaler().fit(X). "
                "Got a class."
            )
        raise NotImplementedError(
            f"{self.method} knows no gradient of {estimator_class.__name__}. "
            + self._how_to(estimator_class)
        )

    def _how_to(self, estimator_class):
        name = estimator_class.__name__
        how_to = f"Give {name} a method {self.method}(X)"
        if self.decorator is None:
            return how_to + "."
        return (
            f"{how_to}, or register a function (estimator, X) -> (output, pullback) "
            f"with @sktopo.gradients.{self.decorator}({name})."
        )

    def _in_float64(self, X):
        if sp.issparse(X):
            raise TypeError(
                f"{self.method} takes dense data, but X is a sparse matrix. "
                "Use .toarray() to convert it."
            )
        # Clouds or diagrams on their way from one step to another are lists of arrays.
        return X if isinstance(X, list) else as_float64(X, f"X of {self.method}")
