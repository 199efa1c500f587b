"""What is to become small of the samples that a generator makes."""

import numpy as np
from sklearn.base import clone

from sktopo._samples import check_image_shape
from sktopo._validation import check_clip
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network._unused import warn_of_term
from sktopo.objectives import as_term


class SampleObjective:
    """An objective of samples in rows, as the parameters of an estimator have it.

    Parameters
    ----------
    estimator : estimator
        With the parameters ``objective``, ``filtration``, ``homology_dimensions``,
        ``image_shape`` and ``clip``.

    Raises
    ------
    TypeError, ValueError
        If one of them cannot be.
    """

    def __init__(self, estimator):
        self._name, given = type(estimator).__name__, estimator.objective
        warn_of_term(estimator, ("filtration", "homology_dimensions"))
        given = PersistenceEnergy(p=1, q=0, i0=2) if given is None else given
        self.term = as_term(
            given,
            estimator.filtration or Cubical(superlevel=True),
            estimator.homology_dimensions,
            self._name,
        )
        degree = getattr(given, "degree", None)
        self.degree = 1.0 if degree is None else float(degree)
        self._shape = estimator.image_shape
        check_clip(estimator.clip, self._name)
        self._clip = estimator.clip
        if self._clip is not None:
            self._clip = tuple(map(float, self._clip))

    def check(self, row):
        """Raise ValueError where a sample is no such image, or not for the term."""
        if self._shape is not None:
            check_image_shape(self._shape, row.size, self._name)
        try:
            self.function(seed=0)(row)
        except ValueError as error:
            shape = row.shape if self._shape is None else tuple(self._shape)
            raise ValueError(
                f"The 'objective' and 'filtration' parameters of {self._name} must "
                f"take samples of shape {shape}. Got: {error}"
            ) from error

    def function(self, seed, extent=1.0):
        """A fresh function of a row: the value and the gradient.

        Parameters
        ----------
        seed : int
            Of a random term, which draws the same whenever this is called.
        extent : float > 0, default=1.0
            The range of samples; values are those of samples that are divided by it.

        Returns
        -------
        callable
            From an ndarray of shape (n_outputs,) to a float and such an array.
        """
        term = self.term
        if term.is_random:
            names = [p for p in term.get_params() if p.endswith("random_state")]
            term = clone(term).set_params(**dict.fromkeys(sorted(names), seed))
        value_and_grad, unit = term.warm_value_and_grad(), extent**self.degree

        def of_row(row):
            seen = row if self._clip is None else np.clip(row, *self._clip)
            shape = row.shape if self._shape is None else self._shape
            value, grad = value_and_grad(seen.reshape(shape))
            grad = grad.ravel() / unit
            return value / unit, grad if self._clip is None else grad * (seen == row)

        return of_row
