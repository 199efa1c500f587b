"""Vector fields that carry a few gradients to the whole of space."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

FIELDS = ("diffeomorphic", "nadaraya_watson")
_BLOCK = 2**20
_RIDGE = 1e-10


class GaussianField:
    """A velocity at every point of space, made of velocities at some centres.

    With g_i(x) = exp(-|x - c_i|^2 / (2 bandwidth^2)):

    - "diffeomorphic": v(x) = sum of g_i(x) b_i, the b_i such that v takes the given
      velocities at the centres; zero far away [1]_;
    - "nadaraya_watson": v(x) = sum of g_i(x) a_i / sum of g_i(x), the mean of the given
      velocities a_i; far away that of the nearest centre.

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
        rows = self._blocks(len(x))
        return np.concatenate(
            [_mix(self._weights(x[r]), self.coefficients) for r in rows]
        )

    def with_steepness(self, x):
        """Velocities, and Frobenius norms of their derivatives, at points."""
        origin = self.centres.mean(axis=0)
        centres = (self.centres - origin).T
        m, d = self.centres.shape
        moments = (self.coefficients[:, None] * centres[None]).reshape(d * d, m)
        table = np.concatenate([self.coefficients, centres, moments])
        velocity, steep = np.empty_like(x), np.empty(len(x))
        for r in self._blocks(len(x)):
            mixed = _mix(self._weights(x[r]), table)
            velocity[r] = v = mixed[:, :d]
            middle = mixed[:, d : 2 * d]
            if self.kind == "diffeomorphic":
                middle = x[r] - origin
            jacobian = mixed[:, 2 * d :].reshape(-1, d, d)
            jacobian -= v[:, :, None] * middle[:, None, :]
            steep[r] = np.sqrt((jacobian**2).sum(axis=(1, 2))) / self.bandwidth**2
        return velocity, steep

    def _blocks(self, n):
        size = max(1, _BLOCK // len(self.centres))
        return [slice(i, i + size) for i in range(0, max(n, 1), size)]

    def _weights(self, x):
        square = cdist(x, self.centres, "sqeuclidean")
        if self.kind == "nadaraya_watson":
            # The nearest centre has weight one, so that far away nothing is 0 / 0.
            square -= square.min(axis=1, keepdims=True)
        square /= -2 * self.bandwidth**2
        weights = np.exp(square, out=square)
        if self.kind == "nadaraya_watson":
            weights /= weights.sum(axis=1, keepdims=True)
        return weights


def _mix(weights, table):
    """Rows of weights @ table.T; unlike BLAS, the same for a row in any company."""
    return np.einsum("nm,cm->nc", weights, table)
