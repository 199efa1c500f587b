"""Persistence diagrams and barcodes."""

import numpy as np

from sktopo._diagrams import check_diagram
from sktopo._validation import check_int
from sktopo.diagrams import persistence_diagrams
from sktopo.plotting._display import Display

_MANY = 2000  # bars of one dimension from which their density is shown
_MARGIN = 0.06  # of the range of births and deaths
_GRID = 60  # hexagons from one side to the other
_CMAPS = ("Blues", "Oranges", "Greens")


class _BarsDisplay(Display):
    """What the two pictures of diagrams share: whose bars they are, and their range."""

    def __init__(self, diagrams, homology_dimensions=None):
        self.diagrams = diagrams
        self.homology_dimensions = homology_dimensions

    @classmethod
    def from_sample(
        cls,
        x,
        filtration="cubical",
        homology_dimensions=(0, 1),
        *,
        essential="drop",
        ax=None,
        **plot_params,
    ):
        """Compute the diagrams of one sample and draw them.

        Parameters
        ----------
        x : array-like
            What the filtration takes.
        filtration : Filtration or str, default="cubical"
            As of ``sktopo.persistence_diagrams``.
        homology_dimensions : int or tuple of int, default=(0, 1)
        essential : {"drop", "extremum"}, default="drop"
            Whether essential bars never die, and are drawn so, or die at the last value
            of the filtration.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **plot_params : dict
            For ``plot``.

        Returns
        -------
        display
        """
        dimensions = np.atleast_1d(homology_dimensions).tolist()
        found = persistence_diagrams(x, filtration, tuple(dimensions), essential)
        return cls(found, dimensions).plot(ax, **plot_params)

    @classmethod
    def from_diagrams(
        cls, diagrams, homology_dimensions=None, *, ax=None, **plot_params
    ):
        """Draw diagrams that are there.

        Parameters
        ----------
        diagrams : list of array-like of shape (n_bars, 2), or one such array
            Births and deaths; a death may be inf, or -inf for superlevel sets.
        homology_dimensions : sequence of int or None, default=None
            Of each diagram; None for 0, 1, and so on.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        **plot_params : dict
            For ``plot``.

        Returns
        -------
        display
        """
        return cls(diagrams, homology_dimensions).plot(ax, **plot_params)

    def _read(self):
        """The diagrams as arrays, their dimensions, and the range of their ends."""
        owner, diagrams = type(self).__name__, self.diagrams
        is_one = isinstance(diagrams, np.ndarray) and diagrams.ndim == 2
        if is_one or (len(diagrams) and np.shape(diagrams[0]) == (2,)):
            diagrams = [diagrams]
        diagrams = [check_diagram(diagram, owner) for diagram in diagrams]
        dimensions = self.homology_dimensions
        if dimensions is None:
            dimensions = range(len(diagrams))
        dimensions = np.atleast_1d(dimensions).tolist()
        if len(dimensions) != len(diagrams):
            raise ValueError(
                f"The 'homology_dimensions' of {owner} must be one for each diagram. "
                f"Got {len(dimensions)} for {len(diagrams)} diagrams."
            )
        ends = np.concatenate([np.empty(0), *(d.ravel() for d in diagrams)])
        ends = ends[np.isfinite(ends)]
        low, high = (ends.min(), ends.max()) if ends.size else (0.0, 1.0)
        # Of a range that is nothing beside the values the axes would have no length.
        margin = _MARGIN * max(high - low, 1e-9 * max(abs(low), abs(high)) or 1.0)
        return diagrams, dimensions, low - margin, high + margin


class PersistenceDiagramDisplay(_BarsDisplay):
    """Bars as points: births to the right, deaths upwards.

    The distance of a point from the diagonal is the lifetime of its bar; for superlevel
    sets points lie below the diagonal. Bars that never die stand on a dashed line at
    the end, where deaths are infinite. It is best made by ``from_sample`` or
    ``from_diagrams``.

    Parameters
    ----------
    diagrams : list of array-like of shape (n_bars, 2), or one such array
        Births and deaths; a death may be inf, or -inf for superlevel sets.
    homology_dimensions : sequence of int or None, default=None
        Of each diagram; None for 0, 1, and so on.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    points_ : list of matplotlib artists
        The bars of each diagram; where there are more than 2,000 of them, hexagons
        whose colour is the logarithm of their number.
    diagonal_ : matplotlib Line2D
    infinity_ : list of matplotlib Line2D
        Where the bars stand that never die.

    Examples
    --------
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.plotting import PersistenceDiagramDisplay
    >>> cloud, _ = make_noisy_circle(60, random_state=0)
    >>> display = PersistenceDiagramDisplay.from_sample(cloud, "vietoris_rips")
    >>> display.ax_.get_xlabel(), display.ax_.get_ylabel()
    ('birth', 'death')
    """

    def plot(self, ax=None, *, density="auto"):
        """Draw the diagrams.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        density : bool or "auto", default="auto"
            Whether the number of bars is shown instead of each; "auto" where a diagram
            has more than 2,000.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a diagram is none, or the dimensions are not as many as the diagrams.
        """
        if not isinstance(density, bool | np.bool_) and density != "auto":
            raise ValueError(
                "The 'density' parameter of PersistenceDiagramDisplay must be a bool "
                f"or 'auto'. Got {density!r}."
            )
        diagrams, dimensions, low, high = self._read()
        ax = self._on(ax)
        self.points_, self.infinity_ = [], []
        (self.diagonal_,) = ax.plot([low, high], [low, high], color="0.7", lw=1)
        falls = any((d[:, 1] < d[:, 0]).any() for d in diagrams)
        margin = (high - low) * _MARGIN
        never = {np.inf: high + margin, -np.inf: low - margin}
        for death, label in ((np.inf, r"$\infty$"), (-np.inf, r"$-\infty$")):
            if not any((d == death).any() for d in diagrams):
                continue
            line = ax.axhline(never[death], color="0.7", lw=1, ls="--")
            self.infinity_.append(line)
            ax.annotate(
                label,
                (1.01, never[death]),
                xycoords=("axes fraction", "data"),
                va="center",
            )
        for n, (diagram, dimension) in enumerate(
            zip(diagrams, dimensions, strict=True)
        ):
            births, deaths = diagram.T
            for death, height in never.items():
                deaths = np.where(deaths == death, height, deaths)
            colour = f"C{n % 10}"
            is_many = len(diagram) > _MANY if density == "auto" else density
            if is_many:
                artist = ax.hexbin(
                    births,
                    deaths,
                    gridsize=_GRID,
                    bins="log",
                    mincnt=1,
                    cmap=_CMAPS[n % len(_CMAPS)],
                    alpha=0.8,
                    zorder=2,
                )
                ax.plot([], [], "h", color=colour, label=f"H{dimension}, density")
            else:
                artist = ax.scatter(
                    births,
                    deaths,
                    s=18,
                    color=colour,
                    alpha=0.7,
                    zorder=3,
                    linewidths=0,
                    label=f"H{dimension}",
                )
            self.points_.append(artist)
        ax.set(xlabel="birth", ylabel="death", xlim=(low, high))
        heights = [line.get_ydata()[0] for line in self.infinity_]
        ax.set_ylim(
            min([low, *(y - margin for y in heights)]),
            max([high, *(y + margin for y in heights)]),
        )
        ax.set_aspect("equal", adjustable="box")
        if diagrams:
            ax.legend(loc="upper left" if falls else "lower right", fontsize="small")
        return self


class BarcodeDisplay(_BarsDisplay):
    """Bars as lines from birth to death, those of one dimension above each other.

    Within a dimension bars are in the order of their births, the first at the bottom;
    bars that never die end in an arrow. It is best made by ``from_sample`` or
    ``from_diagrams``.

    Parameters
    ----------
    diagrams : list of array-like of shape (n_bars, 2), or one such array
        Births and deaths; a death may be inf, or -inf for superlevel sets.
    homology_dimensions : sequence of int or None, default=None
        Of each diagram; None for 0, 1, and so on.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : list of matplotlib LineCollection
        The bars of each diagram.

    Examples
    --------
    >>> from sktopo.plotting import BarcodeDisplay
    >>> display = BarcodeDisplay.from_sample([0, 3, 1, 5, 2], homology_dimensions=0)
    >>> len(display.bars_[0].get_segments())
    3
    """

    def plot(self, ax=None, *, n_bars=100):
        """Draw the diagrams.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        n_bars : int or None, default=100
            How many bars of each dimension are drawn, the longest ones; None for all.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a diagram is none, or the dimensions are not as many as the diagrams.
        """
        diagrams, dimensions, low, high = self._read()
        if n_bars is not None:
            check_int(n_bars, "n_bars", type(self).__name__, 1)
        ax = self._on(ax)
        self.bars_, middles, place = [], [], 0
        for n, diagram in enumerate(diagrams):
            longest = np.argsort(-np.abs(np.diff(diagram).ravel()), kind="stable")
            diagram = diagram[np.sort(longest[:n_bars])]
            falls = diagram[:, 1] < diagram[:, 0]
            order = np.argsort(np.where(falls, -1, 1) * diagram[:, 0], kind="stable")
            births, deaths = diagram[order].T
            heights = place + np.arange(len(diagram))
            colour = f"C{n % 10}"
            ends = np.clip(deaths, low, high)
            self.bars_.append(ax.hlines(heights, births, ends, color=colour, lw=2))
            never = np.isinf(deaths)
            markers = np.where(deaths[never] > 0, ">", "<")
            for marker in np.unique(markers):
                some = markers == marker
                ax.plot(
                    ends[never][some],
                    heights[never][some],
                    str(marker),
                    color=colour,
                    ms=4,
                    clip_on=False,
                )
            middles.append(place + (len(diagram) - 1) / 2)
            place += len(diagram) + max(1, place // 20)
        ax.set(
            xlabel="birth to death",
            xlim=(low, high),
            yticks=middles,
            yticklabels=[f"H{dimension}" for dimension in dimensions],
        )
        ax.tick_params(axis="y", length=0)
        return self
