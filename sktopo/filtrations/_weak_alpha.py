"""The Delaunay complex with the lengths of its edges."""

import numpy as np

from sktopo.filtrations._delaunay import (
    Triangulation,
    check_points,
    check_triangulation_memory,
    lengths_of,
    line_edges,
)
from sktopo.filtrations._flag import FlagComplex
from sktopo.filtrations._ordered import OrderedFiltration


class WeakAlpha(OrderedFiltration):
    """Delaunay simplices enter with their longest edge.

    H0 is that of Vietoris-Rips; higher dimensions differ a little, in exchange for a
    complex that stays small [1]_. On a line and in the plane the homology is that of
    the flag complex of the Delaunay graph, too. In space it is not: a clique of the
    graph that is no Delaunay simplex is not filled, and H2 has other bars. Coincident
    points (closer than 1e-9 of the extent, with a warning where they are not equal) are
    triangulated once and joined to the first of them by an edge; clouds that are flat
    up to 1e-7 of the extent are triangulated inside their affine hull.

    Parameters
    ----------
    tie_breaking : {"index", "random"}, default="index"
        Which of several edges of one length comes first.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    See Also
    --------
    VietorisRips : All pairs of points, in any number of coordinates.
    Alpha : The Delaunay complex with squared radii: the union of balls.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import WeakAlpha
    >>> square = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
    >>> persistence_diagrams(square, WeakAlpha(), homology_dimensions=(1,))[0].round(3)
    array([[2.   , 2.828]])
    """

    sample_ndim = (2,)
    sample_name = "point cloud"

    def build(self, x, previous=None):
        """Build the complex of one point cloud.

        Parameters
        ----------
        x : array-like of shape (n_points, n_coordinates)
        previous : FilteredComplex or None, default=None
            Used where its graph has as many edges; Delaunay graphs change, so this
            rarely gains.

        Returns
        -------
        FlagComplex

        Raises
        ------
        MemoryError
            If the Delaunay triangulation does not fit into the machine, as in many
            coordinates.
        """
        self._check_params()
        points = check_points(x, "WeakAlpha.build")
        edges, simplices, dimension = _delaunay_graph(points)
        return FlagComplex(
            lengths_of(points, edges),
            edges,
            points,
            len(points),
            simplices=simplices,
            dimension=dimension,
            priority=self._priority(1 + len(edges), n_first=1),
            previous=self._own(previous, FlagComplex),
        )


def _delaunay_graph(points):
    """Edges, simplices where cliques would fill more than they do, and dimension.

    In the plane a clique that is no Delaunay triangle is filled by smaller ones no
    later than it appears, so that the flag complex has the same homology.
    """
    n, n_coordinates = points.shape
    if n_coordinates == 1:
        return line_edges(points), None, 1
    check_triangulation_memory(points, "WeakAlpha")
    found = Triangulation(points)
    edges = found.graph()
    if found.dimension < 3:
        return edges, None, found.dimension
    simplices = [np.arange(n)[:, None], edges]
    simplices += [found.faces(k) for k in range(2, found.dimension + 1)]
    return edges, simplices, found.dimension
