"""The squared distance of a map from one with a prescribed topology."""

from sklearn.base import clone

from sktopo._arrays import check_grid
from sktopo._sklearn_compat import HasMethods
from sktopo.base import Term


class CorrectionTerm(Term):
    r"""What a map lacks of a prescribed topology, as a penalty.

    .. math:: L(x) = \sum_p \big(x_p - c(x)_p\big)^2

    where c(x) is the map as a :class:`~sktopo.TopologyCorrector` leaves it: a soft form
    of the correction, for an objective with other terms. Pixels that it would move are
    pulled to the threshold, all others are left alone.

    Parameters
    ----------
    corrector : TopologyCorrector

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.simplification import CorrectionTerm, TopologyCorrector
    >>> term = CorrectionTerm(TopologyCorrector(n_components=1))
    >>> value, grad = term.value_and_grad([[0.9, 0.4, 0.8, 0.1, 0.6]])
    >>> round(value, 6)
    0.02
    >>> grad.round(6)
    array([[ 0. , -0.2,  0. ,  0. ,  0.2]])
    """

    _parameter_constraints = {"corrector": [HasMethods(["correct"])]}

    def __init__(self, corrector):
        self.corrector = corrector

    def value_and_grad(self, x):
        """Compute the squared distance and its gradient.

        Parameters
        ----------
        x : array-like of shape (n,), (h, w) or (d, h, w)

        Returns
        -------
        value : float
        grad : ndarray of x's shape

        Raises
        ------
        ValueError
            If x is no map, or cannot be given what is prescribed.
        """
        self._check_params()
        x = check_grid(x, "x", type(self).__name__)
        # A map is read as it is, whatever rows are for the corrector.
        corrector = clone(self.corrector).set_params(image_shape=None)
        difference = x - corrector.correct([x]).maps[0]
        return float((difference**2).sum()), 2 * difference
