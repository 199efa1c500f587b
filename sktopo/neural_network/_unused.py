"""Parameters that an objective leaves no effect."""

from sktopo._validation import warn_unused
from sktopo.base import Term


def warn_of_term(estimator, names):
    """Warn of the parameters that an ``objective`` which is a Term leaves no effect.

    Parameters
    ----------
    estimator : estimator
    names : tuple of str
        What a functional would be computed with.
    """
    if isinstance(estimator.objective, Term):
        why = "where 'objective' is a Term"
        warn_unused(estimator, names, why)
