"""Covers of grids: every pixel is in a window."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo.pooling import GridCover


@pytest.mark.parametrize("stride", [1, 2, 3, None])
@pytest.mark.parametrize("shape", [(7,), (5, 8), (4, 3, 5)])
def test_every_pixel_is_in_a_window(shape, stride):
    cover = GridCover(shape, 3, stride)
    image = np.arange(1, 1 + np.prod(shape)).reshape(shape)
    windows = cover.windows(cover.laid_out(image))
    assert_array_equal(np.unique(windows[windows > 0]), image.ravel())


@pytest.mark.parametrize("stride", [0, 4])
def test_a_stride_that_would_lose_pixels_is_refused(stride):
    with pytest.raises(ValueError, match="'stride' parameter of GridCover must be"):
        GridCover((9,), 3, stride)
