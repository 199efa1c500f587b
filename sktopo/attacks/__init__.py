"""Small changes of the input that change what a classifier says."""

from sktopo.attacks._attack import TopologicalAttack

__all__ = ["TopologicalAttack"]
