"""What the extra "fast" installs, where it is there and not turned off."""

import importlib
import os
from functools import lru_cache

_SWITCH = "SKTOPO_FAST"


def fast_module(name):
    """A module of the extra "fast", imported where it is first used.

    Parameters
    ----------
    name : str
        Such as "numba", "ot.lp" or "redzed_tda".

    Returns
    -------
    module or None
        None where it is missing, or where the environment variable ``SKTOPO_FAST`` is
        "0". Results are the same with and without it, to the bit.
    """
    return None if os.environ.get(_SWITCH) == "0" else _imported(name)


@lru_cache
def _imported(name):
    try:
        return importlib.import_module(name)
    except ImportError:  # also where it does not take the installed numpy
        return None
