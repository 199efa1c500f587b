"""What holds for every ``fit``: all of it or nothing."""

from functools import wraps

from sklearn import config_context, get_config

_KEPT = "_sktopo_fit_is_kept"


def fit_context(*, prefer_skip_nested_validation):
    """Decorate a ``fit``: check the parameters, and leave nothing half done.

    What an earlier fit has learned is forgotten first, unless ``warm_start`` is true.
    Where the new fit fails or is interrupted, the estimator is as it was before, unless
    ``keep_fit`` was called.

    Parameters
    ----------
    prefer_skip_nested_validation : bool
        Whether the parameters of estimators inside are taken to be checked.
    """

    def decorate(fit):
        @wraps(fit)
        def fit_or_restore(estimator, *args, **kwargs):
            before = dict(vars(estimator))
            skips = get_config()["skip_parameter_validation"]
            settings = {
                "skip_parameter_validation": skips or prefer_skip_nested_validation
            }
            try:
                if not skips:
                    estimator._validate_params()
                if not getattr(estimator, "warm_start", False):
                    _forget(estimator)
                with config_context(**settings):
                    return fit(estimator, *args, **kwargs)
            except BaseException as error:
                if not getattr(error, _KEPT, False):
                    vars(estimator).clear()
                    vars(estimator).update(before)
                raise

        return fit_or_restore

    return decorate


def keep_fit(error):
    """Say that what was learned before an exception is whole, and to be kept."""
    setattr(error, _KEPT, True)


def minimize_and_unpack(solver, objective, start, unpack, callback=None):
    """Minimise, and hand the result on; of a run that is interrupted the best so far.

    Parameters
    ----------
    solver : Solver
    objective : Term or callable
    start : ndarray
    unpack : callable
        Takes the result, and makes the estimator a fitted one.
    callback : callable or None, default=None
        Of the solver.

    Returns
    -------
    scipy.optimize.OptimizeResult
    """
    try:
        result = solver.minimize(objective, start, callback=callback)
    except BaseException as error:
        if hasattr(error, "result"):
            unpack(error.result)
            keep_fit(error)
        raise
    unpack(result)
    return result


def _forget(estimator):
    for name in [*vars(estimator)]:
        if name.endswith("_") and not name.startswith("_"):
            delattr(estimator, name)
