"""x -> (number, gradient in x): terms that add, scale, and go into a solver."""

from sktopo._algebra import WeightedSum
from sktopo.objectives._composed import Composed
from sktopo.objectives._cover import GridCover, VertexCover, check_stride
from sktopo.objectives._critical_smear import critical_smear
from sktopo.objectives._grouping import GroupingTerm
from sktopo.objectives._log_loss import LogLoss, log_losses
from sktopo.objectives._neighborhoods import neighborhood_cover
from sktopo.objectives._persistence_term import PersistenceTerm
from sktopo.objectives._robustness import robustness_curve
from sktopo.objectives._runs import prox_of_ranges, sum_of_ranges
from sktopo.objectives._samples import SampledPoints
from sktopo.objectives._smear import (
    POOLINGS,
    BankedSmear,
    Smear,
    WeightingBank,
    precision_for,
)
from sktopo.objectives._smeared import SmearedPersistence
from sktopo.objectives._squared_error import SquaredError
from sktopo.objectives._subsampled import SubsampledTerm

__all__ = [
    "POOLINGS",
    "BankedSmear",
    "Composed",
    "GridCover",
    "GroupingTerm",
    "LogLoss",
    "PersistenceTerm",
    "SampledPoints",
    "Smear",
    "SmearedPersistence",
    "SquaredError",
    "SubsampledTerm",
    "VertexCover",
    "WeightedSum",
    "WeightingBank",
    "check_stride",
    "critical_smear",
    "log_losses",
    "neighborhood_cover",
    "precision_for",
    "prox_of_ranges",
    "robustness_curve",
    "sum_of_ranges",
]
