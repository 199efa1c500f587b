"""STUMP in any units, on several dimensions, and what it says of the image itself."""

import numpy as np
import pytest
from _images import smooth_noise
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import STUMPImageOptimizer, persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import (
    BottleneckToTarget,
    FunctionalFromCallable,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.pooling import RandomPooling

IMAGE = smooth_noise((24, 30))  # of range 255
pytestmark = pytest.mark.filterwarnings(
    "ignore:STUMPImageOptimizer changed F of the pooled copies"
)


def norm(scale, p=1):
    region = scale * np.array([-np.inf, 200.0, 2.0, np.inf])
    return PersistenceNorm(p, region=region, min_persistence=5 * scale)


def target(scale, kind=WassersteinToTarget, **params):
    bars = scale * np.array([[20.0, 90.0], [np.min(IMAGE), np.inf]])
    return kind(bars, **params)


FUNCTIONALS = {
    "default": lambda scale: None,
    "norm": norm,
    "p = 2": lambda scale: norm(scale, 2),
    "energy": lambda scale: PersistenceEnergy(2, 1, min_persistence=scale),
    "wasserstein": target,
    "bottleneck": lambda scale: target(scale, BottleneckToTarget),
    "sum": lambda scale: norm(scale) - 0.5 * PersistenceEnergy(1, i0=2),
    "dict": lambda scale: {0: norm(scale), 1: -norm(scale)},
}


def moved(scale, functional="norm", n_steps=30, **params):
    params = {
        "pooling": RandomPooling(2, max_noise=3.0 * scale, n_samples=2),
        "random_state": 0,
        **params,
    }
    model = STUMPImageOptimizer(
        functional=FUNCTIONALS[functional](scale), n_steps=n_steps, **params
    )
    image = scale * IMAGE
    return model.fit([image]).optimize([image])


@pytest.mark.parametrize("functional", FUNCTIONALS)
@pytest.mark.parametrize("scale", [1 / 255, 257.0, 2.0**-10, 2.0**20])
def test_the_units_of_an_image_do_not_matter(functional, scale):
    expected, found = moved(1.0, functional), moved(scale, functional)
    assert not np.allclose(expected.images[0], IMAGE)
    if np.log2(scale) == int(np.log2(scale)):
        assert_array_equal(found.images[0], scale * expected.images[0])
    else:
        atol = 1e-9 * 255 * scale
        assert_allclose(found.images[0], scale * expected.images[0], rtol=0, atol=atol)


@pytest.mark.parametrize("scale", [1 / 255, 2.0**-10])
def test_cross_entropy_and_bounds_in_any_units(scale):
    params = {"fidelity": "cross_entropy", "maximize": True}
    expected = moved(1.0, clip=(10, 240), **params).images[0]
    found = moved(scale, clip=(10 * scale, 240 * scale), **params).images[0]
    assert_allclose(found, scale * expected, rtol=0, atol=1e-9 * 255 * scale)
    assert (found <= np.maximum(240 * scale, scale * IMAGE)).all()


def test_bounds_may_be_an_array():
    params = {"fidelity": "cross_entropy", "n_steps": 3, "random_state": 0}
    image = smooth_noise(12, 0)
    image = (image - image.min()) / np.ptp(image)
    found = [
        STUMPImageOptimizer(clip=clip, **params).fit_transform([image])[0]
        for clip in ((0.0, 1.0), np.array([0.0, 1.0]), [0.0, 1.0])
    ]
    assert_array_equal(found[0], found[1])
    assert_array_equal(found[0], found[2])


def test_a_range_of_255_has_the_settings_of_the_paper():
    assert np.ptp(IMAGE) == pytest.approx(255)
    weight = 1 - 1 / IMAGE.size
    explicit = moved(1.0, learning_rate=0.05, topology_weight=weight)
    default = moved(1.0)
    assert_allclose(default.images[0], explicit.images[0], atol=1e-12)
    assert_allclose(default.loss_curves[0], explicit.loss_curves[0], rtol=1e-12)


def test_each_image_has_units_of_its_own():
    images = [IMAGE, IMAGE / 255, np.full((5, 6), 3.0)]
    model = STUMPImageOptimizer(n_steps=20, random_state=0).fit(images)
    first, second, constant = model.transform(images)
    assert_allclose(second, first / 255, atol=1e-9)
    assert_array_equal(constant, images[2])


def test_given_rates_and_weights_are_in_the_units_of_the_image():
    params = {"learning_rate": 0.5, "topology_weight": 0.9, "n_steps": 1}
    found = moved(1 / 255, pooling=1, **params)
    x, start = found.images[0], IMAGE * (1 / 255)
    step = np.abs(x - start)
    assert_allclose(step[step > 0], 0.5, rtol=1e-6)
    (h0,) = persistence_diagrams(start, Cubical(), 0, essential="drop")
    assert found.loss_curves[0][0] == pytest.approx(0.9 * norm(1 / 255)(h0))
    again = moved(1 / 255, pooling=1, **{**params, "n_steps": 2})
    (h0,) = persistence_diagrams(x, Cubical(), 0, essential="drop")
    loss = 0.9 * norm(1 / 255)(h0) + 0.1 * ((x - start) ** 2).mean()
    assert again.loss_curves[0][1] == pytest.approx(loss)


def test_degrees_of_functionals():
    diagram = np.array([[0.0, 3.0], [1.0, 2.5]])
    for functional in (
        PersistenceEnergy(2, 1),
        PersistenceNorm(1.5),
        WassersteinToTarget(np.empty((0, 2)), p=3),
        BottleneckToTarget(np.empty((0, 2))),
        PersistenceEnergy(2) + PersistenceNorm(2),
    ):
        expected = 2**functional.degree * functional(diagram)
        assert functional(2 * diagram) == pytest.approx(expected)
    assert (PersistenceEnergy(2) + PersistenceNorm(1)).degree is None
    assert FunctionalFromCallable(lambda d: (0.0, d)).degree is None


def test_one_component_and_one_hole():
    """A ring with a gap, three spots and noise: the gap closes, and stays closed."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[-1:1:48j, -1:1:48j]
    ring = 100 * np.exp(-((np.hypot(y, x) - 0.6) ** 2) / 0.02)
    ring *= 1 - np.exp(-((y - 0.0) ** 2 + (x - 0.6) ** 2) / 0.03)
    ring += rng.uniform(0, 5, size=ring.shape)
    functional = {0: PersistenceNorm(), 1: -PersistenceNorm(side="birth")}
    assert longest(ring)[1] < 30
    model = STUMPImageOptimizer(
        functional=functional,
        filtration=Cubical(superlevel=True),
        pooling=RandomPooling(3, weights="uniform", max_noise=10.0),
        clip=(0, 110),
        learning_rate=0.5,
        n_steps=600,
        random_state=0,
    )
    closed = model.fit([ring]).transform([ring])[0]
    for _ in range(5):
        noisy = closed + rng.uniform(-10, 10, size=ring.shape)
        second, hole = longest(noisy)
        assert hole > 50
        assert second < 0.5 * hole


def longest(image):
    """Lifetimes of the second component and of the first hole."""
    h0, h1 = persistence_diagrams(image, Cubical(superlevel=True))
    return [np.abs(np.diff(h)).max(initial=0.0) for h in (h0[1:], h1)]


@pytest.mark.parametrize(
    "functional", [{0: "norm"}, {-1: PersistenceNorm()}, {}, {0.5: PersistenceNorm()}]
)
def test_what_is_no_dict_of_functionals_is_named(functional):
    with pytest.raises(ValueError, match="'functional|'homology_dimensions"):
        STUMPImageOptimizer(functional=functional).fit([IMAGE])


@pytest.mark.filterwarnings("default:STUMPImageOptimizer changed F")
def test_what_pooling_does_not_see_is_told():
    y, x = np.mgrid[-1:1:24j, -1:1:36j]
    pits = 100 * (1 - np.exp(-8 * y**2) * np.exp(-20 * (np.abs(x) - 0.5) ** 2))
    functional = PersistenceNorm(side="death", min_persistence=5.0)
    model = STUMPImageOptimizer(
        functional=functional,
        pooling=3,
        n_steps=400,
        learning_rate=1.0,
        random_state=0,
    ).fit([pits])
    with pytest.warns(UserWarning, match=r"pooled copies from .* image itself from"):
        found = model.optimize([pits])
    assert found.functional_after[0] > found.functional_before[0]
    (h0,) = persistence_diagrams(pits, Cubical(), 0, essential="drop")
    assert found.functional_before[0] == pytest.approx(functional(h0))
    with pytest.warns(UserWarning, match="in 2 of 2 images"):
        model.transform([pits, pits])


def test_progress_is_no_reason_to_warn(recwarn):
    model = STUMPImageOptimizer(pooling=1, n_steps=60, learning_rate=1.0).fit([IMAGE])
    found = model.optimize([IMAGE])
    assert found.functional_after[0] < 0.8 * found.functional_before[0]
    assert not recwarn.list
