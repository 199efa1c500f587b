"""Generators: the weights are what they are said to be."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.linear_model import LinearRegression

from sktopo import persistence_diagrams
from sktopo.datasets import make_structured_regression
from sktopo.filtrations import Cubical


@pytest.mark.parametrize("kind", ["clusters", "signs", "sawtooth", "boxcar", "ring"])
def test_the_data_follow_the_weights(kind):
    shape = (8, 9) if kind == "ring" else 72
    X, y, coef = make_structured_regression(
        200, kind, n_features=shape, noise=0.0, random_state=3
    )
    assert X.shape == (200, 72)
    assert coef.shape == (72,)
    found = LinearRegression(fit_intercept=False).fit(X, y).coef_
    assert np.abs(found - coef).max() < 1e-10
    again = make_structured_regression(
        200, kind, n_features=shape, noise=0.0, random_state=3
    )
    for first, second in zip((X, y, coef), again, strict=True):
        assert_array_equal(first, second)


def test_values_and_noise():
    _, _, coef = make_structured_regression(1, "clusters", random_state=0)
    assert set(coef) == {1.0, 2.0, 3.0}
    _, _, coef = make_structured_regression(1, "signs", random_state=0)
    assert set(coef) == {-1.0, 0.0, 1.0}
    X, y, coef = make_structured_regression(20_000, n_features=3, random_state=0)
    assert np.var(y - X @ coef) == pytest.approx(0.05, rel=0.05)


def test_the_topology_of_the_weights():
    for kind in ("sawtooth", "boxcar"):
        _, _, coef = make_structured_regression(1, kind)
        (bars,) = persistence_diagrams(
            coef, Cubical(superlevel=True), 0, essential="drop"
        )
        assert (np.abs(np.diff(bars)) > 1.9).sum() == 3
    _, _, coef = make_structured_regression(1, "ring", n_features=50)
    dimensions = persistence_diagrams(
        coef.reshape(50, 50), Cubical(superlevel=True), (0, 1), essential="drop"
    )
    assert [len(bars) for bars in dimensions] == [1, 1]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"n_samples": 0}, "n_samples"),
        ({"n_samples": 2.5}, "n_samples"),
        ({"n_features": 0}, "n_features"),
        ({"n_features": (3, 4)}, "n_features"),
        ({"n_features": (3, 4, 5), "weights": "ring"}, "n_features"),
        ({"weights": "circle"}, "weights"),
        ({"noise": -1.0}, "noise"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(params, name):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of make_structured"):
        make_structured_regression(**params)
