"""How points move: steps of a descent, and the motion that they add up to."""

import numpy as np
from scipy.spatial import cKDTree

from sktopo.points._fields import GaussianField
from sktopo.points._flows import Flow

_NEIGHBOUR = 6  # as many as a point of a planar triangulation has on average
_REACH = 64  # starts whose displacements are averaged: a few rings of neighbours


def typical_distance(points):
    """Median distance to the sixth neighbour: as far as a gradient is to reach."""
    places = np.unique(points, axis=0)
    if len(places) == 1:
        return 1.0
    k = min(_NEIGHBOUR, len(places) - 1)
    return float(np.median(cKDTree(places).query(places, k=[k + 1])[0]))


def field_step(field, points):
    """Steps that spread a gradient over a field and follow it; its bandwidth.

    Parameters
    ----------
    field : FieldMethod or None
    points : ndarray of shape (n_points, n_coordinates)
        Whose distances are the bandwidth where that is "auto".

    Returns
    -------
    step : callable or None
        See GradientDescent.
    bandwidth : float or None
    """
    if field is None:
        return None, None
    is_auto = isinstance(field.bandwidth, str)
    bandwidth = typical_distance(points) if is_auto else field.bandwidth

    def step(x, grad, rate):
        centres = np.flatnonzero(grad.any(axis=1))
        if centres.size == 0:
            return None, None
        velocities = GaussianField(x[centres], -grad[centres], bandwidth, field.kind)
        return Flow.through(velocities, rate, x)

    return step, bandwidth


def big_step(term):
    """Steps of whole critical sets: see PersistenceTerm.big_step."""
    return lambda x, grad, rate: (x + term.big_step(x, rate), None)


class FlowMotion:
    """One flow after another, and back.

    Parameters
    ----------
    start : ndarray of shape (n_points, n_coordinates)
        Whose path it shows; neither direction needs it.
    flows : list of Flow
    """

    def __init__(self, start, flows):
        self.start, self.flows = start.copy(), flows

    def __call__(self, x):
        """Where points of shape (n_points, n_coordinates) go."""
        for flow in self.flows:
            x = flow(x)
        return x

    def inverse(self, x):
        """Where they came from."""
        for flow in reversed(self.flows):
            x = flow.inverse(x)
        return x

    def path(self):
        """Yield the places of the fitted points at the start and after each step."""
        x = self.start
        yield x
        for flow in self.flows:
            x = flow(x)
            yield x


class InterpolatedMotion:
    """Displacements of some points, interpolated by inverse distances [1]_.

    With d_i the distance to the i-th nearest start and R the distance to the 65th,
    displacements are averaged with weights ``(1 - d_i / R)^2 d_i^-(n_coordinates + 2)``
    (without the first factor where there are fewer starts): continuous, and exact at
    the starts.

    Parameters
    ----------
    start, end : ndarray of shape (n_points, n_coordinates)
        Where starts coincide, so do ends.

    References
    ----------
    .. [1] D. Shepard, "A two-dimensional interpolation function for irregularly-spaced
       data", ACM National Conference 1968, :doi:`10.1145/800186.810616`.
    """

    def __init__(self, start, end):
        self.start, self.end = start.copy(), end
        self._places, first = np.unique(start, axis=0, return_index=True)
        self._ends = end[first]

    def __call__(self, x):
        """Where points of shape (n_points, n_coordinates) go."""
        n_near = min(len(self._places), _REACH + 1)
        distance, near = cKDTree(self._places).query(x, k=range(1, n_near + 1))
        on_start = distance[:, 0] == 0
        distance[on_start] = 1.0
        weights = (distance[:, :1] / distance) ** (x.shape[1] + 2)
        if n_near > _REACH:
            taper = (1 - distance / distance[:, -1:]) ** 2
            # In the middle of a sphere of starts all are as near as the last.
            weights *= np.where(taper.any(axis=1, keepdims=True), taper, 1.0)
        weights /= weights.sum(axis=1, keepdims=True)
        shift = (self._ends - self._places)[near]
        moved = x + np.einsum("nk,nkc->nc", weights, shift)
        moved[on_start] = self._ends[near[on_start, 0]]
        return moved

    def path(self):
        """Yield the start and the end of the fitted points: no way is kept between."""
        yield self.start
        yield self.end
