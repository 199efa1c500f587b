"""What became of the image itself, of which the steps see pooled copies only."""

import numpy as np

from sktopo._warnings import warn_user
from sktopo.objectives import PersistenceTerm

_PROGRESS = 0.1  # of F of the pooled copies: less may be chance


def value_of(image, filtration, functionals):
    """F of an image that is not pooled; NaN where that does not fit into the machine.

    Parameters
    ----------
    image : ndarray
    filtration : Filtration
    functionals : dict of {int: DiagramFunctional}

    Returns
    -------
    float
    """
    try:
        return float(PersistenceTerm(filtration, functionals)(image))
    except MemoryError:
        return np.nan


def is_missed(result, sign):
    """Whether F of the pooled copies is fine, and that of the image as it was or worse.

    It is fine where it has gone the right way, and where it has been 0 in all steps.

    Parameters
    ----------
    result : OptimizeResult
        Of ``stump``, with F of the image as ``before`` and ``after``.
    sign : float
        -1 where F is to become large.
    """
    first, last = ends_of(result)
    progress = sign * (first - last)
    is_fine = progress > _PROGRESS * abs(first)
    if result.functional.size:
        is_fine = is_fine or not result.functional.any()
    return (
        result.before != 0 and is_fine and sign * result.after >= sign * result.before
    )


def ends_of(result):
    """F of the pooled copies at the start and at the end: means of some steps."""
    n_steps = len(result.functional)
    if n_steps == 0:
        return 0.0, 0.0
    n = max(1, n_steps // 20)
    return result.functional[:n].mean(), result.functional[-n:].mean()


def warn_of_missed(missed, n_images):
    """Tell the user of a method which images have not changed as their copies did."""
    first, last = ends_of(missed[0])
    where = "" if n_images == 1 else f" in {len(missed)} of {n_images} images"
    warn_user(
        f"STUMPImageOptimizer changed F of the pooled copies from {first:.6g} to "
        f"{last:.6g}, but F of the image itself from {missed[0].before:.6g} to "
        f"{missed[0].after:.6g}{where}: pooling does not see what is smaller than its "
        "windows. Take smaller windows, or windows that overlap (a RandomPooling with "
        "stride=1), or pooling=1, the plain gradient.",
    )
