"""Filtrations by their names."""

from sktopo._sklearn_compat import StrOptions
from sktopo.base import Filtration
from sktopo.filtrations._alpha import Alpha
from sktopo.filtrations._cubical import Cubical
from sktopo.filtrations._vietoris_rips import VietorisRips
from sktopo.filtrations._weak_alpha import WeakAlpha

FILTRATIONS = {
    "alpha": Alpha,
    "cubical": Cubical,
    "vietoris_rips": VietorisRips,
    "weak_alpha": WeakAlpha,
}
FILTRATION_CONSTRAINT = [StrOptions(set(FILTRATIONS)), Filtration]


def as_filtration(filtration, owner, *, of_grids=False):
    """A filtration, also from its name.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is to be one of grids, and is none.
    """
    if isinstance(filtration, str) and filtration in FILTRATIONS:
        filtration = FILTRATIONS[filtration]()
    if not isinstance(filtration, Filtration):
        raise TypeError(
            f"The 'filtration' parameter of {owner} must be a Filtration, such as "
            f"Cubical(), or one of {sorted(FILTRATIONS)}. Got {filtration!r} instead."
        )
    if of_grids and not filtration.is_grid:
        raise ValueError(
            f"The 'filtration' parameter of {owner} must be one of grids, such as "
            f"Cubical(). Got {filtration!r} instead."
        )
    return filtration
