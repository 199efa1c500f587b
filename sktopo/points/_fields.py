"""Vector fields that carry a few gradients to the whole of space."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

FIELDS = ("diffeomorphic", "nadaraya_watson")
_BLOCK = 2**20  # entries of a kernel matrix in memory at a time: 8 MB
# Bandwidths to where a weight counts: beyond it is below 3e-18.
_REACH = 9.0
# Bandwidths: the side of a cell, all of whose points share one list of near centres.
_CELL = 5.0
_FAR = 2**60  # cells
_SPARSE = 0.25  # share of near pairs of centres below which the others are left out
_RIDGE = 1e-10  # on a unit diagonal: nearly coincident centres stay solvable
_FADE = 1e-3  # of the Nadaraya-Watson field, far from all centres


class GaussianField:
    """A velocity at every point of space, made of velocities at some centres.

    With g_i(x) = exp(-|x - c_i|^2 / (2 bandwidth^2)):

    - "diffeomorphic": v(x) = sum of g_i(x) b_i, the b_i such that v takes the given
      velocities at the centres; zero far away [1]_;
    - "nadaraya_watson": v(x) = sum of g_i(x) a_i / (sum of g_i(x) + 0.001), the mean of
      the given velocities a_i [2]_, which fades about four bandwidths away from all
      centres. Were it not to fade, the velocities of centres far apart would meet in
      discontinuities, which no motion can undo.

    A velocity depends on its own point alone, to the bit.

    Parameters
    ----------
    centres : ndarray of shape (n_centres, n_coordinates)
    velocities : ndarray of shape (n_centres, n_coordinates)
    bandwidth : float > 0
    kind : {"diffeomorphic", "nadaraya_watson"}

    References
    ----------
    .. [1] M. Carrière, M. Theveneau and T. Lacombe, "Diffeomorphic interpolation for
       efficient persistence-based topological optimization", NeurIPS 2024,
       :doi:`10.48550/arXiv.2405.18820`.
    .. [2] A. Bendahi, A. Duplessis and A. Fickinger, "Towards scalable
       persistence-based topological optimization", 2026,
       :doi:`10.48550/arXiv.2605.10996`.
    """

    def __init__(self, centres, velocities, bandwidth, kind):
        self.centres, self.bandwidth, self.kind = centres, bandwidth, kind
        tree = cKDTree(centres)
        n_near = tree.count_neighbors(tree, _REACH * bandwidth)
        self._near = None
        if n_near < _SPARSE * len(centres) ** 2:
            self._near = _NearCentres(tree, bandwidth)
        coefficients = velocities
        if kind == "diffeomorphic":
            coefficients = self._interpolating(velocities)
        self.coefficients = np.ascontiguousarray(coefficients.T)

    def _interpolating(self, velocities):
        """The coefficients b_i."""
        if self._near is not None:
            return self._near.solve(velocities)
        squares = cdist(self.centres, self.centres, "sqeuclidean")
        gram = np.exp(-squares / (2 * self.bandwidth**2))
        # Centres that nearly coincide make it nearly singular.
        gram[np.diag_indices_from(gram)] += _RIDGE
        return cho_solve(cho_factor(gram), velocities)

    def __call__(self, x):
        """Velocities at points of shape (n_points, n_coordinates)."""
        if self._near is None:
            return self._velocities(x, self.centres, self.coefficients)
        velocity = np.zeros_like(x)
        for rows, near in self._near.of(x):
            coefficients = self.coefficients[:, near]
            velocity[rows] = self._velocities(x[rows], self.centres[near], coefficients)
        return velocity

    def _velocities(self, x, centres, coefficients):
        velocity = np.empty_like(x)
        size = max(1, _BLOCK // len(centres))
        for i in range(0, len(x), size):
            weights = self._weights(x[i : i + size], centres)
            # Unlike BLAS, the same for a row whatever the others are.
            rows = velocity[i : i + size]
            np.einsum("nm,cm->nc", weights, coefficients, out=rows)
        return velocity

    def _weights(self, x, centres):
        weights = cdist(x, centres, "sqeuclidean")
        weights /= -2 * self.bandwidth**2
        np.exp(weights, out=weights)
        if self.kind == "nadaraya_watson":
            weights /= weights.sum(axis=1, keepdims=True) + _FADE
        return weights


class _NearCentres:
    """Centres whose weights count, where these are a small part of all.

    Parameters
    ----------
    tree : cKDTree of the centres
    bandwidth : float
    """

    def __init__(self, tree, bandwidth):
        self._tree, self._bandwidth = tree, bandwidth
        self._of_cell = {}

    def of(self, x):
        """Yield groups of points, as indices, and the centres near to each group.

        The groups are the points of the cells of a grid, so that what is near to a
        point depends on that point alone.
        """
        if not len(x):
            return
        cell = np.floor(x / (_CELL * self._bandwidth))
        cell = np.clip(cell, -_FAR, _FAR).astype(np.int64)
        cells, group = np.unique(cell, axis=0, return_inverse=True)
        group = group.reshape(-1)  # NumPy 2.0 gives it two axes
        by_group = np.argsort(group, kind="stable")
        ends = np.cumsum(np.bincount(group))
        for one, rows in zip(cells, np.split(by_group, ends[:-1]), strict=True):
            near = self._of(one)
            if near.size:
                yield rows, near

    def _of(self, cell):
        key = cell.tobytes()
        if key not in self._of_cell:
            half_diagonal = _CELL * np.sqrt(cell.size) / 2
            found = self._tree.query_ball_point(
                (cell + 0.5) * _CELL * self._bandwidth,
                (half_diagonal + _REACH) * self._bandwidth,
                return_sorted=True,
            )
            self._of_cell[key] = np.array(found, dtype=np.intp)
        return self._of_cell[key]

    def solve(self, velocities):
        """The coefficients of an interpolating field, by a sparse factorisation."""
        reach = _REACH * self._bandwidth
        pairs = self._tree.sparse_distance_matrix(
            self._tree, reach, output_type="coo_matrix"
        )
        weights = np.exp(-(pairs.data**2) / (2 * self._bandwidth**2))
        weights += _RIDGE * (pairs.row == pairs.col)
        gram = csc_array((weights, (pairs.row, pairs.col)), shape=pairs.shape)
        factor = splu(
            gram,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.001,
            options={"SymmetricMode": True},
        )
        return factor.solve(velocities)
