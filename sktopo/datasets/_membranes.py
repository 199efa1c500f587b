"""Images of cells with dark walls."""

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from sktopo._validation import check_int
from sktopo.datasets._images import checked

_LIGHT, _DARK, _UNEVEN = 210.0, 130.0, 60.0  # grey levels
_WIDTH = 3.0  # of a wall, in pixels
_FADING, _GRAIN = 8, 1.5  # pixels
_CANDIDATES = 10  # for each seed


def make_membranes(n=128, *, n_cells=12, noise=25.0, random_state=None):
    """Draw cells with dark walls that fade in places, and which pixels are wall.

    The cells are those of a Voronoi diagram, as in a slice of tissue under an electron
    microscope.

    Parameters
    ----------
    n : int >= 32, default=128
        Height and width.
    n_cells : int >= 2, default=12
    noise : float >= 0, default=25.0
        Standard deviation of the grain, in grey levels.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    image : ndarray of shape (n, n)
        Grey levels from 0 to 255.
    mask : ndarray of bool of shape (n, n)
        The walls, wherever they have faded.

    Examples
    --------
    >>> from scipy import ndimage
    >>> from sktopo.datasets import make_membranes
    >>> image, mask = make_membranes(n_cells=12, random_state=0)
    >>> bool(image[mask].mean() < image[~mask].mean())
    True
    >>> ndimage.label(~mask)[1]
    12
    """
    rng = checked("make_membranes", n, 32, noise, random_state)
    check_int(n_cells, "n_cells", "make_membranes", 2)
    pixels = np.stack(np.mgrid[:n, :n], axis=-1).reshape(-1, 2)
    seeds = _spread(n, n_cells, rng)
    near, far = cKDTree(seeds).query(pixels, k=2)[0].T
    wall = (far - near).reshape(n, n)
    fading = gaussian_filter(rng.normal(size=(n, n)), _FADING)
    depth = _DARK + _UNEVEN * np.clip(fading / fading.std(), -1.5, 1)
    grain = gaussian_filter(rng.normal(size=(n, n)), _GRAIN)
    image = _LIGHT - depth * np.exp(-((wall / _WIDTH) ** 2))
    return np.clip(image + noise * grain / grain.std(), 0, 255), wall < _WIDTH


def _spread(n, n_seeds, rng):
    """Points of a square, each the farthest of some candidates from all before it."""
    seeds = rng.uniform(0, n, size=(1, 2))
    while len(seeds) < n_seeds:
        candidates = rng.uniform(0, n, size=(_CANDIDATES, 2))
        farthest = cKDTree(seeds).query(candidates)[0].argmax()
        seeds = np.append(seeds, candidates[[farthest]], axis=0)
    return seeds
