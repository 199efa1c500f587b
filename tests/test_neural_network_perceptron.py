"""TopologicalMLPClassifier and -Regressor: weights, activations, gradients, units."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.csgraph import connected_components
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import (
    TopologicalAttack,
    TopologicalMLPClassifier,
    TopologicalMLPRegressor,
    persistence_diagrams,
)
from sktopo.filtrations import VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.gradients import input_gradient, loss_and_gradient
from sktopo.neural_network._weight_term import WEIGHT_TERMS
from sktopo.objectives import PersistenceTerm
from sktopo.peaks import find_peaks

DIGITS, LABELS = load_digits(return_X_y=True)
IRIS, SPECIES = load_iris(return_X_y=True)


def n_maxima(model):
    images = model.coefs_[0].T.reshape(-1, 8, 8)
    return np.array([len(find_peaks(image).heights) for image in images])


@pytest.mark.slow
def test_weights_with_at_most_two_maxima_cost_no_accuracy():
    train, test = slice(None, None, 2), slice(1, None, 2)
    params = {
        "objective": PersistenceEnergy(i0=3),
        "weights_as": "images",
        "image_shape": (8, 8),
        "topology_weight": 0.05,
        "random_state": 0,
    }
    model = TopologicalMLPClassifier(50, **params)
    model.fit(DIGITS[train], LABELS[train])
    assert n_maxima(model).max() <= 2
    plain = clone(model).set_params(topology_weight=0).fit(DIGITS[train], LABELS[train])
    assert n_maxima(plain).mean() > 5
    scores = [m.score(DIGITS[test], LABELS[test]) for m in (model, plain)]
    assert scores[0] > scores[1] - 0.01
    other = make_pipeline(StandardScaler(), MLPClassifier(50, random_state=0))
    with pytest.warns(UserWarning, match="Maximum iterations"):
        other.fit(DIGITS[train], LABELS[train])
    assert scores[0] > other.score(DIGITS[test], LABELS[test]) - 0.01


def test_units_that_are_joined_by_heavy_weights():
    """The lightest weight of a spanning tree is heavier than without the term."""
    lightest = []
    for weight in (0.0, 1.0):
        model = TopologicalMLPClassifier(
            20, topology_weight=weight, alpha=10.0, max_iter=100, random_state=0
        ).fit(IRIS, SPECIES)
        sizes = np.abs(model.coefs_[0])
        for level in np.sort(sizes.ravel())[::-1]:
            graph = np.zeros((24, 24))
            graph[:4, 4:] = sizes >= level
            if connected_components(graph, directed=False)[0] == 1:
                break
        lightest.append(level)
    assert lightest[1] > 2 * lightest[0]


@pytest.mark.slow
def test_weights_of_few_values():
    spread = []
    for weight in (0.0, 1.0):
        model = TopologicalMLPClassifier(
            10,
            weights_as="values",
            topology_weight=weight,
            layers=(0, -1),
            random_state=0,
        ).fit(IRIS, SPECIES)
        spread.append(np.ptp(model.coefs_[0]) + np.ptp(model.coefs_[1]))
    assert spread[1] < 0.5 * spread[0]


@pytest.mark.slow
def test_activations_become_what_is_asked_for():
    """Two classes in four clusters: one piece, or a layer with a loop."""
    rng = np.random.default_rng(0)
    centres = np.array([[2, 2], [-2, -2], [2, -2], [-2, 2]])
    X = np.concatenate([c + 0.2 * rng.normal(size=(30, 2)) for c in centres])
    y = np.repeat([0, 0, 1, 1], 30)

    def longest(model, dimension, place):
        cloud = model.activations(X)
        (bars,) = persistence_diagrams(
            cloud, VietorisRips(), dimension, essential="drop"
        )
        bars = bars[np.isfinite(bars[:, 1])]
        return np.sort(np.diff(bars)[:, 0])[::-1][place]

    common = {
        "activation": "tanh",
        "batch_size": 120,
        "random_state": 0,
        "topology_weight": 0,
        "max_iter": 300,
        "learning_rate": 0.01,
    }
    plain = TopologicalMLPClassifier(2, **common).fit(X, y)
    loop = PersistenceTerm(VietorisRips(), -PersistenceEnergy(), 1)
    round_ = TopologicalMLPClassifier(
        2, activation_objective=loop, activation_weight=1.0, **common
    ).fit(X, y)
    assert longest(round_, 1, 0) > 1.5 * longest(plain, 1, 0)
    pieces = TopologicalMLPClassifier(
        2, activation_objective=PersistenceEnergy(), activation_weight=0.1, **common
    ).fit(X, y)
    assert longest(pieces, 0, 0) < longest(plain, 0, 0)
    assert pieces.activations(X, 0).shape == (120, 2)
    for layer in (1, 0.5):
        with pytest.raises(ValueError, match="'layer' parameter"):
            pieces.activations(X, layer)


@pytest.mark.parametrize("powers", [(-3, 2), (10, 0)])
def test_units_do_not_matter(powers):
    X, y = load_diabetes(return_X_y=True)
    scale, shift = 2.0 ** powers[0], 2.0 ** powers[1]
    model = TopologicalMLPRegressor(5, max_iter=10, random_state=0)
    expected = clone(model).fit(X, y).predict(X)
    scaled = clone(model).fit(scale * X, shift * y).predict(scale * X)
    assert_allclose(scaled, shift * expected, rtol=1e-9)
    classes = TopologicalMLPClassifier(5, max_iter=10, random_state=0)
    assert_allclose(
        clone(classes).fit(scale * IRIS, SPECIES).predict_proba(scale * IRIS),
        clone(classes).fit(IRIS, SPECIES).predict_proba(IRIS),
        rtol=1e-9,
    )


@pytest.mark.slow
def test_several_outputs_and_two_classes():
    X, y = load_diabetes(return_X_y=True)
    both = TopologicalMLPRegressor(8, random_state=0)
    both.fit(X, np.column_stack([y, -2 * y]))
    found = both.predict(X)
    assert found.shape == (442, 2)
    assert np.corrcoef(found[:, 0], found[:, 1])[0, 1] < -0.8
    two = TopologicalMLPClassifier(8, max_iter=50, random_state=0)
    two.fit(IRIS[50:], SPECIES[50:].astype(str))
    assert two.decision_function(IRIS).shape == (150,)
    assert set(two.predict(IRIS)) == {"1", "2"}
    assert_allclose(two.predict_proba(IRIS).sum(axis=1), 1)
    nothing = TopologicalMLPRegressor(3, topology_weight=0, random_state=0)
    assert_allclose(nothing.fit(X, np.ones(442)).predict(X), 1, atol=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradients_and_attacks_go_through(n_classes):
    X, y = IRIS[n_classes > SPECIES], SPECIES[n_classes > SPECIES]
    model = TopologicalMLPClassifier(
        (6, 5), "tanh", max_iter=100, learning_rate=0.01, random_state=0
    ).fit(X, y)
    gradient = input_gradient(model, X[:4], y[:4])
    step = 1e-6
    for i in range(X.shape[1]):
        move = step * np.eye(X.shape[1])[i]
        ahead, behind = (
            loss_and_gradient(model, X[:4] + s * move, y[:4])[0] for s in (1, -1)
        )
        assert_allclose(
            gradient[:, i], (ahead - behind) / (2 * step), rtol=1e-4, atol=1e-9
        )
    attack = TopologicalAttack(
        model, target="untargeted", eps=4.0, n_steps=40, clip=None, random_state=0
    ).fit(X, y)
    changed = attack.transform(X)
    assert (
        attack.estimator_.predict(changed) != attack.estimator_.predict(X)
    ).mean() > 0.5
    X, y = load_diabetes(return_X_y=True)
    regressor = TopologicalMLPRegressor(4, max_iter=20, random_state=0).fit(X, y)
    losses, gradient = loss_and_gradient(regressor, X[:3], y[:3])
    assert_allclose(losses, (regressor.predict(X[:3]) - y[:3]) ** 2 / 2)
    ahead = loss_and_gradient(regressor, X[:3] + 1e-7, y[:3])[0]
    assert_allclose(gradient.sum(axis=1), (ahead - losses) / 1e-7, rtol=1e-3)


def test_the_scale_of_an_objective_and_its_weight_are_one_number():
    """The last step closes short bars alone, whatever they count."""
    peaks = PersistenceTerm(WEIGHT_TERMS["images"].filtration, PersistenceEnergy(i0=2))
    weights = [
        TopologicalMLPClassifier(
            5,
            objective=scale * peaks if scale != 1 else peaks,
            weights_as="images",
            topology_weight=0.01 / scale,
            max_iter=10,
            random_state=0,
        )
        .fit(IRIS, SPECIES)
        .coefs_[0]
        for scale in (1, 1024)
    ]
    assert_allclose(weights[0], weights[1], atol=2 * 0.001)
    nothing, little = (
        TopologicalMLPClassifier(
            5, weights_as="images", topology_weight=w, max_iter=10, random_state=0
        )
        .fit(IRIS, SPECIES)
        .coefs_[0]
        for w in (0.0, 1e-300)
    )
    assert_allclose(little, nothing, atol=0.001)
    first = TopologicalMLPClassifier(5, weights_as="images", max_iter=0, random_state=0)
    plain = clone(first).set_params(topology_weight=0.0)
    assert_array_equal(
        first.fit(IRIS, SPECIES).coefs_[0], plain.fit(IRIS, SPECIES).coefs_[0]
    )


def test_numbers_and_shapes_of_numpy_are_taken():
    model = TopologicalMLPClassifier(
        np.int64(4),
        layers=np.array([0]),
        weights_as="images",
        image_shape=np.array([2, 2]),
        homology_dimensions=np.int64(0),
        activation_layer=np.int64(-1),
        max_iter=2,
    )
    assert model.fit(IRIS, SPECIES).coefs_[0].shape == (4, 4)


def test_few_rows_keep_one_back():
    rows = slice(None, None, 20)
    model = TopologicalMLPClassifier(3, early_stopping=True, max_iter=20)
    model.fit(IRIS[rows], SPECIES[rows])
    assert len(model.validation_curve_) == model.n_iter_


def test_early_stopping_and_the_same_bits():
    model = TopologicalMLPClassifier(
        10, early_stopping=True, n_iter_no_change=5, learning_rate=0.05, random_state=0
    ).fit(IRIS, SPECIES)
    assert model.n_iter_ < 200
    assert len(model.validation_curve_) == model.n_iter_
    again = clone(model).fit(IRIS, SPECIES)
    for a, b in zip(model.coefs_, again.coefs_):
        assert_array_equal(a, b)
    search = GridSearchCV(
        TopologicalMLPClassifier(10, max_iter=30, random_state=0),
        {"topology_weight": [0.0, 0.1]},
        cv=2,
        n_jobs=2,
    ).fit(IRIS, SPECIES)
    alone = cross_val_score(search.best_estimator_, IRIS, SPECIES, cv=2).mean()
    assert search.best_score_ == pytest.approx(alone)


def test_an_interrupted_fit_keeps_its_weights():
    class Impatient(PersistenceTerm):
        calls = 0

        def value_and_grad(self, x):
            type(self).calls += 1
            if type(self).calls == 20:
                raise KeyboardInterrupt
            return super().value_and_grad(x)

    term = Impatient(WEIGHT_TERMS["values"].filtration, PersistenceEnergy())
    model = TopologicalMLPClassifier(5, objective=term, weights_as="values")
    with pytest.raises(KeyboardInterrupt):
        model.fit(IRIS, SPECIES)
    assert model.predict(IRIS).shape == (150,)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"layers": 2}, "'layers' parameter .* 2 layers"),
        ({"layers": 0.5}, "'layers' parameter"),
        ({"hidden_layer_sizes": (3, 0)}, "'hidden_layer_sizes' parameter"),
        ({"weights_as": "images", "image_shape": (3, 3)}, "'image_shape' parameter"),
        (
            {"activation_objective": PersistenceEnergy(), "activation_layer": 1},
            "'activation_layer' parameter",
        ),
        ({"objective": "energy"}, "'objective' parameter"),
        ({"weights_as": "cloud"}, "'weights_as' parameter"),
        ({"layers": (0, -2)}, "'layers' parameter .* each layer once"),
        ({"homology_dimensions": 1}, "'homology_dimensions' parameter .* must be 0"),
        ({"filtration": "cubical"}, "'filtration' parameter .* weights_as='graph'"),
        ({"filtration": "vietoris_rips"}, "'filtration' parameter .* weights_as="),
        (
            {"weights_as": "images", "layers": 1, "image_shape": (2, 2)},
            "as a layer has inputs, 100",
        ),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TopologicalMLPClassifier(**params).fit(IRIS, SPECIES)


def test_what_has_no_effect_is_told():
    for params, name in (
        ({"image_shape": (2, 2)}, "image_shape"),
        ({"activation_weight": 0.5}, "activation_weight"),
        (
            {
                "objective": PersistenceTerm(
                    WEIGHT_TERMS["graph"].filtration, PersistenceEnergy()
                ),
                "homology_dimensions": 1,
            },
            "homology_dimensions",
        ),
    ):
        with pytest.warns(UserWarning, match=f"'{name}' parameter .* no effect"):
            TopologicalMLPClassifier(3, max_iter=1, **params).fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="at least 2 classes"):
        TopologicalMLPClassifier().fit(IRIS, np.ones(150))


@pytest.mark.parametrize("value", [1e-6, 1e6])
def test_constant_targets_are_in_their_own_units(value, rng):
    X = rng.normal(size=(80, 3))
    model = TopologicalMLPRegressor(max_iter=30, random_state=0)
    found = model.fit(X, np.full(80, value)).predict(X)
    assert np.abs(found / value - 1).max() < 0.2
