"""Distances to the diagrams of a training set, and the kernel of sliced distances."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from sktopo import DiagramDistances, PersistenceDiagrams, SlicedWassersteinKernel
from sktopo.filtrations import VietorisRips
from sktopo.metrics import pairwise_distances, sliced_wasserstein


@pytest.fixture
def diagrams(rng):
    X = []
    for n in rng.integers(0, 9, size=14):
        birth = rng.normal(size=(2, n))
        X.append([np.column_stack([b, b + rng.exponential(size=n)]) for b in birth])
    return X


def columns(X):
    return [list(column) for column in zip(*X, strict=True)]


@pytest.mark.parametrize("metric", ["wasserstein", "bottleneck"])
def test_distances_of_several_dimensions_add_up(diagrams, metric):
    model = DiagramDistances(metric).fit(diagrams[:9])
    found = model.transform(diagrams[9:])
    pairs = zip(columns(diagrams[9:]), columns(diagrams[:9]), strict=True)
    assert_allclose(found, sum(pairwise_distances(X, Y, metric) for X, Y in pairs))
    assert_allclose(
        model.fit_transform(diagrams), model.transform(diagrams), atol=1e-12
    )
    assert list(model.fit(diagrams[:2]).get_feature_names_out()) == [
        "diagramdistances0",
        "diagramdistances1",
    ]


def test_the_kernel_is_positive_definite_and_has_a_bandwidth_of_its_own(diagrams):
    X = [one[0] for one in diagrams]
    model = SlicedWassersteinKernel()
    kernel = model.fit_transform(X)
    assert_array_equal(kernel, kernel.T)
    assert_allclose(np.diagonal(kernel), 1)
    assert np.linalg.eigvalsh(kernel).min() > -1e-12
    distances = np.array([[sliced_wasserstein(x, y) for y in X] for x in X])
    assert_allclose(kernel, np.exp(-distances / (2 * model.bandwidth_**2)))
    some = distances[np.triu_indices(len(X), 1)]
    assert 2 * model.bandwidth_**2 == pytest.approx(np.median(some[some > 0]))
    assert_allclose(model.transform(X), kernel, atol=1e-12)
    # In another unit of the diagrams the kernel is the same.
    assert_allclose(SlicedWassersteinKernel().fit_transform([8 * x for x in X]), kernel)
    fixed = SlicedWassersteinKernel(2.0, n_directions=5).fit(X)
    assert fixed.bandwidth_ == 2
    assert fixed.transform(X[1:2])[0, 0] == pytest.approx(
        np.exp(-sliced_wasserstein(X[1], X[0], 5) / 8)
    )
    assert SlicedWassersteinKernel().fit(X[:1]).bandwidth_ == 1


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(
            SlicedWassersteinKernel(n_directions=10), SVC(kernel="precomputed")
        ),
        make_pipeline(
            DiagramDistances("bottleneck"),
            KNeighborsClassifier(3, metric="precomputed"),
        ),
    ],
    ids=["svc", "neighbours"],
)
def test_circles_and_blobs_in_a_grid_search(rng, model):
    angle = rng.uniform(0, 2 * np.pi, size=(30, 25))
    radius = np.where(np.arange(30) % 2, 1.0, rng.random((25, 30))).T
    clouds = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    y = np.arange(30) % 2
    steps = model.named_steps.values()
    model = make_pipeline(PersistenceDiagrams(VietorisRips(), 1), *steps)
    name = next(n for n in model.get_params() if n.endswith(("__C", "__n_neighbors")))
    grid = {name: [1, 3]}
    search = GridSearchCV(model, grid, cv=3, n_jobs=2, error_score="raise")
    assert search.fit(clouds, y).best_score_ > 0.9
    assert search.predict(clouds).shape == (30,)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (DiagramDistances("euclidean"), "'metric' parameter of DiagramDistances"),
        (DiagramDistances(metric_params=3), "'metric_params' parameter of Diagram"),
        (SlicedWassersteinKernel(0.0), "'bandwidth' parameter of SlicedWasserst"),
        (SlicedWassersteinKernel(n_directions=0), "'n_directions' parameter of Sl"),
    ],
)
def test_wrong_parameters(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit([np.empty((0, 2))])


def test_the_kernel_compares_each_pair_once(monkeypatch, rng):
    import sktopo.feature_extraction._distances as module

    diagrams = [np.sort(rng.random((4, 2)), axis=1) for _ in range(5)]
    expected = SlicedWassersteinKernel().fit(diagrams).transform(diagrams)
    calls = []

    def counted(*args, **kwargs):
        calls.append(args)
        return pairwise_distances(*args, **kwargs)

    monkeypatch.setattr(module, "pairwise_distances", counted)
    assert_allclose(SlicedWassersteinKernel().fit_transform(diagrams), expected)
    assert len(calls) == 1


def test_a_small_bandwidth_leaves_ones_on_the_diagonal():
    diagrams = [np.array([[0.0, 1e-170]])]
    assert_array_equal(SlicedWassersteinKernel(1e-165).fit_transform(diagrams), 1.0)


def test_unknown_parameters_of_a_metric_are_named_in_fit():
    model = DiagramDistances("bottleneck", metric_params={"foo": 1})
    with pytest.raises(TypeError, match="'metric_params' parameter .* 'foo'"):
        model.fit([np.array([[0.0, 1.0]])])
