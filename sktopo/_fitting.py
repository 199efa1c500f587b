"""What holds for every ``fit``: all of it or nothing."""

from functools import wraps

from sklearn import config_context, get_config

from sktopo._sklearn_compat import callback_management_context, has_callbacks
from sktopo._workers import one_blas_thread

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
                validate_params(estimator)
                if not getattr(estimator, "warm_start", False):
                    _forget(estimator)
                with config_context(**settings), callback_management_context(estimator):
                    return fit(estimator, *args, **kwargs)
            except BaseException as error:
                if not getattr(error, _KEPT, False):
                    vars(estimator).clear()
                    vars(estimator).update(before)
                raise

        return fit_or_restore

    return decorate


def validate_params(estimator):
    """Check the parameters, unless scikit-learn's configuration skips that."""
    if not get_config()["skip_parameter_validation"]:
        estimator._validate_params()


def keep_fit(error):
    """Say that what was learned before an exception is whole, and to be kept."""
    setattr(error, _KEPT, True)


class FitTasks:
    """The tasks of a fit, which the callbacks of scikit-learn are told of.

    Those of scikit-learn are set by ``set_callbacks``; without any nothing is done.

    Parameters
    ----------
    estimator : estimator
        One that is being fitted, with a ``fit_context``.
    n_tasks : int
        How many there are, at most.
    """

    def __init__(self, estimator, n_tasks):
        self._estimator, self._context, self._task = estimator, None, None
        if has_callbacks(estimator):
            self._context = estimator._init_callback_context(max_subtasks=n_tasks)
        self._n_left = n_tasks

    def __enter__(self):
        if self._context is not None:
            self._context.call_on_fit_task_begin(estimator=self._estimator)
            self._begin()
        return self

    def __exit__(self, kind, *error):
        if self._context is not None and kind is None:
            self._context.call_on_fit_task_end(estimator=self._estimator)

    @property
    def are_told(self):
        """Whether there is a callback."""
        return self._context is not None

    def note(self):
        """Tell of the end of a task; whether one of the callbacks ends the fit."""
        if self._task is None:
            return False
        ends = self._task.call_on_fit_task_end(estimator=self._estimator)
        if not ends:
            self._begin()
        return ends

    def _begin(self):
        """Tell of the begin of the next task, if there is one."""
        self._task = None
        if self._n_left > 0:
            self._n_left -= 1
            self._task = self._context.subcontext()
            self._task.call_on_fit_task_begin(estimator=self._estimator)


def minimize_and_unpack(estimator, solver, objective, start, unpack, callback=None):
    """Minimise, and hand the result on; of a run that is interrupted the best so far.

    Parameters
    ----------
    estimator : estimator
        Whose callbacks of scikit-learn are told of the steps.
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

    def after_step(result):
        ends = callback is not None and callback(result)
        return tasks.note() or ends

    try:
        with FitTasks(estimator, solver.max_iter) as tasks:
            # Each call is handed the history so far, a copy.
            is_heard = callback is not None or tasks.are_told
            with one_blas_thread():
                result = solver.minimize(
                    objective, start, callback=after_step if is_heard else None
                )
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
