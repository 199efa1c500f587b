"""Multi-layer perceptrons."""

import inspect

import numpy as np
import pytest
from _gradients import check_pullback
from scipy.special import logit
from sklearn.neural_network import MLPClassifier, MLPRegressor

from sktopo.gradients import value_and_pullback
from sktopo.testing import check_gradient

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ACTIVATIONS = ["identity", "logistic", "tanh", "relu"]
LAYERS = [(), (7,), (6, 5)]


def network(kind, activation, layers, **params):
    return kind(
        hidden_layer_sizes=layers,
        activation=activation,
        max_iter=20,
        random_state=0,
        **params,
    )


def centered(scores):
    return scores - scores.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_two_classes(activation, layers, rng):
    X = rng.normal(size=(40, 4))
    mlp = network(MLPClassifier, activation, layers).fit(X, X[:, 0] > 0)
    check_pullback(mlp, X[:5], lambda X: logit(mlp.predict_proba(X)[:, 1]), rng)


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_many_classes(activation, layers, rng):
    """Probabilities give the scores up to a constant in each row."""
    X = rng.normal(size=(40, 4))
    mlp = network(MLPClassifier, activation, layers).fit(X, np.arange(40) % 3)
    scores, pullback = value_and_pullback(mlp, X[:5])
    probabilities = np.log(mlp.predict_proba(X[:5]))
    np.testing.assert_allclose(centered(scores), centered(probabilities), atol=1e-9)
    weights = centered(rng.normal(size=(5, 3)))

    def function(x):
        return float(np.sum(weights * np.log(mlp.predict_proba(x)))), pullback(weights)

    check_gradient(function, X[:5])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_many_labels(activation, rng):
    X = rng.normal(size=(40, 4))
    mlp = network(MLPClassifier, activation, (6,)).fit(X, X[:, :3] > 0)
    check_pullback(mlp, X[:5], lambda X: logit(mlp.predict_proba(X)), rng)


@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_regressors(activation, layers, n_outputs, rng):
    X = rng.normal(size=(40, 4))
    y = X[:, 0] if n_outputs == 1 else X[:, :3]
    mlp = network(MLPRegressor, activation, layers).fit(X, y)
    check_pullback(mlp, X[:5], mlp.predict, rng)


@pytest.mark.skipif(
    "loss" not in inspect.signature(MLPRegressor).parameters, reason="older"
)
def test_poisson_regression(rng):
    X = rng.normal(size=(40, 4))
    mlp = network(MLPRegressor, "tanh", (6,), loss="poisson").fit(X, np.exp(X[:, 0]))
    check_pullback(mlp, X[:5], mlp.predict, rng)


def test_other_last_layers_are_refused(rng):
    X = rng.normal(size=(40, 4))
    mlp = network(MLPRegressor, "tanh", (6,)).fit(X, X[:, 0])
    mlp.out_activation_ = "cube"
    with pytest.raises(NotImplementedError, match="Got 'cube'"):
        value_and_pullback(mlp, X)
