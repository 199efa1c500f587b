"""Say in advance what will not fit, instead of being killed on the way."""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

try:
    import resource
except ImportError:  # not on Windows
    resource = None

_UNKNOWN = 8 * 2**30  # where the system does not tell: a common machine's
_SMALL = 2**20  # bytes that need no look at the machine
_HUGE = 2**1000  # more than that no message needs to say
_KINDS = [] if resource is None else [resource.RLIMIT_AS, resource.RLIMIT_DATA]
_GROUPS, _OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def check_memory(needed, what, instead):
    """Raise MemoryError where more is needed than may be used.

    That is what the machine has, or the least limit of the process and of its control
    groups.

    Parameters
    ----------
    needed : float or int
        Bytes.
    what, instead : str
        What needs them, and what to do.
    """
    if needed <= _SMALL:
        return
    available = min(_of_the_machine(), _limit_of_the_process())
    if needed > available:
        needed = float(min(needed, _HUGE)) / 2**30
        raise MemoryError(
            f"{what} needs about {needed:.4g} GiB of memory, and here are "
            f"{available / 2**30:.4g} GiB. {instead}"
        )


def check_count(owner, name, count, bytes_each):
    """Raise MemoryError where a parameter asks for more of something than will fit.

    Parameters
    ----------
    owner, name : str
        Whose parameter it is, and what that is called.
    count : int
    bytes_each : int
    """
    what = f"What the {name!r} parameter of {owner} asks for"
    check_memory(count * bytes_each, what, "Take a smaller one.")


@lru_cache(maxsize=1)
def _of_the_machine():
    """What there is at all, and what control groups leave of it."""
    try:
        physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        physical = _UNKNOWN
    return min([physical, *_limits_of_groups()])


def _limits_of_groups():
    """The memory limits of the control groups of this process, of both versions."""
    try:
        lines = _OWN_GROUPS.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        return
    for line in lines:
        _, _, controllers_and_path = line.partition(":")
        controllers, _, path = controllers_and_path.partition(":")
        root, name = _GROUPS, "memory.max"
        if controllers:
            if "memory" not in controllers.split(","):
                continue
            root, name = _GROUPS / "memory", "memory.limit_in_bytes"
        group = root / path.lstrip("/")
        for directory in (group, *group.parents):
            if root not in (directory, *directory.parents):
                break
            with suppress(OSError, ValueError):  # none, or "max"
                yield int((directory / name).read_text(encoding="ascii"))


def _limit_of_the_process():
    limits = [resource.getrlimit(kind)[0] for kind in _KINDS]
    return min([limit for limit in limits if limit >= 0], default=_HUGE)
