"""Where points went."""

import numpy as np

from sktopo.plotting._display import Display, fitted_with

_GREY, _BLUE = "0.6", "C0"
_STRAIGHT_FRAMES = 30
_TRUE_SCALE = {"angles": "xy", "scale_units": "xy", "scale": 1.0, "width": 0.003}


class PointOptimizationDisplay(Display):
    """Points before and after, with arrows from start to end.

    It is best made by ``from_estimator``. Points of one coordinate are drawn on two
    lines, those of three in space, and of more the chosen ones are shown.

    Parameters
    ----------
    frames : sequence of ndarray of shape (n_points, n_coordinates)
        Places on the way; the first is the start, the last the end.
    coordinates : tuple of int or None, default=None
        Two or three of the coordinates; None for all, or for the first three.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    start_, end_ : matplotlib artists
        The points before and after.
    arrows_ : matplotlib artist

    Examples
    --------
    >>> from sktopo import TopoPointOptimizer
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.plotting import PointOptimizationDisplay
    >>> X, _ = make_noisy_circle(50, random_state=0)
    >>> optimizer = TopoPointOptimizer(max_iter=10).fit(X)
    >>> display = PointOptimizationDisplay.from_estimator(optimizer)
    >>> display.ax_.get_aspect()
    1.0
    """

    _path = None  # yields the places on the way, where frames are the ends alone

    def __init__(self, frames, *, coordinates=None):
        self.frames = frames
        self.coordinates = coordinates

    @classmethod
    def from_estimator(
        cls, estimator, *, coordinates=None, ax=None, point_kw=None, arrow_kw=None
    ):
        """Draw what a fitted TopoPointOptimizer has done.

        Parameters
        ----------
        estimator : TopoPointOptimizer
            Fitted.
        coordinates : tuple of int or None, default=None
            Two or three of the coordinates; None for all, or for the first three.
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes.
        point_kw, arrow_kw : dict or None, default=None
            For ``scatter``, the ends; and for ``quiver``.

        Returns
        -------
        PointOptimizationDisplay
        """
        estimator = fitted_with("motion_", estimator, cls.__name__)
        ends = estimator.motion_.start, estimator.points_
        display = cls(ends, coordinates=coordinates)
        display._path = estimator.motion_.path
        return display.plot(ax, point_kw=point_kw, arrow_kw=arrow_kw)

    def plot(self, ax=None, *, point_kw=None, arrow_kw=None):
        """Draw the points and arrows.

        Parameters
        ----------
        ax : matplotlib Axes or None, default=None
            Where to draw; None for new axes, in space for three coordinates.
        point_kw, arrow_kw : dict or None, default=None
            For ``scatter``, the ends; and for ``quiver``.

        Returns
        -------
        self
        """
        start, end = self._shown(self.frames[0]), self._shown(self.frames[-1])
        if start.shape[1] == 1:
            start = np.column_stack([start, np.zeros(len(start))])
            end = np.column_stack([end, np.ones(len(end))])
        is_space = start.shape[1] == 3
        ax = self._axes(ax, is_space)
        point_kw = {"s": 12, "color": _BLUE, "label": "end", **(point_kw or {})}
        scale = {"length": 1.0} if is_space else _TRUE_SCALE
        arrow_kw = {"color": _GREY, "alpha": 0.6, **scale, **(arrow_kw or {})}
        self.start_ = ax.scatter(*start.T, s=6, color=_GREY, label="start")
        self.arrows_ = ax.quiver(*start.T, *(end - start).T, **arrow_kw)
        self.end_ = ax.scatter(*end.T, **point_kw)
        ax.set_aspect("equal")
        return self

    def animate(self, filename=None, *, fps=15, ax=None, point_kw=None):
        """Let the points move along their way.

        Where only start and end are known, as under the method "gradient", they go
        straight.

        Parameters
        ----------
        filename : str, path-like or None, default=None
            Where to write the animation as a GIF.
        fps : int, default=15
            Frames in a second.
        ax : matplotlib Axes or None, default=None
        point_kw : dict or None, default=None
            For ``scatter``.

        Returns
        -------
        matplotlib.animation.FuncAnimation

        Examples
        --------
        >>> from sktopo.datasets import make_noisy_circle
        >>> X, _ = make_noisy_circle(50, random_state=0)
        >>> display = PointOptimizationDisplay([X, X / 2, X / 4])
        >>> display.animate("shrinking.gif")  # doctest: +SKIP
        """
        from matplotlib.animation import FuncAnimation, PillowWriter

        frames = self.frames if self._path is None else self._path()
        frames = [self._shown(frame) for frame in frames]
        if len(frames) == 2:
            frames = list(np.linspace(*frames, _STRAIGHT_FRAMES))
        if frames[0].shape[1] == 1:
            frames = [np.column_stack([f, np.zeros(len(f))]) for f in frames]
        is_space = frames[0].shape[1] == 3
        ax = self._axes(ax, is_space)
        point_kw = {"s": 12, "color": _BLUE, **(point_kw or {})}
        points = ax.scatter(*frames[0].T, **point_kw)
        low = np.min([frame.min(axis=0) for frame in frames], axis=0)
        high = np.max([frame.max(axis=0) for frame in frames], axis=0)
        margin = 0.05 * (high - low).max() or 1.0
        for axis, a, b in zip("xyz", low - margin, high + margin, strict=False):
            getattr(ax, f"set_{axis}lim")(a, b)
        ax.set_aspect("equal")

        def show(k):
            if is_space:
                points._offsets3d = tuple(frames[k].T)
            else:
                points.set_offsets(frames[k])
            return (points,)

        animation = FuncAnimation(
            ax.figure, show, frames=len(frames), interval=1000 / fps
        )
        if filename is not None:
            animation.save(filename, writer=PillowWriter(fps=fps))
        return animation

    def _shown(self, points):
        n_coordinates = points.shape[1]
        coordinates = self.coordinates
        if coordinates is None:
            coordinates = tuple(range(min(3, n_coordinates)))
        elif not (
            1 < len(coordinates) < 4
            and all(0 <= c < n_coordinates for c in coordinates)
        ):
            raise ValueError(
                "The 'coordinates' parameter of PointOptimizationDisplay must name two "
                f"or three of the {n_coordinates} coordinates. Got {coordinates!r}."
            )
        return points[:, list(coordinates)]

    def _axes(self, ax, is_space):
        if ax is not None and is_space != (ax.name == "3d"):
            raise ValueError(
                "The 'ax' parameter of PointOptimizationDisplay must be axes "
                f"{'in space' if is_space else 'in the plane'} for these coordinates. "
                f"Got {ax!r}."
            )
        return self._on(ax, projection="3d" if is_space else None)
