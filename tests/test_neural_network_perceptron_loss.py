"""The loss of perceptrons: gradients in weights, and weights as images or graphs."""

from itertools import repeat

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo._losses import log_losses, squared_losses
from sktopo.filtrations import VietorisRips
from sktopo.functionals import PersistenceEnergy, PersistenceNorm
from sktopo.gradients import FlatParameters
from sktopo.neural_network._first_parameters import first_parameters
from sktopo.neural_network._perceptron_loss import LayerPenalty, PerceptronLoss
from sktopo.neural_network._weight_term import (
    WEIGHT_TERMS,
    GraphWeights,
    ImageWeights,
    ValueWeights,
)
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient


@pytest.mark.parametrize("weights_as", WEIGHT_TERMS)
def test_gradients_of_weights(rng, weights_as):
    functional = PersistenceEnergy(p=2, i0=2)
    kind = WEIGHT_TERMS[weights_as]
    of_one = PersistenceTerm(kind.filtration, functional)
    term = kind(of_one, (2, 3)) if kind is ImageWeights else kind(of_one)
    weights = rng.normal(size=(6, 4))
    check_gradient(term, weights)
    value = term(weights)
    if weights_as == "images":
        columns = [of_one(w.reshape(2, 3)) for w in weights.T]
        assert value == pytest.approx(sum(columns))
    if weights_as == "values":
        gaps = np.diff(np.sort(weights.ravel()))
        assert value == pytest.approx((gaps**2).sum())


def test_a_graph_of_weights_by_hand():
    """Two pairs of units with heavy weights, and a light one between the pairs."""
    weights = np.array([[9.0, 0.25], [0.0, -4.0]])
    term = GraphWeights(PersistenceTerm(GraphWeights.filtration, PersistenceEnergy()))
    value, grad = term.value_and_grad(weights)
    assert value == pytest.approx(1 / 10 + 1 / 5 + 1 / 1.25)
    expected = [[-1 / 100, -1 / 1.25**2], [0, 1 / 25]]
    assert_allclose(grad, expected)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_gradients_of_the_loss(rng, activation, n_outputs):
    sizes = [5, 4, 3, n_outputs]
    parameters = first_parameters(sizes, np.random.RandomState(0))
    flat = FlatParameters(parameters)
    rows = rng.normal(size=(7, 5))
    classes = rng.integers(0, max(2, n_outputs), 7)
    for targets, losses in (
        (rng.normal(size=(7, n_outputs)), squared_losses),
        (np.eye(n_outputs)[classes] if n_outputs > 1 else classes[:, None], log_losses),
    ):
        loss = PerceptronLoss(
            flat,
            activation,
            losses,
            repeat((rows, targets)),
            alpha=0.3,
            of_weights=LayerPenalty(
                ValueWeights(
                    PersistenceTerm(ValueWeights.filtration, PersistenceEnergy(p=2))
                ),
                (0, 2),
                0.1,
            ),
            of_activations=LayerPenalty(
                PersistenceTerm(VietorisRips(), PersistenceNorm(2)), (1,), 0.2
            ),
        )
        x = flat.join(parameters) + 0.3 * rng.normal(size=flat.join(parameters).size)
        check_gradient(loss, x)
