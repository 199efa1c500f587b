"""What all examples share: a short form, data from a folder, and where figures go."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

SHORT = bool(os.environ.get("SKTOPO_SHORT"))


def stored(name):
    """The arrays of a file in the folder SKTOPO_DATA, or None where there is none."""
    path = Path(os.environ.get("SKTOPO_DATA", ""), name)
    return np.load(path, allow_pickle=False) if path.is_file() else None


def save(fig, name):
    """Store the figure where there is no screen."""
    if plt.get_backend().lower() == "agg":
        fig.savefig(name, dpi=100)
        print(f"\nFigure: {name}")
    else:
        plt.show()
