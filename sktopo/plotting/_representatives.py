"""The loops, components and cycles behind the longest bars."""

import numpy as np

from sktopo._validation import check_int
from sktopo.diagrams import persistence_pairs
from sktopo.filtrations import as_filtration
from sktopo.plotting._display import Display


class RepresentativesDisplay(Display):
    """An image or a cloud, with what its longest bars stand for.

    It is best made by ``from_sample``.

    Parameters
    ----------
    sample : ndarray of shape (h, w), (n,) or (n_points, 2)
    bars : PersistenceBars
        With representatives, as ``persistence_pairs`` returns them.
    is_grid : bool
        Whether the sample is a signal or an image, or else a cloud.
    n_bars : int, default=5
        How many are drawn, the longest first; those of no lifetime never are.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    artists_ : list of matplotlib artists
        One for each bar.

    Examples
    --------
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.plotting import RepresentativesDisplay
    >>> cloud, _ = make_noisy_circle(60, random_state=0)
    >>> display = RepresentativesDisplay.from_sample(
    ...     cloud, "vietoris_rips", homology_dimension=1, n_bars=1
    ... )
    >>> len(display.artists_)
    1
    """

    def __init__(self, sample, bars, is_grid, n_bars=5):
        self.sample = sample
        self.bars = bars
        self.is_grid = is_grid
        self.n_bars = n_bars

    @classmethod
    def from_sample(
        cls, x, filtration="cubical", *, homology_dimension=1, n_bars=5, ax=None
    ):
        """Compute the bars of one dimension with their representatives and draw them.

        Parameters
        ----------
        x : array-like of shape (h, w), (n,) or (n_points, 2)
        filtration : Filtration or str, default="cubical"
            What ``persistence_pairs`` takes.
        homology_dimension : {0, 1}, default=1
        n_bars : int, default=5
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.

        Returns
        -------
        RepresentativesDisplay

        Raises
        ------
        ValueError
            If the sample cannot be drawn in the plane, or its bars have no
            representatives.
        """
        filtration = as_filtration(filtration, cls.__name__)
        is_cloud = filtration.sample_ndim == (2,)
        if getattr(filtration, "metric", "euclidean") == "precomputed":
            is_cloud = False
        if not filtration.is_grid and not is_cloud:
            raise ValueError(
                f"The 'filtration' parameter of {cls.__name__} must be one of grids or "
                f"of points. Got {filtration!r}."
            )
        if isinstance(homology_dimension, bool) or homology_dimension not in (0, 1):
            raise ValueError(
                f"The 'homology_dimension' parameter of {cls.__name__} must be 0 or 1. "
                f"Got {homology_dimension!r}."
            )
        (bars,) = persistence_pairs(
            x, filtration, homology_dimension, representatives=True
        )
        sample = np.ma.masked_invalid(x) if filtration.is_grid else np.asarray(x)
        return cls(sample, bars, filtration.is_grid, n_bars).plot(ax)

    def plot(self, ax=None):
        """Draw the sample and the representatives.

        Components are areas of pixels or points; cycles are closed lines.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the sample cannot be drawn in the plane.
        """
        sample = np.ma.asanyarray(self.sample)
        check_int(self.n_bars, "n_bars", type(self).__name__, 1)
        if self.bars.representatives is None:
            raise ValueError(
                f"The 'bars' of {type(self).__name__} must have representatives. Got "
                "bars of persistence_pairs without representatives=True."
            )
        if sample.ndim > 2 or (not self.is_grid and sample.shape[1] != 2):
            raise ValueError(
                f"The 'sample' of {type(self).__name__} must be a signal, an image or "
                f"points in the plane. Got shape {sample.shape}."
            )
        ax = self._on(ax)
        if not self.is_grid:
            ax.plot(*sample.T, ".", color="0.6", ms=4)
            ax.set_aspect("equal")
        elif sample.ndim == 1:
            ax.plot(sample, color="0.6")
        else:
            ax.imshow(sample, cmap="gray")
            ax.set(xticks=[], yticks=[])
        lives = self.bars.diagram[:, 0] != self.bars.diagram[:, 1]
        self.artists_ = [
            self._draw(ax, self.bars.representatives[i], f"C{n % 10}")
            for n, i in enumerate(np.flatnonzero(lives)[: self.n_bars].tolist())
        ]
        return self

    def _places(self, cells):
        """Where cells are drawn, shape (n, 2) with x in front of y."""
        sample = np.asarray(self.sample)
        if not self.is_grid:
            return sample[cells]
        if sample.ndim == 1:
            return np.column_stack([cells[:, 0], sample[cells[:, 0]]])
        return cells[:, ::-1]

    def _draw(self, ax, cells, colour):
        from matplotlib.colors import to_rgba

        shape = np.shape(self.sample)
        if self.bars.dimension == 0 and self.is_grid and len(shape) == 2:
            tinted = np.zeros((*shape, 4))
            tinted[tuple(cells.T)] = to_rgba(colour, 0.5)
            return ax.imshow(tinted)
        places = self._places(cells)
        if self.bars.dimension == 0:
            return ax.plot(*places.T, "s", color=colour, ms=3, alpha=0.5)[0]
        return ax.plot(*np.append(places, places[:1], axis=0).T, color=colour)[0]
