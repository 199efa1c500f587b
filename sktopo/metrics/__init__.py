"""Matchings between diagrams."""

from sktopo.metrics._bottleneck import bottleneck_matching
from sktopo.metrics._matching import match_essential, split_essential
from sktopo.metrics._sliced import sliced_transfer

__all__ = [
    "bottleneck_matching",
    "match_essential",
    "sliced_transfer",
    "split_essential",
]
