"""Displays: what is drawn, on which axes, and what is written."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.plotting import PointOptimizationDisplay

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def fitted():
    X, _ = make_noisy_circle(40, random_state=0)
    return X, TopoPointOptimizer(
        method="nadaraya_watson", learning_rate=0.1, max_iter=5
    ).fit(X)


def test_arrows_lead_from_start_to_end(fitted):
    X, fit = fitted
    display = PointOptimizationDisplay.from_estimator(fit, point_kw={"color": "red"})
    assert_allclose(display.start_.get_offsets(), X)
    assert_allclose(display.end_.get_offsets(), fit.points_)
    arrows = np.column_stack([display.arrows_.U, display.arrows_.V])
    assert_allclose(arrows, fit.points_ - X)
    assert_array_equal(display.end_.get_facecolor()[0], [1.0, 0.0, 0.0, 1.0])
    assert display.figure_ is display.ax_.figure


def test_paths_have_a_frame_for_each_step(fitted):
    X, fit = fitted
    frames = list(fit.motion_.path())
    assert_array_equal(frames[0], X)
    assert_array_equal(frames[-1], fit.points_)
    assert 2 < len(frames) <= fit.n_iter_ + 1
    fit.set_params(method="gradient").fit(X)
    assert len(list(fit.motion_.path())) == 2


@pytest.mark.parametrize("n_coordinates", [1, 2, 3, 5])
def test_clouds_of_any_dimension(n_coordinates, rng):
    X = rng.normal(size=(20, n_coordinates))
    fit = TopoPointOptimizer(
        filtration="vietoris_rips", homology_dimensions=0, max_iter=3
    ).fit(X)
    display = PointOptimizationDisplay.from_estimator(fit)
    assert display.ax_.name == ("3d" if n_coordinates >= 3 else "rectilinear")
    display.figure_.canvas.draw()
    if n_coordinates == 5:
        display = PointOptimizationDisplay.from_estimator(fit, coordinates=(4, 0))
        assert_allclose(display.start_.get_offsets(), X[:, [4, 0]])


def test_given_axes_are_used_if_they_fit(fitted):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    display = PointOptimizationDisplay.from_estimator(fitted[1], ax=ax)
    assert display.ax_ is ax
    _, space = plt.subplots(subplot_kw={"projection": "3d"})
    with pytest.raises(ValueError, match="must be axes in the plane"):
        display.plot(space)


@pytest.mark.parametrize("coordinates", [(0,), (0, 2), (0, 1, 2, 3)])
def test_bad_coordinates_are_named(fitted, coordinates):
    with pytest.raises(ValueError, match="must name two or three of the 2"):
        PointOptimizationDisplay.from_estimator(fitted[1], coordinates=coordinates)


def test_only_fitted_estimators_are_drawn():
    with pytest.raises(NotFittedError):
        PointOptimizationDisplay.from_estimator(TopoPointOptimizer())


@pytest.mark.slow
@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_an_animation_is_written(tmp_path, rng, n_coordinates):
    from PIL import Image

    X = rng.normal(size=(10, n_coordinates))
    display = PointOptimizationDisplay([X, X / 2, X / 4])
    display.animate(tmp_path / "moving.gif", fps=10)
    with Image.open(tmp_path / "moving.gif") as image:
        assert image.n_frames == 3
        assert image.info["duration"] == 100
    PointOptimizationDisplay([X, X / 4]).animate(tmp_path / "straight.gif")
    with Image.open(tmp_path / "straight.gif") as image:
        assert image.n_frames == 30
