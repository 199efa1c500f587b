"""Alpha complexes: the Delaunay complex with squared circumradii."""

import numpy as np
from scipy.sparse import vstack

from sktopo.filtrations._cells import first_cells
from sktopo.filtrations._circumspheres import circumcentres
from sktopo.filtrations._delaunay import (
    Triangulation,
    check_points,
    check_triangulation_memory,
)
from sktopo.filtrations._ordered import OrderedComplex, OrderedFiltration
from sktopo.filtrations._pullback import rows_on_points, spread_on_points
from sktopo.filtrations._representatives import deaths_of_components, of_points
from sktopo.persistence import ranks_of, row_key, simplicial_pairs

_LARGEST = 1e100  # the squared radius of a sliver is up to 1e24 of squared extents
_ROUNDING = 1e-14  # relative, of values that are equal but for their computation


class AlphaComplex(OrderedComplex):
    """One value for each simplex, vertices first; see Alpha."""

    def __init__(self, values, sources, simplices, points, **kwargs):
        super().__init__(values, **kwargs)
        self._sources = sources
        self._simplices = simplices
        self._points = points
        self._starts = np.cumsum([0] + [len(s) for s in simplices])
        self._known_pairs = {}

    def _ranks(self):
        return np.split(ranks_of(self.order), self._starts[1:-1])

    def _pairs(self, homology_dimensions):
        wanted = tuple(k for k in homology_dimensions if k not in self._known_pairs)
        if wanted:
            found = simplicial_pairs(self.order, self._simplices, self._ranks(), wanted)
            self._known_pairs.update(zip(wanted, found, strict=True))
        return [self._known_pairs[k] for k in homology_dimensions]

    def _what(self):
        return f"the alpha complex of points in {self._points.shape[1]} coordinates"

    def _end_of_homology(self):
        return self._points.shape[1]

    def end(self):
        # Bars die in dimensions below that of the cloud, and none outlives the last.
        below = self._pairs(range(max(1, len(self._simplices) - 1)))
        finite = np.concatenate([pairs.finite for pairs in below])
        births, deaths = self.values[finite].T
        ranks = ranks_of(self.order)[finite[births < deaths, 1]]
        last = int(self.order[int(ranks.max(initial=0))])
        return last, float(self.values[last])

    def pullback(self, grad_values):
        grad = np.bincount(
            self._sources, weights=grad_values, minlength=self.values.size
        )
        total = np.zeros_like(self._points)
        for k, vertices in enumerate(self._simplices):
            part = grad[self._starts[k] : self._starts[k + 1]]
            used = np.flatnonzero(part)
            if k == 0 or used.size == 0:
                continue
            vertices = vertices[used]
            derivative = self._derivatives(vertices)
            derivative *= part[used, None, None]
            total += spread_on_points(vertices, derivative, self._points)
        return total

    def jacobian(self, indices):
        sources = self._sources[indices]
        kind = np.searchsorted(self._starts, sources, side="right") - 1
        rows = []
        for k, vertices in enumerate(self._simplices):
            here = vertices[sources[kind == k] - self._starts[k]]
            rows.append(rows_on_points(here, self._derivatives(here), self._points))
        # Rows came by dimension; back into the order that was asked for.
        return vstack(rows, format="csr")[np.argsort(np.argsort(kind, kind="stable"))]

    def _derivatives(self, vertices):
        """How the squared radii of simplices change with their vertices."""
        corners = self._points[vertices]
        if vertices.shape[1] == 1:
            return np.zeros_like(corners)
        centre, weights = circumcentres(corners)
        # d(r^2) / dx_i = 2 l_i (x_i - c), where c = sum of l_i x_i.
        return 2 * weights[:, :, None] * (corners - centre[:, None, :])

    def cells(self, dimension, n_first=None):
        return first_cells(
            self._simplices,
            self._ranks(),
            self.order,
            dimension,
            self.order.size if n_first is None else n_first,
            "WeakAlpha or fewer points",
        )

    def generators(self, dimension, pairs):
        if len(pairs) == 0:
            return tuple(np.empty((0, dimension + k), dtype=np.intp) for k in (1, 2))
        births, deaths = pairs.T
        named = self._simplices[dimension][births - self._starts[dimension]]
        ends = np.full((len(deaths), dimension + 2), -1, dtype=np.intp)
        dies = deaths >= 0
        if dies.any():
            start = self._starts[dimension + 1]
            ends[dies] = self._simplices[dimension + 1][deaths[dies] - start]
        return named, ends

    def representatives(self, dimension, pairs):
        births, deaths = pairs.T
        # A point alone has no edges.
        edges = [*self._simplices, np.empty((0, 2), dtype=np.intp)][1]
        start = self._starts[1]
        n_points = len(self._points)

        def tree():
            all_deaths = deaths_of_components(self, deaths, n_points)
            ends = ranks_of(self.order)[all_deaths].astype(np.intp)
            return edges[self.order[np.sort(ends)] - start]

        return of_points(self, dimension, pairs, n_points, tree, lambda: births)

    def edges_at(self, value):
        """The edges that have entered with a value, and their lengths."""
        start, end = self._starts[1:3]
        before = self.order[: int(np.flatnonzero(self.order == value)[0]) + 1]
        before = before[(before >= start) & (before < end)] - start
        sides = self._points[self._simplices[1][before]]
        lengths = np.linalg.norm(sides[:, 0] - sides[:, 1], axis=1)
        return self._simplices[1][before], lengths


class Alpha(OrderedFiltration):
    """Balls around points grow inside their Voronoi cells; values are squared radii.

    A simplex of the Delaunay triangulation enters at the square of the radius of its
    smallest circumscribed ball, or, where that ball holds another point (the simplex
    is not Gabriel), with the first of its cofaces, whose value and gradient it takes.
    With c the circumcentre and c = sum of l_i x_i, d(r^2)/dx_i = 2 l_i (x_i - c).

    Parameters
    ----------
    tie_breaking : {"index", "random"}, default="index"
        Which of several simplices of one value and dimension comes first.
    random_state : int, RandomState instance or None, default=None
        Used when ``tie_breaking="random"``.

    Notes
    -----
    Cospherical points (a lattice) have no unique triangulation; one of them is taken,
    and the values are the same in all. Points that are closer than 1e-9 of the extent
    of the cloud are joined, with a warning, and directions in which it is thinner than
    1e-7 are left out of the triangulation.

    The essential bar of H0 dies with ``essential="extremum"`` when homology changes for
    the last time: with the last bar of positive lifetime in any dimension. Larger
    radii are those of slivers on the convex hull.

    References
    ----------
    .. [1] H. Edelsbrunner and E. P. Mücke, "Three-dimensional alpha shapes", ACM
       Transactions on Graphics 13 (1994), :doi:`10.1145/174462.156635`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.filtrations import Alpha
    >>> square = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
    >>> persistence_diagrams(square, Alpha(), homology_dimensions=(1,))[0].round(3)
    array([[1., 2.]])
    """

    sample_ndim = (2,)
    sample_name = "point cloud"

    def build(self, x, previous=None):
        """Build the complex of one point cloud.

        Parameters
        ----------
        x : array-like of shape (n_points, n_coordinates)
        previous : FilteredComplex or None, default=None
            Used where its complex has as many simplices.

        Returns
        -------
        AlphaComplex

        Raises
        ------
        MemoryError
            If the Delaunay triangulation does not fit into the machine, as in many
            coordinates.
        """
        self._check_params()
        points = check_points(x, "Alpha.build", largest=_LARGEST)
        check_triangulation_memory(points, "Alpha")
        simplices = _delaunay_simplices(points)
        values, sources = _alpha_values(points, simplices)
        return AlphaComplex(
            values,
            sources,
            simplices,
            points,
            priority=self._face_first_priority(simplices),
            previous=self._own(previous, AlphaComplex),
        )

    def _face_first_priority(self, simplices):
        """Random within each dimension: a face never comes after its coface."""
        n_values = sum(map(len, simplices))
        priority = self._priority(n_values)
        if priority is None:
            return None
        dimension = np.repeat(np.arange(len(simplices)), [len(s) for s in simplices])
        order = np.lexsort((priority, dimension))
        return ranks_of(order).astype(np.intp)


def _delaunay_simplices(points):
    """Simplices of each dimension."""
    found = Triangulation(points)
    simplices = [np.arange(len(points))[:, None]]
    if len(points) > 1:
        simplices.append(found.graph())
    simplices += [found.faces(k) for k in range(2, found.dimension + 1)]
    return simplices


def _alpha_values(points, simplices):
    """Values of all simplices, and for each the simplex that it took its value from."""
    starts = np.cumsum([0] + [len(s) for s in simplices])
    sources = np.arange(starts[-1])
    values = np.zeros(starts[-1])
    for k in range(len(simplices) - 1, 0, -1):
        here = slice(starts[k], starts[k + 1])
        corners = points[simplices[k]]
        centre, _ = circumcentres(corners)
        radius = ((corners[:, 0] - centre) ** 2).sum(axis=1)
        if k + 1 < len(simplices):
            above = slice(starts[k + 1], starts[k + 2])
            taken, coface = _from_cofaces(
                points, simplices[k], simplices[k + 1], centre, radius, values[above]
            )
            radius = np.where(taken, values[above][coface], radius)
            sources[here][taken] = sources[above][coface[taken]]
        values[here] = radius
    return _equal_up_to_rounding(values), sources


def _equal_up_to_rounding(values):
    """Give cocircular simplices one value, so that rounding makes no bars."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    new = np.ones(values.size, dtype=bool)
    new[1:] = np.diff(ascending) > _ROUNDING * ascending[1:]
    equal = np.empty_like(values)
    equal[order] = ascending[new][np.cumsum(new) - 1]
    return equal


def _from_cofaces(points, faces, cofaces, centre, radius, coface_values):
    """Which faces take the value of a coface, and of which: the first to enter."""
    n_corners = cofaces.shape[1]
    face_of, apex = [], []
    n = len(points)
    key = row_key(faces, n)
    for out in range(n_corners):
        columns = [c for c in range(n_corners) if c != out]
        face_of.append(np.searchsorted(key, row_key(cofaces[:, columns], n)))
        apex.append(cofaces[:, out])
    face_of, apex = np.concatenate(face_of), np.concatenate(apex)
    coface = np.tile(np.arange(len(cofaces)), n_corners)

    inside = ((points[apex] - centre[face_of]) ** 2).sum(axis=1) < radius[face_of]
    not_gabriel = np.zeros(len(faces), dtype=bool)
    not_gabriel[face_of[inside]] = True
    # The last write wins: from the back, the first coface to enter stays.
    late_first = np.argsort(-coface_values[coface], kind="stable")
    first = np.zeros(len(faces), dtype=np.intp)
    first[face_of[late_first]] = coface[late_first]
    has_coface = np.zeros(len(faces), dtype=bool)
    has_coface[face_of] = True
    # Rounding may put the radius of a Gabriel face above its coface's.
    late = radius > coface_values[first] if len(coface_values) else not_gabriel
    return has_coface & (not_gabriel | late), first
