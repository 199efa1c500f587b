"""The terms of weights and activations that an estimator's parameters name."""

import numpy as np

from sktopo._validation import check_homology_dimensions, warn_unused
from sktopo.base import Term
from sktopo.filtrations import VietorisRips, as_filtration
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._perceptron_loss import LayerPenalty
from sktopo.neural_network._weight_term import FILTRATIONS, WeightTerm
from sktopo.objectives import as_term


def penalty_of_weights(estimator, sizes):
    """The LayerPenalty of ``objective`` on the weights behind some layers.

    Raises
    ------
    ValueError
        If there are no such layers, or their weights are no images.
    """
    owner, given = type(estimator).__name__, estimator.objective
    if isinstance(given, Term):
        names = ("filtration", "homology_dimensions")
        warn_unused(estimator, names, "where 'objective' is a Term", stacklevel=6)
    weights_as = estimator.weights_as
    if weights_as != "images" and estimator.image_shape is not None:
        warn_unused(estimator, ("image_shape",), "but with weights_as='images'", 6)
    filtration = as_filtration(estimator.filtration or FILTRATIONS[weights_as], owner)
    dimensions = check_homology_dimensions(estimator.homology_dimensions, owner)
    if not isinstance(given, Term):
        _check_kind(filtration, dimensions, weights_as, owner)
    term = as_term(given, filtration, dimensions, owner, PersistenceEnergy(i0=2))
    term = WeightTerm(term, weights_as, estimator.image_shape, owner)
    layers = _layers(estimator.layers, "layers", len(sizes) - 1, owner)
    for layer in layers:
        term.check(sizes[layer])
    return LayerPenalty(term, layers, estimator.topology_weight)


def _check_kind(filtration, dimensions, weights_as, owner):
    fits = {
        "images": filtration.is_grid,
        "graph": filtration.takes_graphs,
        "values": not filtration.is_grid and not filtration.takes_graphs,
    }
    if not fits[weights_as]:
        raise ValueError(
            f"The 'filtration' parameter of {owner} must be like "
            f"{FILTRATIONS[weights_as]!r} with weights_as={weights_as!r}. "
            f"Got {filtration!r}."
        )
    if weights_as != "images" and dimensions != (0,):
        raise ValueError(
            f"The 'homology_dimensions' parameter of {owner} must be 0 with "
            f"weights_as={weights_as!r}, where nothing ends above H0. Got "
            f"{dimensions}."
        )


def penalty_of_activations(estimator, sizes):
    """The LayerPenalty of ``activation_objective`` on a hidden layer."""
    owner, given = type(estimator).__name__, estimator.activation_objective
    if given is None:
        names = ("activation_layer", "activation_weight")
        warn_unused(estimator, names, "without an 'activation_objective'", 6)
        return LayerPenalty(None, (), 0.0)
    term = as_term(given, VietorisRips(), 0, owner, given)
    n_hidden = len(sizes) - 2
    (layer,) = _layers(estimator.activation_layer, "activation_layer", n_hidden, owner)
    return LayerPenalty(term, (1 + layer,), estimator.activation_weight)


def _layers(given, name, n_layers, owner):
    """Layers by their numbers, which may count from the end."""
    layers = np.atleast_1d(given)
    is_there = layers.dtype.kind in "iu" and layers.ndim == 1 and layers.size
    if not is_there or (layers < -n_layers).any() or (layers >= n_layers).any():
        raise ValueError(
            f"The {name!r} parameter of {owner} must name some of {n_layers} layers, "
            f"from 0 on. Got {given!r}."
        )
    layers = tuple((layers % n_layers).tolist())
    if len(set(layers)) < len(layers):
        raise ValueError(
            f"The {name!r} parameter of {owner} must name each layer once. "
            f"Got {given!r}."
        )
    return layers
