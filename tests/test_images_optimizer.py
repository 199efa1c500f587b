"""STUMPImageOptimizer: against a plain reference, parameters, batches, bad input."""

import pickle

import numpy as np
import pytest
from _images import smooth_noise
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.base import Filtration
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm, WassersteinToTarget
from sktopo.objectives import PersistenceTerm
from sktopo.pooling import RandomPooling
from sktopo.testing import check_gradient

PROGRESS_IS_NOT_THE_POINT = pytest.mark.filterwarnings(
    "ignore:STUMPImageOptimizer changed F of the pooled copies"
)


def test_goals_are_reached():
    """Two pits: deepen the saddle, raise a wall, and prescribe a lifetime."""
    y, x = np.mgrid[-1:1:24j, -1:1:36j]
    pits = 100 * (1 - np.exp(-8 * y**2) * np.exp(-20 * (np.abs(x) - 0.5) ** 2))

    def longest(image):
        (bars,) = persistence_diagrams(image, Cubical(), (0,), essential="drop")
        return np.diff(bars[np.isfinite(bars[:, 1])]).max(initial=0.0)

    assert longest(pits) == pytest.approx(97, abs=1)
    common = {
        "functional": PersistenceNorm(side="death", min_persistence=5.0),
        "pooling": RandomPooling(3, stride=1),
        "learning_rate": 1.0,
        "n_steps": 400,
        "random_state": 0,
    }
    low = STUMPImageOptimizer(**common).fit([pits])
    assert longest(low.transform([pits])[0]) < 40
    high = STUMPImageOptimizer(maximize=True, **common).fit([pits])
    assert longest(high.transform([pits])[0]) > 150
    target = WassersteinToTarget(np.array([[5.0, 55.0], [0.0, np.inf]]))
    exact = STUMPImageOptimizer(
        functional=target, pooling=1, learning_rate=0.3, n_steps=600
    ).fit([pits])
    assert longest(exact.transform([pits])[0]) == pytest.approx(50, abs=3)


def test_a_target_without_the_essential_bar_is_told():
    image = smooth_noise((12, 12))
    target = WassersteinToTarget(np.array([[5.0, 55.0]]))
    model = STUMPImageOptimizer(functional=target, n_steps=3).fit([image])
    with pytest.raises(ValueError, match="has not as many essential bars"):
        model.transform([image])


@PROGRESS_IS_NOT_THE_POINT
def test_an_image_has_one_answer_in_any_batch():
    images = np.stack([smooth_noise((12, 15), seed) for seed in range(4)])
    model = STUMPImageOptimizer(
        pooling=RandomPooling(max_noise=10.0),
        n_steps=15,
        learning_rate=0.5,
        random_state=3,
    ).fit(images)
    state = pickle.dumps(model)
    moved = model.transform(images)
    assert moved.shape == images.shape
    assert_array_equal(model.transform(images[2:3])[0], moved[2])
    assert_array_equal(model.transform(images[::-1])[::-1], moved)
    assert_array_equal(model.transform(list(images))[1], moved[1])
    assert_array_equal(
        clone(model).set_params(n_jobs=2).fit(images).transform(images), moved
    )
    assert pickle.dumps(model) == state
    rows = images.reshape(4, -1)
    as_rows = clone(model).set_params(image_shape=(12, 15)).fit(rows)
    assert_array_equal(as_rows.transform(rows), moved.reshape(4, -1))


def test_signals_and_voxels_are_moved_too():
    signal = np.sin(np.linspace(0, 30, 200)) + np.linspace(0, 1, 200)
    model = STUMPImageOptimizer(pooling=2, learning_rate=0.01, n_steps=100)
    found = model.fit(signal[None]).optimize(signal[None])
    assert found.loss_curves[0][-1] < 0.8 * found.loss_curves[0][0]
    voxels = smooth_noise((9, 10, 11))
    for k in range(3):
        model = STUMPImageOptimizer(
            k, maximize=True, pooling=2, learning_rate=2.0, n_steps=60, random_state=0
        )
        moved = model.fit([voxels]).transform([voxels])[0]
        assert moved.shape == voxels.shape
        norm = PersistenceTerm(Cubical(), PersistenceNorm(), k).value_and_grad
        assert norm(moved)[0] > norm(voxels)[0]


def test_fidelity_holds_the_image():
    image = smooth_noise((20, 20)) / 255
    changes = {}
    for fidelity in ("squared_error", "cross_entropy"):
        for alpha in (0.999, 1e-4):
            model = STUMPImageOptimizer(
                fidelity=fidelity,
                topology_weight=alpha,
                pooling=1,
                clip=(0, 1),
                learning_rate=0.001,
                n_steps=300,
            ).fit([image])
            moved = model.transform([image])[0]
            changes[fidelity, alpha] = np.abs(moved - image).sum()
            assert moved.min() >= 0
            assert moved.max() <= image.max()
        assert changes[fidelity, 1e-4] < 0.7 * changes[fidelity, 0.999]


def test_clip_lets_pixels_that_start_outside_stay():
    image = smooth_noise((20, 20))
    model = STUMPImageOptimizer(
        maximize=True, clip=(50, 200), learning_rate=5.0, n_steps=50, pooling=1
    ).fit([image])
    moved = model.transform([image])[0]
    assert (moved >= np.minimum(image, 50)).all()
    assert (moved <= np.maximum(image, 200)).all()
    assert not np.allclose(moved, image)


@pytest.mark.parametrize("pool_size", [1, 3, 50])
@pytest.mark.parametrize(
    "image",
    [np.zeros((8, 8)), np.ones((1, 1)), np.full((2, 9), 5.0), np.eye(3)],
    ids=["constant", "one pixel", "flat", "corner"],
)
def test_images_without_bars_stay(image, pool_size):
    pooling = RandomPooling(pool_size, max_noise=0.1)
    model = STUMPImageOptimizer(pooling=pooling, n_steps=3)
    found = model.fit([image]).optimize([image])
    assert found.images[0].shape == image.shape
    assert np.isfinite(found.images[0]).all()
    assert np.isfinite(found.loss_curves[0]).all()
    nothing = PersistenceNorm(region=(0, 0, 0, 0))
    quiet = model.set_params(functional=nothing).optimize([image])
    assert_array_equal(quiet.images[0], image)


def test_lists_of_any_sizes():
    waves = [np.sin(np.arange(n) / 2.0) for n in (20, 31)]
    model = STUMPImageOptimizer(pooling=2, n_steps=3, random_state=0)
    for X in (waves, tuple(waves), [smooth_noise((9, 8)), smooth_noise((12, 7))]):
        moved = model.fit_transform(X)
        assert [x.shape for x in moved] == [x.shape for x in X]
        assert_array_equal(model.transform([X[1], X[0]])[0], moved[1])


def test_images_have_no_names():
    images = np.stack([smooth_noise((8, 8))])
    model = STUMPImageOptimizer(n_steps=2).fit(images)
    with pytest.raises(ValueError, match="no columns to name"):
        model.get_feature_names_out()
    with pytest.raises(ValueError, match="leave image_shape out"):
        model.set_params(image_shape=(8, 8)).fit(images)
    with pytest.raises(ValueError, match="'pooling' parameter of STUMPImageOptimizer"):
        model.set_params(image_shape=None, pooling="max").transform(images)


@pytest.mark.parametrize("as_list", [False, True])
def test_images_for_a_data_frame_fail_before_the_work(as_list):
    images = np.stack([smooth_noise((8, 8))] * 2)
    steps = []
    model = STUMPImageOptimizer(n_steps=3, callback=steps.append)
    model.set_output(transform="pandas").fit(images)
    with pytest.raises(ValueError, match="no columns to name"):
        model.transform(list(images) if as_list else images)
    assert not steps
    rows = images.reshape(2, -1)
    frame = model.set_params(image_shape=(8, 8)).fit(rows).transform(rows)
    assert list(frame.columns) == [f"x{i}" for i in range(64)]
    assert steps


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e9, -1e12])
@pytest.mark.parametrize("n_weightings", [None, 50])
def test_an_offset_changes_nothing(offset, n_weightings):
    image = smooth_noise((20, 20))
    model = STUMPImageOptimizer(
        pooling=RandomPooling(n_weightings=n_weightings),
        n_steps=30,
        learning_rate=1.0,
        random_state=0,
    )
    curves = [
        model.fit([x]).optimize([x]).loss_curves[0] for x in (image, image + offset)
    ]
    assert_allclose(curves[1], curves[0], rtol=2e-3)


def test_a_callback_stops_and_an_interrupt_keeps_the_image():
    image = smooth_noise((12, 12))
    seen = []

    def watch(result):
        seen.append(result)
        return result.nit == 5

    model = STUMPImageOptimizer(n_steps=50, learning_rate=1.0, callback=watch)
    found = model.fit([image]).optimize([image])
    assert [result.nit for result in seen] == [1, 2, 3, 4, 5]
    assert_array_equal(found.loss_curves[0], [result.fun for result in seen])
    assert_array_equal(found.loss_curves[0], seen[-1].history)
    assert_array_equal(found.images[0], seen[-1].x)
    assert not np.array_equal(seen[0].x, seen[-1].x)

    def interrupt(result):
        if result.nit == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        model.set_params(callback=interrupt).optimize([image])
    assert caught.value.result.history.shape == (3,)
    assert not np.allclose(caught.value.result.x, image)
    assert model.set_params(n_steps=0).optimize([image]).loss_curves[0].size == 0


def test_verbose_prints_steps(capsys):
    image = smooth_noise((12, 12))
    for verbose, expected in ((0, 0), (1, 0), (2, 10)):
        model = STUMPImageOptimizer(n_steps=10, verbose=verbose)
        model.fit([image]).transform([image])
        printed = capsys.readouterr()
        assert printed.out.count("[STUMP] step") == expected
        assert ("STUMP" in printed.err) == (verbose == 1)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_many_images_have_one_line(capsys, n_jobs):
    images = [smooth_noise((12, 12)) for _ in range(3)]
    model = STUMPImageOptimizer(n_steps=2, verbose=1, n_jobs=n_jobs).fit(images)
    wanted = model.set_params(verbose=0).transform(images)
    found = model.set_params(verbose=1).transform(images)
    np.testing.assert_array_equal(found, wanted)
    printed = capsys.readouterr().err
    assert "3/3" in printed
    assert "STUMPImageOptimizer" in printed
    assert "step" not in printed


def test_parameters_of_components_are_tuned():
    model = STUMPImageOptimizer(
        functional=PersistenceNorm(), filtration=Cubical(), pooling=RandomPooling()
    )
    assert len(model.get_params(deep=False)) <= 16
    names = {
        "functional__p": 2,
        "filtration__superlevel": True,
        "pooling__max_noise": 5.0,
    }
    copy = clone(model).set_params(**names)
    assert names.items() <= copy.get_params().items()
    assert model.pooling.max_noise == 0.0


@PROGRESS_IS_NOT_THE_POINT
def test_in_a_pipeline_and_a_grid_search():
    X, y = load_digits(n_class=2, return_X_y=True)
    X, y = X[:60], y[:60]
    pipeline = make_pipeline(
        MinMaxScaler(),
        STUMPImageOptimizer(
            pooling=RandomPooling(2), n_steps=5, image_shape=(8, 8), random_state=0
        ),
        LogisticRegression(),
    )
    grid = {"stumpimageoptimizer__pooling__size": [1, 2]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise")
    assert search.fit(X, y).best_score_ > 0.95
    names = pipeline[:-1].fit(X).get_feature_names_out()
    assert len(names) == 64


@pytest.mark.parametrize(
    ("params", "X", "message"),
    [
        (
            {"pooling": RandomPooling(stride=5)},
            None,
            "'stride' parameter of RandomPooling must be at most",
        ),
        ({"clip": (1, 0)}, None, "'clip' parameter of STUMPImageOptimizer must be"),
        ({"pooling": 0}, None, "'size' parameter of RandomPooling must"),
        ({"pooling": "max"}, None, "'pooling' parameter of STUMPImageOptimizer must"),
        (
            {"pooling": RandomPooling(weights="max")},
            None,
            "'weights' parameter of RandomPooling must",
        ),
        ({"topology_weight": 1.5}, None, "'topology_weight' parameter of STUMP"),
        (
            {"functional": PersistenceNorm(region=(0, 1))},
            None,
            "'region' parameter of PersistenceNorm must be",
        ),
        ({"filtration": "weak_alpha"}, None, "'filtration' parameter of STUMP"),
        ({"image_shape": (3, 3)}, np.ones((2, 8)), "as many pixels as X has features"),
        (
            {},
            [np.full((3, 3), np.nan)],
            r"X\[0\] of STUMPImageOptimizer must be finite",
        ),
        ({}, np.ones((2, 3, 3, 3, 3)), "STUMPImageOptimizer"),
        ({}, np.empty((0, 4, 4)), "minimum of 1 is required"),
    ],
)
def test_bad_parameters_and_images_are_named(params, X, message):
    X = [np.ones((4, 4))] if X is None else X
    with pytest.raises(ValueError, match=message):
        STUMPImageOptimizer(**params).fit(X)


class NegatedGrid(Cubical):
    """Sublevel sets of -x: a grid whose values are not the entries of x."""

    batch_bars = Filtration.batch_bars

    def build(self, x, previous=None):
        complex_ = super().build(-np.asarray(x))
        pullback = complex_.pullback
        complex_.pullback = lambda grad: -pullback(grad)
        return complex_


@pytest.mark.parametrize("pooling", [1, 2])
def test_a_filtration_with_other_values_is_refused(pooling):
    signal = np.random.default_rng(0).random(24)
    check_gradient(PersistenceTerm(NegatedGrid(), PersistenceNorm()), signal)
    optimizer = STUMPImageOptimizer(filtration=NegatedGrid(), pooling=pooling)
    with pytest.raises(ValueError, match=r"entries of x\. NegatedGrid has others"):
        optimizer.fit_transform([signal])
