"""What the examples on points share: data, pictures of them, and where these go."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

SHORT = bool(os.environ.get("SKTOPO_SHORT"))


def stored(name):
    """The arrays of a file in the folder SKTOPO_DATA, or None where there is none."""
    path = Path(os.environ.get("SKTOPO_DATA", ""), name)
    return np.load(path, allow_pickle=False) if path.is_file() else None


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


def save(fig, name):
    """Store the figure where there is no screen."""
    if plt.get_backend().lower() == "agg":
        fig.savefig(name, dpi=100)
        print(f"\nFigure: {name}")
    else:
        plt.show()
