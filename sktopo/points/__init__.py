"""Points that move for the sake of their persistence diagrams."""

from sktopo.points._batch import optimize_point_clouds
from sktopo.points._components import FieldMethod, Grouping
from sktopo.points._optimizer import TopoPointOptimizer

__all__ = ["FieldMethod", "Grouping", "TopoPointOptimizer", "optimize_point_clouds"]
