"""Machine code from loops over cells, by numba. Imported only where numba is."""

import numba

_OPTIONS = {"nogil": True, "error_model": "numpy"}


def jit(function):
    """Compile a function when it is first called, and keep the code on the disk."""
    try:
        return numba.njit(function, cache=True, **_OPTIONS)
    except RuntimeError:  # there is no folder for it
        return numba.njit(function, **_OPTIONS)
