"""robustness_curve: against a loop, the same for any n_jobs, bad input."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceNorm
from sktopo.inspection import robustness_curve


def test_curves_are_those_of_noisy_copies(rng):
    image = rng.random((9, 11))
    curve = robustness_curve(
        image,
        PersistenceNorm(),
        [0.0, 0.5, 2.0],
        4,
        homology_dimensions=1,
        random_state=0,
    )
    seeds = np.random.RandomState(0).randint(np.iinfo(np.int32).max, size=4)
    for j, seed in enumerate(seeds):
        noise = np.random.default_rng(seed).uniform(-1, 1, size=image.shape)
        for i, level in enumerate((0.0, 0.5, 2.0)):
            (bars,) = persistence_diagrams(
                image + level * noise, Cubical(), (1,), essential="drop"
            )
            assert curve.draws[i, j] == pytest.approx((bars[:, 1] - bars[:, 0]).sum())
    assert_array_equal(curve.mean, curve.draws.mean(axis=1))
    assert_array_equal(curve.min, curve.draws.min(axis=1))
    assert_array_equal(curve.max, curve.draws.max(axis=1))
    assert curve.min[0] == curve.max[0]
    assert curve.min[2] < curve.max[2]


def test_curves_do_not_depend_on_workers(rng):
    signal = rng.random(40)
    options = {"filtration": Cubical(superlevel=True), "random_state": 1}
    one = robustness_curve(signal, PersistenceNorm(), [0.1, 1], 6, **options)
    two = robustness_curve(signal, PersistenceNorm(), [0.1, 1], 6, n_jobs=2, **options)
    assert_array_equal(one.draws, two.draws)


@pytest.mark.parametrize(
    ("image", "params", "message"),
    [
        (np.full((3, 3), np.nan), {}, "image of robustness_curve must be finite"),
        (np.ones((2, 2, 2, 2)), {}, "image of robustness_curve must be a signal"),
        (np.ones((3, 3)), {"noise_levels": [-1.0]}, "'noise_levels' parameter of"),
        (np.ones((3, 3)), {"noise_levels": []}, "must not be empty"),
        (np.ones((3, 3)), {"n_repeats": 0}, "'n_repeats' parameter of"),
        (
            np.ones((3, 3)),
            {"homology_dimensions": -1},
            "'homology_dimensions' parameter of robustness_curve must be",
        ),
    ],
)
def test_bad_parameters_and_images_are_named(image, params, message):
    params = {"noise_levels": [1.0]} | params
    with pytest.raises(ValueError, match=message):
        robustness_curve(image, PersistenceNorm(), **params)
