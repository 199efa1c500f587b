"""Persistence as features: transformers for pipelines."""

from sktopo.feature_extraction._diagrams import PersistenceDiagrams
from sktopo.feature_extraction._directional import DirectionalPersistence
from sktopo.feature_extraction._distances import (
    DiagramDistances,
    SlicedWassersteinKernel,
)
from sktopo.feature_extraction._energies import PersistenceEnergies
from sktopo.feature_extraction._lifetimes import LongestLifetimes
from sktopo.feature_extraction._vectorizer import DiagramVectorizer

__all__ = [
    "DiagramDistances",
    "DiagramVectorizer",
    "DirectionalPersistence",
    "LongestLifetimes",
    "PersistenceDiagrams",
    "PersistenceEnergies",
    "SlicedWassersteinKernel",
]
