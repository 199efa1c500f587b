"""Images that change for the sake of their persistence diagrams."""

from sktopo.images._optimizer import STUMPImageOptimizer

__all__ = ["STUMPImageOptimizer"]
