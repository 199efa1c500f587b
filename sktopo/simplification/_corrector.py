"""A batch of maps -> the nearest ones with a prescribed topology."""

import math
import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Bunch

from sktopo._fitting import fit_context
from sktopo._progress import ProgressLine
from sktopo._samples import SameColumnsMixin, StatelessMixin, read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    LARGEST,
    N_JOBS,
    NON_NEGATIVE_INT,
    NON_NEGATIVE_LEVEL,
    Range,
)
from sktopo._warnings import warn_user
from sktopo._workers import in_even_chunks
from sktopo.filtrations import Cubical
from sktopo.persistence import CONNECTIVITIES
from sktopo.simplification._correction import match_counts
from sktopo.simplification._flood import simplified_source
from sktopo.simplification._level_set import LevelSet


class TopologyCorrector(
    StatelessMixin, SameColumnsMixin, TransformerMixin, BaseEstimator
):
    """Give maps a number of components and of holes, with little change.

    The maps are those of a pixel classifier, or any images; what lies above the
    threshold is the mask, whose components and holes are counted. Pixels move to just
    above the threshold or down to it, by the sum of squared changes. Components that
    are too many are erased or joined to others along paths of least change; on the
    minimum spanning tree of these paths the best choice of both is exact. Holes are
    filled or opened, which is the same for the complement. Where there are too few,
    some begin or are cut from others at their peaks. Each change is counted again,
    until the numbers are as prescribed.

    Parameters
    ----------
    n_components : int >= 0 or None, default=None
        Of the mask; None is any number.
    n_holes : int >= 0 or None, default=None
        Bounded components of the complement: holes of images, cavities of voxel grids.
        The complement reaches around the image: what touches the border is no hole.
        None is any number.
    threshold : float, default=0.5
        Pixels above it are in the mask. It is rounded to the type of the maps.
    min_persistence : float >= 0 or None, default=None
        First remove all components and holes, at all thresholds, that do not last
        longer than this, as :class:`PersistenceSimplifier` does.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels of the mask are neighbours; see
        :class:`~sktopo.filtrations.Cubical`. Of "full" (8 neighbours) the holes have
        "face" (4), and the other way round.
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals, which have no holes.
    n_jobs : int or None, default=None
        Samples are spread over so many workers of joblib. The result is the same.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the samples.

    Attributes
    ----------
    sample_shape_ : tuple of int or None
        Shape of the grids, where X is an array of them.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where X has names.

    See Also
    --------
    PersistenceSimplifier : Removes short bars, whatever their number.

    Notes
    -----
    The numbers are exact, or an error says that they were not reached: in grids of a
    few pixels, where one component or hole more has to move all others, that happens
    to numbers for which there is room. The change is small but not always the least:
    finding the tree of least change in a graph is NP-hard, and is approximated within
    a factor of two. Where both numbers are prescribed, components and holes are mended
    by turns, in both orders, and pixels that one turn has moved are dear to the next;
    the better result is taken. For n components and p pixels a turn takes about
    p log p + n^2. Tunnels of voxel grids are left to themselves.

    Examples
    --------
    Three components become two, by the pixel that is the cheapest bridge:

    >>> import numpy as np
    >>> from sktopo.simplification import TopologyCorrector
    >>> maps = np.array([[[0.9, 0.4, 0.8, 0.1, 0.2, 0.1, 0.9, 0.9]]])
    >>> corrected = TopologyCorrector(2).correct(maps)
    >>> corrected.masks.astype(int)
    array([[[1, 1, 1, 0, 0, 0, 1, 1]]])
    >>> corrected.n_components, corrected.n_holes
    (array([2]), array([0]))
    """

    _parameter_constraints = {
        "n_components": [NON_NEGATIVE_INT, None],
        "n_holes": [NON_NEGATIVE_INT, None],
        "threshold": [Range(numbers.Real, -LARGEST, LARGEST, closed="both")],
        "min_persistence": [NON_NEGATIVE_LEVEL, None],
        "connectivity": [StrOptions(set(CONNECTIVITIES))],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_components=None,
        n_holes=None,
        *,
        threshold=0.5,
        min_persistence=None,
        connectivity="full",
        image_shape=None,
        n_jobs=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.n_holes = n_holes
        self.threshold = threshold
        self.min_persistence = min_persistence
        self.connectivity = connectivity
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters against X; nothing is learned.

        Parameters
        ----------
        X : array-like or list of array-like
            Images or voxel grids, or rows.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the samples have no room for what is prescribed.
        """
        for x in self._read(X, reset=True).arrays:
            self._check_room(x.shape)
        return self

    def transform(self, X):
        """Correct every sample.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape, or list of ndarray
            Of X's type of floating-point numbers; float64 of integers.

        Raises
        ------
        ValueError
            If a sample cannot be given what is prescribed; the message says what was
            reached.
        """
        self._check_container()
        return self.correct(X).maps

    def correct(self, X):
        """Correct every sample, and count.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        Bunch
            ``maps``, as ``transform`` returns them; ``masks``, where they are above the
            threshold; ``n_components`` and ``n_holes`` of each, ndarrays of int of
            shape (n_samples,); ``changes``, their sums of squared changes.

        Raises
        ------
        ValueError
            If a sample cannot be given what is prescribed.

        Warns
        -----
        UserWarning
            If the threshold lies outside of the range of all maps.
        """
        samples = self._read(X, reset=False)
        grids = list(map(_as_float, samples.arrays))
        line = ProgressLine(type(self).__name__, len(grids), "sample", self.verbose)
        found = in_even_chunks(self._corrected, grids, self.n_jobs, line=line)
        self._warn_of_range(grids)
        maps, counts = zip(*found, strict=True)
        n_components, n_holes = np.transpose(counts)
        pairs = zip(maps, grids, strict=True)
        return Bunch(
            maps=samples.restore(list(maps)),
            masks=samples.restore([x > x.dtype.type(self.threshold) for x in maps]),
            n_components=n_components,
            n_holes=n_holes,
            changes=np.array([_squared_change(new, old) for new, old in pairs]),
        )

    def _warn_of_range(self, grids):
        low = min(float(x.min()) for x in grids)
        high = max(float(x.max()) for x in grids)
        if low < high and not low <= self.threshold < high:
            warn_user(
                f"X of {type(self).__name__} ranges from {low:.6g} to {high:.6g}, and "
                f"'threshold' is {self.threshold:.6g}: all or nothing is above it. Set "
                "threshold to a value in the range of the maps."
            )

    def _read(self, X, *, reset):
        return read_samples(self, X, reset=reset, kind=Cubical())

    def _corrected(self, grids, start):
        return [self._one(x, i) for i, x in enumerate(grids, start)]

    def _one(self, x, i):
        self._check_room(x.shape)
        largest = float(np.finfo(x.dtype).max)
        if abs(self.threshold) >= largest:
            raise ValueError(
                f"The 'threshold' parameter of {type(self).__name__} must be in the "
                f"range of {x.dtype}, up to {largest}. Got {self.threshold}."
            )
        if self.min_persistence is not None:
            dimensions = sorted({0, x.ndim - 1})
            source = simplified_source(
                -x, dimensions, self._lasts, connectivity=self.connectivity
            )
            x = x.ravel()[source].reshape(x.shape)
        level_set = LevelSet(x, self.threshold, self.connectivity)
        is_reached = match_counts(level_set, self.n_components, self.n_holes)
        n_components, n_holes = level_set.numbers()
        if not is_reached:
            raise ValueError(
                f"Sample {i} of X could not be given n_components={self.n_components} "
                f"and n_holes={self.n_holes} by {type(self).__name__}. Got "
                f"{n_components} and {n_holes}: there is little room in a grid of "
                f"shape {x.shape}; prescribe others, or one of them only."
            )
        return level_set.nearest_grid(), (n_components, n_holes)

    def _lasts(self, dimension, lifetimes):
        return lifetimes > self.min_persistence

    def _check_room(self, shape):
        """Raise ValueError where so many regions have no room in a grid."""
        name = type(self).__name__
        inner = [max(n - 2, 0) for n in shape]
        most = {
            "n_components": _most(shape, is_full=self.connectivity == "full"),
            "n_holes": _most(inner, is_full=self.connectivity == "face"),
        }
        if len(shape) == 1 or self.n_components == 0:
            most["n_holes"] = 0
        for parameter, room in most.items():
            value = getattr(self, parameter)
            if value is not None and value > room:
                raise ValueError(
                    f"The {parameter!r} parameter of {name} must be in the range [0, "
                    f"{room}] for grids of shape {shape}. Got {value}."
                )


def _most(shape, *, is_full):
    """A bound for the regions of one pixel that do not touch."""
    if is_full:
        return math.prod((n + 1) // 2 for n in shape)
    return (math.prod(shape) + 1) // 2


def _squared_change(new, old):
    return float((np.subtract(new, old, dtype=np.float64) ** 2).sum())


def _as_float(x):
    return x if x.dtype.kind == "f" else x.astype(np.float64)
