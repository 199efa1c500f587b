"""Directional persistence of images: values, gradients, names, awkward images."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import (
    DirectionalPersistence,
    PersistenceDiagrams,
    PersistenceEnergies,
    persistence_diagrams,
)
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.testing import check_gradient

DIGITS, LABELS = load_digits(return_X_y=True)
IMAGES = DIGITS.reshape(-1, 8, 8)


def plain_ramp(angle, shape):
    """cos(t) x + sin(t) y, shifted and scaled, with multiples of 45 degrees exact."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    towards = {k: round(np.cos(np.pi * k / 4)) for k in range(8)}
    step = int(angle // 45)
    c, s = towards[step], towards[(step - 2) % 8]
    if step % 2:
        c, s = np.sign(np.cos(np.deg2rad(angle))), np.sign(np.sin(np.deg2rad(angle)))
    ramp = c * x + s * y
    ramp = ramp - ramp.min()
    return ramp / ramp.max() if ramp.max() > 0 else 0.0 * ramp


def plain_features(image, p=range(5), q=range(5), i0=(1,), superlevel=True):
    """One energy after the other of one diagram after the other."""
    features = []
    for angle in range(0, 360, 45):
        swept = image * plain_ramp(angle, image.shape)
        end = swept.min() if superlevel else swept.max()
        for diagram in persistence_diagrams(
            swept, Cubical(superlevel=superlevel), essential="drop"
        ):
            bars = np.where(np.isinf(diagram), end, diagram)
            features += [
                PersistenceEnergy(a, b, i).value_and_grad(bars)[0]
                for i in i0
                for a in p
                for b in q
            ]
    return np.array(features)


@pytest.mark.parametrize("superlevel", [True, False])
def test_features_are_the_formula(superlevel):
    model = DirectionalPersistence(superlevel=superlevel).fit(IMAGES)
    found = model.transform(IMAGES[:20])
    assert found.shape == (20, 400)
    for row, image in zip(found, IMAGES):
        expected = plain_features(image / 1.0, superlevel=superlevel)
        assert_allclose(row, expected, rtol=1e-9, atol=1e-9)


def test_features_of_any_powers_and_i0_are_those_of_the_functional(rng):
    params = {"p": (0.5, 2), "q": (0, 1.5, 3), "i0": (2, 1)}
    image = rng.random((7, 9))
    found = DirectionalPersistence(**params).fit_transform(image[None])[0]
    assert_allclose(found, plain_features(image, **params), rtol=1e-9, atol=1e-12)


def test_without_directions_it_is_the_image_itself():
    model = DirectionalPersistence(n_directions=0, essential="drop").fit(IMAGES)
    found = model.transform(IMAGES[:10])
    names = model.get_feature_names_out()
    assert found.shape == (10, 50) == (10, len(set(names)))
    assert names[0] == "H0_p0_q0_i1"
    diagrams = PersistenceDiagrams(Cubical(superlevel=True), essential="drop")
    expected = make_pipeline(diagrams, PersistenceEnergies()).fit_transform(IMAGES[:10])
    assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"superlevel": False, "homology_dimensions": (1, 0)},
        {"n_directions": 0},
        {"essential": "drop", "i0": (1, 3), "p": (1, 2.5), "q": 1},
        {"n_directions": 3, "homology_dimensions": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(2, 6, 7), (1, 2, 9), (3, 1, 5), (2, 11)])
def test_pullback_agrees_with_differences(params, shape, rng):
    X = 1 + rng.random(shape)
    model = DirectionalPersistence(**params).fit(X)
    features, pullback = model.value_and_pullback(X)
    assert_allclose(features, model.transform(X), rtol=1e-12, atol=1e-12)
    weights = rng.normal(size=features.shape)

    def weighted(x):
        values, pull = model.value_and_pullback(x)
        return float((weights * values).sum()), pull(weights)

    check_gradient(weighted, X)
    for k in range(len(X)):
        alone, pull = model.value_and_pullback(X[k : k + 1])
        assert_array_equal(alone[0], features[k])
        assert_allclose(pull(weights[k : k + 1])[0], pullback(weights)[k], atol=1e-12)


def test_pullback_at_ties_is_a_pixel_of_the_bar():
    image = np.zeros((1, 5, 5))
    image[0, 1:4, 1:4] = 1.0
    image[0, 2, 2] = 0.0
    model = DirectionalPersistence(1, p=(1,), q=(0,), homology_dimensions=1)
    features, pullback = model.fit(image).value_and_pullback(image)
    # Towards the right the ring is closed by its left side, where the ramp is 1/4.
    assert_allclose(features, [[0.25]])
    grad = pullback(np.ones((1, 1)))
    assert_allclose(grad[0, 2, 2], -0.5)
    assert_allclose(grad[0, 1:4, 1].sum(), 0.25)
    assert np.count_nonzero(grad) == 2


def test_flat_rows_are_images():
    by_image = DirectionalPersistence().fit_transform(IMAGES[:10])
    by_row = DirectionalPersistence(image_shape=(8, 8)).fit_transform(DIGITS[:10])
    assert_array_equal(by_image, by_row)


def test_a_constant_ramp_is_nothing(rng):
    X = rng.random((3, 6))
    model = DirectionalPersistence(4).fit(X)
    found = model.transform(X).reshape(3, 4, 2, 25)
    assert found.shape[1:] == (4, 2, 25)
    # Across a signal, at 90 and 270 degrees, there is nowhere to go.
    assert not found[:, [1, 3]].any()
    assert found[:, [0, 2], 0].any()


def test_no_bars_from_rounding():
    flat = np.ones((1, 28, 28))
    counts = DirectionalPersistence(p=(0,), q=(0,)).fit_transform(flat)
    # A ramp itself has one component and no hole.
    assert_array_equal(counts[0], [1, 0] * 8)


def test_the_same_for_any_n_jobs_and_batch():
    model = DirectionalPersistence().fit(IMAGES)
    found = model.transform(IMAGES[:130])
    with parallel_config("threading"):
        two = clone(model).set_params(n_jobs=2).fit(IMAGES).transform(IMAGES[:130])
    assert_array_equal(found, two)
    assert_array_equal(found[70:71], model.transform(IMAGES[70:71]))


def test_names_tell_direction_dimension_and_powers():
    model = DirectionalPersistence(image_shape=(8, 8), i0=(1, 2)).fit(DIGITS)
    names = model.get_feature_names_out()
    assert len(set(names)) == names.size == model.transform(DIGITS[:1]).shape[1] == 800
    assert names[0] == "direction0_H0_p0_q0_i1"
    assert names[-1] == "direction315_H1_p4_q4_i2"
    assert_array_equal(model.set_params(n_directions=3).get_feature_names_out(), names)
    table = model.set_output(transform="pandas").transform(DIGITS[:3])
    assert list(table.columns) == list(names)


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 5)), np.full((4, 5), 7), -np.ones((3, 3)), [[2.0]], [[1.0], [0.0]]],
    ids=["blank", "constant", "negative", "pixel", "column"],
)
def test_features_of_degenerate_images_are_finite(image):
    X = np.array([image], dtype=float)
    for essential in ("drop", "extremum"):
        model = DirectionalPersistence(essential=essential).fit(X)
        features, pullback = model.value_and_pullback(X)
        assert features.shape == (1, 400)
        assert np.isfinite(features).all()
        assert_allclose(features, model.transform(X), atol=1e-12)
        assert np.isfinite(pullback(np.ones((1, 400)))).all()


@pytest.mark.parametrize(
    ("params", "X", "message"),
    [
        ({"p": ()}, IMAGES, "'p' parameter of DirectionalPersistence"),
        ({"i0": (0,)}, IMAGES, "'i0' parameter of DirectionalPersistence"),
        ({"homology_dimensions": (0, 0)}, IMAGES, "must be distinct"),
        ({"n_directions": -1}, IMAGES, "n_directions"),
        ({"image_shape": (3, 3)}, DIGITS, "as many pixels as X has features"),
        ({}, np.full((2, 3, 3), np.nan), "NaN"),
        ({}, np.empty((0, 3, 3)), "0"),
        ({}, np.ones((2, 3, 3, 5)), "expects a batch"),
        ({"q": (0.5,)}, -1 - IMAGES, "'q' parameter of DirectionalPersistence"),
        ({"p": (200,), "q": (200,)}, 100 * IMAGES, "overflows"),
    ],
)
def test_bad_parameters_and_images_are_named(params, X, message):
    with pytest.raises(ValueError, match=message):
        DirectionalPersistence(**params).fit_transform(X)


def test_another_shape_than_fitted():
    model = DirectionalPersistence().fit(IMAGES)
    with pytest.raises(ValueError, match="fitted on samples of shape"):
        model.transform(np.ones((1, 8, 9)))


@pytest.mark.slow
def test_in_a_grid_search_with_workers():
    pipeline = make_pipeline(
        DirectionalPersistence(image_shape=(8, 8), n_directions=4),
        StandardScaler(),
        MLPClassifier((16,), solver="lbfgs", max_iter=2000, random_state=0),
    )
    search = GridSearchCV(
        pipeline,
        {"directionalpersistence__q": [(0,), (0, 1)]},
        cv=2,
        n_jobs=2,
        error_score="raise",
    )
    few = LABELS < 3
    assert search.fit(DIGITS[few][:200], LABELS[few][:200]).best_score_ > 0.8


def test_images_are_not_read_as_rows():
    with pytest.raises(ValueError, match="leave image_shape out"):
        DirectionalPersistence(image_shape=(8, 8)).fit(IMAGES)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int64])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_types_of_pixels(dtype, n_jobs):
    images = np.rint(200 * IMAGES[:40] / IMAGES.max())
    model = DirectionalPersistence(n_jobs=n_jobs).fit(images)
    expected = model.transform(images)
    assert_array_equal(model.fit(images.astype(dtype)).transform(images), expected)
    assert_array_equal(model.transform(images.astype(dtype)), expected)


@pytest.mark.parametrize("params", [{"i0": (1, 2, 3)}, {"p": (0.5, 1), "q": (0, 2)}])
def test_ties_and_company_change_nothing(params):
    """Bars of one lifetime at many heights, beside images of other sizes."""
    images = np.random.default_rng(0).integers(4, size=(40, 5, 6)).astype(float)
    images[0] *= 1e9
    model = DirectionalPersistence(0, **params).fit(images)
    features, pullback = model.value_and_pullback(images)
    assert_allclose(features, model.transform(images), rtol=1e-9, atol=1e-12)
    back = pullback(np.ones_like(features))
    for k in range(40):
        row, pullback = model.value_and_pullback(images[k : k + 1])
        assert_allclose(row[0], features[k], rtol=1e-12)
        assert_allclose(pullback(np.ones_like(row))[0], back[k], rtol=1e-12)


def test_the_first_born_of_equal_bars_comes_first_from_above_and_below():
    x = np.array([[0.0, 2, 1, 9, 5, 6, 3]])
    common = {"p": 1, "q": 1, "i0": (1, 2, 3), "homology_dimensions": 0}
    above = DirectionalPersistence(0, superlevel=True, **common).fit(x)
    below = DirectionalPersistence(0, superlevel=False, **common).fit(x)
    assert_allclose(above.transform(x), -below.transform(-x))


def test_unsigned_powers():
    powers = np.arange(3, dtype=np.uint64)
    features, pullbacks = {}, {}
    for p in (powers, powers.astype(int)):
        model = DirectionalPersistence(p=p, q=p, image_shape=(8, 8)).fit(DIGITS[:9])
        features[p.dtype], pullback = model.value_and_pullback(DIGITS[:9])
        pullbacks[p.dtype] = pullback(np.ones_like(features[p.dtype]))
    assert_array_equal(*features.values())
    assert_array_equal(*pullbacks.values())


def test_dimensions_above_those_of_images_are_an_error(rng):
    model = DirectionalPersistence(homology_dimensions=(0, 7))
    with pytest.raises(ValueError, match="'homology_dimensions' parameter"):
        model.fit(rng.random((2, 5, 5)))
