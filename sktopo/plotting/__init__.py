"""Pictures of what estimators have done; matplotlib is imported where it is used."""

from sktopo.plotting._critical_smear import CriticalSmearDisplay
from sktopo.plotting._point_optimization import PointOptimizationDisplay

__all__ = ["CriticalSmearDisplay", "PointOptimizationDisplay"]
