"""Point clouds: validation, affine hull, Delaunay triangulation."""

import math
from itertools import combinations

import numpy as np
from scipy.spatial import Delaunay, QhullError

from sktopo._arrays import CLOUD, check_real_array
from sktopo._memory import check_memory
from sktopo._warnings import warn_user
from sktopo.persistence import unique_rows

# Delaunay simplices for one point, uniform in dimension 1, 2, ... (R. Miles 1974);
# beyond, each dimension brings about eight times as many.
_SIMPLICES_A_POINT = (1.0, 2.0, 6.8, 31.8, 187.0, 1296.0, 10260.0)
_FLAT = 1e-12  # relative spread of a direction that is rounding
_SURELY_FULL = 1e-6  # ratio of squares above which no singular values are needed
_NUDGE = 1e-9  # of the extent: above Qhull's rounding, below what anyone measures
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

    Coincident points are triangulated once; flat clouds are triangulated inside their
    affine hull.

    Attributes
    ----------
    dimension : int
        Of the affine hull: 0 if all points coincide.
    simplices : ndarray of shape (n_simplices, dimension + 1)
        Sorted rows of point indices.
    points : ndarray of shape (n_points, n_coordinates)
        What is triangulated. In space, where Qhull cuts up cospherical points into flat
        simplices, these are the points nudged by about 1e-9 of their extent, after
        which all simplices are proper; else the points themselves.
    attached : ndarray of shape (n_attached, 2)
        Points that are no vertex (repetitions, and points that Qhull cannot tell from
        their neighbour) with the vertex that they are attached to, smaller index first.
    """

    def __init__(self, points):
        centre = points.min(axis=0)
        extent = np.ptp(points, axis=0).max()
        centred = (points - centre) / (extent if extent > 0 else 1.0)
        centred -= centred.mean(axis=0)
        first, inverse = _coincidences(centred)
        unique = centred[first]

        coordinates = _in_affine_hull(unique)
        simplices, coplanar = _triangulate(coordinates)
        self.points = points
        if coordinates.shape[1] > 2 and _flat(coordinates, simplices).any():
            nudge = _NUDGE * np.random.default_rng(0).normal(size=unique.shape)
            self.points = points + extent * nudge[inverse]
            simplices, coplanar = _triangulate(_in_affine_hull(unique + nudge))
            simplices = _without_slivers_on_hull(coordinates, simplices)
        _warn_of_close_points(unique, coplanar)
        self.dimension = simplices.shape[1] - 1
        self._simplices = first[simplices]
        repeated = np.flatnonzero(first[inverse] != np.arange(len(points)))
        attached = [
            np.column_stack([first[inverse[repeated]], repeated]),
            first[coplanar],
        ]
        self.attached = np.sort(np.concatenate(attached), axis=1)

    @property
    def simplices(self):
        return self.faces(self.dimension)

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
    order = np.lexsort(points.T)
    # A stable sort: in a run of equal points the first has the smallest index.
    ascending = points[order]
    leads = np.ones(n, dtype=bool)
    leads[1:] = (ascending[1:] != ascending[:-1]).any(axis=1)
    if leads.all():
        return np.arange(n), np.arange(n)
    run = np.empty(n, dtype=np.intp)
    run[order] = np.cumsum(leads) - 1
    leader = order[leads][run]
    return np.unique(leader, return_inverse=True)


def _subsets(simplices, size):
    if size < 0:
        size += simplices.shape[1]
    for columns in combinations(range(simplices.shape[1]), size):
        yield simplices[:, columns]


def _in_affine_hull(points):
    """Coordinates inside the smallest affine space that holds the points."""
    if len(points) == 1:
        return points[:, :0]
    if points.shape[1] == 1:
        return points
    centred = points - points.mean(axis=0)
    # Squares are good enough to tell that a cloud is far from flat.
    squares = np.linalg.eigvalsh(centred.T @ centred)
    if squares[0] > _SURELY_FULL * squares[-1]:
        return points
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    rank = int((spread > _FLAT * spread[0]).sum())
    if rank == points.shape[1]:
        return points
    return points @ axes[:rank].T


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
    coplanar = found.coplanar[:, [2, 0]].astype(np.intp)
    return found.simplices.astype(np.intp), coplanar


def _flat(points, simplices):
    """Which simplices have no volume, as among cospherical points."""
    if simplices.shape[1] != points.shape[1] + 1:
        return np.zeros(len(simplices), dtype=bool)
    sides = points[simplices[:, 1:]] - points[simplices[:, :1]]
    heights = np.abs(np.einsum("nii->ni", np.linalg.qr(sides)[1]))
    return heights.min(axis=1) < 10 * _NUDGE * np.abs(sides).max(axis=(1, 2))


def _without_slivers_on_hull(points, simplices):
    """Take off sliver simplices on the hull: collapses, which change no homology.

    They are there because of a nudge only, and their circumspheres are as large as the
    nudge is small.
    """
    flat = _flat(points, simplices)
    while flat.any():
        facets = np.concatenate(list(_subsets(np.sort(simplices, axis=1), -1)))
        _, place, count = np.unique(
            facets, axis=0, return_inverse=True, return_counts=True
        )
        on_hull = (
            (count[place.reshape(-1)] == 1).reshape(-1, len(simplices)).any(axis=0)
        )
        keep = ~(flat & on_hull)
        if keep.all():
            break
        simplices, flat = simplices[keep], flat[keep]
    return simplices


def _warn_of_close_points(points, coplanar):
    """Say so where Qhull could not tell points apart that are not coincident."""
    if len(coplanar) == 0:
        return
    gap = np.linalg.norm(points[coplanar[:, 0]] - points[coplanar[:, 1]], axis=1)
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
