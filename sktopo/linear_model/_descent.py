"""Descents that know nothing of a penalty but its value and its gradient."""

from sktopo._progress import settings_within
from sktopo.solvers import LBFGS, Adam

_SEARCH_FAILED = 4


def descend(objective, start, solver, rate, settings):
    """Adam, L-BFGS, or one after the other.

    Parameters
    ----------
    objective : Term
    start : ndarray
    solver : {"auto", "adam", "lbfgs"}
        "auto" is Adam alone where the objective is random, else both.
    rate : float > 0
        The first one of Adam.
    settings : dict
        ``max_iter``, ``tol`` and ``verbose``.

    Returns
    -------
    scipy.optimize.OptimizeResult
        It has converged where the last of the solvers says so, which at a kink, where
        L-BFGS finds no lower value, is Adam.
    """
    if solver == "lbfgs":
        return LBFGS(**settings).minimize(objective, start)
    adam = Adam(rate, schedule="adaptive", epsilon=None, **settings)
    first = adam.minimize(objective, start)
    if solver == "adam" or objective.is_random:
        return first
    # Smooth objectives may need L-BFGS most where Adam has made all its steps.
    most = settings["max_iter"]
    rest = settings_within(settings, max(most - first.nit, most // 2))
    last = LBFGS(**rest).minimize(objective, first.x)
    if last.status == _SEARCH_FAILED:
        last.status = first.status
    last.nit += first.nit
    return last
