"""diagram -> (number, gradient in births and deaths)."""

from sktopo.base import SumFunctional
from sktopo.functionals._bottleneck import BottleneckToTarget
from sktopo.functionals._by_dimension import functionals_by_dimension
from sktopo.functionals._energy import PersistenceEnergy
from sktopo.functionals._energy_table import EnergyTable
from sktopo.functionals._from_callable import FunctionalFromCallable
from sktopo.functionals._norm import PersistenceNorm
from sktopo.functionals._wasserstein import WassersteinToTarget

__all__ = [
    "BottleneckToTarget",
    "EnergyTable",
    "FunctionalFromCallable",
    "PersistenceEnergy",
    "PersistenceNorm",
    "SumFunctional",
    "WassersteinToTarget",
    "functionals_by_dimension",
]
