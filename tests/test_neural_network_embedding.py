"""TopologicalEmbedding: any embedding, moved until it has the topology of the data."""

from itertools import cycle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.frozen import FrozenEstimator
from sklearn.manifold import TSNE, Isomap, trustworthiness
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import TopologicalEmbedding
from sktopo.diagrams import persistence_diagrams
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._code_topology import MatchedPersistence, RowBatch
from sktopo.neural_network._embedding_loss import EmbeddingLoss
from sktopo.testing import check_gradient


def curve(n=150):
    """A closed curve that PCA lays across itself."""
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    waves = [np.cos(angle), np.sin(angle), np.sin(2 * angle)]
    return np.stack(waves, axis=1) * [1.5, 0.5, 1.0]


def test_the_gradient_of_the_loss(rng):
    rows, codes = rng.normal(size=(20, 4)), rng.normal(size=(20, 2))
    features, batch = rng.normal(size=(20, 6)), RowBatch(rows)
    gram = features.T @ features
    topology = MatchedPersistence((0, 1))

    def loss(x):
        one = EmbeddingLoss(codes, features, gram, cycle([batch]), topology, 0.3)
        return one.value_and_grad(x)

    x = 0.1 * rng.normal(size=(6, 2))
    check_gradient(loss, x, rtol=1e-4)
    expected = (
        topology(batch, codes + features @ x)[0] + 0.3 * ((features @ x) ** 2).sum()
    )
    assert loss(x)[0] == pytest.approx(expected)


def test_without_a_step_it_is_the_first_embedding_in_units_of_the_rows():
    X = curve()
    model = TopologicalEmbedding(max_iter=0, random_state=0).fit(X)
    pca = PCA(2).fit(X)
    ratio = model.embedding_ / pca.transform(X)
    assert_allclose(ratio, ratio[0, 0])
    distances = [np.linalg.norm(x[:, None] - x, axis=2) for x in (X, pca.transform(X))]
    expected = (distances[0] * distances[1]).sum() / (distances[1] ** 2).sum()
    assert ratio[0, 0] == pytest.approx(expected)


@pytest.mark.slow
def test_neighbours_come_together_and_new_rows_among_them(rng):
    """A torus that is bent through ten dimensions: PCA folds it in three."""
    a, b = rng.uniform(0, 2 * np.pi, size=(2, 400))
    across = 1 + 0.5 * np.cos(a)
    torus = np.stack([across * np.cos(b), across * np.sin(b), np.sin(a) / 2], axis=1)
    X = np.sin(1.5 * torus @ rng.normal(size=(3, 10)))
    first = TopologicalEmbedding(3, max_iter=0).fit_transform(X)
    model = TopologicalEmbedding(3, random_state=0).fit(X[::2])
    codes = model.transform(X)
    assert_allclose(codes[::2], model.embedding_, rtol=1e-9, atol=1e-9)
    assert 1 - trustworthiness(X, codes) < 0.7 * (1 - trustworthiness(X, first))
    loss = model.loss_curve_
    assert loss.shape == (501,)
    assert loss[-20:].mean() < 0.5 * loss[0]


@pytest.mark.slow
def test_a_large_fidelity_keeps_the_first_embedding():
    X, moved = curve(), []
    for weight in (1e-6, 1e-2, 1e-1):
        model = TopologicalEmbedding(
            fidelity_weight=weight, max_iter=150, random_state=0
        ).fit(X)
        first = model.init_scale_ * model.init_.transform(X)
        moved.append(np.linalg.norm(model.embedding_ - first))
    assert moved[0] > 1.5 * moved[1] > 2 * moved[2]


@pytest.mark.slow
def test_an_objective_opens_a_loop(rng):
    X = rng.normal(size=(80, 4))
    longest = PersistenceEnergy(p=1, i0=2) - PersistenceEnergy(p=1, i0=1)
    shares = []
    for weight in (0.0, 1.0):
        model = TopologicalEmbedding(
            topology_weight=0.1,
            objective=longest,
            objective_weight=weight,
            max_iter=200,
            random_state=0,
        )
        codes = model.fit_transform(X)
        (bars,) = persistence_diagrams(codes, "weak_alpha", 1)
        shares.append(np.diff(bars).max() / codes.std())
    assert shares[1] > 2 * shares[0]


def test_units_do_not_matter(rng):
    X = rng.normal(size=(60, 3)) * [3, 2, 1]
    model = TopologicalEmbedding(max_iter=20, random_state=0)
    one = clone(model).fit(X)
    for c in (2.0**-20, 2.0**20):
        assert_array_equal(clone(model).fit(c * X).embedding_, c * one.embedding_)
    moved = clone(model).fit(1e3 * X + 1e3).embedding_ / 1e3
    assert_allclose(moved, one.embedding_, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "init",
    [
        PCA(2),
        FrozenEstimator(PCA(2).fit(curve())),
        make_pipeline(StandardScaler(), PCA(2)),
        Isomap(n_components=2),
        TSNE(init="random", random_state=0, max_iter=250),
        LinearDiscriminantAnalysis(),
        "codes",
    ],
    ids=lambda init: type(init).__name__,
)
def test_it_starts_from_any_embedding(init, rng):
    X, y = curve(), np.repeat([0, 1, 2], 50)
    init = rng.normal(size=(150, 2)) if isinstance(init, str) else init
    before = np.copy(init) if isinstance(init, np.ndarray) else None
    model = TopologicalEmbedding(
        init=init, learning_rate=0.02, max_iter=10, random_state=0
    ).fit(X, y)
    assert_allclose(model.transform(X), model.embedding_, atol=1e-9)
    assert model.transform(X[:3] + 0.01).shape == (3, 2)
    assert_array_equal(clone(model).fit_transform(X, y), model.embedding_)
    if before is not None:
        assert_array_equal(init, before)
    names = model.get_feature_names_out()
    assert list(names) == ["topologicalembedding0", "topologicalembedding1"]


@pytest.mark.slow
def test_codes_that_are_nearly_right_move_little():
    """Raw wine: one column is all of the spread, and PCA next to perfect."""
    X = load_wine().data
    first = TopologicalEmbedding(max_iter=0, random_state=0).fit(X)
    model = TopologicalEmbedding(random_state=0).fit(X)
    change = np.linalg.norm(model.embedding_ - first.embedding_)
    assert 0 < change < 0.05 * np.linalg.norm(first.embedding_)
    assert trustworthiness(X, model.embedding_) > 0.999


def test_codes_are_kept_where_nothing_is_gained():
    X = curve()
    model = TopologicalEmbedding(learning_rate=1e3, max_iter=3, random_state=0)
    model.fit(X)
    first = TopologicalEmbedding(max_iter=0, random_state=0).fit_transform(X)
    assert_array_equal(model.embedding_, first)


def test_far_from_the_origin(rng):
    X = rng.normal(size=(60, 3)) + np.array([1.7e9, 0, -1e8])
    model = TopologicalEmbedding(max_iter=30, random_state=0).fit(X)
    assert_allclose(model.transform(X), model.embedding_, atol=1e-6)


def test_few_landmarks_leave_the_units_as_they_are():
    X = load_wine().data
    scales = [
        TopologicalEmbedding(n_landmarks=n, max_iter=0, random_state=0)
        .fit(X)
        .init_scale_
        for n in (1, 2, 100)
    ]
    assert_array_equal(scales, scales[0])


def test_awkward_rows():
    same = np.ones((10, 3))
    assert_allclose(TopologicalEmbedding(max_iter=3).fit_transform(same), 0)
    twice = np.repeat(curve(20), 2, axis=0)
    codes = TopologicalEmbedding(max_iter=50, random_state=0).fit_transform(twice)
    assert_allclose(codes[::2], codes[1::2], atol=1e-9)
    for scale in (1e150, 1e-150):
        with pytest.raises(ValueError, match=r"extent between 1e-100 and 1e\+100"):
            TopologicalEmbedding().fit(scale * twice)
    with pytest.raises(ValueError, match="minimum of 2"):
        TopologicalEmbedding().fit(same[:1])


def test_bad_parameters_are_named():
    X = curve(20)
    with pytest.raises(ValueError, match="'n_components' .* at most .*columns"):
        TopologicalEmbedding(4).fit(X)
    with pytest.raises(ValueError, match=r"'init' .* codes of shape \(20, 3\)"):
        TopologicalEmbedding(3, init=PCA(2)).fit(X)
    with pytest.raises(ValueError, match=r"'init' .* \(20, 2\).* Got shape \(19, 2\)"):
        TopologicalEmbedding(init=np.zeros((19, 2))).fit(X)
    with pytest.raises(ValueError, match=r"\(20, 1\).* Got 2 \(the default\)"):
        TopologicalEmbedding().fit(X[:, :1])
    with pytest.raises(ValueError, match="'batch_size' parameter"):
        TopologicalEmbedding(batch_size=1).fit(X)
    with pytest.raises(ValueError, match="'init' parameter"):
        TopologicalEmbedding(init="umap").fit(X)
    with pytest.raises(ValueError, match="must be 0, 1 or both"):
        TopologicalEmbedding(homology_dimensions=2).fit(X)


def test_pullback():
    X = curve(30)
    model = TopologicalEmbedding(max_iter=10, random_state=0).fit(X)
    weight = np.linspace(-1, 1, 60).reshape(30, 2)

    def function(x):
        codes, pullback = model.value_and_pullback(x)
        return float((weight * codes).sum()), pullback(weight)

    check_gradient(function, X + 0.01)
    assert_allclose(model.value_and_pullback(X)[0], model.transform(X), atol=1e-12)
    given = TopologicalEmbedding(init=X[:, :2], max_iter=1).fit(X)
    with pytest.raises(NotImplementedError, match="KNeighborsRegressor"):
        given.value_and_pullback(X)


def test_grid_search_over_the_weight():
    X, y = curve(60), np.arange(60) // 15
    pipe = make_pipeline(
        TopologicalEmbedding(max_iter=5, random_state=0), KNeighborsClassifier()
    ).set_output(transform="pandas")
    weights = {"topologicalembedding__topology_weight": [0.0, 1.0]}
    search = GridSearchCV(pipe, weights, cv=3, n_jobs=2).fit(X, y)
    assert search.best_score_ > 0.5


def test_rows_far_from_zero_are_embedded_as_those_around_it(rng):
    X = rng.normal(size=(80, 6)) @ rng.normal(size=(6, 6))
    near, far = (
        TopologicalEmbedding(2, max_iter=5, random_state=0).fit(X + offset)
        for offset in (0.0, 1e8)
    )
    assert_allclose(far.init_scale_, near.init_scale_, rtol=1e-5)
    assert far.loss_curve_[0] == pytest.approx(near.loss_curve_[0], rel=1e-5)
