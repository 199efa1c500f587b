"""A batch of grids -> the same without the bars that are too short."""

import numbers
from collections import Counter

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Bunch

from sktopo._fitting import fit_context
from sktopo._progress import ProgressLine
from sktopo._samples import SameColumnsMixin, StatelessMixin, read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    N_JOBS,
    NON_NEGATIVE_LEVEL,
    POSITIVE_INT,
    check_homology_dimensions,
)
from sktopo._workers import in_even_chunks
from sktopo.diagrams import persistence_diagrams
from sktopo.filtrations import Cubical, LowerStar, as_complex
from sktopo.persistence import CONNECTIVITIES
from sktopo.simplification._flood import (
    simplified_source,
    simplified_vertices,
)


class PersistenceSimplifier(
    StatelessMixin, SameColumnsMixin, TransformerMixin, BaseEstimator
):
    """Remove all short bars of signals, images and voxel grids, exactly.

    Minima whose bars are too short are flooded up to the pass to one that is kept [1]_.
    With f the grid, t the threshold and one homology dimension, the result g is the
    smallest function above f whose H0 has lost these bars: its other bars are those of
    f to the bit, and 0 <= g - f <= t. For the highest dimension, loops of images and
    cavities of voxel grids, the same is done from above to the maxima that fill them.
    Each value of g is one of f's.

    With both dimensions, floods go by turns until no short bar is left, and the change
    stays within t on each side. Then a kept bar may move, or, rarely, be lost: the pass
    that a flood reaches may be where a loop is born. ``simplify`` counts them.

    Parameters
    ----------
    min_persistence : float >= 0 or None, default=None
        Bars of at most this lifetime are removed, in the unit of X. None is 0, which
        removes nothing, unless ``n_bars`` is given.
    n_bars : int >= 1, "auto" or None, default=None
        Keep so many of the longest bars of each dimension, of H0 the essential one
        among them, as long as the range of the values. Of equal lifetimes all or none
        are kept. With "auto" the bars above the largest gap between two lifetimes are
        kept, of each sample and dimension; ``simplify`` says how many.
    homology_dimensions : int, tuple of int or None, default=None
        0, the highest dimension of the grids (1 of images, 2 of voxel grids), or both.
        None is both; of signals it is 0. Loops of voxel grids cannot be simplified.
    superlevel : bool, default=False
        Bars of superlevel sets: maxima are cut down to their passes, and minima that
        fill holes of these are raised.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels are neighbours; see :class:`~sktopo.filtrations.Cubical`.
    simplices : list of sequences of int, array-like or None, default=None
        Of a graph or a mesh, as :class:`~sktopo.filtrations.LowerStar` takes them:
        samples are functions on its vertices, and H0 is simplified.
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals.
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
    sktopo.TopoImageOptimizer : Moves both ends of bars, which changes a grid by about
        half as much, and may move others.
    sktopo.peaks.find_peaks : The peaks that are left, with their prominences.
    sktopo.TopologicalTrend : The least-squares function of at most so many maxima.

    References
    ----------
    .. [1] H. Edelsbrunner, D. Morozov and V. Pascucci, "Persistence-sensitive
       simplification of functions on 2-manifolds", SoCG 2006,
       :doi:`10.1145/1137856.1137878`.

    Examples
    --------
    >>> from sktopo.simplification import PersistenceSimplifier
    >>> X = [[0, 3, 2, 5, 1, 4]]
    >>> PersistenceSimplifier(min_persistence=1).fit_transform(X)
    array([[0, 3, 3, 5, 1, 4]])
    >>> PersistenceSimplifier(n_bars=1).fit_transform(X)
    array([[0, 3, 3, 5, 5, 5]])
    >>> PersistenceSimplifier(n_bars="auto").fit([[0, 9, 1, 3, 2, 8]]).simplify(
    ...     [[0, 9, 1, 3, 2, 8]]
    ... ).simplified
    array([[0, 9, 1, 3, 3, 8]])

    On a star, whose centre is vertex 0:

    >>> star = PersistenceSimplifier(2, simplices=[(0, 1), (0, 2), (0, 3)])
    >>> star.fit_transform([[4, 0, 1, 3]])
    array([[4, 0, 1, 4]])
    """

    _parameter_constraints = {
        "min_persistence": [NON_NEGATIVE_LEVEL, None],
        "n_bars": [POSITIVE_INT, StrOptions({"auto"}), None],
        "homology_dimensions": ["array-like", numbers.Integral, None],
        "superlevel": ["boolean"],
        "connectivity": [StrOptions(set(CONNECTIVITIES))],
        "simplices": ["array-like", None],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        min_persistence=None,
        n_bars=None,
        *,
        homology_dimensions=None,
        superlevel=False,
        connectivity="full",
        simplices=None,
        image_shape=None,
        n_jobs=None,
        verbose=0,
    ):
        self.min_persistence = min_persistence
        self.n_bars = n_bars
        self.homology_dimensions = homology_dimensions
        self.superlevel = superlevel
        self.connectivity = connectivity
        self.simplices = simplices
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters against X; nothing is learned.

        Parameters
        ----------
        X : array-like or list of array-like
            Signals in rows, or flat images with ``image_shape``; images or voxel grids.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the samples have no such dimensions, or a parameter cannot be.
        """
        x = self._read(X, reset=True).arrays[0]
        self._filtration().build(x)
        self._dimensions(x.ndim)
        return self

    def transform(self, X):
        """Simplify every sample.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape, or list of ndarray
            Of X's type of numbers.
        """
        self._check_container()
        return self.value_and_pullback(X)[0]

    def value_and_pullback(self, X):
        """Simplify every sample, and the pullback of gradients.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        simplified : ndarray of X's shape, or list of ndarray
        pullback : callable
            From gradients in the form of ``simplified`` to those in X: each goes to the
            pixel whose value was taken.
        """
        samples, sources, simplified = self._simplified(X)
        pairs = list(zip(samples.arrays, sources, strict=True))

        def pullback(grads):
            return samples.restore(
                [
                    np.bincount(source, np.ravel(grad), x.size).reshape(x.shape)
                    for (x, source), grad in zip(pairs, grads, strict=True)
                ]
            )

        return samples.restore(simplified), pullback

    def simplify(self, X):
        """Simplify every sample, and count what has become of its bars.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        Bunch
            ``simplified``, as ``transform`` returns it; and ndarrays of int of shape
            (n_samples, n_dimensions): ``n_removed`` bars, ``n_kept``, one essential
            bar of H0 among them as in ``n_bars``, and of these
            ``n_moved``, whose birth or death has changed, and ``n_lost``, which floods
            of the other dimension have removed. The last two are zero where one
            dimension is simplified.
        """
        samples, _, simplified = self._simplified(X)
        counts = [
            [self._fates(x, y, k) for k in self._dimensions(x.ndim)]
            for x, y in zip(samples.arrays, simplified, strict=True)
        ]
        found = np.moveaxis(np.array(counts), 2, 0)
        names = ("n_removed", "n_kept", "n_moved", "n_lost")
        counts = dict(zip(names, found, strict=True))
        return Bunch(simplified=samples.restore(simplified), **counts)

    def _simplified(self, X):
        """The samples of X, where their new values come from, and these."""
        samples = self._read(X, reset=False)
        line = ProgressLine(
            type(self).__name__, len(samples.arrays), "sample", self.verbose
        )
        sources = in_even_chunks(self._sources, samples.arrays, self.n_jobs, line=line)
        pairs = zip(samples.arrays, sources, strict=True)
        taken = [x.ravel()[source].reshape(x.shape) for x, source in pairs]
        return samples, sources, taken

    def _fates(self, x, y, dimension):
        """How many bars are removed, kept, moved and lost."""
        before, after = (self._finite_bars(grid, dimension) for grid in (x, y))
        is_kept = self._keeps(x)(dimension, np.abs(before[:, 1] - before[:, 0]))
        left = Counter(map(tuple, before[is_kept].tolist()))
        left.subtract(map(tuple, after.tolist()))
        n_finite, n_gone = int(is_kept.sum()), sum((+left).values())
        n_lost, n_kept = n_finite - len(after), n_finite + (dimension == 0)
        return len(before) - n_finite, n_kept, n_gone - n_lost, n_lost

    def _finite_bars(self, x, dimension):
        (bars,) = persistence_diagrams(x, self._filtration(), dimension, "drop")
        return bars[np.isfinite(bars[:, 1])]

    def _sources(self, arrays, start):
        if self.simplices is None:
            return [self._source(x) for x in arrays]
        filtration = self._filtration()  # it reads the simplices once
        by_dimension, _ = as_complex(self.simplices, type(self).__name__)
        edges = by_dimension[0] if by_dimension else np.empty((0, 2), dtype=np.intp)
        return [
            simplified_vertices(filtration.build(x), edges, self._keeps(x))
            for x in arrays
        ]

    def _filtration(self):
        """What says which samples can be, and where they are connected."""
        if self.simplices is not None:
            return LowerStar(self.simplices, superlevel=self.superlevel)
        return Cubical(superlevel=self.superlevel, connectivity=self.connectivity)

    def _source(self, x):
        complex_ = self._filtration().build(x)
        values = np.asarray(complex_.values).reshape(complex_.shape)
        if self.superlevel:
            values = -values.astype(np.float64)
        return simplified_source(
            values,
            self._dimensions(x.ndim),
            self._keeps(x),
            connectivity=self.connectivity,
        )

    def _keeps(self, x):
        """From a dimension and finite lifetimes of a sample to which bars are kept."""
        extent = float(x.max()) - float(x.min())
        gaps = {}

        def is_long(dimension, lifetimes):
            least = self.min_persistence or 0.0
            if self.n_bars is None:
                return lifetimes > least
            # The essential bar of H0 is the longest.
            essential = [extent] if dimension == 0 else []
            longest = np.append(essential, np.sort(lifetimes)[::-1])
            if isinstance(self.n_bars, str):
                # It is that of the sample, whatever floods make of it.
                found = gaps.setdefault(dimension, _below_largest_gap(longest))
                least = max(least, found)
            elif self.n_bars < longest.size:
                least = max(least, longest[self.n_bars])
            return lifetimes > least

        return is_long

    def _dimensions(self, ndim):
        name = type(self).__name__
        possible = (0,) if ndim == 1 else (0, ndim - 1)
        if self.homology_dimensions is None:
            return possible
        dimensions = check_homology_dimensions(self.homology_dimensions, name)
        if not set(dimensions) <= set(possible):
            raise ValueError(
                f"The 'homology_dimensions' parameter of {name} must be among "
                f"{possible} for samples of {ndim} axes. Got {dimensions}."
            )
        return dimensions

    def _read(self, X, *, reset):
        return read_samples(self, X, reset=reset, kind=self._filtration())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = self.simplices is None
        return tags


def _below_largest_gap(descending):
    """The lifetime below the largest gap; 0 where there is none."""
    gaps = -np.diff(descending)
    return descending[1 + np.argmax(gaps)] if gaps.any() else 0.0
