"""Any function of a diagram that knows its gradient."""

import numpy as np

from sktopo._arrays import as_float64
from sktopo._diagrams import check_diagram
from sktopo.base import DiagramFunctional


class FunctionalFromCallable(DiagramFunctional):
    """A functional from a callable.

    Parameters
    ----------
    fn : callable
        ``fn(diagram) -> (value, grad)`` for a diagram of shape (n_bars, 2) with finite
        deaths, maybe without a bar; grad has the diagram's shape. Essential bars are
        not shown to it. It must be a function that pickles (not a lambda) where the
        functional is to be sent to other processes.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import FunctionalFromCallable
    >>> def latest_death(diagram):
    ...     grad = np.zeros_like(diagram)
    ...     if len(diagram) == 0:
    ...         return 0.0, grad
    ...     last = np.argmax(diagram[:, 1])
    ...     grad[last, 1] = 1.0
    ...     return diagram[last, 1], grad
    >>> value, _ = FunctionalFromCallable(latest_death).value_and_grad([[0, 2], [1, 5]])
    >>> value
    5.0
    """

    _parameter_constraints = {"fn": [callable]}

    def __init__(self, fn):
        self.fn = fn

    def value_and_grad(self, diagram):
        """Evaluate on a diagram.

        Parameters
        ----------
        diagram : ndarray of shape (n_bars, 2)

        Returns
        -------
        value : float
        grad : ndarray of shape (n_bars, 2)

        Raises
        ------
        ValueError
            If what ``fn`` returns is no number with a gradient of the right shape.
        """
        self._check_params()
        diagram = check_diagram(diagram, "FunctionalFromCallable")
        is_finite = np.isfinite(diagram[:, 1])
        shown = diagram[is_finite]
        try:
            value, part = self.fn(shown.copy())
            value, part = float(value), as_float64(part, "the gradient")
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(
                "The 'fn' parameter of FunctionalFromCallable must return a value and "
                f"its gradient: {error}"
            ) from error
        if part.shape != shown.shape:
            raise ValueError(
                "The 'fn' parameter of FunctionalFromCallable must return a gradient "
                f"of shape {shown.shape}. Got {part.shape} instead."
            )
        grad = np.zeros(diagram.shape)
        grad[is_finite] = part
        return value, grad
