"""TopologicalProjection: PCA with a topology in view."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import LatentOptimizer, TopologicalProjection
from sktopo.filtrations import VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._projection import (
    ProjectionLoss,
    orthonormal_and_pullback,
)
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient


def rows_of(rng, n=60):
    return rng.normal(size=(n, 5)) * [3, 2, 1.5, 1, 0.5] + 10


@pytest.mark.parametrize("shape", [(2, 5), (1, 4), (3, 3)])
def test_the_nearest_orthonormal_rows(rng, shape):
    A = rng.normal(size=shape)
    W, pullback = orthonormal_and_pullback(A)
    assert_allclose(W @ W.T, np.eye(len(A)), atol=1e-12)
    for _ in range(20):
        other = np.linalg.qr(rng.normal(size=shape).T)[0].T
        assert np.linalg.norm(A - W) <= np.linalg.norm(A - other)
    weight = rng.normal(size=shape)

    def function(x):
        return float((weight * orthonormal_and_pullback(x)[0]).sum()), pullback(weight)

    check_gradient(function, A)


def test_the_gradient_of_the_loss(rng):
    rows = rows_of(rng, 20) - 10
    term = PersistenceTerm(VietorisRips(), PersistenceEnergy(2), (0, 1))
    loss = ProjectionLoss(rows, term, 0.7)
    check_gradient(loss, rng.normal(size=(2, 5)), rtol=1e-4)
    plain = ProjectionLoss(rows, term, 0.0)
    components = PCA(2).fit(rows).components_
    left = rows - rows @ components.T @ components
    value, _ = plain.value_and_grad(components)
    assert value == pytest.approx((left**2).sum(axis=1).mean())


def test_without_a_topology_it_is_pca(rng):
    X = rows_of(rng)
    model = TopologicalProjection(3, topology_weight=0.0, max_iter=50).fit(X)
    pca = PCA(3).fit(X)
    overlap = model.components_ @ pca.components_.T
    assert_allclose(overlap @ overlap.T, np.eye(3), atol=1e-9)
    assert_allclose(
        model.inverse_transform(model.transform(X)),
        pca.inverse_transform(pca.transform(X)),
        atol=1e-6,
    )


@pytest.mark.parametrize("sampling", [None, 30])
def test_rows_stay_orthonormal_and_the_loss_falls(rng, sampling):
    angle = rng.uniform(0, 2 * np.pi, 100)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    X = np.hstack([circle, 0.4 * rng.normal(size=(100, 3))])
    model = TopologicalProjection(sampling=sampling, max_iter=100, random_state=0)
    W = model.fit(X).components_
    assert_allclose(W @ W.T, np.eye(2), atol=1e-12)
    assert model.loss_curve_.shape == (101,)
    assert model.loss_curve_[-20:].mean() < model.loss_curve_[0]
    share = np.linalg.norm(W[:, :2]) ** 2 / 2
    assert share > np.linalg.norm(PCA(2).fit(X).components_[:, :2]) ** 2 / 2
    assert_array_equal(clone(model).fit(X).components_, W)


def test_units_of_the_data(rng):
    X = rows_of(rng)
    model = TopologicalProjection(max_iter=20).fit(X)
    scaled = clone(model).fit(64 * X)
    assert_allclose(scaled.components_, model.components_, rtol=1e-7, atol=1e-9)
    assert_allclose(scaled.transform(64 * X), 64 * model.transform(X), atol=1e-6)


def test_new_rows_and_the_way_back(rng):
    X = rows_of(rng)
    model = TopologicalProjection(max_iter=5).fit(X)
    codes = model.transform(X[:3])
    assert_allclose(codes, (X[:3] - X.mean(axis=0)) @ model.components_.T)
    assert_allclose(model.transform(model.inverse_transform(codes)), codes)
    found = LatentOptimizer(model, n_steps=2).fit(X).optimize(codes)
    assert found.samples.shape == (3, 5)
    full = TopologicalProjection(5, filtration="vietoris_rips", max_iter=2).fit(X)
    assert_allclose(full.inverse_transform(full.transform(X)), X)


def test_in_a_pipeline_and_a_grid_search(rng):
    X = rows_of(rng)
    model = make_pipeline(StandardScaler(), TopologicalProjection(max_iter=2))
    search = GridSearchCV(
        model,
        {"topologicalprojection__topology_weight": [0.0, 1.0]},
        scoring=lambda model, X, y=None: float(np.var(model.transform(X))),
        cv=2,
        n_jobs=2,
        error_score="raise",
    ).fit(X)
    assert search.best_params_["topologicalprojection__topology_weight"] in (0, 1)
    table = clone(model).set_output(transform="pandas").fit_transform(X)
    assert list(table.columns) == [f"topologicalprojection{k}" for k in (0, 1)]


@pytest.mark.parametrize("rows", ["one", "equal", "in one direction"])
def test_awkward_data(rng, rows):
    X = {
        "one": rng.normal(size=(1, 3)),
        "equal": np.ones((20, 3)),
        "in one direction": np.outer(rng.normal(size=20), [1.0, 2.0, 3.0]),
    }[rows]
    model = TopologicalProjection(filtration="vietoris_rips", max_iter=3).fit(X)
    W = model.components_
    assert_allclose(W @ W.T, np.eye(2), atol=1e-9)
    assert np.isfinite(model.transform(X)).all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_components": 6}, "at most the number of features, 5. Got 6"),
        ({"objective": PCA()}, "'objective' parameter of TopologicalProjection"),
        ({"sampling": 0}, "'sampling' parameter of TopologicalProjection"),
        ({"filtration": "alphas"}, "'filtration' parameter of TopologicalProj"),
        ({"homology_dimensions": ()}, "'homology_dimensions' parameter of Topolo"),
    ],
)
def test_errors_name_the_parameter(rng, params, message):
    with pytest.raises(ValueError, match=message):
        TopologicalProjection(**params).fit(rows_of(rng))


def test_many_components_have_vietoris_rips(rng):
    # The Delaunay triangulation of 6 coordinates takes minutes.
    X = rng.normal(size=(60, 8))
    with pytest.warns(UserWarning, match="TopologicalProjection uses the Vietoris-Rip"):
        model = TopologicalProjection(6, max_iter=2, random_state=0).fit(X)
    plain = TopologicalProjection(
        6, max_iter=2, filtration="vietoris_rips", random_state=0
    )
    assert_array_equal(model.components_, plain.fit(X).components_)


def test_without_the_term_it_is_pca(rng):
    X = rng.normal(size=(200, 10))
    found = TopologicalProjection(2, topology_weight=0.0).fit_transform(X)
    assert_allclose(np.abs(found), np.abs(PCA(2).fit_transform(X)), atol=1e-9)
