"""Filtrations by their names."""

import numpy as np

from sktopo._sklearn_compat import StrOptions
from sktopo._warnings import warn_user
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
_CLOUD = 10  # rows of 2 or 3 numbers that are hardly an image
_LARGEST_DELAUNAY = 3  # coordinates, beyond which it has too many simplices
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


def warn_of_points(filtration, x, owner):
    """Warn where points are read as an image, since that is the default."""
    if not isinstance(filtration, str) or filtration != "cubical":
        return
    try:
        shape = np.shape(x)
    except ValueError:  # ragged, of which the filtration tells
        return
    if len(shape) == 2 and shape[1] in (2, 3) and shape[0] >= _CLOUD:
        warn_user(
            f"{owner} reads an array of shape {shape} as an image, {shape[1]} pixels "
            "wide. For points give filtration='vietoris_rips'; filtration=Cubical() "
            "says that it is an image.",
        )


def as_filtration_of_points(
    filtration, n_points, n_coordinates, owner, *, is_for_loss=True
):
    """The same for point clouds; Vietoris-Rips where weak Alpha has nothing to offer.

    Raises
    ------
    TypeError
        If it is neither a filtration nor the name of one.
    ValueError
        If it is one of grids.

    Warns
    -----
    UserWarning
        If 'weak_alpha' is replaced where the loss needs it.
    """
    if isinstance(filtration, str) and filtration == "weak_alpha":
        few = n_points < n_coordinates + 2
        if few or n_coordinates > _LARGEST_DELAUNAY:
            if is_for_loss:
                warn_user(
                    f"{owner} uses the Vietoris-Rips filtration in place of "
                    "'weak_alpha', which is for up to 3 coordinates and at least 2 "
                    f"points more than coordinates. Got {n_points} points with "
                    f"{n_coordinates} coordinates; filtration='vietoris_rips' says the "
                    "same without this warning.",
                )
            return VietorisRips()
    filtration = as_filtration(filtration, owner)
    if filtration.is_grid:
        raise ValueError(
            f"The 'filtration' parameter of {owner} must be one of point clouds, such "
            f"as 'vietoris_rips' or Alpha(). Got {filtration!r}."
        )
    return filtration
