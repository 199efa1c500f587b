"""Linear models whose weights have a topology, and rows that are smoothed to one."""

from sktopo.linear_model._logistic import TopologicalLogisticRegression
from sktopo.linear_model._logistic_cv import TopologicalLogisticRegressionCV
from sktopo.linear_model._ridge import TopologicalRidge
from sktopo.linear_model._ridge_cv import TopologicalRidgeCV
from sktopo.linear_model._trend import TopologicalTrend

__all__ = [
    "TopologicalLogisticRegression",
    "TopologicalLogisticRegressionCV",
    "TopologicalRidge",
    "TopologicalRidgeCV",
    "TopologicalTrend",
]
