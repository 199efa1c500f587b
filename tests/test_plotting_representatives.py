"""RepresentativesDisplay: lines go through the cells of the longest bars."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo import persistence_pairs
from sktopo.filtrations import Cubical, LowerStar, VietorisRips
from sktopo.plotting import RepresentativesDisplay

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_loops_of_an_image_are_closed(rng):
    image = rng.normal(size=(12, 15))
    display = RepresentativesDisplay.from_sample(image, n_bars=3)
    (bars,) = persistence_pairs(image, homology_dimensions=1, representatives=True)
    assert len(display.artists_) == 3
    for line, chain in zip(display.artists_, bars.representatives[:3], strict=True):
        x, y = line.get_data()
        assert_array_equal(np.column_stack([y, x])[:-1], chain)
        assert (x[0], y[0]) == (x[-1], y[-1])
    display.figure_.canvas.draw()


def test_components_of_clouds_and_signals(rng):
    cloud = rng.normal(size=(15, 2))
    display = RepresentativesDisplay.from_sample(
        cloud, "vietoris_rips", homology_dimension=0, n_bars=20
    )
    assert len(display.artists_) == 15
    assert len(display.artists_[0].get_xdata()) == 15
    signal = RepresentativesDisplay.from_sample(
        [3.0, 1, 2, 0, 4], Cubical(), homology_dimension=0
    )
    assert_array_equal(signal.artists_[1].get_data(), [[1], [1]])


def test_components_of_an_image_are_areas(rng):
    image = rng.normal(size=(9, 7))
    display = RepresentativesDisplay.from_sample(image, homology_dimension=0, n_bars=2)
    (bars,) = persistence_pairs(image, homology_dimensions=0, representatives=True)
    drawn = display.artists_[1].get_array()[..., 3] > 0
    assert np.argwhere(drawn).tolist() == sorted(bars.representatives[1].tolist())


def test_what_cannot_be_drawn_is_said(rng):
    with pytest.raises(ValueError, match="'sample' of RepresentativesDisplay"):
        RepresentativesDisplay.from_sample(
            rng.normal(size=(9, 3)), "alpha", homology_dimension=0
        )


def test_masked_pixels_are_not_drawn():
    image = np.ma.masked_array([[1, 100.0], [2, 3]], [[0, 1], [0, 0]])
    display = RepresentativesDisplay.from_sample(
        image, Cubical(mask="missing"), homology_dimension=0
    )
    assert display.ax_.images[0].get_clim() == (1, 3)


@pytest.mark.parametrize(
    ("x", "filtration", "params", "match"),
    [
        ([1, 2.0], LowerStar([(0, 1)]), {}, "must be one of grids or of points"),
        (np.zeros((2, 2)), VietorisRips(metric="precomputed"), {}, "of grids or"),
        (np.eye(5), Cubical(), {"homology_dimension": (0, 1)}, "must be 0 or 1"),
        (np.eye(5), Cubical(), {"n_bars": -1}, "'n_bars' parameter"),
    ],
)
def test_parameters_that_cannot_be(x, filtration, params, match):
    with pytest.raises(ValueError, match=match):
        RepresentativesDisplay.from_sample(x, filtration, **params)
    with pytest.raises(ValueError, match="must have representatives"):
        RepresentativesDisplay(x, persistence_pairs(np.eye(4))[0], True).plot()
