"""Units of a perceptron, and the parameters with which its training begins."""

from itertools import pairwise

import numpy as np

from sktopo._validation import check_int


def units_of(hidden_layer_sizes, owner):
    """The units of each hidden layer, a list."""
    sizes = np.asarray(hidden_layer_sizes, dtype=object).ravel().tolist()
    for size in sizes:
        check_int(size, "hidden_layer_sizes", owner, 1)
    return sizes


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
