"""Filtrations by their names."""

from sktopo._sklearn_compat import HasMethods, StrOptions
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
FILTRATION_CONSTRAINT = [StrOptions(set(FILTRATIONS)), HasMethods(["build"])]


def as_filtration(filtration, owner):
    """A filtration, also from its name.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(filtration, str) and filtration in FILTRATIONS:
        return FILTRATIONS[filtration]()
    if isinstance(filtration, type) or not hasattr(filtration, "build"):
        raise TypeError(
            f"The 'filtration' parameter of {owner} must be a Filtration, such as "
            f"Cubical(), or one of {sorted(FILTRATIONS)}. Got {filtration!r} instead."
        )
    return filtration
