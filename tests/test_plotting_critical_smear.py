"""CriticalSmearDisplay: colours where the maps are, on images and signals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo.datasets import make_double_well
from sktopo.functionals import PersistenceNorm
from sktopo.plotting import CriticalSmearDisplay
from sktopo.pooling import RandomPooling

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_colours_are_where_the_maps_are():
    image = make_double_well(40)
    display = CriticalSmearDisplay.from_image(
        image,
        PersistenceNorm(min_persistence=50),
        pooling=RandomPooling(5, weights="uniform", max_noise=20, n_samples=20),
        random_state=0,
    )
    for artist, smear in (
        (display.births_, display.birth_map),
        (display.deaths_, display.death_map),
    ):
        drawn = artist.get_array()
        assert drawn.shape == (40, 40, 4)
        opaque = np.sqrt(np.abs(smear) / np.abs(smear).max())
        assert_allclose(drawn[..., 3], opaque)
    display.figure_.canvas.draw()


def test_signals_are_drawn_on_given_axes():
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    signal = np.sin(np.arange(50.0))
    pooling = RandomPooling(2, n_samples=5)
    display = CriticalSmearDisplay.from_image(signal, ax=ax, pooling=pooling)
    assert display.ax_ is ax
    assert len(display.births_.get_segments()) == 50
    blank = CriticalSmearDisplay(np.zeros(4), np.zeros(4), np.zeros(4)).plot()
    blank.figure_.canvas.draw()


def test_voxels_are_refused():
    cube = np.zeros((3, 3, 3))
    with pytest.raises(ValueError, match="must have one or two axes"):
        CriticalSmearDisplay(cube, cube, cube).plot()
