"""Sums and multiples of things that have a ``value_and_grad``."""

import numbers

import numpy as np

from sktopo._validation import ValidatedParams


class Differentiable(ValidatedParams):
    """Something with ``value_and_grad``: it adds to its kind and scales by numbers."""

    _sum_type = None  # the WeightedSum of its kind

    def value_and_grad(self, x):
        raise NotImplementedError(
            f"{type(self).__name__} does not define value_and_grad."
        )

    def __call__(self, x):
        """The value alone."""
        return self.value_and_grad(x)[0]

    def __add__(self, other):
        if self._sum_type is not getattr(other, "_sum_type", None):
            return NotImplemented
        ours, theirs = self._summands(), other._summands()
        return self._sum_type(ours[0] + theirs[0], ours[1] + theirs[1])

    def __radd__(self, other):
        # The start of sum().
        return self if other == 0 else NotImplemented

    def __mul__(self, factor):
        if not isinstance(factor, numbers.Real):
            return NotImplemented
        terms, weights = self._summands()
        return self._sum_type(terms, tuple(float(factor) * w for w in weights))

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

    def _summands(self):
        """Terms and weights of the sum that this is."""
        return (self,), (1.0,)


class WeightedSum(Differentiable):
    """The sum of ``weights[i] * terms[i]``, all of one kind; see the subclasses."""

    _parameter_constraints = {"terms": "no_validation", "weights": "no_validation"}

    def __init__(self, terms, weights):
        self.terms = terms
        self.weights = weights

    def _summands(self):
        return tuple(self.terms), tuple(self.weights)

    @property
    def has_gradient(self):
        """Whether one of the terms has."""
        return any(getattr(term, "has_gradient", True) for term in self.terms)

    def _validate_params(self):
        name = type(self).__name__
        if not self.terms or len(self.terms) != len(self.weights):
            raise ValueError(
                f"The 'terms' and 'weights' parameters of {name} must have the "
                f"same length of at least 1. Got {len(self.terms)} and "
                f"{len(self.weights)} instead."
            )
        for weight in self.weights:
            if not isinstance(weight, numbers.Real) or not np.isfinite(weight):
                raise ValueError(
                    f"The 'weights' parameter of {name} must hold finite numbers. "
                    f"Got {weight!r} instead."
                )
        kinds = {getattr(term, "_sum_type", None) for term in self.terms}
        if kinds != {self._sum_type}:
            raise ValueError(
                f"The 'terms' parameter of {name} must hold summands of its own kind "
                f"only. Got {self.terms!r} instead."
            )

    def _parts(self):
        return {f"term{i}": term for i, term in enumerate(self.terms)}

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

    def _sum(self, functions, x):
        self._check_params()
        return sum_of(functions, self.weights, x)


def sum_of(functions, weights, x):
    """The weighted sum of what functions return at x, each a value and its gradient.

    Those of weight zero are not evaluated.
    """
    if not any(weights):
        value, grad = functions[0](x)  # for their shapes
        return np.zeros(np.shape(value))[()], np.zeros(np.shape(grad))
    value, grad = 0.0, 0.0
    for weight, function in zip(weights, functions, strict=True):
        if weight != 0:
            one, slope = function(x)
            value, grad = value + weight * one, grad + weight * slope
    return value, grad
