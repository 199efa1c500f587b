"""Images that change for the sake of their persistence diagrams."""

from sktopo.images._stump_optimizer import STUMPImageOptimizer
from sktopo.images._topo_optimizer import TopoImageOptimizer

__all__ = ["STUMPImageOptimizer", "TopoImageOptimizer"]
