"""Random pooling: covers, weights on their windows, and gradients through them."""

from sktopo.pooling._covers import GridCover, VertexCover
from sktopo.pooling._neighborhoods import neighborhood_cover
from sktopo.pooling._pooled_gradient import PooledGradient
from sktopo.pooling._random_pooling import (
    DRAW_CONSTRAINTS,
    WEIGHT_CONSTRAINTS,
    RandomPooling,
    combined,
    precision_for,
)
from sktopo.pooling._window_weights import WEIGHTS, WindowWeights

__all__ = [
    "DRAW_CONSTRAINTS",
    "WEIGHTS",
    "WEIGHT_CONSTRAINTS",
    "GridCover",
    "PooledGradient",
    "RandomPooling",
    "VertexCover",
    "WindowWeights",
    "combined",
    "neighborhood_cover",
    "precision_for",
]
