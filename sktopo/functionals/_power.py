"""Powers of lifetimes, with finite slopes."""

import numpy as np


def power_and_slope(x, exponent, largest=None):
    """X ** exponent and its derivative, for x >= 0 or an integer exponent.

    For exponents between 0 and 1 the derivative has no bound as x falls to 0: it is
    cut at its value at 1e-8 of the largest x, or of what is given for each x.
    """
    if exponent == 0:
        return np.ones_like(x), np.zeros_like(x)
    if exponent == 1:
        return x, np.ones_like(x)
    if exponent < 1:
        size = np.abs(x)
        largest = size.max(initial=0.0) if largest is None else largest
        floor = np.maximum(1e-8 * largest, np.finfo(float).tiny)
        return x**exponent, exponent * np.maximum(size, floor) ** (exponent - 1)
    return x**exponent, exponent * x ** (exponent - 1)
