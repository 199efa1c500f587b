"""Persistence as features: transformers for pipelines."""

from sktopo.feature_extraction._diagrams import PersistenceDiagrams
from sktopo.feature_extraction._directional import DirectionalPersistence
from sktopo.feature_extraction._energies import PersistenceEnergies

__all__ = ["DirectionalPersistence", "PersistenceDiagrams", "PersistenceEnergies"]
