"""Squared distance to a target, directly or through a linear map."""

import numpy as np

from sktopo._arrays import as_float64
from sktopo.base import Term


class SquaredErrorTerm(Term):
    """||target - x||^2, or ||target - design @ x||^2.

    Parameters
    ----------
    target : array-like
        Of x's shape, or of shape (n_samples,) where there is a design.
    design : array-like of shape (n_samples, n_features) or None, default=None
        The matrix of a linear model; None stands for the identity.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> value, grad = SquaredErrorTerm([1.0, 2.0]).value_and_grad(np.array([1.0, 4.0]))
    >>> float(value)
    4.0
    >>> grad
    array([0., 4.])
    """

    _parameter_constraints = {"target": ["array-like"], "design": ["array-like", None]}

    def __init__(self, target, design=None):
        self.target = target
        self.design = design

    def restricted(self, points):
        """The term of some of the points, where there is no design; see ``Term``."""
        if self.design is not None:
            return self
        return SquaredErrorTerm(np.asarray(self.target)[points])

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray

        Returns
        -------
        value : float
        grad : ndarray of x's shape

        Raises
        ------
        ValueError
            If x does not fit the target, or the design.
        """
        self._check_params()
        x = as_float64(x, "x of SquaredErrorTerm")
        target = self._array("target")
        if self.design is None:
            self._check_shape(x.shape, target.shape)
            residual = x - target
            return float(residual.ravel() @ residual.ravel()), 2 * residual
        design = self._array("design")
        self._check_shape(x.shape, design.shape[1:])
        self._check_shape(target.shape, design.shape[:1], "target")
        residual = design @ x - target
        return float(residual @ residual), 2 * (design.T @ residual)

    def _check_shape(self, shape, expected, name="x"):
        if shape != expected:
            raise ValueError(
                f"{name} of SquaredErrorTerm must have shape {expected}. Got {shape}."
            )
