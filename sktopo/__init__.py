"""sktopo: topology to optimise for and to learn from."""

from importlib.metadata import version as _version

from sktopo.diagrams import persistence_diagrams, persistence_pairs
from sktopo.feature_extraction import (
    DirectionalPersistence,
    PersistenceDiagrams,
    PersistenceEnergies,
)
from sktopo.linear_model import (
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopologicalRidgeCV,
)
from sktopo.optimization import STUMPImageOptimizer, TopoPointOptimizer

__version__ = _version("sktopo")

__all__ = [
    "DirectionalPersistence",
    "PersistenceDiagrams",
    "PersistenceEnergies",
    "STUMPImageOptimizer",
    "TopoPointOptimizer",
    "TopologicalLogisticRegression",
    "TopologicalRidge",
    "TopologicalRidgeCV",
    "__version__",
    "persistence_diagrams",
    "persistence_pairs",
]
