"""Peaks against scipy.signal, and against scikit-image's h_maxima where it is there."""

import numpy as np
import pytest
from scipy import signal
from scipy.ndimage import gaussian_filter

from sktopo.peaks import find_peaks

NOISE = np.random.default_rng(0).normal(size=100_000)
SIGNALS = {
    "noise": NOISE,
    "slow trend": NOISE + np.linspace(0, 50, NOISE.size),
    "steep trend": NOISE + np.linspace(0, 5000, NOISE.size),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_signals(compare, name):
    x = SIGNALS[name]
    compare(
        f"peaks of 100,000 values, {name}",
        lambda: find_peaks(x, 3),
        lambda: signal.find_peaks(x, prominence=3),
        peer_name="scipy",
        wanted=0.5,
    )


@pytest.mark.parametrize("smooth", [0, 3])
def test_images(compare, smooth):
    morphology = pytest.importorskip("skimage.morphology")
    x = gaussian_filter(NOISE[:65536].reshape(256, 256), smooth)
    h = x.std() / 2
    compare(
        f"peaks of 256 x 256 pixels, smoothed by {smooth}",
        lambda: find_peaks(x, h),
        lambda: morphology.h_maxima(x, h),
        peer_name="h_maxima",
        wanted=2,
    )
