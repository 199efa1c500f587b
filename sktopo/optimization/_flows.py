"""The motion of space along a vector field, and back."""

import numpy as np

# The implicit equation is solved by iteration, whose error falls by this factor.
_CONTRACTION = 0.3
_TOLERANCE = 1e-13
_MAX_ROUNDS = 60
_MAX_SUBSTEPS = 64


class Flow:
    """Follow a frozen field for some time.

    It is computed by the implicit midpoint rule, a Runge-Kutta method that is its own
    inverse: with the time reversed it goes back the same way, whatever its error, and
    needs no more than the field to do so.

    Parameters
    ----------
    field : GaussianField
    time : float
    n_substeps : int
        As many that the field changes little within one.
    """

    def __init__(self, field, time, n_substeps):
        self.field, self.time, self.n_substeps = field, time, n_substeps

    @classmethod
    def through(cls, field, time, x):
        """A flow with the substeps that these points and the centres need.

        Parameters
        ----------
        field : GaussianField
        time : float
        x : ndarray of shape (n_points, n_coordinates)

        Returns
        -------
        x : ndarray of shape (n_points, n_coordinates), or None
            Where the points go; None where the field is too steep for so much time.
        flow : Flow or None
        """
        start = np.concatenate([x, field.centres])
        n_substeps = 1
        while n_substeps <= _MAX_SUBSTEPS:
            flow, y, steepest = cls(field, time, n_substeps), start, 0.0
            for _ in range(n_substeps):
                velocity, steep = field.with_steepness(y)
                steepest = max(steepest, float(steep.max()))
                if steepest * abs(time) > 2 * _CONTRACTION * n_substeps:
                    break
                y = flow._substep(y, time / n_substeps, velocity)
            else:
                return y[: len(x)], flow
            needed = np.ceil(steepest * abs(time) / (2 * _CONTRACTION))
            n_substeps = int(min(max(n_substeps + 1, needed), 2 * _MAX_SUBSTEPS))
        return None, None

    def __call__(self, x):
        """Where points of shape (n_points, n_coordinates) go."""
        return self._move(x, self.time / self.n_substeps)

    def inverse(self, x):
        """Where they came from."""
        return self._move(x, -self.time / self.n_substeps)

    def _move(self, x, time):
        for _ in range(self.n_substeps):
            x = self._substep(x, time, self.field(x))
        return x

    def _substep(self, x, time, velocity):
        """Solve y = x + time * v((x + y) / 2), each point by itself."""
        middle = x + (time / 2) * velocity
        going = np.arange(len(x))
        reach = _TOLERANCE * self.field.bandwidth
        for _ in range(_MAX_ROUNDS):
            new = x[going] + (time / 2) * self.field(middle[going])
            error = np.abs(new - middle[going]).max(axis=1)
            middle[going] = new
            going = going[error > _TOLERANCE * np.abs(new).max(axis=1) + reach]
            if going.size == 0:
                break
        return 2 * middle - x
