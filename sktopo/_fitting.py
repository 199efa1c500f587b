"""What holds for every ``fit``: all of it or nothing."""

from functools import wraps

from sktopo._sklearn_compat import _fit_context


def fit_context(*, prefer_skip_nested_validation):
    """Decorate a ``fit``: check the parameters, and leave nothing half done.

    What an earlier fit has learned is forgotten first, unless ``warm_start`` is true.
    Where the new fit fails or is interrupted, the estimator is as it was before, unless
    ``keep_fit`` was called.

    Parameters
    ----------
    prefer_skip_nested_validation : bool
        As of scikit-learn's own context.
    """

    def decorate(fit):
        checked = _fit_context(
            prefer_skip_nested_validation=prefer_skip_nested_validation
        )(fit)

        @wraps(fit)
        def fit_or_restore(estimator, *args, **kwargs):
            before = dict(vars(estimator))
            if not getattr(estimator, "warm_start", False):
                _forget(estimator)
            try:
                return checked(estimator, *args, **kwargs)
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


_KEPT = "_sktopo_fit_is_kept"


def _forget(estimator):
    for name in [*vars(estimator)]:
        if name.endswith("_") and not name.startswith("_"):
            delattr(estimator, name)
