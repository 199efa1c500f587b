"""Generators of data whose answer is known."""

from sktopo.datasets._regression import make_structured_regression

__all__ = ["make_structured_regression"]
