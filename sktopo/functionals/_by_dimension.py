"""A functional for each homology dimension."""

from sktopo._validation import check_homology_dimensions
from sktopo.base import DiagramFunctional

_DEFAULT = 0  # of homology_dimensions, wherever there may be a dict


def functionals_by_dimension(functional, homology_dimensions, owner):
    """The functional of each homology dimension.

    Parameters
    ----------
    functional : DiagramFunctional, or dict of {int: DiagramFunctional}
    homology_dimensions : int or tuple of int
        Those of a single functional; with a dict 0, which is the default, or its own.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    dict of {int: DiagramFunctional}

    Raises
    ------
    ValueError
        If it is neither, a dimension is none, or other dimensions are given beside a
        dict than it has.
    """
    if not isinstance(functional, dict):
        dimensions = check_homology_dimensions(homology_dimensions, owner)
        return dict.fromkeys(dimensions, functional)
    try:
        check_homology_dimensions(tuple(functional), owner)
        hold = all(isinstance(f, DiagramFunctional) for f in functional.values())
    except ValueError:
        hold = False
    if not hold:
        raise ValueError(
            f"The 'functional' parameter of {owner} must be a functional, or a dict "
            "with a functional for each homology dimension. "
            f"Got {functional!r} instead."
        )
    others = check_homology_dimensions(homology_dimensions, owner)
    if others != (_DEFAULT,) and set(others) != set(functional):
        raise ValueError(
            f"The 'homology_dimensions' parameter of {owner} must be left out, or be "
            f"the dimensions of the dict that is its 'functional', {list(functional)}. "
            f"Got {homology_dimensions!r} instead."
        )
    return functional
