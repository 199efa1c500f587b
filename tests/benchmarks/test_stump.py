"""Steps of STUMP, in calls of gudhi's pairs with pixels of a 28 x 28 image.

A step of the authors' code takes 10.0, 5.5 and 10.0 such calls on the three images, and
158, 65 and 120 of them without pooling: the peer makes as many.
"""

import numpy as np
import pytest
from benchmarks.peers import many_cofaces
from scipy.ndimage import gaussian_filter

from sktopo import STUMPImageOptimizer
from sktopo.datasets import (
    make_blobs_with_bridges,
    make_double_well,
    make_sampled_circle,
)
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

N_STEPS = 100
TASKS = {
    "wells": (
        make_double_well,
        {"maximize": True},
        {"side": "death"},
        {"size": 5, "max_noise": 50.0},
        (10.0, 158.0),
    ),
    "circle": (
        make_sampled_circle,
        {"homology_dimensions": 1, "maximize": True},
        {"side": "birth"},
        {"size": 5, "max_noise": 100.0},
        (5.5, 65.0),
    ),
    "blobs": (
        make_blobs_with_bridges,
        {},
        {"side": "death"},
        {"size": 4, "max_noise": 50.0},
        (10.0, 120.0),
    ),
}
WAYS = {
    "fresh draws": ({}, {}, 6),
    "bank": ({}, {"n_weightings": 4096}, 10),
    "plain": ({"p": 2}, {"size": 1, "max_noise": 0.0}, 20),
}


def cofaces(n_calls):
    image = gaussian_filter(np.random.default_rng(0).random((28, 28)), 1.5)
    return many_cofaces(image, n_calls)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TASKS)
def test_steps(compare, name, way):
    maker, params, ends, windows, calls = TASKS[name]
    power, draws, wanted = WAYS[way]
    image = maker(random_state=0)
    model = STUMPImageOptimizer(
        functional=PersistenceNorm(min_persistence=50.0, **ends, **power),
        pooling=RandomPooling(**{"weights": "uniform", **windows, **draws}),
        n_steps=N_STEPS,
        random_state=0,
        **params,
    )
    model.fit([image])
    compare(
        f"{name}, {way}, {N_STEPS} steps",
        lambda: model.optimize([image]),
        cofaces(round(N_STEPS * calls[way == "plain"])),
        peer_name="the authors' code, in such calls",
        wanted=wanted,
        repeat=1,
    )
