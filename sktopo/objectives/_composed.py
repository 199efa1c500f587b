"""A term behind a map of the data."""

import numbers

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from sktopo._arrays import as_float64, check_real_array
from sktopo._validation import is_int
from sktopo._wrapped_term import WrappedTerm
from sktopo.base import Term


class ComposedTerm(WrappedTerm):
    """A term of y = transform(x), as a function of x.

    Downsampling, splines, signals with a few parameters, principal components: where
    the data come from something smaller or smoother, that is what is optimised.

    Parameters
    ----------
    term : Term
        Of y.
    transform : ndarray, sparse matrix or array, LinearOperator, or tuple of 2 callables
        - A matrix of shape (y.size, x.size), or an operator that has ``rmatvec``: it is
          applied to ``x.ravel()``. It is read once; replace it by ``set_params``, do
          not change it in place.
        - ``(forward, vjp)`` for any map: ``forward(x)`` is y, and ``vjp(x, grad_y)``
          the gradient in x of what has the gradient ``grad_y`` in y, the transposed
          derivative times ``grad_y``.
    shape : int, tuple of int or None, default=None
        The shape in which ``term`` gets y; None leaves it as it is, and 1-D where the
        map is linear.

    Examples
    --------
    A signal of eight values from four, each held for two steps, in the fewest pits:

    >>> import numpy as np
    >>> from sktopo.filtrations import Cubical
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import ComposedTerm, PersistenceTerm
    >>> held = np.repeat(np.eye(4), 2, axis=0)
    >>> term = ComposedTerm(PersistenceTerm(Cubical(), PersistenceEnergy()), held)
    >>> value, grad = term.value_and_grad(np.array([0.0, 5.0, 2.0, 9.0]))
    >>> float(value)
    3.0
    >>> grad
    array([ 0.,  1., -1.,  0.])

    The same signal by its logarithm:

    >>> term = ComposedTerm(term, (np.exp, lambda x, grad_y: np.exp(x) * grad_y))
    >>> round(term.value_and_grad(np.log([1.0, 5.0, 2.0, 9.0]))[0], 9)
    3.0
    """

    _parameter_constraints = {
        "term": [Term],
        "transform": "no_validation",
        "shape": [numbers.Integral, tuple, None],
    }

    def __init__(self, term, transform, shape=None):
        self.term = term
        self.transform = transform
        self.shape = shape

    def _validate_params(self):
        super()._validate_params()
        shape = self.shape
        if isinstance(shape, tuple) and not all(is_int(n, 1) for n in shape):
            raise ValueError(
                "The 'shape' parameter of ComposedTerm must hold ints >= 1. "
                f"Got {shape!r} instead."
            )
        self._map()

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
            If the shapes of x, the map, ``shape`` and the gradient do not fit.
        """
        self._check_params()
        return super().value_and_grad(x)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration; see ``Term``."""
        self._check_params()
        return super().warm_value_and_grad()

    def _evaluate(self, x, value_and_grad):
        self._check_params()
        forward, vjp = self._map()
        x = as_float64(x, "x of ComposedTerm")
        y = as_float64(forward(x), "What the operator of ComposedTerm returns")
        value, grad = value_and_grad(self._shaped(y))
        grad = as_float64(grad, "The gradient of the term of ComposedTerm")
        if grad.size != y.size:
            raise ValueError(
                "The 'term' parameter of ComposedTerm must have a gradient of the "
                f"shape of y, {self._shaped(y).shape}. Got {grad.shape}."
            )
        grad = as_float64(
            vjp(x, grad.reshape(y.shape)), "What vjp of ComposedTerm returns"
        )
        if grad.shape != x.shape:
            raise ValueError(
                "The 'transform' parameter of ComposedTerm must give gradients of the "
                f"shape of x, {x.shape}. Got {grad.shape} from vjp."
            )
        return value, grad

    def _shaped(self, y):
        if self.shape is None:
            return y
        if np.prod(self.shape) != y.size:
            raise ValueError(
                "The 'shape' parameter of ComposedTerm must have as many entries as y. "
                f"Got {self.shape} for {y.size} of them."
            )
        return y.reshape(self.shape)

    def _map(self):
        """The map as a pair (forward, vjp)."""
        return self._remembered("map", self._read_map, self.transform)

    def _read_map(self):
        given, name = self.transform, "The 'transform' parameter"
        if isinstance(given, tuple) and len(given) == 2 and all(map(callable, given)):
            return given
        if sp.issparse(given):
            entries = np.append(given.tocoo().data, 0.0)
            check_real_array(entries, name, "ComposedTerm", ((1,), "a matrix"))
        elif not isinstance(given, LinearOperator):
            hint = "a matrix, a LinearOperator, or a pair of functions (forward, vjp)"
            parts = given if isinstance(given, tuple) else (given,)
            if any(callable(part) or isinstance(part, str) for part in parts):
                raise ValueError(
                    f"The 'transform' parameter of ComposedTerm must be {hint}. "
                    f"Got {given!r} instead."
                )
            given = check_real_array(given, name, "ComposedTerm", ((2,), hint))
        operator = aslinearoperator(given)
        if np.dtype(operator.dtype).kind == "c":
            raise ValueError(
                "The 'transform' parameter of ComposedTerm must be real. Got an "
                f"operator of dtype {operator.dtype}."
            )

        def forward(x):
            if x.size != operator.shape[1]:
                raise ValueError(
                    "x of ComposedTerm must have as many entries as the map has "
                    f"columns, {operator.shape[1]}. Got an array of shape {x.shape}."
                )
            return operator.matvec(x.ravel())

        def vjp(x, grad_y):
            try:
                return operator.rmatvec(grad_y).reshape(x.shape)
            except NotImplementedError:
                raise ValueError(
                    "The 'transform' parameter of ComposedTerm must have 'rmatvec', "
                    f"its transpose. Got {operator!r} without."
                ) from None

        return forward, vjp
