"""Matchings and distances between diagrams, and measures of generated samples."""

from sktopo.metrics._bottleneck import bottleneck, bottleneck_matching
from sktopo.metrics._costs import step_norms, steps_from_diagonal
from sktopo.metrics._entropy import persistence_entropy
from sktopo.metrics._generators import (
    coverage,
    inception_score,
    minimum_matching_distance,
)
from sktopo.metrics._matching import match_kinds
from sktopo.metrics._pairwise import DISTANCES, pairwise_distances
from sktopo.metrics._sliced import sliced_transfer, sliced_wasserstein
from sktopo.metrics._wasserstein import wasserstein, wasserstein_matching

__all__ = [
    "DISTANCES",
    "bottleneck",
    "bottleneck_matching",
    "coverage",
    "inception_score",
    "match_kinds",
    "minimum_matching_distance",
    "pairwise_distances",
    "persistence_entropy",
    "sliced_transfer",
    "sliced_wasserstein",
    "step_norms",
    "steps_from_diagonal",
    "wasserstein",
    "wasserstein_matching",
]
