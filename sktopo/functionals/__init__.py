"""diagram -> (number, gradient in births and deaths)."""

from sktopo._algebra import WeightedSum
from sktopo.functionals._bottleneck import BottleneckToTarget
from sktopo.functionals._energy import PersistenceEnergy
from sktopo.functionals._energy_table import EnergyTable
from sktopo.functionals._function import DiagramFunction
from sktopo.functionals._norm import PersistenceNorm
from sktopo.functionals._wasserstein import WassersteinToTarget

__all__ = [
    "BottleneckToTarget",
    "DiagramFunction",
    "EnergyTable",
    "PersistenceEnergy",
    "PersistenceNorm",
    "WassersteinToTarget",
    "WeightedSum",
]
