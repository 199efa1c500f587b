"""Linear models whose weights have a topology."""

from sktopo.linear_model._ridge import TopologicalRidge

__all__ = ["TopologicalRidge"]
