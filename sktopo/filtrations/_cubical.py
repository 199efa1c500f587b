"""Functions on grids: signals, images and voxels."""

import math
import numbers
from functools import partial

import numpy as np
from scipy.sparse import csr_array

from sktopo._arrays import GRID, check_no_colour, check_real_array
from sktopo._memory import check_memory
from sktopo._sklearn_compat import Options, StrOptions
from sktopo._validation import check_essential, check_homology_dimensions
from sktopo.filtrations._grid_domain import check_periodic, read_masked
from sktopo.filtrations._ordered import (
    TIE_BREAKING_CONSTRAINTS,
    OrderedComplex,
    OrderedFiltration,
)
from sktopo.filtrations._representatives import (
    Components,
    Representatives,
    loop_of_pixels,
    surface_of,
)
from sktopo.persistence import (
    CONNECTIVITIES,
    FINITE,
    grid_branches,
    grid_pairs,
    grid_regions,
    last_of,
    moved_components,
    moved_regions,
    ranks_of,
    stacked_grid_bars,
    unsorted_grid_pairs,
)

_BYTES_A_PIXEL = 50  # its value, its place in the order, its rank, and a copy or two


class GridComplex(OrderedComplex):
    """A grid whose pixels have entered in order; one value for each pixel."""

    def __init__(self, values, shape, connectivity, *, periodic, is_absent, **kwargs):
        super().__init__(values, **kwargs)
        self.shape = shape
        self.connectivity = connectivity
        self.periodic = periodic
        self._is_absent = is_absent
        # All pixels are there, no axis closes, and ties are broken by index.
        self._is_plain = is_absent is None and not periodic and self._priority is None

    def _sort(self):
        order = super()._sort()
        if self._is_absent is None:
            return order
        return order[~self._is_absent.ravel()[order]]

    def end(self):
        if self._order is None and self._is_plain:
            last = int(last_of(self.values, descending=self.superlevel))
            return last, float(self.values[last])
        return super().end()

    def _pairs(self, homology_dimensions):
        if self._order is None and self._is_plain:
            found = unsorted_grid_pairs(
                self.values.reshape(1, *self.shape),
                self.connectivity,
                homology_dimensions,
                descending=self.superlevel,
            )
            if found is not None:
                return found
        return grid_pairs(
            self.order,
            self.shape,
            self.connectivity,
            homology_dimensions,
            self.periodic,
        )

    def _what(self):
        return _grid_name(self.shape)

    def _end_of_homology(self):
        return _end_of_homology(self.shape, self.periodic)

    def pullback(self, grad_values):
        return np.reshape(grad_values, self.shape)

    def jacobian(self, indices):
        ones, starts = np.ones(indices.size), np.arange(indices.size + 1)
        return csr_array((ones, indices, starts), (indices.size, self.values.size))

    def critical_sets(self, bars, targets):
        sign = -1.0 if self.superlevel else 1.0
        values = sign * self.values.astype(np.float64)
        if self._is_absent is not None:
            values[self._is_absent.ravel()] = np.inf
        ranks = ranks_of(self.order, values.size).astype(np.intp)
        births, deaths = bars.indices.T
        grid = (
            values.reshape(self.shape),
            ranks.reshape(self.shape),
            self.connectivity,
            self.periodic,
        )
        if bars.dimension == 0:
            return moved_components(*grid, ranks[births], targets)
        self._check_regions("Big steps", bars.dimension, takes_periodic=True)
        is_finite = bars.kind == FINITE
        lows, highs = moved_regions(*grid, ranks[deaths[is_finite]], targets[is_finite])
        # What goes around a periodic axis is born with a pixel of its own.
        births, targets = births[~is_finite], targets[~is_finite, 0]
        falls, rises = targets < values[births], targets > values[births]
        np.minimum.at(lows, births[falls], targets[falls])
        np.maximum.at(highs, births[rises], targets[rises])
        return lows, highs

    def generators(self, dimension, pairs):
        pixels = self._pixels(np.maximum(pairs, 0))
        pixels[pairs < 0] = -1
        return pixels[:, 0], pixels[:, 1]

    def _pixels(self, places):
        return np.stack(np.unravel_index(places, self.shape), axis=-1)

    def representatives(self, dimension, pairs):
        ranks, n_bars = ranks_of(self.order, self.values.size), len(pairs)
        births, deaths = pairs.T
        grid = self.order, self.shape, self.connectivity
        if dimension == 0:
            branches = partial(grid_branches, *grid, self.periodic)
            component = Components(branches, ranks[births], self._pixels)
            return Representatives(component, n_bars), None
        if n_bars:
            self._check_regions("Representatives", dimension)
        branches = partial(grid_regions, *grid)
        from_above = ranks.size - 1 - ranks[deaths]
        region = Components(branches, from_above, self._pixels)
        find = partial(self._surface, region)
        if dimension == 1:
            find = partial(self._loop, ranks.reshape(self.shape), pairs, region)
        return Representatives(find, n_bars), Representatives(region, n_bars)

    def _loop(self, ranks, pairs, region, i):
        ends = self._pixels(pairs[i])
        return loop_of_pixels(ranks, self.connectivity, *ends, region(i))

    def _surface(self, region, i):
        return surface_of(region(i), self.shape, self.connectivity)

    def _check_regions(self, what, dimension, *, takes_periodic=False):
        has_them = self._is_absent is None and (takes_periodic or not self.periodic)
        if dimension != len(self.shape) - 1 or not has_them:
            limits = "a mask" if takes_periodic else "a mask and periodic axes"
            raise ValueError(
                f"{what} of H{dimension} are those of grids of {dimension + 1} axes "
                f"without {limits}; H0 has them always. Got {self._what()}."
            )


def _end_of_homology(shape, periodic):
    """A torus has homology of its own dimension, too."""
    return len(shape) + (periodic is not None and all(periodic))


def _grid_name(shape):
    names = ("a signal", "an image", "a voxel grid")
    return f"{names[len(shape) - 1]} of shape {tuple(shape)}"


class Cubical(OrderedFiltration):
    """Sublevel or superlevel sets of a signal, an image or a voxel grid.

    The value of a pixel is the moment at which it enters; what it is joined to then
    depends on the connectivity.

    Parameters
    ----------
    superlevel : bool, default=False
        Let large values enter first. A birth is then larger than its death.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        - "full": pixels are cells; sublevel sets are joined across corners too
          (8 neighbours in an image, 26 in a voxel grid).
        - "face": pixels are vertices of a grid of squares or cubes; sublevel sets are
          joined across faces (4 neighbours, or 6).
        - "freudenthal": pixels are vertices of the triangulation with one diagonal in
          each square, from (i, j) to (i + 1, j + 1) (6 neighbours, or 14) [1]_.

        A signal is a path under all three.
    ndim : {1, 2, 3} or None, default=None
        How many axes a sample has. With None signals, images and voxel grids are all
        taken, but not what looks like colour images: uint8 arrays (h, w, 3) or
        (h, w, 4), and batches (n, h, w, 3) or (n, h, w, 4).
    periodic : bool or tuple of bool, default=False
        Whether the two ends of an axis are neighbours, for all axes or for each: images
        of a torus or a cylinder, signals of a circle. What goes around is an essential
        bar of H1.
    mask : None, "missing" or array-like of bool, default=None
        Pixels that are not there, as numpy.ma has them: true where there is none. They
        never enter, their values count nowhere and their gradients are zero. With
        "missing" each sample has its own, where it is NaN or is masked as a numpy.ma
        array. The filtration ends with the last pixel that is there.
    tie_breaking : {"index", "random"}, default="index"
        Which of several equal pixels makes a bar: the first in C order, or one drawn
        at random. Diagrams do not depend on it, gradients do.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import Cubical
    >>> ring = np.array([[2, 1, 1], [1, 0.5, 1], [1, 1, 1]])
    >>> h0, h1 = persistence_diagrams(ring, Cubical(superlevel=True))
    >>> h0
    array([[2. , 0.5]])
    >>> h1
    array([[1. , 0.5]])

    Of a wave on a circle no more than two sides meet at either end of its valley:

    >>> wave = [2, 1, 3, 0]
    >>> persistence_diagrams(wave, Cubical(), 0)
    [array([[0., 3.],
           [1., 3.]])]
    >>> persistence_diagrams(wave, Cubical(periodic=True))
    [array([[0., 3.],
           [1., 2.]]), array([], shape=(0, 2), dtype=float64)]
    """

    @property
    def sample_ndim(self):
        """How many axes a sample may have."""
        self._check_params()
        return self._sample_ndim()

    def _sample_ndim(self):
        return (1, 2, 3) if self.ndim is None else (self.ndim,)

    sample_name = "signal, image or voxel grid"
    is_grid = True

    @property
    def takes_missing(self):
        """Whether samples may have NaN or masked entries."""
        return isinstance(self.mask, str)

    _parameter_constraints = {
        "superlevel": ["boolean"],
        "connectivity": [StrOptions(set(CONNECTIVITIES))],
        "ndim": [Options(numbers.Integral, {1, 2, 3}), None],
        "periodic": ["boolean", "array-like"],
        "mask": [StrOptions({"missing"}), "array-like", None],
        **TIE_BREAKING_CONSTRAINTS,
    }

    def __init__(
        self,
        superlevel=False,
        connectivity="full",
        ndim=None,
        periodic=False,
        mask=None,
        tie_breaking="index",
        random_state=None,
    ):
        self.superlevel = superlevel
        self.connectivity = connectivity
        self.ndim = ndim
        self.periodic = periodic
        self.mask = mask
        self.tie_breaking = tie_breaking
        self.random_state = random_state

    def build(self, x, previous=None):
        """Build the complex of one signal, image or voxel grid.

        Parameters
        ----------
        x : array-like of shape (n,), (h, w) or (d, h, w)
        previous : FilteredComplex or None, default=None
            The complex of a similar grid, for a faster sort.

        Returns
        -------
        GridComplex
        """
        self._check_params()
        if hasattr(x, "shape"):
            check_memory(
                _BYTES_A_PIXEL * math.prod(x.shape),
                f"The complex of a grid of shape {tuple(x.shape)}",
                "Take a part of it, or a coarser one.",
            )
        if self.ndim is None and getattr(x, "ndim", 0) == 3:
            check_no_colour(x.shape, x.dtype, "x of Cubical.build", is_batch=False)
        form, is_absent = (self._sample_ndim(), GRID[1]), None
        if self.mask is not None:
            x, is_absent = read_masked(x, self.mask, "Cubical.build")
        x = check_real_array(x, "x", "Cubical.build", form)
        return GridComplex(
            x.flatten(),
            x.shape,
            self.connectivity,
            periodic=check_periodic(self.periodic, x.ndim, "Cubical"),
            is_absent=is_absent,
            superlevel=bool(self.superlevel),
            priority=self._priority(x.size),
            previous=self._own(previous, GridComplex),
        )

    def _is_plain(self):
        """Whether all pixels are there and no axis closes, at a glance."""
        return self.mask is None and self.periodic is False

    def batch_bars(self, X, homology_dimensions, essential="drop", cache=None):
        """Bars of many grids at once; see ``Filtration.batch_bars``."""
        self._check_params()
        if self.tie_breaking != "index" or not self._is_plain():
            return super().batch_bars(X, homology_dimensions, essential, cache)
        check_essential(essential, "Cubical.batch_bars")
        return stacked_grid_bars(
            X,
            self.connectivity,
            check_homology_dimensions(
                homology_dimensions, _grid_name(X.shape[1:]), X.ndim - 1
            ),
            essential=essential,
            superlevel=bool(self.superlevel),
            cache=cache,
        )
