"""LatentOptimizer: codes whose samples have the topology asked for."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.datasets import load_digits
from sklearn.decomposition import NMF, PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sktopo import LatentOptimizer, persistence_diagrams
from sktopo.base import Term
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._latent_problem import LatentProblem, _Loss
from sktopo.neural_network._sample_objective import SampleObjective
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm
from sktopo.testing import check_gradient

X = load_digits().data / 16
UP = Cubical(superlevel=True)
IMAGES = {"image_shape": (8, 8), "clip": (0, 1)}


@pytest.fixture(scope="module")
def network():
    codes = PCA(5).fit_transform(X)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network = MLPRegressor(hidden_layer_sizes=20, max_iter=30, random_state=0)
        return network.fit(codes, X)


def codes_of(model, rng, n=6):
    return rng.normal(size=(n, model.spread_.size)) * model.spread_


def components(sample, least=0.1):
    (bars,) = persistence_diagrams(
        np.clip(sample, 0, 1).reshape(8, 8), UP, homology_dimensions=(0,)
    )
    return np.count_nonzero(np.abs(bars[:, 1] - bars[:, 0]) > least)


@pytest.mark.parametrize(
    "generator",
    [PCA(10), NMF(10, max_iter=1000), make_pipeline(StandardScaler(), PCA(10))],
    ids=["pca", "nmf", "pipeline"],
)
def test_codes_move_until_their_samples_have_one_component(generator, rng):
    model = LatentOptimizer(generator, **IMAGES).fit(X)
    codes = np.abs(codes_of(model, rng))
    before = codes.copy()
    found = model.optimize(codes)
    assert_array_equal(codes, before)
    assert (found.objective_after < 0.1 * found.objective_before).all()
    samples = model.generator_.inverse_transform(found.codes)
    assert_allclose(found.samples, samples, atol=1e-12)
    assert np.mean([components(s) == 1 for s in samples]) >= 5 / 6
    assert_array_equal(model.generate(codes), found.samples)
    term = PersistenceTerm(UP, PersistenceEnergy(1, 0, 2))
    values = [term(np.clip(s, 0, 1).reshape(8, 8)) for s in samples]
    assert_allclose(found.objective_after, values, atol=1e-12)
    assert all(len(curve) <= 201 for curve in found.loss_curves)
    assert all(curve[0] >= curve.min() for curve in found.loss_curves)


def test_transform_takes_samples_to_codes(rng):
    model = LatentOptimizer(PCA(6), n_steps=30, **IMAGES).fit(X)
    codes = model.generator_.transform(X[:4])
    assert_array_equal(model.transform(X[:4]), model.optimize(codes).codes)
    names = ["latentoptimizer0", "latentoptimizer1"]
    assert list(model.get_feature_names_out()[:2]) == names
    assert model.set_output(transform="pandas").transform(X[:4]).shape == (4, 6)


def test_a_regressor_makes_samples_of_codes(network, rng):
    model = LatentOptimizer(FrozenEstimator(network), fidelity_weight=0.01, **IMAGES)
    codes = PCA(5).fit_transform(X)
    model.fit(codes)
    found = model.optimize(codes[:5])
    assert_array_equal(found.codes, model.transform(codes[:5]))
    assert_allclose(found.samples, network.predict(found.codes), atol=1e-9)
    assert found.objective_after.sum() < 0.2 * found.objective_before.sum()
    # One that is not ready is fitted, on codes and samples.
    small = MLPRegressor(hidden_layer_sizes=4, max_iter=2, random_state=0)
    fresh = LatentOptimizer(small, n_steps=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fresh.fit(codes[:50], X[:50])
    assert fresh.generate(codes[:2]).shape == (2, 64)
    assert not hasattr(small, "coefs_")


@pytest.mark.parametrize("fidelity", ["samples", "codes"])
def test_the_gradient_of_the_loss(network, rng, fidelity):
    model = LatentOptimizer(
        network, PersistenceEnergy(2, 0, 1), image_shape=(8, 8), clip=(0.1, 0.9)
    )
    problem = LatentProblem(
        network,
        SampleObjective(model),
        spread=rng.random(5) + 0.5,
        fidelity=fidelity,
        weight=0.7,
        seed=0,
    )
    check_gradient(_Loss(problem, rng.normal(size=5)), 0.3 * rng.normal(size=5))


@pytest.mark.parametrize("fidelity", ["samples", "codes"])
def test_more_fidelity_is_less_change(rng, fidelity):
    model = LatentOptimizer(PCA(8), fidelity=fidelity, n_steps=100, **IMAGES).fit(X)
    codes = codes_of(model, rng)
    samples = model.generator_.inverse_transform(codes)
    changes = []
    for weight in (0.0, 0.3, 100.0):
        moved = model.set_params(fidelity_weight=weight).optimize(codes)
        changes.append(np.linalg.norm(moved.samples - samples))
    assert changes[0] > changes[1] > 3 * changes[2]


@pytest.mark.parametrize("functional", [None, PersistenceEnergy(2, 0, 2)])
def test_units_of_samples_and_codes(rng, functional):
    model = LatentOptimizer(PCA(6), functional, n_steps=20, image_shape=(8, 8))
    plain = clone(model).fit(X)
    codes = codes_of(plain, rng, 3)
    scaled = clone(model).fit(64 * X)
    found, larger = plain.optimize(codes), scaled.optimize(64 * codes)
    assert_allclose(larger.codes, 64 * found.codes, rtol=1e-9)
    assert_allclose(larger.samples, 64 * found.samples, rtol=1e-9, atol=1e-12)


def test_every_code_by_itself_and_for_any_n_jobs(rng):
    model = LatentOptimizer(PCA(6), n_steps=20, **IMAGES).fit(X)
    codes = codes_of(model, rng, 4)
    moved = model.optimize(codes)
    assert_array_equal(model.optimize(codes[2:3]).codes[0], moved.codes[2])
    assert_array_equal(model.optimize(codes[::-1]).codes, moved.codes[::-1])
    assert_array_equal(model.set_params(n_jobs=2).optimize(codes).codes, moved.codes)


def test_an_objective_that_is_random(rng):
    term = PersistenceTerm(
        Cubical(superlevel=True, tie_breaking="random"), PersistenceEnergy(1, 0, 2)
    )
    model = LatentOptimizer(PCA(4), term, n_steps=10, **IMAGES)
    model.set_params(random_state=3).fit(np.round(X))
    codes = np.zeros((2, 4))
    moved = model.optimize(codes).codes
    assert_array_equal(moved[0], moved[1])
    assert_array_equal(model.optimize(codes).codes, moved)


def test_of_a_random_objective_the_last_step_is_kept():
    class Noise(Term):
        is_random = True

        def warm_value_and_grad(self):
            draws = np.random.default_rng(0)
            return lambda x: (draws.normal(), np.ones(x.shape))

        def value_and_grad(self, x):
            return self.warm_value_and_grad()(x)

    model = LatentOptimizer(PCA(4), Noise(), n_steps=10, **IMAGES).fit(X)
    codes = np.zeros((1, 4))
    moved = model.optimize(codes).codes
    assert np.abs(moved - codes).max() > 0
    model.set_params(n_steps=11)
    assert np.abs(model.optimize(codes).codes - moved).max() > 0


@pytest.mark.parametrize("fidelity", ["samples", "codes"])
def test_codes_of_nmf_stay_where_they_may_be(rng, fidelity):
    generator = NMF(8, init="nndsvda", max_iter=1000)
    model = LatentOptimizer(generator, fidelity=fidelity, image_shape=(8, 8)).fit(
        X[:100]
    )
    found = model.optimize(model.generator_.transform(X[:10]))
    assert found.codes.min() == 0
    assert found.samples.min() >= 0
    assert found.objective_after.sum() < found.objective_before.sum() / 2
    model.transform(found.samples)


def test_a_filtration_that_takes_no_samples_is_found_at_once():
    model = LatentOptimizer(PCA(3), filtration="vietoris_rips")
    with pytest.raises(ValueError, match="'filtration' parameters of LatentOptimizer"):
        model.fit(X[:60])


def test_a_term_in_the_sample(rng):
    model = LatentOptimizer(
        PCA(20), SquaredErrorTerm(X[7]), fidelity_weight=0.0, n_steps=500
    ).fit(X)
    found = model.optimize(np.zeros((1, 20)))
    nearest = model.generator_.transform(X[7:8])
    assert_allclose(found.codes, nearest, atol=0.05)


def test_in_a_grid_search_over_the_weight(rng):
    def score(model, X, y=None):
        return -model.optimize(model.generator_.transform(X)).objective_after.mean()

    model = make_pipeline(
        MinMaxScaler(), LatentOptimizer(PCA(4), n_steps=5, image_shape=(8, 8))
    )
    search = GridSearchCV(
        LatentOptimizer(PCA(4), n_steps=30, **IMAGES),
        {"fidelity_weight": [0.0, 10.0], "generator__n_components": [4]},
        scoring=score,
        cv=2,
        n_jobs=2,
    ).fit(X[:40])
    assert search.best_params_["fidelity_weight"] == 0
    assert model.fit_transform(X[:10]).shape == (10, 4)


class NoInverse(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"generator": NoInverse()}, TypeError, "'generator' parameter of LatentOpt"),
        ({"generator": 3}, ValueError, "'generator' parameter of LatentOptimizer"),
        ({"objective": PCA()}, ValueError, "'objective' parameter of LatentOptimizer"),
        ({"image_shape": (8, 9)}, ValueError, "'image_shape' parameter of LatentOpt"),
        ({"clip": (1, 0)}, ValueError, "'clip' parameter of LatentOptimizer"),
        ({"fidelity": "none"}, ValueError, "'fidelity' parameter of LatentOptimizer"),
        ({"homology_dimensions": -1}, ValueError, "'homology_dimensions' parameter"),
    ],
)
def test_errors_name_the_parameter(params, error, message):
    model = LatentOptimizer(PCA(3)).set_params(**params)
    with pytest.raises(error, match=message):
        model.fit(X)


def test_codes_of_another_length_and_parameters_without_effect():
    model = LatentOptimizer(PCA(3), n_steps=0).fit(X)
    with pytest.raises(ValueError, match="Z of LatentOptimizer must have 3 columns"):
        model.optimize(np.zeros((2, 4)))
    assert_array_equal(model.optimize(np.ones((2, 3))).codes, 1)
    term = SquaredErrorTerm(X[0])
    with pytest.warns(UserWarning, match="'homology_dimensions' parameter of Latent"):
        LatentOptimizer(PCA(3), term, homology_dimensions=1).fit(X)


def test_progress_is_shown(capsys):
    model = LatentOptimizer(PCA(3), n_steps=1, verbose=2).fit(X)
    model.optimize(np.zeros((2, 3)))
    assert capsys.readouterr().out.count("[LatentOptimizer] code") == 2
    model.set_params(verbose=1).optimize(np.zeros((2, 3)))
    assert "2/2" in capsys.readouterr().err
