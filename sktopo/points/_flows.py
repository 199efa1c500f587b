"""The motion of space along a vector field, and back."""

import numpy as np
from scipy.integrate import DOP853

# Local errors, in bandwidths and in units in the last place of the coordinates.
_TOLERANCE = 1e-11
_ROUNDING = 4 * np.finfo(float).eps
_SAFETY, _SHRINK, _GROW = 0.9, 0.2, 5.0  # usual for Runge-Kutta steps; see [1]_
_MAX_ROUNDS = 40  # steps of one flow: a field that needs more is too steep for its time


class Flow:
    """Follow a frozen field for some time.

    A Runge-Kutta method of order 8 with steps of its own for each point [1]_, so that a
    point moves the same whatever the others are; backwards in time it returns to where
    it came from, and needs no more than the field to do so.

    Parameters
    ----------
    field : GaussianField
    time : float

    References
    ----------
    .. [1] E. Hairer, S. P. Nørsett and G. Wanner, "Solving Ordinary Differential
       Equations I", section II.10, :doi:`10.1007/978-3-540-78862-1`.
    """

    def __init__(self, field, time):
        self.field, self.time = field, time

    def __call__(self, x, max_rounds=None):
        """Where points of shape (n_points, n_coordinates) go.

        With ``max_rounds``, None where some point would need more steps than that.
        """
        return self._follow(x, self.time, max_rounds)

    def inverse(self, x):
        """Where they came from."""
        return self._follow(x, -self.time, None)

    @classmethod
    def through(cls, field, time, x):
        """Where points go, and the flow; (None, None) where the field is too steep."""
        flow = cls(field, time)
        moved = flow(x, _MAX_ROUNDS)
        return (None, None) if moved is None else (moved, flow)

    def _follow(self, x, time, max_rounds):
        x, velocity = x.copy(), self.field(x)
        left = np.full(len(x), time)
        step = left.copy()
        going = np.arange(len(x))
        n_rounds = 0
        while going.size:
            if n_rounds == max_rounds:
                return None
            n_rounds += 1
            here, h = x[going], step[going]
            new, new_velocity, error = self._try_steps(here, velocity[going], h)
            size = np.abs(here).max(axis=1, initial=0.0)
            error /= _TOLERANCE * self.field.bandwidth + _ROUNDING * size
            done = error <= 1
            moved = going[done]
            x[moved], velocity[moved] = new[done], new_velocity[done]
            left[moved] -= h[done]
            with np.errstate(divide="ignore"):
                factor = _SAFETY * error ** (-1 / 8)
            h = h * np.clip(factor, _SHRINK, np.where(done, _GROW, 1.0))
            # The last step is what is left: no remainder of rounding stays.
            is_last = np.abs(h) >= 0.999 * np.abs(left[going])
            step[going] = np.where(is_last, left[going], h)
            going = going[~done | (left[going] != 0)]
        return x

    def _try_steps(self, x, velocity, h):
        """The ends of steps h, the velocities there, and estimates of the errors."""
        h = h[:, None]
        stages = np.empty((DOP853.n_stages + 1, *x.shape))
        stages[0] = velocity
        for s in range(1, DOP853.n_stages):
            stages[s] = self.field(x + h * _sum(DOP853.A[s, :s], stages[:s]))
        new = x + h * _sum(DOP853.B, stages[:-1])
        stages[-1] = self.field(new)
        fifth = ((h * _sum(DOP853.E5, stages)) ** 2).sum(axis=1)
        third = ((h * _sum(DOP853.E3, stages)) ** 2).sum(axis=1)
        scale = np.sqrt(fifth + 0.01 * third)
        error = np.divide(fifth, scale, out=np.zeros_like(scale), where=scale > 0)
        return new, stages[-1], error


def _sum(weights, stages):
    return np.einsum("s,snc->nc", weights, stages)
