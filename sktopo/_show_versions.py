"""What a report of a fault should say of the machine."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from sktopo._fast import fast_module

_DEPENDENCIES = ("sktopo", "scikit-learn", "numpy", "scipy", "gudhi", "joblib")
_FAST = {"numba": "numba", "redzed-tda": "redzed_tda", "POT": "ot"}
_OPTIONAL = ("matplotlib", "torch", "pandas")
_MISSING = "not installed"


def show_versions():
    """Print the versions of Python, of the machine and of what sktopo stands on.

    Of what the extra "fast" installs it says whether it is used, too. It is not where
    it cannot be imported, or where the environment variable ``SKTOPO_FAST`` is "0";
    results are the same with and without it.

    Examples
    --------
    >>> import sktopo
    >>> sktopo.show_versions()  # doctest: +ELLIPSIS
    Python         ...
    """
    rows = [("Python", sys.version.split()[0]), ("system", platform.platform())]
    rows += [(name, _version(name)) for name in _DEPENDENCIES]
    for name, module in _FAST.items():
        found = _version(name)
        if found != _MISSING:
            found += ", used" if fast_module(module) else ", not used"
        rows.append((name, found))
    rows += [(name, _version(name)) for name in _OPTIONAL]
    for name, found in rows:
        print(f"{name:14s} {found}")


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return _MISSING
