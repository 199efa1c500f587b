"""TopoImageOptimizer: big steps and gradients of images, units, bounds, bad input."""

import numpy as np
import pytest
from _images import smooth_noise
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sktopo import TopoImageOptimizer, persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm, WassersteinToTarget
from sktopo.objectives import PersistenceTerm

IMAGE = smooth_noise((13, 14))


def pits():
    y, x = np.mgrid[-1:1:24j, -1:1:36j]
    return 100 * (1 - np.exp(-8 * y**2) * np.exp(-20 * (np.abs(x) - 0.5) ** 2))


def moved(image, **params):
    return TopoImageOptimizer(**params).fit([image]).optimize([image])


def test_big_steps_need_fewer():
    lower = PersistenceNorm(side="death", min_persistence=5.0)
    by = {
        method: moved(pits(), functional=lower, method=method)
        for method in ("gradient", "big_step")
    }
    assert by["big_step"].functional_after[0] == 0
    assert by["gradient"].functional_after[0] > 10
    assert by["gradient"].functional_before[0] == pytest.approx(97, abs=1)
    # The best loss never rises.
    assert (np.diff(by["big_step"].loss_curves[0]) <= 0).all()


@pytest.mark.slow
def test_a_prescribed_diagram():
    target = {
        0: WassersteinToTarget([[0.0, np.inf], [5.0, 55.0]]),
        1: WassersteinToTarget(np.empty((0, 2))),
    }
    found = moved(pits(), functional=target, n_steps=400).images[0]
    h0, h1 = persistence_diagrams(found, Cubical(), essential="drop")
    assert_allclose(h0[np.argsort(h0[:, 0])][:2], [[0, np.inf], [5, 55]], atol=0.5)
    assert np.abs(np.diff(h1)).sum() < 0.5


@pytest.mark.parametrize("method", ["gradient", "big_step"])
@pytest.mark.parametrize("scale", [1 / 255, 2.0**-10, 2.0**20])
def test_the_units_of_an_image_do_not_matter(method, scale):
    expected = moved(IMAGE, method=method, n_steps=20).images[0]
    found = moved(scale * IMAGE, method=method, n_steps=20).images[0]
    assert not np.allclose(expected, IMAGE)
    assert_allclose(found, scale * expected, rtol=0, atol=1e-9 * 255 * scale)


def test_bounds_hold():
    found = moved(IMAGE, maximize=True, clip=(20, 230), n_steps=30)
    assert (found.images[0] <= np.maximum(230, IMAGE)).all()
    assert (found.images[0] >= np.minimum(20, IMAGE)).all()
    assert found.functional_after[0] > 1.5 * found.functional_before[0]


def test_given_rates_are_those_of_the_first_step():
    for method in ("gradient", "big_step"):
        found = moved(
            IMAGE / 255, method=method, learning_rate=0.01, topology_weight=1, n_steps=1
        )
        change = np.abs(found.images[0] - IMAGE / 255).max()
        assert change == pytest.approx(0.01)


def test_fidelity_alone_changes_nothing():
    found = moved(IMAGE, topology_weight=0, n_steps=5)
    assert_array_equal(found.images[0], IMAGE)
    assert_array_equal(moved(np.full((4, 5), 3.0)).images[0], np.full((4, 5), 3.0))
    assert_array_equal(moved(IMAGE, n_steps=0).images[0], IMAGE)


def test_a_batch_is_one_by_one_with_any_number_of_workers():
    X = np.stack([IMAGE, IMAGE[::-1], IMAGE.T[:13, :13].repeat(2, 1)[:, :14]])
    model = TopoImageOptimizer(n_steps=10).fit(X)
    together = model.transform(X)
    for alone, x in zip(together, X, strict=True):
        assert_array_equal(model.transform([x])[0], alone)
    assert_array_equal(model.set_params(n_jobs=2).transform(X), together)


def test_callbacks_see_images_in_their_own_units():
    seen = []

    def callback(result):
        seen.append(np.ptp(result.x))
        return len(seen) == 3

    found = moved(IMAGE / 1000, callback=callback)
    assert len(found.loss_curves[0]) == 4
    assert max(seen) < 0.3


def test_interruption_keeps_the_image_so_far():
    def callback(result):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        moved(IMAGE / 1000, callback=callback)
    assert np.ptp(caught.value.result.x) < 0.3


def test_what_has_no_big_steps_is_told_in_fit():
    voxels = smooth_noise((6, 7, 8))
    with pytest.raises(ValueError, match="Big steps of H1"):
        TopoImageOptimizer(1).fit([voxels])
    TopoImageOptimizer(2, n_steps=2).fit([voxels]).transform([voxels])
    found = moved(voxels, homology_dimensions=1, method="gradient", n_steps=10)
    assert found.functional_after[0] < found.functional_before[0]


def test_in_a_grid_search():
    X, y = load_digits(n_class=3, return_X_y=True)
    X, y = X[:60], y[:60]
    pipeline = make_pipeline(
        TopoImageOptimizer(image_shape=(8, 8), n_steps=2),
        LogisticRegression(max_iter=2000),
    )
    grid = {"topoimageoptimizer__method": ["gradient", "big_step"]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2).fit(X, y)
    assert search.best_score_ > 0.8


def test_what_is_masked_has_no_say():
    mask = np.zeros(IMAGE.shape, dtype=bool)
    mask[4:7, 5:9] = True
    other = np.where(mask, 1e6, IMAGE)
    filtration = Cubical(mask=mask)
    for method in ("gradient", "big_step"):
        first, second = (
            moved(x, filtration=filtration, method=method, n_steps=20).images[0]
            for x in (IMAGE, other)
        )
        assert_allclose(second[~mask], first[~mask], atol=1e-9)
        assert_array_equal(second[mask], 1e6)
        assert not np.allclose(first, IMAGE)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"filtration": Cubical(mask="missing")}, "'filtration' parameter of Topo"),
        (
            {"fidelity": "cross_entropy", "clip": (0, np.inf)},
            "'clip' parameter of Topo",
        ),
        ({"method": "newton"}, "'method' parameter of Topo"),
    ],
)
def test_what_cannot_be_is_named(params, message):
    with pytest.raises(ValueError, match=message):
        TopoImageOptimizer(**params).fit([IMAGE])


def test_missing_pixels_have_no_share_in_the_fidelity(rng):
    image = rng.random((8, 8))
    mask = np.zeros((8, 8), dtype=bool)
    mask[:, 4:] = True
    params = {"method": "gradient", "topology_weight": 0.5, "n_steps": 20}
    masked = TopoImageOptimizer(filtration=Cubical(mask=mask), **params)
    cropped = TopoImageOptimizer(**params).fit_transform(image[None, :, :4])[0]
    found = masked.fit_transform(image[None])[0]
    assert_allclose(found[:, :4], cropped, rtol=1e-12)
    assert_array_equal(found[:, 4:], image[:, 4:])


def test_an_exception_of_the_callback_carries_the_image_in_its_units(rng):
    def fail(found):
        raise RuntimeError

    model = TopoImageOptimizer(n_steps=3, callback=fail)
    image = rng.random((6, 6))
    with pytest.raises(RuntimeError) as caught:
        model.fit_transform(image[None])
    assert np.abs(caught.value.result.x).max() < 1.5


def test_a_term_is_no_functional():
    term = PersistenceTerm(Cubical(), PersistenceNorm())
    with pytest.raises(ValueError, match="'functional' parameter of TopoImageOpt"):
        TopoImageOptimizer(functional=term).fit(pits())


@pytest.mark.parametrize("factor", [1e-200, 1e-160, 1e12, 1e200])
@pytest.mark.parametrize("functional", [None, PersistenceNorm(p=1, side="death")])
def test_no_unit_is_too_large_or_small(rng, factor, functional):
    image = rng.random((9, 8))
    model = TopoImageOptimizer(functional=functional, n_steps=30)
    expected = model.fit_transform(image[None])[0]
    assert np.abs(expected - image).max() > 0.1
    found = model.fit_transform(factor * image[None])[0] / factor
    assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
