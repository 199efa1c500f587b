"""Linear models whose weights have a topology."""

from sktopo.linear_model._logistic import TopologicalLogisticRegression
from sktopo.linear_model._ridge import TopologicalRidge
from sktopo.linear_model._ridge_cv import TopologicalRidgeCV

__all__ = ["TopologicalLogisticRegression", "TopologicalRidge", "TopologicalRidgeCV"]
