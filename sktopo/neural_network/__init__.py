"""Learned maps that are trained through persistence, and codes that are moved by it."""

from sktopo.neural_network._autoencoder import TopologicalAutoencoder
from sktopo.neural_network._decoder import TopologicalDecoder
from sktopo.neural_network._free_embedding import TopologicalEmbedding
from sktopo.neural_network._latent import LatentOptimizer
from sktopo.neural_network._mapping import TopologicalMapping
from sktopo.neural_network._perceptron_classifier import TopologicalMLPClassifier
from sktopo.neural_network._perceptron_regressor import TopologicalMLPRegressor
from sktopo.neural_network._projection import TopologicalProjection

__all__ = [
    "LatentOptimizer",
    "TopologicalAutoencoder",
    "TopologicalDecoder",
    "TopologicalEmbedding",
    "TopologicalMLPClassifier",
    "TopologicalMLPRegressor",
    "TopologicalMapping",
    "TopologicalProjection",
]
