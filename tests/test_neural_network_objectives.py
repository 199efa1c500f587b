"""How estimators with an objective read it, and what it leaves without effect."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA

from sktopo.filtrations import VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network import (
    LatentOptimizer,
    TopologicalAutoencoder,
    TopologicalDecoder,
    TopologicalEmbedding,
    TopologicalMLPClassifier,
    TopologicalProjection,
)
from sktopo.objectives import PersistenceTerm

X = np.random.default_rng(0).normal(size=(30, 4))
Y = np.arange(30) % 2
TERM = PersistenceTerm(VietorisRips(), PersistenceEnergy(), 1)
OF_SAMPLES = PersistenceTerm("cubical", PersistenceEnergy(i0=2))
MODELS = {
    "autoencoder": (TopologicalAutoencoder(max_iter=1), "objective_dimensions"),
    "embedding": (TopologicalEmbedding(max_iter=1), "objective_dimensions"),
    "projection": (TopologicalProjection(max_iter=1), "homology_dimensions"),
    "latent": (LatentOptimizer(PCA(2), n_steps=1), "homology_dimensions"),
    "decoder": (TopologicalDecoder(max_iter=1), "homology_dimensions"),
    "perceptron": (TopologicalMLPClassifier(2, max_iter=1), "homology_dimensions"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_term_leaves_dimensions_without_effect(name):
    model, dimensions = clone(MODELS[name][0]), MODELS[name][1]
    term = OF_SAMPLES if name in ("latent", "decoder") else TERM
    if name == "perceptron":
        model.set_params(weights_as="values")
    y = X if name == "decoder" else Y
    model.set_params(objective=term, **{dimensions: (0, 1)})
    methods = [model.fit]
    if hasattr(model, "fit_transform"):
        methods.append(model.fit_transform)
    for fit in methods:
        with pytest.warns(UserWarning, match=f"'{dimensions}' .* no effect") as told:
            fit(X, y)
        # The warning points to this line of the user.
        assert told[0].filename == __file__


@pytest.mark.parametrize("name", MODELS)
def test_what_is_no_objective_is_named(name):
    model = clone(MODELS[name][0])
    y = X if name == "decoder" else Y
    model.set_params(objective=PersistenceEnergy(p=0))
    with pytest.raises(ValueError, match="'objective' parameter of .* have a gradient"):
        model.fit(X, y)


def test_the_objective_of_activations_has_its_own_name():
    model = TopologicalMLPClassifier(2, activation_objective=PersistenceEnergy(p=0))
    with pytest.raises(ValueError, match="'activation_objective' parameter of Topo"):
        model.fit(X, Y)
