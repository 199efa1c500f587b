"""The solver that moves points."""

import warnings

from sktopo.points._motions import big_step
from sktopo.solvers import LBFGS, Adam, GradientDescent


def point_solver(term, step, method, solver, learning_rate, settings, owner):
    """The solver of a method, once it can take the term.

    Parameters
    ----------
    term : Term
    step : callable or None
        A step along a field, where the method has one.
    method : str or FieldMethod
    solver : {"adam", "gd", "lbfgs"} or None
    learning_rate : float
    settings : dict
        ``max_iter``, ``tol`` and ``verbose``.
    owner : str

    Returns
    -------
    Solver

    Raises
    ------
    ValueError
        If the term is random, or has no big step, where it must not or must.

    Warns
    -----
    UserWarning
        If the method takes no such solver.
    """
    is_big = method == "big_step"
    if (is_big or step is not None) and solver not in (None, "gd"):
        warnings.warn(
            f"{owner} takes its own steps with method={method!r}, which are those of "
            f"solver='gd'. Got solver={solver!r}.",
            UserWarning,
            stacklevel=4,
        )
    if is_big:
        if term.is_random or term.big_step is None:
            raise ValueError(
                f"The 'method' parameter of {owner} must not be 'big_step' where "
                "'sampling' or the objective make the loss random, or the objective "
                "defines no big_step: it needs the complex of all points."
            )
        step = big_step(term)
    if step is not None or solver == "gd":
        return GradientDescent(learning_rate, step=step, **settings)
    if solver == "lbfgs":
        if term.is_random:
            raise ValueError(
                f"The 'solver' parameter of {owner} must be 'adam' or 'gd' where "
                "'sampling' or the objective make the loss random. Got 'lbfgs' instead."
            )
        return LBFGS(**settings)
    return Adam(learning_rate, **settings)
