"""Units of a cloud do not matter to an optimiser with its defaults."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.functionals import PersistenceEnergy
from sktopo.points import Grouping

X, _ = make_noisy_circle(60, random_state=0)


@pytest.mark.parametrize("unit", [1e-3, 1e3])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"grouping": 0.5},
        {"grouping": Grouping(0.5, kernel="gaussian"), "maximize": True},
        {"solver": "gd"},
        {"solver": "lbfgs"},
        {"method": "nadaraya_watson"},
        {"method": "big_step"},
    ],
    ids=str,
)
def test_units_do_not_matter(params, unit):
    fit = TopoPointOptimizer(max_iter=20, **params)
    points = fit.fit(X).points_
    assert np.abs(points - X).max() > 0.01
    assert_allclose(fit.fit(unit * X).points_, unit * points, atol=1e-7 * unit)


def test_the_default_rate_is_a_share_of_the_extent():
    """The first step of Adam moves a coordinate by the rate."""
    half = np.ptp(X, axis=0).max() / 2
    moved = TopoPointOptimizer(max_iter=1).fit(X).points_
    assert np.abs(moved - X).max() == pytest.approx(0.01 * half, rel=1e-4)
    given = TopoPointOptimizer(max_iter=1, learning_rate=0.02).fit(X).points_
    assert np.abs(given - X).max() == pytest.approx(0.02, rel=1e-4)


def test_points_in_one_place_have_an_extent():
    fit = TopoPointOptimizer(max_iter=2, grouping=1.0).fit(np.ones((5, 2)))
    assert_array_equal(fit.points_, 1)


def test_gradients_of_rounding_move_nothing():
    """Points in balance on a line that is turned."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    line = np.column_stack([0.1 * np.arange(10), np.zeros(10)]) @ turn.T
    fit = TopoPointOptimizer(
        PersistenceEnergy(p=2), homology_dimensions=0, max_iter=1
    ).fit(line)
    assert np.abs(fit.points_ - line)[1:-1].max() < 1e-8
    assert np.abs(fit.points_ - line).max() > 1e-3
