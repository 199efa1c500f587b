"""Learned maps that are trained through persistence."""

from sktopo.neural_network._mapping import TopologicalMapping

__all__ = ["TopologicalMapping"]
