"""The terms of weights and activations that an estimator's parameters name."""

import numpy as np

from sktopo._validation import check_homology_dimensions
from sktopo.base import Term
from sktopo.filtrations import VietorisRips, as_filtration
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._perceptron_loss import LayerPenalty
from sktopo.neural_network._weight_term import WEIGHT_TERMS, ImageWeights
from sktopo.objectives import as_term


def penalty_of_weights(
    sizes,
    *,
    objective,
    weights_as,
    filtration,
    homology_dimensions,
    image_shape,
    layers,
    weight,
    owner,
):
    """The LayerPenalty of an objective on the weights behind some layers.

    Parameters
    ----------
    sizes : list of int
        Units of each layer, from the input to the output.
    objective, weights_as, filtration, homology_dimensions, image_shape, layers
        As of TopologicalMLPClassifier.
    weight : float >= 0
    owner : str
        In whose name errors are raised.

    Raises
    ------
    ValueError
        If there are no such layers, or their weights are no images.
    """
    kind = WEIGHT_TERMS[weights_as]
    filtration = as_filtration(filtration or kind.filtration, owner)
    dimensions = check_homology_dimensions(homology_dimensions, owner)
    if not isinstance(objective, Term):
        _check_kind(kind, filtration, dimensions, weights_as, owner)
    default = PersistenceEnergy(i0=2)
    term = as_term(objective, filtration, dimensions, owner, default)
    layers = _layers(layers, "layers", len(sizes) - 1, owner)
    if kind is not ImageWeights:
        return LayerPenalty(kind(term), layers, weight)
    images = ImageWeights(term, image_shape)
    for layer in layers:
        images.check(sizes[layer], owner)
    return LayerPenalty(images, layers, weight)


def _check_kind(kind, filtration, dimensions, weights_as, owner):
    if not kind.fits(filtration):
        raise ValueError(
            f"The 'filtration' parameter of {owner} must be like {kind.filtration!r} "
            f"with weights_as={weights_as!r}. Got {filtration!r}."
        )
    if max(dimensions) >= kind.homology_end:
        raise ValueError(
            f"The 'homology_dimensions' parameter of {owner} must be 0 with "
            f"weights_as={weights_as!r}, where nothing ends above H0. Got "
            f"{dimensions}."
        )


def penalty_of_activations(sizes, *, objective, layer, weight, owner):
    """The LayerPenalty of an objective on a hidden layer; None has no weight."""
    if objective is None:
        return LayerPenalty(None, (), 0.0)
    name = "activation_objective"
    term = as_term(objective, VietorisRips(), 0, owner, name=name)
    (layer,) = _layers(layer, "activation_layer", len(sizes) - 2, owner)
    return LayerPenalty(term, (1 + layer,), weight)


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
