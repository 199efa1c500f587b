"""TopologicalAutoencoder: latent spaces that keep a topology, or get one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import LatentOptimizer, TopologicalAutoencoder
from sktopo.filtrations import VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.gradients import (
    FlatParameters,
    inverse_value_and_pullback,
    value_and_pullback,
)
from sktopo.metrics import wasserstein
from sktopo.neural_network._autoencoder_loss import (
    AutoencoderLoss,
    ResidualPerceptron,
)
from sktopo.neural_network._code_topology import (
    MatchedPersistence,
    RowBatch,
    weighted_sum,
)
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient

OWN = {"own_units": True, "diagram_weights": (5.0, 20.0)}


def curve(rng, n=300):
    """A closed curve that bends through ten dimensions, and where each row lies."""
    angle = rng.uniform(0, 2 * np.pi, n)
    turn = rng.normal(size=(6, 10))
    waves = [f(k * angle) / k for k in (1, 2, 3) for f in (np.cos, np.sin)]
    return np.stack(waves, axis=1) @ turn + 0.01 * rng.normal(size=(n, 10)), angle


@pytest.mark.parametrize("params", [{}, OWN], ids=["", "own units"])
@pytest.mark.parametrize("dimensions", [(0,), (1,), (0, 1)])
def test_the_gradient_of_the_matching(rng, dimensions, params):
    X, Z = rng.normal(size=(25, 5)), rng.normal(size=(25, 2))
    matching = MatchedPersistence(dimensions, **params)
    batch = RowBatch(X)
    check_gradient(lambda z: matching(batch, z), Z, rtol=1e-4)
    # Of equal distances nothing is left.
    assert matching(batch, X)[0] == pytest.approx(0)
    assert_allclose(matching(batch, X)[1], 0, atol=1e-12)


def test_components_are_matched_along_the_spanning_trees(rng):
    X, Z = rng.normal(size=(30, 5)), rng.normal(size=(30, 2))
    units = [np.sqrt(x.var(axis=0).sum()) for x in (X, Z)]
    of_rows, of_codes = cdist(X, X) / units[0], cdist(Z, Z) / units[1]
    expected, deaths = 0, []
    for distances in (of_rows, of_codes):
        i, j = minimum_spanning_tree(distances).nonzero()
        expected += np.mean((of_rows[i, j] - of_codes[i, j]) ** 2) / 2
        deaths.append([[0, death] for death in np.sort(distances[i, j])])
    expected += 5 * wasserstein(*deaths, p=2) ** 2 / len(deaths[0])
    matching, batch = MatchedPersistence((0,), **OWN), RowBatch(X)
    assert matching(batch, Z)[0] == pytest.approx(expected)
    # In any units and places.
    assert matching(batch, 1e-6 * Z + 3)[0] == pytest.approx(expected)


def test_loops_that_codes_have_not_are_missed(rng):
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    line = np.stack([np.arange(20.0), np.zeros(20)], axis=1)
    matching = MatchedPersistence((1,), **OWN)
    born, dies = 2 * np.sin(np.pi / 20), 2 * np.sin(7 * np.pi / 20)
    missed = 20 * (dies - born) ** 2 / 2  # the squared distance to the diagonal
    assert matching(RowBatch(circle), line)[0] > missed
    value, grad = matching(RowBatch(line), circle)
    assert value > missed
    assert np.isfinite(grad).all()


def test_coincident_rows_and_codes_have_no_units():
    matching = MatchedPersistence((0, 1), **OWN)
    for X, Z in ((np.ones((5, 3)), np.eye(5)), (np.eye(5), np.ones((5, 2)))):
        value, grad = matching(RowBatch(X), Z)
        assert np.isfinite(value)
        assert np.isfinite(grad).all()


def test_the_gradient_of_the_loss(rng):
    X, directions = rng.normal(size=(12, 4)), rng.normal(size=(4, 2))
    encoder = ResidualPerceptron(directions, "tanh")
    decoder = ResidualPerceptron(directions.T, "tanh")
    parameters = encoder.first_parameters([3], rng)
    parameters += decoder.first_parameters([3], rng)
    flat = FlatParameters(parameters)
    term = PersistenceTerm(VietorisRips(), PersistenceEnergy(2), 1).value_and_grad
    topology = weighted_sum(
        [(0.7, MatchedPersistence((0, 1), **OWN)), (0.3, lambda X, Z: term(Z))]
    )
    loss = AutoencoderLoss(encoder, decoder, flat, iter([]), topology)
    start = flat.join(parameters) + 0.3 * rng.normal(size=flat.join(parameters).size)
    check_gradient(lambda x: loss.of_batch(x, RowBatch(X)), start, rtol=1e-4)


def test_without_a_step_it_is_pca(rng):
    X, _ = curve(rng)
    model = TopologicalAutoencoder(3, max_iter=0, random_state=0).fit(X)
    pca = PCA(3).fit(X)
    assert_allclose(np.abs(model.transform(X)), np.abs(pca.transform(X)), atol=1e-9)
    back = pca.inverse_transform(pca.transform(X))
    assert_allclose(model.inverse_transform(model.transform(X)), back, atol=1e-9)
    assert model.n_iter_ == 0
    assert model.validation_curve_.size == 0


@pytest.mark.slow
def test_a_curve_is_laid_out_and_read_back(rng):
    X, angle = curve(rng)
    model = TopologicalAutoencoder(max_iter=150, random_state=0).fit(X)
    codes = model.transform(X)
    found = np.arctan2(*(codes - codes.mean(axis=0)).T)
    agreement = max(np.abs(np.mean(np.exp(1j * (found - s * angle)))) for s in (-1, 1))
    assert agreement > 0.9
    error = np.linalg.norm(model.inverse_transform(codes) - X)
    pca = PCA(2).fit(X)
    of_pca = np.linalg.norm(pca.inverse_transform(pca.transform(X)) - X)
    assert error < 0.5 * of_pca
    assert model.validation_curve_.min() < 0.5 * model.validation_curve_[0]
    assert len(model.validation_curve_) == model.n_iter_


@pytest.mark.slow
def test_the_matching_keeps_distances_along_the_tree(rng):
    X, _ = curve(rng)
    errors = []
    for weight in (0.0, 10.0):
        model = TopologicalAutoencoder(
            topology_weight=weight, max_iter=60, random_state=0
        ).fit(X)
        codes = model.transform(X)
        i, j = minimum_spanning_tree(cdist(codes, codes)).nonzero()
        length = np.linalg.norm(codes[i] - codes[j], axis=1)
        errors.append(np.mean((length - np.linalg.norm(X[i] - X[j], axis=1)) ** 2))
    assert errors[1] < 0.7 * errors[0]


def test_a_topology_is_prescribed(rng):
    """A blob gets a hole, where that is what is asked for."""
    X = rng.normal(size=(200, 5)) * [3, 3, 0.1, 0.1, 0.1]
    hole = PersistenceEnergy(p=1)
    long = []
    for weight in (0.0, 1.0):
        model = TopologicalAutoencoder(
            topology_weight=0.0,
            objective=-hole,
            objective_weight=weight,
            max_iter=60,
            validation_fraction=0.0,
            random_state=0,
        ).fit(X)
        codes = model.transform(X)
        (bars,) = VietorisRips().build(codes).bars((1,))
        lifetimes = np.diff(bars.diagram).ravel()
        long.append(lifetimes.max() / np.ptp(codes))
    assert long[1] > 1.5 * long[0]


def test_early_stopping_keeps_the_best_pass(rng):
    X, _ = curve(rng, 80)
    model = TopologicalAutoencoder(
        learning_rate=0.3, n_iter_no_change=3, max_iter=100, random_state=0
    ).fit(X)
    assert model.n_iter_ < 100
    assert model.n_iter_ == 1 + np.argmin(model.validation_curve_) + 3
    free = clone(model).set_params(validation_fraction=0.0, max_iter=4).fit(X)
    assert free.n_iter_ == 4
    assert free.validation_curve_.size == 0


def test_units_and_seeds(rng):
    X, _ = curve(rng, 100)
    model = TopologicalAutoencoder(max_iter=3, random_state=0)
    codes = clone(model).fit_transform(X)
    assert_array_equal(clone(model).fit_transform(X), codes)
    assert_allclose(clone(model).fit_transform(64 * X), 64 * codes, rtol=1e-9)
    moved = clone(model).fit_transform(X + 100)
    assert_allclose(moved, codes, atol=1e-6)


def test_gradients_go_through(rng):
    X, _ = curve(rng, 60)
    model = TopologicalAutoencoder(max_iter=3, random_state=0).fit(X)
    for through, rows in (
        (value_and_pullback, X[:3]),
        (inverse_value_and_pullback, rng.normal(size=(3, 2))),
    ):
        output, pullback = through(model, rows)
        weight = rng.normal(size=output.shape)

        grad = pullback(weight)

        def function(x, through=through, weight=weight, grad=grad):
            return float((weight * through(model, x)[0]).sum()), grad

        check_gradient(function, rows)
    codes = model.transform(X[:2])
    found = LatentOptimizer(model, n_steps=2).fit(X).optimize(codes)
    assert found.samples.shape == (2, 10)


def test_in_a_pipeline_and_a_grid_search(rng):
    X, _ = curve(rng, 60)

    def score(model, X, y=None):
        rows = model[0].transform(X)
        back = model[1].inverse_transform(model[1].transform(rows))
        return -np.mean((back - rows) ** 2)

    model = make_pipeline(
        StandardScaler(), TopologicalAutoencoder(max_iter=2, random_state=0)
    )
    grid = {"topologicalautoencoder__topology_weight": [0.0, 1.0]}
    search = GridSearchCV(model, grid, cv=2, scoring=score, n_jobs=2).fit(X)
    assert search.best_score_ < 0
    table = clone(model).set_output(transform="pandas").fit_transform(X)
    assert list(table.columns) == [f"topologicalautoencoder{k}" for k in (0, 1)]


@pytest.mark.parametrize("rows", ["one", "equal", "few features"])
def test_awkward_data(rng, rows):
    X = {
        "one": rng.normal(size=(1, 3)),
        "equal": np.ones((20, 3)),
        "few features": rng.normal(size=(20, 1)),
    }[rows]
    n_components = min(2, X.shape[1])
    model = TopologicalAutoencoder(n_components, max_iter=2).fit(X)
    assert np.isfinite(model.transform(X)).all()
    assert np.isfinite(model.inverse_transform(model.transform(X))).all()


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"hidden_layer_sizes": [3, 0]}, ValueError, "'hidden_layer_sizes' parameter"),
        ({"homology_dimensions": 2}, ValueError, "'homology_dimensions' parameter"),
        ({"activation": "sin"}, ValueError, "'activation' parameter of Topological"),
        ({"objective": PCA()}, ValueError, "'objective' parameter of Topological"),
        ({"validation_fraction": 1.0}, ValueError, "'validation_fraction' parameter"),
    ],
)
def test_errors_name_the_parameter(params, error, message):
    with pytest.raises(error, match=message):
        TopologicalAutoencoder(**params).fit(np.eye(5))


def test_codes_of_more_components_than_features(rng):
    with pytest.raises(ValueError, match="'n_components' parameter of TopologicalAuto"):
        TopologicalAutoencoder(6).fit(rng.normal(size=(30, 5)))


def test_an_objective_of_many_components_has_vietoris_rips(rng):
    X, objective = rng.normal(size=(40, 8)), PersistenceEnergy(p=2)
    model = TopologicalAutoencoder(
        5, objective=objective, max_iter=1, random_state=0, batch_size=16
    )
    with pytest.warns(UserWarning, match="TopologicalAutoencoder uses the Vietoris-"):
        model.fit(X)
    plain = clone(model).set_params(filtration="vietoris_rips")
    assert_array_equal(model.transform(X), plain.fit(X).transform(X))


def test_parameters_of_no_objective_are_named(rng):
    model = TopologicalAutoencoder(objective_weight=3.0, filtration="alpha", max_iter=0)
    with pytest.warns(UserWarning, match="have no effect without an 'objective'"):
        model.fit(rng.normal(size=(20, 3)))


def test_codes_of_another_length(rng):
    model = TopologicalAutoencoder(max_iter=0).fit(rng.normal(size=(9, 4)))
    with pytest.raises(ValueError, match="Z of TopologicalAutoencoder must have 2"):
        model.inverse_transform(np.zeros((2, 3)))
