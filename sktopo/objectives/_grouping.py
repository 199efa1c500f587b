"""Keep points that started together together."""

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from sktopo._arrays import CLOUD, as_float64, check_real_array
from sktopo._memory import check_memory
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import POSITIVE
from sktopo.base import Term

# Beyond so many scales a Gaussian weighs less than 1e-9.
_GAUSSIAN_REACH = 6.5
_BYTES_A_PAIR = 160
_BLOCK = 2**22  # distances in memory at a time: 32 MiB


class GroupingTerm(Term):
    """The sum over pairs of ``k(|a - b|) (|a - b| - |x_a - x_b|)^2``.

    a and b are the places of two points in the reference, x_a and x_b their places now,
    and each pair counts once [1]_. A small value means that neighbourhoods have kept
    their shape; moves and turns of a whole group cost nothing.

    Parameters
    ----------
    reference : array-like of shape (n_points, n_coordinates)
        Where the points started.
    kernel : {"uniform", "gaussian"} or callable, default="uniform"
        - "uniform": k(r) = 1 for r <= scale, else 0;
        - "gaussian": k(r) = exp(-r^2 / (2 scale^2));
        - a function of an array of distances that returns weights >= 0. It is asked
          about all pairs, and remembers those with a positive weight.
    scale : float > 0, default=1.0
        Reach of the kernel, in units of the points; without a part in a function.

    Notes
    -----
    Only pairs of positive weight are kept in memory; they are found by a KD-tree. Two
    points that coincide now have no direction to go apart in: their gradient is zero.

    References
    ----------
    .. [1] P. Corcoran and B. Deng, "Regularization of Persistent Homology Gradient
       Computation", 2020, eq. 5, :doi:`10.48550/arXiv.2011.05804`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import GroupingTerm
    >>> start = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0]])
    >>> term = GroupingTerm(start, scale=2.0)
    >>> term.value_and_grad(start + [5.0, 5.0])[0]
    0.0
    >>> value, grad = term.value_and_grad(start * [3.0, 1.0])
    >>> value
    4.0
    >>> grad
    array([[-4.,  0.],
           [ 4.,  0.],
           [ 0.,  0.]])
    """

    _parameter_constraints = {
        "reference": ["array-like"],
        "kernel": [StrOptions({"uniform", "gaussian"}), callable],
        "scale": [POSITIVE],
    }

    def __init__(self, reference, kernel="uniform", scale=1.0):
        self.reference = reference
        self.kernel = kernel
        self.scale = scale

    def restricted(self, points):
        """The term of some of the points; see ``Term``."""
        reference = np.asarray(self.reference)[points]
        return GroupingTerm(reference, self.kernel, self.scale)

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray of the reference's shape

        Returns
        -------
        value : float
        grad : ndarray of x's shape

        Raises
        ------
        ValueError
            If x has another shape, or the kernel is negative somewhere.
        MemoryError
            If the pairs within reach do not fit into the machine.
        """
        return self.warm_value_and_grad()(x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` that finds the pairs once; see ``Term``."""
        self._check_params()
        reference = check_real_array(self.reference, "reference", "GroupingTerm", CLOUD)
        reference = reference.astype(np.float64)
        first, second = self._pairs(reference)
        distance = _norms(reference[first] - reference[second])
        weight = self._weights(distance)
        kept = weight > 0
        first, second, distance = first[kept], second[kept], distance[kept]
        weight = weight[kept]
        rows = np.arange(first.size)
        signs = np.repeat([1.0, -1.0], first.size)
        places = (np.tile(rows, 2), np.concatenate([first, second]))
        differences = csr_array((signs, places), shape=(first.size, len(reference)))
        back = differences.T.tocsr()

        def value_and_grad(x):
            x = as_float64(x, "x of GroupingTerm")
            if x.shape != reference.shape:
                raise ValueError(
                    f"x of GroupingTerm must have the shape of its reference, "
                    f"{reference.shape}. Got {x.shape}."
                )
            apart = differences @ x
            now = _norms(apart)
            gap = now - distance
            factor = np.divide(
                2 * weight * gap, now, out=np.zeros(now.size), where=now > 0
            )
            return float(weight @ gap**2), back @ (factor[:, None] * apart)

        return value_and_grad

    def _pairs(self, points):
        """Indices of the pairs that the kernel may reach."""
        if not callable(self.kernel):
            reach = self.scale * (1 if self.kernel == "uniform" else _GAUSSIAN_REACH)
            tree = cKDTree(points)
            # Counted are both orders of a pair, and each point with itself.
            n_pairs = (int(tree.count_neighbors(tree, reach)) - len(points)) // 2
            check_memory(
                _BYTES_A_PAIR * n_pairs,
                f"A GroupingTerm with {n_pairs} pairs within its reach of {reach:g}",
                "Take a smaller scale.",
            )
            pairs = tree.query_pairs(reach, output_type="ndarray")
            return pairs[:, 0], pairs[:, 1]
        found = []
        n_rows = max(1, _BLOCK // len(points))
        for start in range(0, len(points), n_rows):
            weight = self._weights(cdist(points[start : start + n_rows], points))
            i, j = np.nonzero(weight)
            i += start
            found.append(np.stack([i, j])[:, i < j])
        return np.concatenate(found, axis=1)

    def _weights(self, distance):
        if callable(self.kernel):
            weight = as_float64(self.kernel(distance), "What the kernel returns")
            if weight.shape != distance.shape or not (weight >= 0).all():
                raise ValueError(
                    "The 'kernel' parameter of GroupingTerm must return a weight >= 0 "
                    f"for each distance. Got {weight!r} instead."
                )
            return weight
        if self.kernel == "uniform":
            return (distance <= self.scale).astype(np.float64)
        return np.exp(-0.5 * (distance / self.scale) ** 2)


def _norms(vectors):
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
