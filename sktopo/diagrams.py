"""From data to diagrams in one line."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sktopo._validation import check_essential, check_homology_dimensions
from sktopo.filtrations import as_filtration, warn_of_points
from sktopo.persistence import Bars

__all__ = ["PersistenceBars", "persistence_diagrams", "persistence_pairs"]


class PersistenceBars(NamedTuple):
    """The bars of one homology dimension with the cells that made them.

    Longest first. A row of ``births`` or ``deaths`` names a cell in the terms of the
    input: the coordinates of a pixel, the index of a vertex or point, or the points of
    an edge or a simplex. A row of -1 stands for "never".

    Parameters
    ----------
    dimension : int
        Of the homology.
    diagram : ndarray of shape (n_bars, 2)
        Births and deaths.
    births, deaths : ndarray of int of shape (n_bars, k)
        The cells that made them.
    representatives, regions : sequence of ndarray, or None
        For each bar; see ``persistence_pairs``.

    Examples
    --------
    >>> from sktopo import persistence_pairs
    >>> (bars,) = persistence_pairs([0, 3, 1, 5, 2], "cubical", 0)
    >>> bars.deaths.ravel().tolist()
    [-1, 3, 1]
    """

    dimension: int
    diagram: np.ndarray  # (n_bars, 2)
    births: np.ndarray  # (n_bars, k) int
    deaths: np.ndarray  # (n_bars, l) int
    representatives: Sequence | None = None
    regions: Sequence | None = None


def persistence_diagrams(
    x, filtration="cubical", homology_dimensions=(0, 1), essential="extremum"
):
    """Compute the persistence diagrams of one sample.

    Parameters
    ----------
    x : array-like
        A signal, an image, a voxel grid, a point cloud, a distance matrix or a
        function on a complex: what the filtration takes.
    filtration : Filtration or str, default="cubical"
        One of ``sktopo.filtrations``, or "cubical", "vietoris_rips", "weak_alpha" or
        "alpha" for one with its defaults.
    homology_dimensions : int or tuple of int, default=(0, 1)
        0 is components, 1 loops, 2 cavities.
    essential : {"extremum", "drop"}, default="extremum"
        Bars that never die end where the filtration does, such as at the last pixel
        (see the Conventions of ``sktopo.base``), or have death inf (-inf for superlevel
        sets).

    Returns
    -------
    list of ndarray of shape (n_bars, 2)
        For each dimension births and deaths in the units of the data, longest first.
        Bars of zero lifetime are left out. With "extremum" that is also the only bar
        of a constant image or of one point, which ends where it begins: it has no bar.

    Raises
    ------
    TypeError
        If the filtration is none.
    ValueError
        If x or a dimension is none that the filtration can take, or ``essential`` is
        neither of the two.

    Examples
    --------
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import Cubical
    >>> signal = [0, 3, 1, 5, 2, 4, 0.5]
    >>> persistence_diagrams(signal, Cubical(), 0)[0]
    array([[0. , 5. ],
           [0.5, 5. ],
           [1. , 3. ],
           [2. , 4. ]])
    >>> persistence_diagrams(signal, Cubical(), 0, essential="drop")[0][0]
    array([ 0., inf])
    """
    warn_of_points(filtration, x, "persistence_diagrams")
    filtration = as_filtration(filtration, "persistence_diagrams")
    dimensions = check_homology_dimensions(homology_dimensions, "persistence_diagrams")
    check_essential(essential, "persistence_diagrams")
    return diagrams_of(filtration.build(x), dimensions, essential)


def persistence_pairs(
    x, filtration="cubical", homology_dimensions=(0, 1), *, representatives=False
):
    """Compute the bars of one sample with the cells that made them.

    Parameters
    ----------
    x : array-like
        What the filtration takes.
    filtration : Filtration or str, default="cubical"
        One of ``sktopo.filtrations``, or "cubical", "vietoris_rips", "weak_alpha" or
        "alpha" for one with its defaults.
    homology_dimensions : int or tuple of int, default=(0, 1)
        0 is components, 1 loops, 2 cavities.
    representatives : bool, default=False
        Whether the bars come with what they stand for, each computed when it is taken.

        - H0: the component just before it merges with an older one, from the cell of
          its birth on: pixels, or points of a cloud.
        - H1 of images and clouds: a shortest closed chain of pixels or points among
          those that are born with the bar; of an image it goes around the pixel of the
          death. The last one is a neighbour of the first.
        - H2 of voxel grids: the voxels around the cavity.

        Where a cycle encloses pixels or voxels, ``regions`` has those of its birth.

    Returns
    -------
    list of PersistenceBars
        One for each dimension. Unlike in ``persistence_diagrams``, bars of zero
        lifetime are kept, and essential bars have death inf, or -inf for superlevel
        sets, since no cell ends them.

    Raises
    ------
    TypeError
        If the filtration is none.
    ValueError
        If x or a dimension is none that the filtration can take, or has no
        representatives.

    Examples
    --------
    Two pixels make the hole of a ring: the last one that closes it, and the one that
    fills it.

    >>> import numpy as np
    >>> from sktopo import persistence_pairs
    >>> from sktopo.filtrations import Cubical
    >>> ring = np.array([[9, 8, 7], [6, 1, 5], [2, 3, 4]])
    >>> h0, h1 = persistence_pairs(ring, Cubical(superlevel=True, connectivity="face"))
    >>> h1.diagram
    array([[2., 1.]])
    >>> h1.births, h1.deaths
    (array([[2, 0]]), array([[1, 1]]))

    And the ring is the loop around them:

    >>> filtration = Cubical(superlevel=True, connectivity="face")
    >>> h1 = persistence_pairs(ring, filtration, 1, representatives=True)[0]
    >>> h1.representatives[0].tolist()
    [[2, 0], [1, 0], [0, 0], [0, 1], [0, 2], [1, 2], [2, 2], [2, 1]]
    >>> h1.regions[0].tolist()
    [[1, 1]]
    """
    warn_of_points(filtration, x, "persistence_pairs")
    filtration = as_filtration(filtration, "persistence_pairs")
    dimensions = check_homology_dimensions(homology_dimensions, "persistence_pairs")
    complex_ = filtration.build(x)
    if representatives and complex_.representatives is None:
        raise ValueError(
            f"{type(filtration).__name__} has no representatives: the "
            "'representatives' parameter of persistence_pairs must be False. Got True."
        )
    found = []
    for bars in map(Bars.longest_first, complex_.bars(dimensions)):
        k, pairs = bars.dimension, bars.indices
        cycles = complex_.representatives(k, pairs) if representatives else ()
        ends = complex_.generators(k, pairs)
        found.append(PersistenceBars(k, bars.diagram, *ends, *cycles))
    return found


def diagrams_of(complex_, homology_dimensions, essential):
    """The diagrams of a complex, longest bars first, without bars of zero lifetime."""
    return [bars.diagram for bars in _listed(complex_, homology_dimensions, essential)]


def diagrams_and_pullback(complex_, homology_dimensions, essential):
    """The same, and a function that pulls a gradient in each of them back to x."""
    found = _listed(complex_, homology_dimensions, essential)

    def pullback(grads):
        pairs = zip(grads, found, strict=True)
        return complex_.pullback(sum(bars.scatter(grad) for grad, bars in pairs))

    return [bars.diagram for bars in found], pullback


def _listed(complex_, homology_dimensions, essential):
    return [
        bars.without_zero().longest_first()
        for bars in complex_.bars(homology_dimensions, essential)
    ]
