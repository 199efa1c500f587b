"""What the examples on points share: pictures of them in space."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
from shared import SHORT, save, stored

__all__ = ["SHORT", "save", "show", "stored", "upright"]


def upright(points):
    """The mesh is stored on its back: its height is the second coordinate."""
    x, y, z = points.T
    return np.column_stack([x, -z, y])


def show(ax, points, title, limits=None, **style):
    """A cloud in space, all axes on one scale, near points in darker colour."""
    limits = points if limits is None else limits
    low, high = limits.min(axis=0), limits.max(axis=0)
    ax.scatter(*points.T, linewidths=0, **style)
    for axis, a, b in zip("xyz", low, high, strict=True):
        getattr(ax, f"set_{axis}lim")(a, b)
    ax.set_box_aspect(high - low, zoom=1.3)
    ax.view_init(elev=15, azim=-60)
    ax.set_axis_off()
    ax.set_title(title)
