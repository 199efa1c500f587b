"""sktopo: topology to optimise for and to learn from."""

from importlib import import_module as _import_module
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
from sktopo.peaks import PeakFinder
from sktopo.points import TopoPointOptimizer
from sktopo.simplification import PersistenceSimplifier, TopologyCorrector

__version__ = _version("sktopo")

__all__ = [
    "DiagramDistances",
    "DiagramVectorizer",
    "DirectionalPersistence",
    "LatentOptimizer",
    "LongestLifetimes",
    "PeakFinder",
    "PersistenceDiagrams",
    "PersistenceEnergies",
    "PersistenceSimplifier",
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
    "TopologyCorrector",
    "__version__",
    "persistence_diagrams",
    "persistence_pairs",
    "show_versions",
]
# Imported when they are asked for: by their name behind "sktopo.", too.
_PACKAGES = (
    "attacks",
    "base",
    "datasets",
    "feature_extraction",
    "filtrations",
    "functionals",
    "gradients",
    "images",
    "inspection",
    "linear_model",
    "metrics",
    "neural_network",
    "objectives",
    "peaks",
    "persistence",
    "plotting",
    "points",
    "pooling",
    "simplification",
    "solvers",
    "testing",
    "torch",
)


def __getattr__(name):
    if name not in _PACKAGES:
        raise AttributeError(f"module 'sktopo' has no attribute {name!r}")
    try:
        return _import_module(f"sktopo.{name}")
    except ImportError as error:
        raise AttributeError(str(error)) from error


def __dir__():
    return sorted({*globals(), *_PACKAGES})
