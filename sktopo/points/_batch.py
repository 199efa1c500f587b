"""One cloud, and many at once."""

from functools import partial

import numpy as np
from sklearn.base import clone
from sklearn.utils import Bunch

from sktopo._progress import ProgressLine, within
from sktopo._samples import SampleKind, read_list
from sktopo._sklearn_compat import without_callbacks
from sktopo._tables import check_one_table, validate_table
from sktopo._validation import check_n_jobs
from sktopo._workers import in_workers

_CLOUDS = SampleKind((2,), "point cloud of shape (n_points, n_coordinates)")


def read_cloud(estimator, X, *, reset):
    """One point cloud as an array of float64."""
    instead = "sktopo.points.optimize_point_clouds moves many clouds, one by one."
    check_one_table(X, type(estimator).__name__, instead)
    return validate_table(estimator, X, dtype=np.float64, reset=reset)


def optimize_point_clouds(clouds, optimizer, n_jobs=None):
    """Move each of many point clouds by itself.

    Parameters
    ----------
    clouds : sequence of array-like of shape (n_points, n_coordinates)
        Or one array of shape (n_clouds, n_points, n_coordinates). Sizes may differ.
    optimizer : TopoPointOptimizer
        It stays as it is; each cloud has a clone. With an int as its random_state a
        cloud gets the same answer whatever the others are.
    n_jobs : int or None, default=None
        Processes.

    Returns
    -------
    Bunch
        ``clouds``, a list of arrays of shape (n_points, n_coordinates): where the
        points went; and ``optimizers``, the fitted clones, with their diagrams and loss
        curves.

    Examples
    --------
    >>> from sktopo import TopoPointOptimizer
    >>> from sktopo.datasets import make_noisy_circle
    >>> from sktopo.points import optimize_point_clouds
    >>> clouds = [make_noisy_circle(n, random_state=n)[0] for n in (20, 30)]
    >>> moved = optimize_point_clouds(clouds, TopoPointOptimizer(max_iter=5))
    >>> [cloud.shape for cloud in moved.clouds]
    [(20, 2), (30, 2)]
    """
    check_n_jobs(n_jobs, "optimize_point_clouds")
    if isinstance(optimizer, type) or not hasattr(optimizer, "fit"):
        raise TypeError(
            "The 'optimizer' parameter of optimize_point_clouds must be a "
            f"TopoPointOptimizer. Got {optimizer!r} instead."
        )
    clouds = read_list(clouds, "optimize_point_clouds", _CLOUDS, name="clouds")
    verbose = optimizer.verbose
    line = ProgressLine("optimize_point_clouds", len(clouds), "cloud", verbose)
    plain = without_callbacks(clone(optimizer))
    job = partial(_fitted, plain.set_params(verbose=within(verbose)))
    optimizers = in_workers(job, zip(clouds), n_jobs, line)
    for fitted in optimizers:
        fitted.set_params(verbose=verbose)
    moved = [fitted.points_.copy() for fitted in optimizers]
    return Bunch(clouds=moved, optimizers=optimizers)


def _fitted(optimizer, cloud):
    return clone(optimizer).fit(cloud)
