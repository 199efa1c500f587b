"""TopologicalMapping: its convolutions, its gradients, and what it is good for."""

from itertools import repeat

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import correlate
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import DirectionalPersistence, PersistenceDiagrams, PersistenceEnergies
from sktopo.attacks import TopologicalAttack
from sktopo.filtrations import Cubical
from sktopo.gradients import FlatParameters, loss_of
from sktopo.neural_network import TopologicalMapping
from sktopo.neural_network._convolution import convolve, pull_images, pull_kernels
from sktopo.neural_network._mapping_loss import MappingLoss
from sktopo.testing import check_gradient

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS = DIGITS / 16


def noisy_rings(n, rng):
    """Rings and discs, with specks that make as many holes and components."""
    y, x = np.mgrid[-1:1:12j, -1:1:12j]
    radius = np.hypot(y, x)
    label = np.arange(n) % 2
    shapes = [np.exp(-12 * (radius - 0.6) ** 2), np.exp(-2 * radius**2)]
    images = np.stack([shapes[one] for one in label])
    return images + 0.5 * rng.normal(size=images.shape), label


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize(("n_in", "n_out"), [(1, 4), (4, 1), (3, 2), (2, 2)])
@pytest.mark.parametrize("shape", [(6, 7), (1, 9), (1, 1), (130, 140)])
def test_convolve_is_what_scipy_says(size, n_in, n_out, shape, rng):
    images = rng.normal(size=(n_in, 3, *shape))
    kernels = rng.normal(size=(size, size, n_in, n_out))
    found = convolve(images, kernels)
    for k in range(n_out):
        expected = sum(
            np.stack(
                [correlate(image, kernels[:, :, c, k], "same") for image in images[c]]
            )
            if min(shape) >= size
            else np.stack(
                [same_size(image, kernels[:, :, c, k]) for image in images[c]]
            )
            for c in range(n_in)
        )
        assert_allclose(found[k], expected, atol=1e-10)


def same_size(image, kernel):
    """The middle of the full correlation, for images smaller than the kernel."""
    full, margin = correlate(image, kernel, "full"), len(kernel) // 2
    return full[margin : margin + image.shape[0], margin : margin + image.shape[1]]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(("n_in", "n_out"), [(1, 4), (4, 1)])
def test_pulls_are_adjoint(size, n_in, n_out, rng):
    images = rng.normal(size=(n_in, 40, 25, 30))
    kernels = rng.normal(size=(size, size, n_in, n_out))
    found = convolve(images, kernels)
    grad = rng.normal(size=found.shape)
    expected = (found * grad).sum()
    assert_allclose((images * pull_images(grad, kernels)).sum(), expected)
    assert_allclose((kernels * pull_kernels(grad, images, size)).sum(), expected)


@pytest.mark.parametrize("labels", [LABELS[:12] % 2, LABELS[:12] % 3])
def test_gradient_of_the_loss(labels, rng):
    images = rng.random((12, 5, 6))
    model = TopologicalMapping(max_iter=0, random_state=0).fit(images, labels)
    features = DirectionalPersistence(n_directions=0).fit(images)
    scaler, linear = model.classifier_
    parameters = [
        *model.kernels_,
        *model.intercepts_,
        linear.coef_,
        linear.intercept_,
    ]
    flat = FlatParameters(parameters)
    loss = MappingLoss(
        features,
        scaler,
        loss_of(model.classifier_),
        images,
        0.2,
        labels,
        flat,
        0.05,
        0.7,
        repeat(np.arange(12)),
    )
    start = flat.join(parameters)
    # At first nothing reaches the first kernel; leave that place.
    check_gradient(loss, start + 0.05 * rng.normal(size=start.size))


def test_gradient_of_the_map(rng):
    model = TopologicalMapping(image_shape=(8, 8), max_iter=1, random_state=0)
    model.fit(DIGITS[:100], LABELS[:100])
    weights = rng.normal(size=(2, 64))

    def function(x):
        mapped, pullback = model.value_and_pullback(x)
        assert_array_equal(mapped, model.transform(x))
        return float((weights * mapped).sum()), pullback(weights)

    check_gradient(function, DIGITS[:2] + 0.01 * rng.normal(size=(2, 64)))


def test_without_steps_nothing_changes():
    model = TopologicalMapping(image_shape=(8, 8), max_iter=0, random_state=0)
    model.fit(DIGITS[:50], LABELS[:50])
    assert_array_equal(model.transform(DIGITS), DIGITS)
    plain = DirectionalPersistence(n_directions=0, image_shape=(8, 8))
    expected = make_pipeline(plain, StandardScaler(), LogisticRegression(max_iter=1000))
    assert_allclose(
        model.classifier_.predict_proba(plain.fit_transform(DIGITS[:50])),
        expected.fit(DIGITS[:50], LABELS[:50]).predict_proba(DIGITS[:50]),
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_it_helps_where_noise_hides_the_hole(seed):
    images, label = noisy_rings(300, np.random.default_rng(seed))

    def score(first):
        features = DirectionalPersistence(n_directions=0)
        head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        model = make_pipeline(first, features, head)
        return model.fit(images[:200], label[:200]).score(images[200:], label[200:])

    plain = score(TopologicalMapping(max_iter=0))
    mapped = score(TopologicalMapping(max_iter=40, learning_rate=0.01, random_state=0))
    assert mapped > plain + 0.03


def test_same_seed_same_bits_and_inputs_untouched():
    X, y = DIGITS[:60].copy(), LABELS[:60]
    X.flags.writeable = False
    first, second = (
        TopologicalMapping(image_shape=(8, 8), max_iter=2, random_state=3).fit(X, y)
        for _ in range(2)
    )
    for one, other in zip(first.kernels_, second.kernels_, strict=True):
        assert_array_equal(one, other)
    assert_array_equal(first.loss_curve_, second.loss_curve_)
    assert_array_equal(X, DIGITS[:60])


def test_ways_to_say_the_same_images():
    params = {"max_iter": 1, "random_state": 0}
    flat = TopologicalMapping(image_shape=(8, 8), **params).fit(
        DIGITS[:40], LABELS[:40]
    )
    images = TopologicalMapping(**params).fit(
        DIGITS[:40].reshape(-1, 8, 8), LABELS[:40]
    )
    found = images.transform(DIGITS[:5].reshape(-1, 8, 8))
    assert found.shape == (5, 8, 8)
    assert_array_equal(found.reshape(5, 64), flat.transform(DIGITS[:5]))


def test_signals_string_labels_and_other_features_are_taken(rng):
    signals = rng.random((30, 20)).astype(np.float32)
    y = np.array(["calm", "wild"])[np.arange(30) % 2]
    signals[::2] = np.sort(signals[::2], axis=1)
    # Signals have components alone.
    diagrams = PersistenceDiagrams(Cubical(superlevel=True), 0)
    features = make_pipeline(diagrams, PersistenceEnergies(p=(1, 2), q=0))
    # The features are told of images (n, 1, w).
    model = TopologicalMapping(features, max_iter=2, random_state=0).fit(signals, y)
    assert model.classes_.tolist() == ["calm", "wild"]
    assert model.transform(signals).shape == signals.shape


def test_in_pipelines_and_searches():
    model = make_pipeline(
        TopologicalMapping(image_shape=(8, 8), max_iter=1, random_state=0),
        DirectionalPersistence(image_shape=(8, 8), n_directions=2),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    ).set_output(transform="pandas")
    search = GridSearchCV(
        model, {"topologicalmapping__n_channels": [1, 3]}, cv=2, n_jobs=2
    ).fit(DIGITS[:100], LABELS[:100] % 2)
    mapped = search.best_estimator_[0].transform(DIGITS[:3])
    assert mapped.shape == (3, 64)
    assert len(set(mapped.columns)) == 64
    assert clone(search.best_estimator_[0]).n_channels in (1, 3)


def test_attacks_go_through_it():
    model = make_pipeline(
        TopologicalMapping(image_shape=(8, 8), max_iter=1, random_state=0),
        DirectionalPersistence(image_shape=(8, 8), n_directions=0),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    )
    attack = TopologicalAttack(model, eps=0.3, random_state=0)
    attack.fit(DIGITS[:200], LABELS[:200])
    info = attack.generate(DIGITS[200:210])
    assert info.success.sum() >= 5


def test_verbose_tells_the_loss(capsys):
    model = TopologicalMapping(image_shape=(8, 8), max_iter=1, verbose=2)
    model.fit(DIGITS[:100], LABELS[:100])
    assert "step 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("params", "y", "message"),
    [
        ({"kernel_size": 4}, LABELS[:20], "'kernel_size' parameter .* odd.* 4"),
        ({"image_shape": (7, 7)}, LABELS[:20], "image_shape"),
        ({"n_channels": 0}, LABELS[:20], "n_channels"),
        ({"learning_rate": 0.0}, LABELS[:20], "learning_rate"),
        ({}, np.zeros(20, int), "class"),
        ({}, None, "requires y"),
        ({}, LABELS[:19], "inconsistent"),
        ({}, np.linspace(0, 1, 20), "continuous"),
    ],
)
def test_bad_parameters_and_labels_are_named(params, y, message):
    params = {"image_shape": (8, 8), **params}
    with pytest.raises(ValueError, match=message):
        TopologicalMapping(**params).fit(DIGITS[:20], y)


def test_shape_of_the_fit_is_kept():
    model = TopologicalMapping(max_iter=0).fit(DIGITS.reshape(-1, 8, 8), LABELS)
    with pytest.raises(ValueError, match=r"\(7, 8\).*fitted on .*\(8, 8\)"):
        model.transform(np.zeros((2, 7, 8)))
    bad = np.full((2, 8, 8), np.nan)
    with pytest.raises(ValueError, match="NaN"):
        model.transform(bad)


def test_signals_in_a_series_come_back_as_signals(rng):
    signals = pd.Series(list(rng.random((4, 12))))
    model = TopologicalMapping(max_iter=0).fit(signals, [0, 1, 0, 1])
    mapped, pullback = model.value_and_pullback(signals)
    assert [x.shape for x in mapped] == [(12,)] * 4
    assert [x.shape for x in pullback(np.ones((4, 12)))] == [(12,)] * 4
    assert_allclose(np.stack(model.transform(signals)), np.stack(signals), atol=1e-12)


@pytest.mark.parametrize("unit", [2.0**-20, 2.0**10])
def test_the_unit_of_images_does_not_matter(unit):
    model = TopologicalMapping(image_shape=(8, 8), max_iter=2, random_state=0)
    images = DIGITS[:100] / 16
    plain = model.fit(images, LABELS[:100]).transform(images)
    scaled = model.fit(unit * images, LABELS[:100]).transform(unit * images)
    assert_allclose(scaled / unit, plain, rtol=1e-6, atol=1e-9)


def test_the_zero_of_the_data_does_not_matter(rng):
    # Kelvin or Celsius: what lies around an image is like its border.
    images, labels = noisy_rings(60, rng)
    found = []
    for zero in (0.0, 300.0):
        features = DirectionalPersistence(n_directions=0, q=(0,))
        model = TopologicalMapping(features, max_iter=2, random_state=0)
        mapped = model.fit_transform(images + zero, labels) - zero
        found.append((mapped, model.loss_curve_, model.background_ - zero))
    for one, other in zip(*found, strict=True):
        assert_allclose(one, other, atol=1e-6)


def test_kernels_beyond_the_image_are_an_error():
    model = TopologicalMapping(kernel_size=17, image_shape=(8, 8), max_iter=0)
    with pytest.raises(ValueError, match="'kernel_size' parameter of .* at most 15"):
        model.fit(DIGITS[:20], LABELS[:20])
    model.set_params(kernel_size=15).fit(DIGITS[:20], LABELS[:20])
