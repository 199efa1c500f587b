"""Images of branching vessels, with gaps where they fade."""

import math

import numpy as np
from scipy.ndimage import binary_fill_holes
from scipy.spatial import cKDTree
from scipy.special import expit

from sktopo._validation import check_int
from sktopo.datasets._images import checked

_STEP = 0.5  # of a centre line, in pixels
_BEND, _STRAIGHTEN = 0.05, 0.01  # turns of a line, in radians a step, and back again
_THINNER = 0.75  # a branch against its parent
_CLEAR = 3.0  # between the walls of two branches, in pixels


def make_vessels(n=128, *, n_gaps=8, noise=0.25, random_state=None):
    """Draw a tree of bright vessels that fade in places, and which pixels they are.

    The mask is connected and has no hole; in the image a gap looks like background, so
    that a threshold cuts the tree into pieces.

    Parameters
    ----------
    n : int >= 32, default=128
        Height and width.
    n_gaps : int >= 0, default=8
        Places along the vessels at which they fade, a little longer than the vessel is
        wide.
    noise : float >= 0, default=0.25
        Standard deviation of normal noise on each pixel, where vessels are one brighter
        than the background.
    random_state : int, RandomState instance or None, default=None

    Returns
    -------
    image : ndarray of shape (n, n)
        Vessels, an uneven background and noise.
    mask : ndarray of bool of shape (n, n)
        One component, 8-connected, without holes.

    Examples
    --------
    >>> from scipy import ndimage
    >>> from sktopo.datasets import make_vessels
    >>> image, mask = make_vessels(noise=0, random_state=0)
    >>> eight = [[1] * 3] * 3
    >>> ndimage.label(mask, eight)[1], ndimage.label(image > 0.5, eight)[1]
    (1, 9)
    """
    rng = checked("make_vessels", n, 32, noise, random_state)
    check_int(n_gaps, "n_gaps", "make_vessels", 0)
    points, radii = _tree(n, rng)
    pixels = np.stack(np.mgrid[:n, :n], axis=-1).astype(float)
    distance, nearest = cKDTree(points).query(pixels)
    depth = radii[nearest] - distance
    mask = binary_fill_holes(depth >= 0)
    brightness = expit(3 * depth)
    for place in points[rng.choice(len(points), n_gaps)]:
        off = np.linalg.norm(pixels - place, axis=2)
        length = rng.uniform(1, 2) + radii[nearest]
        brightness *= 1 - np.exp(-((off / length) ** 4))
    slope = np.tensordot(pixels / n - 0.5, rng.normal(0, 0.3, size=2), axes=1)
    return brightness + slope + noise * rng.normal(size=(n, n)), mask


def _tree(n, rng):
    """The points of all centre lines, and the radius at each."""
    points, radii = np.empty((0, 2)), np.empty(0)
    root = np.array([rng.uniform(0.3, 0.7) * n, 0.0])
    branches = [(root, rng.uniform(-0.3, 0.3), n / 40)]
    while branches:
        start, direction, radius = branches.pop(0)
        line, forks = _branch(start, direction, radius, points, n, rng)
        if len(points) and len(line) * _STEP < 6 * radius:
            continue  # it would be a thorn
        points = np.concatenate([points, line])
        radii = np.append(radii, np.full(len(line), radius))
        branches += [(place, angle, _THINNER * radius) for place, angle in forks]
    return points, radii


def _branch(place, direction, radius, others, n, rng):
    """A centre line to the border or to where others are near, and where it forks."""
    away = np.linalg.norm(others - place, axis=1) > 5 * radius
    others = cKDTree(others[away]) if away.any() else None
    reach = n / 40 + radius + _CLEAR
    line, forks, angle = [], [], direction
    to_fork = rng.uniform(0.1, 0.2) * n
    while (place >= 0).all() and (place < n).all():
        near = others is not None and others.query(place)[0] < reach
        if near or len(line) > 4 * n:
            break
        line.append(place)
        angle += rng.normal(0, _BEND) - _STRAIGHTEN * (angle - direction)
        place = place + _STEP * np.array([math.sin(angle), math.cos(angle)])
        to_fork -= _STEP
        if to_fork < 0 and radius > 1.2:
            turn = rng.choice([-1, 1]) * rng.uniform(0.7, 1.2)
            forks.append((place, angle + turn))
            to_fork = rng.uniform(0.1, 0.2) * n
    return np.reshape(line, (-1, 2)), forks
