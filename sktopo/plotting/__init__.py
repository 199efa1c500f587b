"""Pictures of what estimators have done; matplotlib is imported where it is used."""

from sktopo.plotting._critical_smear import CriticalSmearDisplay
from sktopo.plotting._diagrams import BarcodeDisplay, PersistenceDiagramDisplay
from sktopo.plotting._loss_curve import LossCurveDisplay
from sktopo.plotting._point_optimization import PointOptimizationDisplay
from sktopo.plotting._representatives import RepresentativesDisplay
from sktopo.plotting._weights import WeightsDisplay

__all__ = [
    "BarcodeDisplay",
    "CriticalSmearDisplay",
    "LossCurveDisplay",
    "PersistenceDiagramDisplay",
    "PointOptimizationDisplay",
    "RepresentativesDisplay",
    "WeightsDisplay",
]
