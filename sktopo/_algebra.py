"""Sums and multiples of things that have a ``value_and_grad``."""

import numbers

import numpy as np

from sktopo._validation import ValidatedParams, check_rate


def hand_on_randomness(function, *parts):
    """Mark a ``value_and_grad`` as random if one that it calls is; return it."""
    function.is_random = any(getattr(part, "is_random", False) for part in parts)
    return function


def warm_function(term):
    """Its ``warm_value_and_grad()``, or ``value_and_grad`` where it has none."""
    warm = getattr(term, "warm_value_and_grad", None)
    return term.value_and_grad if warm is None else warm()


class Differentiable(ValidatedParams):
    """Something with ``value_and_grad``: it adds to its kind and scales by numbers."""

    _domain = None

    def __add__(self, other):
        if not isinstance(other, Differentiable) or other._domain != self._domain:
            return NotImplemented
        ours, theirs = _flat(self), _flat(other)
        return WeightedSum(ours[0] + theirs[0], ours[1] + theirs[1])

    def __radd__(self, other):
        # The start of sum().
        return self if other == 0 else NotImplemented

    def __mul__(self, factor):
        if not isinstance(factor, numbers.Real):
            return NotImplemented
        terms, weights = _flat(self)
        return WeightedSum(terms, tuple(float(factor) * w for w in weights))

    __rmul__ = __mul__

    def __truediv__(self, factor):
        if not isinstance(factor, numbers.Real):
            return NotImplemented
        return self * (1.0 / float(factor))

    def __neg__(self):
        return -1.0 * self

    def __sub__(self, other):
        if not isinstance(other, Differentiable):
            return NotImplemented
        return self + (-other)


class WeightedSum(Differentiable):
    """The sum of ``weights[i] * terms[i]``, for terms and for functionals alike.

    ``a + b``, ``a - b``, ``2 * a`` and ``-a`` make one. It is itself something that
    adds and scales, and sums do not nest.

    Parameters
    ----------
    terms : tuple of Term, or tuple of DiagramFunctional
        The summands, all of one kind.
    weights : tuple of float
        One number for each term.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> total = PersistenceEnergy(p=1) - 0.5 * PersistenceEnergy(p=2)
    >>> float(total.value_and_grad(np.array([[0.0, 2.0]]))[0])
    0.0
    >>> total.set_params(term1__p=1).value_and_grad(np.array([[0.0, 2.0]]))[0]
    1.0
    """

    def __init__(self, terms, weights):
        self.terms = terms
        self.weights = weights

    @property
    def _domain(self):
        return self.terms[0]._domain

    def _validate_params(self):
        if not self.terms or len(self.terms) != len(self.weights):
            raise ValueError(
                "The 'terms' and 'weights' parameters of WeightedSum must have the "
                f"same length of at least 1. Got {len(self.terms)} and "
                f"{len(self.weights)} instead."
            )
        for weight in self.weights:
            if not isinstance(weight, numbers.Real) or not np.isfinite(weight):
                raise ValueError(
                    "The 'weights' parameter of WeightedSum must hold finite numbers. "
                    f"Got {weight!r} instead."
                )
        if len({getattr(term, "_domain", None) for term in self.terms}) > 1:
            raise ValueError(
                "The 'terms' parameter of WeightedSum must hold terms only or "
                f"functionals only. Got {self.terms!r} instead."
            )

    _parameter_constraints = {"terms": "no_validation", "weights": "no_validation"}

    def get_params(self, deep=True):
        params = super().get_params(deep=False)
        if deep:
            for i, term in enumerate(self.terms):
                for name, value in term.get_params().items():
                    params[f"term{i}__{name}"] = value
        return params

    def set_params(self, **params):
        own = {k: params.pop(k) for k in ("terms", "weights") if k in params}
        super().set_params(**own)
        for key, value in params.items():
            place, _, name = key.partition("__")
            i = place.removeprefix("term")
            if not (name and i.isdigit() and int(i) < len(self.terms)):
                raise ValueError(
                    f"Invalid parameter {key!r} for WeightedSum: a sum of "
                    f"{len(self.terms)} terms has 'terms', 'weights' and "
                    "'term<i>__<parameter>'."
                )
            self.terms[int(i)].set_params(**{name: value})
        return self

    def value_and_grad(self, x):
        """Evaluate the sum.

        Parameters
        ----------
        x : ndarray

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
        return self._sum([term.value_and_grad for term in self.terms], x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration; see ``Term``.

        It is random if that of one of the terms is.
        """
        parts = [warm_function(term) for term in self.terms]
        return hand_on_randomness(lambda x: self._sum(parts, x), *parts)

    def big_step(self, x, rate):
        """A step down the sum: big steps of the terms that have them.

        Each takes ``rate`` times its weight; of other terms it is the gradient that
        goes into the step. See ``PersistenceTerm.big_step``.

        Parameters
        ----------
        x : ndarray
        rate : float

        Returns
        -------
        step : ndarray of x's shape
        """
        self._check_params()
        check_rate(rate, "WeightedSum.big_step")
        step = np.zeros(np.shape(x))
        for weight, term in zip(self.weights, self.terms, strict=True):
            if weight == 0:
                continue
            if hasattr(term, "big_step"):
                step = step + term.big_step(x, rate * weight)
            else:
                step = step - rate * weight * term.value_and_grad(x)[1]
        return step

    def _sum(self, parts, x):
        self._check_params()
        value, grad = 0.0, 0.0
        for weight, part in zip(self.weights, parts, strict=True):
            v, g = part(x)
            if weight != 0:
                value += weight * v
            grad = grad + weight * g
        return value, grad


def _flat(a):
    """The summands of a, itself included if it is none."""
    if isinstance(a, WeightedSum):
        return tuple(a.terms), tuple(a.weights)
    return (a,), (1.0,)
