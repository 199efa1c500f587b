"""A functional for each homology dimension."""

from sktopo._validation import check_homology_dimensions


def functionals_by_dimension(functional, homology_dimensions, owner):
    """The functional of each homology dimension.

    Parameters
    ----------
    functional : DiagramFunctional, or dict of {int: DiagramFunctional}
    homology_dimensions : int or tuple of int
        Those of a single functional; not used with a dict.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    dict of {int: DiagramFunctional}

    Raises
    ------
    ValueError
        If it is neither, or a dimension is none.
    """
    if not isinstance(functional, dict):
        dimensions = check_homology_dimensions(homology_dimensions, owner)
        return dict.fromkeys(dimensions, functional)
    try:
        check_homology_dimensions(tuple(functional), owner)
        hold = all(hasattr(f, "value_and_grad") for f in functional.values())
    except ValueError:
        hold = False
    if not hold:
        raise ValueError(
            f"The 'functional' parameter of {owner} must be a functional, or a dict "
            "with a functional for each homology dimension. "
            f"Got {functional!r} instead."
        )
    return functional
