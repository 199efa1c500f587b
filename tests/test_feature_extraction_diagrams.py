"""Diagrams as a transformer: batches, errors, pipelines, pullbacks."""

import pickle

import gudhi.representations as gr
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sktopo import PersistenceDiagrams, PersistenceEnergies, persistence_diagrams
from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha
from sktopo.testing import check_gradient

DIGITS, LABELS = load_digits(return_X_y=True)
UP = Cubical(superlevel=True)


def clouds(rng, n=6):
    return [rng.random((int(rng.integers(3, 9)), 2)) for _ in range(n)]


def assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("filtration", "shape"),
    [
        (Cubical(), (5, 20)),
        (UP, (5, 6, 7)),
        (UP, (3, 4, 4, 5)),
        (Cubical(ndim=3), (3, 4, 4, 4)),
        (LowerStar([(0, 1), (1, 2)]), (5, 4)),
        (VietorisRips(), (5, 7, 2)),
        (WeakAlpha(), (5, 7, 2)),
        (Alpha(), (5, 7, 3)),
    ],
    ids=str,
)
def test_a_batch_has_the_diagrams_of_each_sample(rng, filtration, shape):
    X = rng.random(shape)
    before = X.copy()
    found = PersistenceDiagrams(filtration, essential="drop").fit_transform(X)
    assert len(found) == len(X)
    for x, diagrams in zip(X, found):
        assert_same(diagrams, persistence_diagrams(x, filtration, essential="drop"))
    as_list = PersistenceDiagrams(filtration, essential="drop").fit_transform(list(X))
    for a, b in zip(found, as_list):
        assert_same(a, b)
    assert_array_equal(X, before)


def test_flat_images_and_voxels(rng):
    X = rng.random((4, 24))
    for shape in ((4, 6), (2, 2, 6), (24,)):
        flat = PersistenceDiagrams(UP, image_shape=shape).fit_transform(X)
        full = PersistenceDiagrams(UP).fit_transform(X.reshape(4, *shape))
        for a, b in zip(flat, full):
            assert_same(a, b)


def test_ragged_batches(rng):
    images = [rng.random((3, 4)), rng.random((6, 2)), rng.random((5, 5)).tolist()]
    assert len(PersistenceDiagrams(UP).fit_transform(images)) == 3
    nested = [cloud.tolist() for cloud in clouds(rng)]
    assert len(PersistenceDiagrams(VietorisRips()).fit_transform(nested)) == 6


def test_essential_bars(rng):
    X = rng.random((3, 5, 5))
    ended = PersistenceDiagrams(UP, 0).fit_transform(X)
    open_ = PersistenceDiagrams(UP, 0, essential="drop").fit_transform(X)
    for x, a, b in zip(X, ended, open_):
        assert_array_equal(a[0], [x.max(), x.min()])
        assert_array_equal(b[0], [x.max(), -np.inf])
        assert_array_equal(a[1:], b[1:])
        lifetimes = np.abs(a[:, 1] - a[:, 0])
        assert (np.diff(lifetimes) <= 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [2, -1])
def test_jobs_change_nothing(rng, n_jobs):
    X = DIGITS[:50]
    one = PersistenceDiagrams(UP, image_shape=(8, 8)).fit_transform(X)
    many = PersistenceDiagrams(UP, image_shape=(8, 8), n_jobs=n_jobs).fit_transform(X)
    for a, b in zip(one, many):
        assert_same(a, b)
    few = PersistenceDiagrams(WeakAlpha(), n_jobs=8).fit_transform(clouds(rng, 3))
    assert len(few) == 3


@pytest.mark.parametrize(
    ("transformer", "X", "message"),
    [
        (PersistenceDiagrams(UP), np.zeros(5), "a batch"),
        (PersistenceDiagrams(UP), 3.0, "a batch"),
        (PersistenceDiagrams(UP), np.zeros((1, 2, 3, 4, 5)), "a batch"),
        (PersistenceDiagrams(VietorisRips()), np.zeros((4, 2)), "a batch"),
        (PersistenceDiagrams(VietorisRips()), [np.zeros(3)], r"X\[0\] of .* must be"),
        (PersistenceDiagrams(UP), [], "0 sample"),
        (PersistenceDiagrams(VietorisRips()), [], "0 sample"),
        (PersistenceDiagrams(UP), np.zeros((0, 5)), "0 sample"),
        (PersistenceDiagrams(UP), np.zeros((0, 5, 5)), "0 sample"),
        (PersistenceDiagrams(UP), [[1.0, np.nan]], "NaN"),
        (PersistenceDiagrams(UP), np.full((2, 3, 3), np.nan), "NaN"),
        (
            PersistenceDiagrams(UP),
            [["a", "b"]],
            "could not convert|not numbers|numeric",
        ),
        (
            PersistenceDiagrams(UP, image_shape=(3, 3)),
            np.zeros((2, 8)),
            "'image_shape'",
        ),
        (PersistenceDiagrams(UP, image_shape=()), np.zeros((2, 8)), "'image_shape'"),
        (
            PersistenceDiagrams(UP, image_shape=(8, -1)),
            np.zeros((2, 8)),
            "'image_shape'",
        ),
        (PersistenceDiagrams(UP, image_shape=8), np.zeros((2, 8)), "'image_shape'"),
        (PersistenceDiagrams(UP, image_shape=(2, 4)), np.zeros(8), "1D array"),
        (PersistenceDiagrams(Alpha(), image_shape=(4,)), np.zeros((2, 4)), "for grids"),
        (PersistenceDiagrams(UP, (-1,)), np.zeros((2, 8)), "'homology_dimensions'"),
        (PersistenceDiagrams(UP, essential="no"), np.zeros((2, 8)), "'essential'"),
        (PersistenceDiagrams(3), np.zeros((2, 8)), "'filtration'"),
        (
            PersistenceDiagrams(Cubical(connectivity=8)),
            np.zeros((2, 8)),
            "connectivity",
        ),
        (PersistenceDiagrams(UP), np.full((2, 3, 3), "a"), "real numbers"),
        (PersistenceDiagrams(LowerStar([(0, 9)])), np.zeros((2, 8)), "name vertex 9"),
        (PersistenceDiagrams(UP, image_shape=(8, 1, 1, 1)), np.zeros((2, 8)), "1 to 3"),
    ],
    ids=str,
)
def test_what_is_no_batch_is_named(transformer, X, message):
    with pytest.raises(ValueError, match=message):
        transformer.fit(X).transform(X)


@pytest.mark.slow
def test_a_bad_sample_is_named(rng):
    X = [rng.random((4, 2)) for _ in range(6)]
    X[4][1, 1] = np.nan
    for n_jobs in (1, 2):
        transformer = PersistenceDiagrams(VietorisRips(), 0, n_jobs=n_jobs)
        with pytest.raises(ValueError, match=r"X\[4\] of PersistenceDiagrams must be"):
            transformer.fit(X)
        transformer = PersistenceDiagrams(LowerStar([(0, 5)]), 0, n_jobs=n_jobs)
        functions = [np.arange(6)] * 4 + [np.arange(5)]
        with pytest.raises(ValueError, match="Sample 4 of X, for PersistenceDiagrams"):
            transformer.fit(functions).transform(functions)


def test_arrays_of_clouds(rng):
    X = clouds(rng)
    expected = PersistenceDiagrams(VietorisRips(), 0).fit_transform(X)
    array = np.empty(len(X), dtype=object)
    array[:] = X
    for container in (array, pd.Series(X), tuple(X)):
        assert_same(
            PersistenceDiagrams(VietorisRips(), 0).fit_transform(container), expected
        )


def test_another_number_of_features():
    transformer = PersistenceDiagrams(UP, 0).fit(DIGITS[:3])
    with pytest.raises(ValueError, match="expecting 64 features"):
        transformer.transform(DIGITS[:3, :10])


def test_vectorizers_of_gudhi():
    one = PersistenceDiagrams(UP, 0, image_shape=(8, 8))
    image = gr.PersistenceImage(bandwidth=2.0, resolution=[4, 4])
    assert make_pipeline(one, image).fit_transform(DIGITS[:20]).shape == (20, 16)
    both = PersistenceDiagrams(UP, (0, 1), image_shape=(8, 8))
    for index in (0, 1):
        select = gr.DimensionSelector(index=index)
        landscape = gr.Landscape(num_landscapes=2, resolution=5)
        X = make_pipeline(both, select, landscape).fit_transform(DIGITS[:20])
        assert X.shape == (20, 10)
        assert np.isfinite(X).all()


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "0 sample"),
        (np.zeros((3, 2)), "Sample 0 has shape"),
        ([np.zeros((1, 3))], "Sample 0 has shape"),
        ([[np.zeros((1, 2))], [np.zeros((1, 2))] * 2], "same number"),
        ([[np.zeros((1, 2))] * 2], "X has 2 diagrams"),
        ([np.array([[np.nan, 1.0]])], "no NaN"),
        ([np.array([[-3.0, 1.0]])], "'q' parameter .* must be an integer"),
        ([np.array([[0.0, 1e200]])], "overflows"),
    ],
    ids=str,
)
def test_what_is_no_diagram_is_named(X, message):
    energies = PersistenceEnergies(p=(2,), q=(0.5,)).fit([np.zeros((1, 2))])
    with pytest.raises(ValueError, match=message):
        energies.transform(X)


def test_clone_and_pickle():
    pipeline = make_pipeline(
        PersistenceDiagrams(UP, image_shape=(8, 8)), PersistenceEnergies()
    )
    expected = pipeline.fit_transform(DIGITS[:10])
    for copy in (
        clone(pipeline).fit(DIGITS[:10]),
        pickle.loads(pickle.dumps(pipeline)),
    ):
        assert_array_equal(copy.transform(DIGITS[:10]), expected)


def test_set_output():
    pipeline = make_pipeline(
        PersistenceDiagrams(UP, image_shape=(8, 8)),
        PersistenceEnergies(p=(1, 2), q=(0,)),
    ).set_output(transform="pandas")
    frame = pipeline.fit_transform(pd.DataFrame(DIGITS[:5]).rename(columns=str))
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == list(pipeline.get_feature_names_out())
    assert list(pipeline[0].get_feature_names_out()) == ["H0", "H1"]


@pytest.mark.slow
def test_union_and_grid_search():
    def features(superlevel):
        return make_pipeline(
            PersistenceDiagrams(Cubical(superlevel=superlevel), image_shape=(8, 8)),
            PersistenceEnergies(p=(1, 2), q=(0, 1)),
        )

    union = FeatureUnion([("up", features(True)), ("down", features(False))])
    model = make_pipeline(MinMaxScaler(), union, StandardScaler(), LogisticRegression())
    X, y = DIGITS[LABELS < 2], LABELS[LABELS < 2]
    assert model.fit(X, y).score(X, y) > 0.9
    assert len(set(union.get_feature_names_out())) == 16

    search = GridSearchCV(
        make_pipeline(
            PersistenceDiagrams(Cubical(), image_shape=(8, 8), n_jobs=1),
            PersistenceEnergies(),
            StandardScaler(),
            LogisticRegression(C=0.1, max_iter=2000),
        ),
        {"persistencediagrams__filtration__superlevel": [False, True]},
        cv=3,
        n_jobs=2,
    ).fit(X, y)
    assert search.best_params_["persistencediagrams__filtration__superlevel"]
    assert search.best_score_ > 0.95


def test_repr_of_a_pipeline():
    pipeline = make_pipeline(PersistenceDiagrams(UP), PersistenceEnergies(p=(1,)))
    assert "Cubical(superlevel=True)" in repr(pipeline)
    assert "PersistenceEnergies" in pipeline._repr_html_()
    # Also where a fit will raise, so that one sees what is wrong.
    assert "rips" in PersistenceDiagrams("rips")._repr_html_()


def check_pullback(model, X, rng):
    """Weigh all numbers of all diagrams at random, and look along all coordinates."""
    diagrams, _ = model.value_and_pullback(X)
    assert_same(diagrams, model.transform(X))
    weights = [rng.normal(size=one.shape) * np.isfinite(one) for one in diagrams]

    def weighted(x):
        found, pull = model.value_and_pullback(x)
        finite = [np.where(np.isfinite(one), one, 0.0) for one in found]
        return sum(float((w * one).sum()) for w, one in zip(weights, finite)), pull(
            weights
        )

    check_gradient(weighted, X)


@pytest.mark.parametrize("essential", ["drop", "extremum"])
@pytest.mark.parametrize(
    ("filtration", "shape"),
    [
        (Cubical(), (2, 12)),
        (UP, (2, 4, 5)),
        (WeakAlpha(), (2, 7, 2)),
        (VietorisRips(), (2, 6, 3)),
        (LowerStar([(0, 1), (1, 2), (2, 0)]), (3, 3)),
    ],
)
def test_pullback_of_diagrams(filtration, shape, essential, rng):
    model = PersistenceDiagrams(filtration, 0, essential=essential)
    X = rng.random(shape)
    check_pullback(model.fit(X), X, rng)


def test_pullback_of_clouds_of_different_sizes(rng):
    X = clouds(rng, 3)
    model = make_pipeline(PersistenceDiagrams(VietorisRips(), (0, 1)))[0].fit(X)
    diagrams, pullback = model.value_and_pullback(X)
    grads = [[np.zeros(d.shape) for d in sample] for sample in diagrams]
    # The longest bar of H0 that dies, of the second cloud.
    grads[1][0][1, 1] = 1.0
    back = pullback(grads)
    assert [g.shape for g in back] == [x.shape for x in X]
    assert not back[0].any()
    assert_allclose(np.linalg.norm(back[1], axis=1).sum(), 2.0)
