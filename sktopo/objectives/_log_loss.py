"""The loss of logistic regression."""

from sktopo._arrays import as_float64
from sktopo._losses import log_losses
from sktopo.base import Term


class LogLossTerm(Term):
    """The sum of -log P(target) under a linear model, binary or multinomial.

    With margins m = design @ x.T, the probability of class 1 is 1 / (1 + exp(-m)) where
    x is a vector or has one row; where it has a row for each class, the probabilities
    are softmax(m).

    Parameters
    ----------
    target : array-like of shape (n_samples,) or (n_samples, n_rows)
        Probabilities of class 1 where that is a vector or one column, such as 0 and 1;
        else those of the classes, such as a 1 in the column of the right one.
    design : array-like of shape (n_samples, n_features)
    sample_weight : array-like of shape (n_samples,) or None, default=None

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import LogLossTerm
    >>> loss = LogLossTerm([0, 1, 1], [[-1.0], [1.0], [0.0]])
    >>> value, grad = loss.value_and_grad(np.array([0.0]))
    >>> float(value / np.log(2))
    3.0
    >>> grad
    array([-1.])
    """

    _parameter_constraints = {
        "target": ["array-like"],
        "design": ["array-like"],
        "sample_weight": ["array-like", None],
    }

    def __init__(self, target, design, sample_weight=None):
        self.target = target
        self.design = design
        self.sample_weight = sample_weight

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray of shape (n_features,) or (n_rows, n_features)

        Returns
        -------
        value : float
        grad : ndarray of x's shape

        Raises
        ------
        ValueError
            If x does not fit the design or the target.
        """
        self._check_params()
        x = as_float64(x, "x of LogLossTerm")
        target, design = self._array("target"), self._array("design")
        if design.ndim != 2 or len(target) != len(design):
            raise ValueError(
                "The 'design' parameter of LogLossTerm must have a row for each of the "
                f"{len(target)} targets. Got an array of shape {design.shape}."
            )
        expected = (*target.shape[1:], design.shape[1])
        if x.shape != expected:
            raise ValueError(
                f"x of LogLossTerm must have shape {expected}. Got {x.shape}."
            )
        losses, residual = log_losses(design @ x.T, target)
        if self.sample_weight is not None:
            weight = self._array("sample_weight")
            if weight.shape != losses.shape:
                raise ValueError(
                    "The 'sample_weight' parameter of LogLossTerm must have shape "
                    f"{losses.shape}. Got {weight.shape}."
                )
            return float(weight @ losses), (residual.T * weight) @ design
        return float(losses.sum()), residual.T @ design
