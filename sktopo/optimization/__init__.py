"""Data that move for the sake of their persistence diagrams."""

from sktopo.optimization._batch import optimize_point_clouds
from sktopo.optimization._images import STUMPImageOptimizer
from sktopo.optimization._points import TopoPointOptimizer

__all__ = ["STUMPImageOptimizer", "TopoPointOptimizer", "optimize_point_clouds"]
