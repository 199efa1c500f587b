"""x -> filtered complex: values on cells, their order, and the pullback to x."""

from sktopo.filtrations._alpha import Alpha
from sktopo.filtrations._by_name import (
    FILTRATION_CONSTRAINT,
    FILTRATIONS,
    as_filtration,
    as_filtration_of_points,
    warn_of_points,
)
from sktopo.filtrations._cubical import Cubical
from sktopo.filtrations._dtm_rips import DTMRips
from sktopo.filtrations._lower_star import LowerStar
from sktopo.filtrations._nerve import as_sets, families, nerve
from sktopo.filtrations._simplices import as_complex, closure
from sktopo.filtrations._vietoris_rips import VietorisRips
from sktopo.filtrations._weak_alpha import WeakAlpha

__all__ = [
    "FILTRATIONS",
    "FILTRATION_CONSTRAINT",
    "Alpha",
    "Cubical",
    "DTMRips",
    "LowerStar",
    "VietorisRips",
    "WeakAlpha",
    "as_complex",
    "as_filtration",
    "as_filtration_of_points",
    "as_sets",
    "closure",
    "families",
    "nerve",
    "warn_of_points",
]
