"""Say in advance what will not fit, instead of being killed on the way."""

import os

_UNKNOWN = 8 * 2**30  # where the system does not tell: a common machine's


def check_memory(needed, what, instead):
    """Raise MemoryError where more is needed than the machine has.

    Parameters
    ----------
    needed : float
        Bytes.
    what, instead : str
        What needs them, and what to do.
    """
    try:
        available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        available = _UNKNOWN
    if needed > available:
        raise MemoryError(
            f"{what} needs about {needed / 2**30:.1f} GiB of memory, and this machine "
            f"has {available / 2**30:.1f} GiB. {instead}"
        )
