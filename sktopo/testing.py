"""Checks for those who write a term, a functional or a filtration of their own."""

import numpy as np
from sklearn.utils import check_random_state

from sktopo._arrays import as_float64

__all__ = ["check_gradient"]

_ALL_COORDINATES = 50
_N_DIRECTIONS = 20


def check_gradient(
    function, x, *, n_directions=None, step=1e-6, rtol=1e-5, atol=1e-8, random_state=0
):
    """Compare a gradient with central differences.

    A gradient of persistence exists where no two values are equal: take x at random,
    and a ``step`` small against the gaps between its values.

    Parameters
    ----------
    function : Term, DiagramFunctional or callable
        Something with ``value_and_grad``, or that function itself.
    x : ndarray
        Where to look; infinite entries (deaths of essential bars) are held fixed.
    n_directions : int or None, default=None
        How many random directions to try. None tries every coordinate up to 50 of
        them, and else 20 directions.
    step : float, default=1e-6
        How far an entry is moved, and the standard deviation of that along a random
        direction, relative to the largest entry of x, or to 1 if that is smaller.
    rtol, atol : float, default=1e-5 and 1e-8
        Tolerances of ``numpy.isclose``; the relative one refers to the gradient's
        largest entry too.
    random_state : int, RandomState instance or None, default=0
        Seed of the directions.

    Raises
    ------
    AssertionError
        If the two do not agree; the message has both numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.testing import check_gradient
    >>> check_gradient(PersistenceEnergy(p=2, q=1), np.array([[0.1, 0.7], [0.2, 0.4]]))
    """
    value_and_grad = getattr(function, "value_and_grad", function)
    x = as_float64(x, "x of check_gradient").copy()
    found = value_and_grad(x.copy())
    if not (isinstance(found, (tuple, list)) and len(found) == 2):
        raise TypeError(
            "The function of check_gradient must return its value and the gradient, "
            f"a tuple. Got {found!r} from {function!r}."
        )
    grad = np.asarray(found[1])
    if grad.shape != x.shape:
        raise AssertionError(
            f"The gradient has shape {grad.shape}, but x has shape {x.shape}."
        )
    moves = np.isfinite(x)
    size = step * max(1.0, np.abs(x[moves]).max(initial=0.0))
    slack = atol + rtol * np.abs(grad).max(initial=0.0)
    for name, direction in _directions(moves, n_directions, random_state):
        ahead, _ = value_and_grad(x + size * direction)
        behind, _ = value_and_grad(x - size * direction)
        difference = (ahead - behind) / (2 * size)
        expected = float(np.sum(grad * direction))
        if not np.isclose(difference, expected, rtol=rtol, atol=slack):
            raise AssertionError(
                f"The gradient is wrong along {name}: it says {expected:.10g}, the "
                f"difference quotient {difference:.10g}."
            )


def _directions(moves, n_directions, random_state):
    places = np.argwhere(moves)
    if n_directions is None and len(places) <= _ALL_COORDINATES:
        for place in places:
            direction = np.zeros(moves.shape)
            direction[tuple(place)] = 1.0
            yield f"coordinate {tuple(place.tolist())}", direction
        return
    rng = check_random_state(random_state)
    for k in range(_N_DIRECTIONS if n_directions is None else n_directions):
        yield f"random direction {k}", rng.normal(size=moves.shape) * moves
