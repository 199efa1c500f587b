"""TopologicalDecoder: weights that are trained for the topology of samples."""

import warnings
from itertools import repeat

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline

from sktopo import LatentOptimizer, TopologicalDecoder
from sktopo.functionals import PersistenceEnergy
from sktopo.gradients import FlatParameters
from sktopo.neural_network import _decoder_loss
from sktopo.neural_network._decoder import _root_of_covariance
from sktopo.neural_network._sample_objective import SampleObjective
from sktopo.testing import check_gradient

X = load_digits().data / 16
CODES = PCA(6).fit_transform(X)
IMAGES = {"image_shape": (8, 8), "clip": (0, 1)}


@pytest.fixture(scope="module")
def network():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = MLPRegressor(hidden_layer_sizes=30, max_iter=40, random_state=0)
        return model.fit(CODES, X)


def mean_objective(model, codes):
    function = SampleObjective(TopologicalDecoder(**IMAGES)).function(0)
    return np.mean([function(row)[0] for row in model.predict(codes)])


@pytest.mark.slow
@pytest.mark.parametrize("codes", ["normal", "training"])
def test_samples_have_fewer_components_and_are_close_to_what_they_were(
    network, rng, codes
):
    before = [array.copy() for array in network.coefs_]
    model = TopologicalDecoder(
        FrozenEstimator(network), codes=codes, random_state=0, **IMAGES
    ).fit(CODES, X)
    assert all(map(np.array_equal, network.coefs_, before))
    fresh = rng.normal(size=(50, 6)) * CODES.std(axis=0)
    if codes == "training":
        fresh = CODES[:50]
    assert mean_objective(model, fresh) < 0.5 * mean_objective(network, fresh)
    change = np.linalg.norm(model.predict(fresh) - network.predict(fresh))
    spread = np.linalg.norm(network.predict(fresh) - X.mean(axis=0))
    assert change < 0.5 * spread
    assert model.n_iter_ == 200
    assert model.loss_curve_.shape == (201,)
    last, first = model.loss_curve_[-20:].mean(), model.loss_curve_[:20].mean()
    assert last < 0.8 * first


def test_the_gradient_of_the_loss(rng):
    codes, samples = rng.normal(size=(7, 3)), rng.random((7, 12))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network = MLPRegressor(
            hidden_layer_sizes=(4, 3), activation="tanh", max_iter=20, random_state=0
        ).fit(codes, samples)
    model = TopologicalDecoder(
        objective=PersistenceEnergy(2, 0, 1), image_shape=(3, 4), clip=(0.1, 0.9)
    )
    parameters = [*network.coefs_, *network.intercepts_]
    flat = FlatParameters(parameters)
    loss = _decoder_loss.DecoderLoss(
        flat,
        network.activation,
        SampleObjective(model).function(0, 2.0),
        repeat((codes, samples)),
        units=_decoder_loss.Units.of(samples, by_column=False),
        extent=2.0,
        topology_weight=3.0,
    )
    check_gradient(loss, flat.join(parameters), rtol=1e-4)


def test_no_topology_is_the_plain_loss(network):
    model = TopologicalDecoder(
        FrozenEstimator(network), topology_weight=0.0, max_iter=5, **IMAGES
    ).fit(CODES, X)
    # What was drawn is what the decoder makes already.
    assert_allclose(model.loss_curve_, 0, atol=1e-3)
    assert model.set_params(max_iter=0).fit(CODES, X).n_iter_ == 0
    assert_array_equal(model.predict(CODES[:3]), network.predict(CODES[:3]))


def test_the_same_seed_gives_the_same_weights(network):
    model = TopologicalDecoder(FrozenEstimator(network), max_iter=3, random_state=1)
    one, two = (clone(model).fit(CODES, X).decoder_.coefs_[0] for _ in range(2))
    assert_array_equal(one, two)
    other = clone(model).set_params(random_state=2).fit(CODES, X).decoder_.coefs_[0]
    assert np.abs(other - one).max() > 0


def test_units_of_the_samples(network):
    scaled = MLPRegressor(hidden_layer_sizes=30)
    scaled.__dict__.update(network.__dict__)
    scaled.coefs_ = [network.coefs_[0], 64 * network.coefs_[1]]
    scaled.intercepts_ = [network.intercepts_[0], 64 * network.intercepts_[1]]
    curves = [
        TopologicalDecoder(FrozenEstimator(one), max_iter=0, random_state=0)
        .fit(CODES, samples)
        .loss_curve_
        for one, samples in ((network, X), (scaled, 64 * X))
    ]
    assert_allclose(*curves, rtol=1e-12)


def test_codes_move_through_a_trained_decoder(network):
    decoder = TopologicalDecoder(
        FrozenEstimator(network), max_iter=20, random_state=0, **IMAGES
    ).fit(CODES, X)
    model = LatentOptimizer(FrozenEstimator(decoder), n_steps=50, **IMAGES)
    found = model.fit(CODES).optimize(CODES[:4])
    assert (found.objective_after <= found.objective_before).all()
    assert found.objective_after.sum() < 0.7 * found.objective_before.sum()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_in_a_grid_search_over_the_weight():
    model = TopologicalDecoder(
        MLPRegressor(hidden_layer_sizes=10, max_iter=5, random_state=0),
        max_iter=2,
        random_state=0,
        **IMAGES,
    )
    search = GridSearchCV(
        model, {"topology_weight": [0.0, 1.0]}, cv=2, n_jobs=2, error_score="raise"
    ).fit(CODES[:60], X[:60])
    assert search.predict(CODES[:3]).shape == (3, 64)


def test_what_an_interrupt_leaves(network, monkeypatch):
    class Interrupted(_decoder_loss.DecoderLoss):
        def warm_value_and_grad(self):
            inner = super().warm_value_and_grad()
            calls = iter(range(4))

            def value_and_grad(x):
                if next(calls) == 3:
                    raise KeyboardInterrupt
                return inner(x)

            return value_and_grad

    from sktopo.neural_network import _decoder

    monkeypatch.setattr(_decoder, "DecoderLoss", Interrupted)
    model = TopologicalDecoder(FrozenEstimator(network), random_state=0, **IMAGES)
    with pytest.raises(KeyboardInterrupt):
        model.fit(CODES, X)
    assert model.n_iter_ == 2
    assert model.predict(CODES[:2]).shape == (2, 64)


def test_errors_name_the_parameter(network):
    for params, error, message in (
        ({"decoder": LinearRegression()}, TypeError, "'decoder' parameter of Topolo"),
        # Codes that a step before the network changes are not those it is trained on.
        (
            {"decoder": FrozenEstimator(make_pipeline("passthrough", network))},
            TypeError,
            "'decoder' parameter of TopologicalDecoder must be an MLPRegressor",
        ),
        ({"objective": 3}, ValueError, "'objective' parameter of TopologicalDecoder"),
        ({"image_shape": (3, 3)}, ValueError, "'image_shape' parameter of Topologic"),
        ({"clip": (2, 1)}, ValueError, "'clip' parameter of TopologicalDecoder"),
        ({"codes": "all"}, ValueError, "'codes' parameter of TopologicalDecoder"),
    ):
        model = TopologicalDecoder(FrozenEstimator(network)).set_params(**params)
        with pytest.raises(error, match=message):
            model.fit(CODES, X)


@pytest.mark.slow
@pytest.mark.parametrize("codes_as", ["normal", "training"])
def test_units_do_not_matter_to_the_default(codes_as):
    """It sees codes and samples centred and scaled; its weights are for their own."""
    codes, samples, found = CODES[:200], X[:200], []
    for unit in (1.0, 2.0**-20, 2.0**20):
        model = TopologicalDecoder(
            codes=codes_as,
            max_iter=3,
            random_state=0,
            image_shape=IMAGES["image_shape"],
        )
        model.fit(unit * codes + 3 * unit, unit * samples)
        found.append(model.predict(unit * codes + 3 * unit) / unit)
    assert_allclose(found[1], found[0], atol=1e-9)
    assert_allclose(found[2], found[0], atol=1e-9)
    assert ((found[0] - samples) ** 2).sum() < 0.5 * (
        (samples - samples.mean(axis=0)) ** 2
    ).sum()


@pytest.mark.parametrize("constant", [0.1, 1e6 + 0.1, 0.0])
def test_constant_columns_have_no_spread(rng, constant):
    """Neither in codes nor in samples is rounding taken for one."""
    codes, row = rng.normal(size=(50, 2)), rng.normal(size=(2, 9))
    X = np.column_stack([codes, np.full(50, constant)])
    model = TopologicalDecoder(max_iter=3, random_state=0).fit(X, codes @ row)
    moved = X * [1, 1, 1 + 1e-12]
    assert_allclose(model.predict(moved), model.predict(X), atol=1e-4)
    flat = TopologicalDecoder(max_iter=3, random_state=0).fit(X, np.full((50, 9), 0.1))
    assert np.abs(flat.decoder_.coefs_[-1]).max() > 1e-3


def test_draws_do_not_hang_on_rounding(rng):
    X = np.linalg.qr(rng.normal(size=(50, 4)))[0]
    root = _root_of_covariance(X)
    assert_allclose(_root_of_covariance(3 * X), 3 * root, atol=1e-12)
    assert_allclose(root.T @ root, np.cov(X.T), atol=1e-12)
