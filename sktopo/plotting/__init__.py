"""Pictures of what estimators have done; matplotlib is imported where it is used."""

from sktopo.plotting._critical_smear import CriticalSmearDisplay
from sktopo.plotting._point_optimization import PointOptimizationDisplay
from sktopo.plotting._representatives import RepresentativesDisplay

__all__ = [
    "CriticalSmearDisplay",
    "PointOptimizationDisplay",
    "RepresentativesDisplay",
]
