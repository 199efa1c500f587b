"""Vector fields that carry a few gradients to the whole of space."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

FIELDS = ("diffeomorphic", "nadaraya_watson")
_BLOCK = 2**20  # entries of a kernel matrix in memory at a time: 8 MB
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
        coefficients = velocities
        if kind == "diffeomorphic":
            gram = np.exp(-cdist(centres, centres, "sqeuclidean") / (2 * bandwidth**2))
            # Centres that nearly coincide make it nearly singular.
            gram[np.diag_indices_from(gram)] += _RIDGE
            coefficients = cho_solve(cho_factor(gram), velocities)
        self.coefficients = np.ascontiguousarray(coefficients.T)

    def __call__(self, x):
        """Velocities at points of shape (n_points, n_coordinates)."""
        velocity = np.empty_like(x)
        size = max(1, _BLOCK // len(self.centres))
        for i in range(0, len(x), size):
            weights = self._weights(x[i : i + size])
            # Unlike BLAS, the same for a row whatever the others are.
            rows = velocity[i : i + size]
            np.einsum("nm,cm->nc", weights, self.coefficients, out=rows)
        return velocity

    def _weights(self, x):
        weights = cdist(x, self.centres, "sqeuclidean")
        weights /= -2 * self.bandwidth**2
        np.exp(weights, out=weights)
        if self.kind == "nadaraya_watson":
            weights /= weights.sum(axis=1, keepdims=True) + _FADE
        return weights
