"""Point clouds: validation, affine hull, Delaunay triangulation."""

import math
from itertools import combinations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, Delaunay, QhullError, cKDTree

from sktopo._arrays import CLOUD, check_real_array
from sktopo._memory import check_memory
from sktopo._warnings import warn_user
from sktopo.persistence import unique_rows

# Delaunay simplices for one point, uniform in dimension 1, 2, ... (R. Miles 1974);
# beyond, each dimension brings about eight times as many.
_SIMPLICES_A_POINT = (1.0, 2.0, 6.8, 31.8, 187.0, 1296.0, 10260.0)
_THIN = 1e-7  # relative spread of a direction in which a cloud is flat
_SURELY_FULL = 1e-6  # ratio of squares above which no singular values are needed
_CLOSE = 1e-9  # of the extent: above Qhull's rounding, below what anyone measures
_COMMON = 1e-10  # difference of two hyperplanes that are one
_WEIGHT = 1e-11  # of points, above Qhull's rounding
_VERTICAL = 1e-10  # volume, relative to the sides, of what has none
_LARGEST = 1e150  # whose square is still a number
_COINCIDENT = 1e-13  # of the extent: points that are the same up to rounding


def check_points(x, owner, largest=_LARGEST):
    """Return one point cloud as float64, in memory of its own.

    Its extent, the largest range of a coordinate, is at most ``largest`` and not below
    its inverse, unless all points coincide.

    Raises
    ------
    ValueError
        If it is not a finite real 2-D array with a point and a coordinate at least.
    """
    points = np.array(check_real_array(x, "x", owner, CLOUD), dtype=np.float64)
    extent = float(np.ptp(points, axis=0).max())
    if extent > largest or 0 < extent < 1 / largest:
        raise ValueError(
            f"x of {owner} must have an extent between {1 / largest:g} and "
            f"{largest:g}: what is computed of others is no floating-point number. "
            f"Got {extent:g}; rescale the points."
        )
    return points


def lengths_of(points, edges):
    """Euclidean lengths of edges (n_edges, 2)."""
    sides = points[edges[:, 0]] - points[edges[:, 1]]
    if sides.shape[1] == 1:
        return np.abs(sides[:, 0])
    return np.linalg.norm(sides, axis=1)


def line_edges(points):
    """Neighbours on the line, shape (n_points - 1, 2); ties by index."""
    order = np.argsort(points[:, 0], kind="stable")
    edges = np.column_stack([order[:-1], order[1:]])
    edges.sort(axis=1)
    return edges


class Triangulation:
    """The Delaunay simplices of a cloud, whatever its position.

    Points that coincide up to 1e-9 of the extent are triangulated once; clouds that are
    flat up to 1e-7 of it are triangulated inside their affine hull.

    Attributes
    ----------
    dimension : int
        Of the affine hull: 0 if all points coincide.
    attached : ndarray of shape (n_attached, 2)
        Points that are no vertex (repetitions, and points that Qhull cannot tell from
        their neighbour) with the vertex that they are attached to, smaller index first.
    """

    def __init__(self, points):
        centre = points.min(axis=0)
        extent = np.ptp(points, axis=0).max()
        centred = (points - centre) / (extent if extent > 0 else 1.0)
        centred -= centred.mean(axis=0)
        axes = _hull_axes(centred)
        coordinates = centred if axes is None else centred @ axes.T
        first, inverse = _coincidences(coordinates)
        coordinates = coordinates[first]
        simplices, coplanar = _triangulate(coordinates)
        repeated = np.flatnonzero(first[inverse] != np.arange(len(points)))
        attached = [
            np.column_stack([first[inverse[repeated]], repeated]),
            first[coplanar],
        ]
        self.attached = np.sort(np.concatenate(attached), axis=1)
        _warn_of_close_points(centred, self.attached)
        self.dimension = simplices.shape[1] - 1
        self._simplices = first[simplices]

    def faces(self, k):
        """The k-simplices, sorted rows in lexicographic order."""
        rows = np.concatenate(list(_subsets(self._simplices, k + 1)))
        return unique_rows(np.sort(rows, axis=1))

    def graph(self):
        """All edges, those of attached points included."""
        if self.dimension == 0:
            return self.attached
        edges = self.faces(1)
        if len(self.attached):
            edges = unique_rows(np.concatenate([edges, self.attached]))
        return edges


def _coincidences(points):
    """The earliest of each set of coincident points, and its place among them."""
    n = len(points)
    if points.shape[1] == 0:
        return np.zeros(1, dtype=np.intp), np.zeros(n, dtype=np.intp)
    order = np.lexsort(points.T)
    # A stable sort: in a run of equal points the first has the smallest index.
    ascending = points[order]
    leads = np.ones(n, dtype=bool)
    leads[1:] = (ascending[1:] != ascending[:-1]).any(axis=1)
    run = np.empty(n, dtype=np.intp)
    run[order] = np.cumsum(leads) - 1
    leaders = order[leads]
    near = cKDTree(points[leaders]).query_pairs(_CLOSE, output_type="ndarray")
    if len(near):
        pairs = coo_array(
            (np.ones(len(near)), near.T), shape=(len(leaders), len(leaders))
        )
        _, group = connected_components(pairs, directed=False)
        earliest = np.full(group.max() + 1, n)
        np.minimum.at(earliest, group, leaders)
        leaders = earliest[group]
    return np.unique(leaders[run], return_inverse=True)


def _subsets(simplices, size):
    for columns in combinations(range(simplices.shape[1]), size):
        yield simplices[:, columns]


def _hull_axes(centred):
    """Axes of the smallest affine space that holds centred points; None for all."""
    n_coordinates = centred.shape[1]
    if n_coordinates == 1:
        return None if centred.any() else np.empty((0, 1))
    # Squares are good enough to tell that a cloud is far from flat.
    squares = np.linalg.eigvalsh(centred.T @ centred)
    if squares[0] > _SURELY_FULL * squares[-1]:
        return None
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    rank = int((spread > _THIN * spread[0]).sum())
    return None if rank == n_coordinates else axes[:rank]


def _triangulate(points):
    """Delaunay simplices, and pairs (vertex, point) for points that are none."""
    n, dimension = points.shape
    none = np.empty((0, 2), dtype=np.intp)
    if dimension == 0:
        return np.zeros((1, 1), dtype=np.intp), none
    if dimension == 1:
        order = np.argsort(points[:, 0], kind="stable")
        return np.column_stack([order[:-1], order[1:]]), none
    if n == dimension + 1:
        return np.arange(n)[None, :], none
    try:
        found = Delaunay(points)
    except QhullError:
        # Flat up to rounding: leave out the thinnest direction.
        _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
        return _triangulate(points @ axes[:-1].T)
    if dimension > 2 and _have_common_spheres(found):
        # Qhull cuts up each cell of cospherical points without a look at the others.
        return _regular_triangulation(points)
    coplanar = found.coplanar[:, [2, 0]].astype(np.intp)
    return found.simplices.astype(np.intp), coplanar


def _regular_triangulation(points):
    """The same for cospherical points: Delaunay of points with small random weights.

    Lifted to a paraboloid, with heights that are a little off, no more points than the
    corners of a simplex lie in a hyperplane: neighbours agree on how cells are cut up,
    and no simplex is without volume.
    """
    heights = (points**2).sum(axis=1)
    heights += _WEIGHT * np.random.default_rng(0).normal(size=len(points))
    hull = ConvexHull(np.column_stack([points, heights]))
    simplices = hull.simplices[hull.equations[:, -2] < 0].astype(np.intp)
    # Those over the hull of the points are vertical, up to rounding.
    sides = points[simplices[:, 1:]] - points[simplices[:, :1]]
    size = np.linalg.norm(sides, axis=2).prod(axis=1)
    simplices = simplices[np.abs(np.linalg.det(sides)) > _VERTICAL * size]
    places = np.unique(simplices)
    hidden = np.setdiff1d(np.arange(len(points)), places)
    _, near = cKDTree(points[places]).query(points[hidden])
    return simplices, np.column_stack([places[near], hidden])


def _have_common_spheres(found):
    """Whether neighbours lie in one hyperplane over the paraboloid."""
    for column in found.neighbors.T:
        there = column >= 0
        step = found.equations[there] - found.equations[column[there]]
        if (np.abs(step).max(axis=1, initial=0.0) < _COMMON).any():
            return True
    return False


def _warn_of_close_points(points, attached):
    """Say so where points are taken for one that are not coincident."""
    if len(attached) == 0:
        return
    gap = np.linalg.norm(points[attached[:, 0]] - points[attached[:, 1]], axis=1)
    lost = int((gap > _COINCIDENT).sum())
    if lost:
        warn_user(
            f"{lost} points lie too close together, compared with the extent of the "
            "cloud, for a Delaunay triangulation in floating-point numbers; they are "
            "joined to their neighbours, and bars of about their distance are "
            "approximate. Use VietorisRips, or leave out far outliers.",
        )


def _triangulation_memory(n_points, dimension):
    """Bytes that a Delaunay triangulation with all faces needs, roughly.

    For points in general position, and never more than the upper bound theorem says.
    """
    if n_points <= dimension:
        dimension = n_points - 1
    known = len(_SIMPLICES_A_POINT)
    n_simplices = n_points * _SIMPLICES_A_POINT[min(max(dimension, 1), known) - 1]
    n_simplices *= 8.0 ** max(0, dimension - known)
    half, other = (dimension + 1) // 2, dimension // 2
    most = math.comb(n_points - (dimension + 2) // 2, half)
    most += math.comb(n_points - 1 - (dimension + 1) // 2, other)
    return min(n_simplices, most) * 2 ** (dimension + 1) * 20


def check_triangulation_memory(points, owner):
    """Raise MemoryError where the Delaunay triangulation would not fit."""
    n, dimension = points.shape
    check_memory(
        _triangulation_memory(n, dimension),
        f"The Delaunay triangulation of {n} points in {dimension} coordinates, which "
        f"{owner} is built on,",
        "Use VietorisRips, or fewer coordinates.",
    )
