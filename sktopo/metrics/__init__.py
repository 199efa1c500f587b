"""Matchings and distances between diagrams."""

from sktopo.metrics._bottleneck import bottleneck, bottleneck_matching
from sktopo.metrics._costs import steps_from_diagonal
from sktopo.metrics._matching import match_essential, split_essential
from sktopo.metrics._sliced import sliced_transfer
from sktopo.metrics._wasserstein import wasserstein, wasserstein_matching

__all__ = [
    "bottleneck",
    "bottleneck_matching",
    "match_essential",
    "sliced_transfer",
    "split_essential",
    "steps_from_diagonal",
    "wasserstein",
    "wasserstein_matching",
]
