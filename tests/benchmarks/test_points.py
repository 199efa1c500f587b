"""Fits of point clouds, in calls of gudhi's pairs with pixels of a 28 x 28 image."""

import numpy as np
import pytest
from benchmarks.peers import many_cofaces

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_chair, make_noisy_circle
from sktopo.filtrations import WeakAlpha
from sktopo.functionals import FunctionalFromCallable, PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.points import FieldMethod


def cofaces(n_calls):
    return many_cofaces(np.random.default_rng(0).random((28, 28)), n_calls)


def squared_deaths(diagram):
    grad = np.zeros_like(diagram)
    grad[:, 1] = 2 * diagram[:, 1]
    return float((diagram[:, 1] ** 2).sum()), grad


def test_five_losses_in_the_unit_square(compare):
    """The reference code needs 5,500 calls for the five."""
    X = np.random.RandomState(0).rand(100, 2)
    both = PersistenceTerm(
        WeakAlpha(), {0: PersistenceEnergy(2), 1: -PersistenceEnergy(2, q=1)}
    )
    tasks = [
        {"maximize": True},
        {},
        {"homology_dimensions": 0},
        {"homology_dimensions": 0, "maximize": True},
        {"objective": both},
    ]

    def run():
        for task in tasks:
            TopoPointOptimizer(max_iter=100, **task).fit(X)

    compare(
        "five losses, 100 points, 100 steps each",
        run,
        cofaces(550),
        peer_name="550 x (CubicalComplex + cofaces)",
        wanted=1,
        repeat=1,
    )


@pytest.mark.parametrize("method", ["nadaraya_watson", "diffeomorphic"])
def test_a_step_of_a_field(compare, method):
    X, _ = make_noisy_circle(200, random_state=0)
    fit = TopoPointOptimizer(
        FunctionalFromCallable(squared_deaths),
        filtration="vietoris_rips",
        method=FieldMethod(method, bandwidth=0.1),
        learning_rate=0.1,
        max_iter=20,
    )
    compare(
        f"20 steps, circle of 200 points, {method}",
        lambda: fit.fit(X),
        cofaces(20 * 25),
        peer_name="500 x (CubicalComplex + cofaces)",
        wanted=1,
        repeat=1,
    )


def test_a_large_cloud(compare):
    X, _ = make_chair(36_000, random_state=0)
    fit = TopoPointOptimizer(
        PersistenceEnergy(p=2, min_persistence=0.05),
        method="nadaraya_watson",
        sampling=100,
        learning_rate=0.1,
        max_iter=20,
        random_state=0,
    )
    compare(
        "20 steps, 36,000 points, samples of 100",
        lambda: fit.fit(X),
        cofaces(6000),
        peer_name="6000 x (CubicalComplex + cofaces)",
        wanted=1,
        repeat=1,
    )
