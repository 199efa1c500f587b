"""The grouping term against its definition."""

import itertools

import numpy as np
import pytest
from _ids import name_of
from numpy.testing import assert_allclose
from sklearn.base import clone

from sktopo.objectives import GroupingTerm
from sktopo.testing import check_gradient


def triangle(distance):
    return np.maximum(0.7 - distance, 0)


KERNELS = {
    "uniform": lambda r: float(r <= 0.4),
    "gaussian": lambda r: np.exp(-(r**2) / (2 * 0.4**2)),
    triangle: triangle,
}


@pytest.mark.parametrize("kernel", KERNELS, ids=name_of)
@pytest.mark.parametrize("n_coordinates", [1, 2, 5])
def test_value_is_that_of_the_formula(rng, kernel, n_coordinates):
    start, x = rng.random((2, 15, n_coordinates))
    expected = 0.0
    for a, b in itertools.combinations(range(15), 2):
        before = np.linalg.norm(start[a] - start[b])
        after = np.linalg.norm(x[a] - x[b])
        expected += KERNELS[kernel](before) * (before - after) ** 2
    term = GroupingTerm(start, kernel, scale=0.4)
    assert term.value_and_grad(x)[0] == pytest.approx(expected, rel=1e-8)
    assert clone(term).value_and_grad(x)[0] == pytest.approx(expected, rel=1e-8)
    check_gradient(term, x)


def test_motions_of_a_group_are_free(rng):
    start = np.concatenate([rng.random((10, 2)), rng.random((10, 2)) + 10])
    turned = start.copy()
    turned[:10] = turned[:10] @ [[0, 1], [-1, 0]] + 3
    value, grad = GroupingTerm(start, scale=2.0).value_and_grad(turned)
    assert value < 1e-25
    assert_allclose(grad, 0, atol=1e-12)


def test_points_that_coincide():
    start = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    together = np.zeros((3, 2))
    value, grad = GroupingTerm(start).value_and_grad(together)
    assert value == 2.0
    assert_allclose(grad, 0)
    value, grad = GroupingTerm(start).value_and_grad(start)
    assert value == 0
    assert np.isfinite(grad).all()


def test_no_pair_in_reach(rng):
    x = rng.random((4, 3))
    value, grad = GroupingTerm(100 * x, scale=1e-6).value_and_grad(x)
    assert value == 0
    assert_allclose(grad, np.zeros((4, 3)))
    assert GroupingTerm(x[:1]).value_and_grad(x[:1])[0] == 0


def test_bad_parameters_and_points_are_named(rng):
    x = rng.random((4, 2))
    with pytest.raises(ValueError, match="'scale' parameter of GroupingTerm"):
        GroupingTerm(x, scale=0).value_and_grad(x)
    with pytest.raises(ValueError, match="'kernel' parameter of GroupingTerm"):
        GroupingTerm(x, "flat").value_and_grad(x)
    with pytest.raises(ValueError, match=r"'kernel' parameter .* a weight >= 0"):
        GroupingTerm(x, np.negative).value_and_grad(x)
    with pytest.raises(ValueError, match=r"shape of its reference, \(4, 2\)"):
        GroupingTerm(x).value_and_grad(x[:3])
    with pytest.raises(ValueError, match="reference of GroupingTerm must be finite"):
        GroupingTerm(x * np.nan).value_and_grad(x)
