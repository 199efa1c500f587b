"""sktopo: topology to optimise for and to learn from."""

from importlib.metadata import version as _version

from sktopo._show_versions import show_versions
from sktopo.attacks import TopologicalAttack
from sktopo.diagrams import persistence_diagrams, persistence_pairs
from sktopo.feature_extraction import (
    DiagramDistances,
    DiagramVectorizer,
    DirectionalPersistence,
    LongestLifetimes,
    PersistenceDiagrams,
    PersistenceEnergies,
    SlicedWassersteinKernel,
)
from sktopo.images import STUMPImageOptimizer, TopoImageOptimizer
from sktopo.linear_model import (
    TopologicalLogisticRegression,
    TopologicalLogisticRegressionCV,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopologicalTrend,
)
from sktopo.neural_network import (
    LatentOptimizer,
    TopologicalAutoencoder,
    TopologicalDecoder,
    TopologicalEmbedding,
    TopologicalMapping,
    TopologicalMLPClassifier,
    TopologicalMLPRegressor,
    TopologicalProjection,
)
from sktopo.points import TopoPointOptimizer

__version__ = _version("sktopo")

__all__ = [
    "DiagramDistances",
    "DiagramVectorizer",
    "DirectionalPersistence",
    "LatentOptimizer",
    "LongestLifetimes",
    "PersistenceDiagrams",
    "PersistenceEnergies",
    "STUMPImageOptimizer",
    "SlicedWassersteinKernel",
    "TopoImageOptimizer",
    "TopoPointOptimizer",
    "TopologicalAttack",
    "TopologicalAutoencoder",
    "TopologicalDecoder",
    "TopologicalEmbedding",
    "TopologicalLogisticRegression",
    "TopologicalLogisticRegressionCV",
    "TopologicalMLPClassifier",
    "TopologicalMLPRegressor",
    "TopologicalMapping",
    "TopologicalProjection",
    "TopologicalRidge",
    "TopologicalRidgeCV",
    "TopologicalTrend",
    "__version__",
    "persistence_diagrams",
    "persistence_pairs",
    "show_versions",
]
