"""Distances between all diagrams of two lists."""

from functools import partial

import numpy as np

from sktopo._diagrams import check_diagram
from sktopo._progress import ProgressLine
from sktopo._validation import check_n_jobs, check_verbose
from sktopo._workers import count_all, even_slices, in_workers
from sktopo.metrics._bottleneck import bottleneck
from sktopo.metrics._sliced import sliced_wasserstein
from sktopo.metrics._wasserstein import wasserstein

DISTANCES = {
    "wasserstein": wasserstein,
    "bottleneck": bottleneck,
    "sliced_wasserstein": sliced_wasserstein,
}
_SHARES = 8  # parts of the work of one worker, some of which take longer


def pairwise_distances(
    X, Y=None, metric="wasserstein", *, n_jobs=None, verbose=0, **params
):
    """Compute the distances between all diagrams of a list, or of two.

    Parameters
    ----------
    X : list of array-like of shape (n_bars, 2)
        Diagrams of one homology dimension.
    Y : list of array-like of shape (n_bars, 2) or None, default=None
        Diagrams to compare them with; None is X itself.
    metric : {"wasserstein", "bottleneck", "sliced_wasserstein"} or callable, \
            default="wasserstein"
        A function of this module, or one that takes two diagrams and returns a number.
        Of X with itself each pair is computed once, and a diagram is at distance 0 from
        itself.
    n_jobs : int or None, default=None
        Workers of joblib, over which the pairs are spread.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the pairs.
    **params
        Parameters of the metric, such as ``p``.

    Returns
    -------
    ndarray of shape (len(X), len(Y))

    Raises
    ------
    ValueError
        If X or Y holds what is no diagram, or the metric is not known.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.metrics import pairwise_distances
    >>> diagrams = [np.array([[0, 2]]), np.array([[0, 3], [1, 2]]), np.empty((0, 2))]
    >>> pairwise_distances(diagrams, metric="bottleneck")
    array([[0. , 1. , 1. ],
           [1. , 0. , 1.5],
           [1. , 1.5, 0. ]])
    """
    name = "pairwise_distances"
    check_n_jobs(n_jobs, name)
    check_verbose(verbose, name)
    distance = _function_of(metric, name)
    X = [check_diagram(diagram, name) for diagram in X]
    is_symmetric = Y is None
    Y = X if is_symmetric else [check_diagram(diagram, name) for diagram in Y]
    if is_symmetric:
        row, column = np.triu_indices(len(X), 1)
    else:
        row, column = (index.ravel() for index in np.indices((len(X), len(Y))))
    found = np.zeros((len(X), len(Y)))
    if row.size:
        line = ProgressLine(name, row.size, "pair", verbose)
        # Diagrams of one row stand in one part, so that few of them are sent out.
        parts = even_slices(row.size, n_jobs, per_worker=_SHARES, line=line)
        jobs = (
            ([X[i] for i in row[part]], [Y[j] for j in column[part]]) for part in parts
        )
        of_part = partial(_distances, partial(distance, **params))
        values = in_workers(of_part, jobs, n_jobs, line, count_all)
        found[row, column] = np.concatenate(values)
    return found + found.T if is_symmetric else found


def _function_of(metric, owner):
    """The function that a metric stands for."""
    if callable(metric):
        return metric
    if isinstance(metric, str) and metric in DISTANCES:
        return DISTANCES[metric]
    raise ValueError(
        f"The 'metric' parameter of {owner} must be one of {sorted(DISTANCES)} or a "
        f"callable. Got {metric!r} instead."
    )


def _distances(distance, X, Y):
    return [distance(x, y) for x, y in zip(X, Y, strict=True)]
