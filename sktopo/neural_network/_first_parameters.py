"""The parameters with which the training of a perceptron begins."""

from itertools import pairwise

import numpy as np


def first_parameters(sizes, rng):
    """Weights by the rule of Glorot and Bengio, and then intercepts of zero.

    Parameters
    ----------
    sizes : list of int
        Units of each layer, from the input to the output.
    rng : RandomState

    Returns
    -------
    list of ndarray
    """
    weights = []
    for before, behind in pairwise(sizes):
        bound = np.sqrt(6 / (before + behind))
        weights.append(rng.uniform(-bound, bound, size=(before, behind)))
    return [*weights, *(np.zeros(size) for size in sizes[1:])]
