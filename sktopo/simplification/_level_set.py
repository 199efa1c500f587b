"""A superlevel set, its components and holes, and how it is changed."""

import math

import numpy as np
from scipy.ndimage import label

from sktopo.persistence import DUAL_CONNECTIVITY, neighbours


class LevelSet:
    """Where a grid lies above a threshold.

    There are two kinds of regions: components of the set, and those of its complement,
    whose neighbours are of the dual kind. Beyond the border lies the complement; what
    is bounded of it is a hole of an image, or a cavity of a voxel grid.

    Parameters
    ----------
    grid : ndarray of floats of shape (n,), (h, w) or (d, h, w)
    threshold : float
    connectivity : {"full", "face", "freudenthal"}

    Attributes
    ----------
    is_in : ndarray of bool
        The set as it is, with a frame of one pixel around it.
    frame : ndarray of bool
    costs : ndarray of float64
        The squared change that brings each pixel to the threshold, in units in which
        the largest one lies between a quarter and one.
    above : ndarray of float64
        What the grid has above the threshold.
    """

    def __init__(self, grid, threshold, connectivity):
        self._grid = grid
        # In the numbers of the grid, so that all comparisons are the same.
        self._threshold = threshold = grid.dtype.type(threshold)
        self.is_in = np.pad(grid > threshold, 1)
        self.frame = np.pad(np.zeros(grid.shape, bool), 1, constant_values=True)
        self.above = np.pad(grid.astype(np.float64) - float(threshold), 1)
        # Over a power of two near the largest: squares of tiny values would vanish.
        _, exponent = np.frexp(np.abs(self.above).max())
        self.costs = np.ldexp(self.above, -exponent) ** 2
        self.kinds = DUAL_CONNECTIVITY[connectivity], connectivity

    def numbers(self):
        """How many components and how many holes there are; a signal has no holes."""
        n_components = self.labelled(True)[1]
        if self.is_in.ndim == 1:
            return n_components, 0
        return n_components, self.labelled(False)[1] - 1

    def labelled(self, inside):
        """The regions inside or outside as labels from 1 on, and their number."""
        return label(self.is_in == inside, self.structure(inside))

    def structure(self, inside):
        """The neighbours of a pixel, as an array of 3 along each axis."""
        return neighbours(self.is_in.ndim, self.kinds[inside])

    def steps(self, structure):
        """From the number of a pixel to its neighbours', itself left out."""
        steps = self.steps_with_centre(structure)
        return steps[steps != 0]

    def steps_with_centre(self, structure):
        strides = np.cumprod((1, *self.is_in.shape[:0:-1]))[::-1]
        return (np.argwhere(structure) - 1) @ strides

    def set(self, pixels, values):
        """Replace the set by one that has, or has not, some pixels."""
        self.is_in = self.is_in.copy()
        self.is_in.ravel()[pixels] = values

    def nearest_grid(self):
        """The grid, moved as little as can be to where it has this set."""
        is_in = self.is_in[(slice(1, -1),) * self._grid.ndim]
        was_in = self._grid > self._threshold
        moved = np.where(
            is_in, np.nextafter(self._threshold, math.inf), self._threshold
        ).astype(self._grid.dtype)
        return np.where(is_in == was_in, self._grid, moved)
