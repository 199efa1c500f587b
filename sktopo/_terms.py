"""Functionals of diagrams, terms in data and what more they can do, and sums."""

from functools import partial

import numpy as np

from sktopo._algebra import Differentiable, WeightedSum
from sktopo._validation import check_rate


class DiagramFunctional(Differentiable):
    """A number made of a diagram, with its gradient in births and deaths.

    ``functional(diagram)`` is the number alone.

    Attributes
    ----------
    has_gradient : bool
        Whether it is more than a number of bars, which does not change with them.
    degree : float or None
        ``F(s * diagram) = s ** degree * F(diagram)`` for s > 0, where parameters in the
        units of the diagram are scaled alike. None where there is none, or it is not
        known.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> functional = PersistenceEnergy(p=2)
    >>> functional.value_and_grad(np.array([[0.0, np.inf], [1.0, 4.0]]))
    (9.0, array([[ 0.,  0.],
           [-6.,  6.]]))
    >>> functional.degree, (functional + 2 * functional)(np.array([[1.0, 4.0]]))
    (2, 27.0)
    """

    has_gradient = True
    degree = None

    def value_and_grad(self, diagram):
        """Evaluate on a diagram.

        Parameters
        ----------
        diagram : ndarray of shape (n_bars, 2)
            Births and deaths; a death may be inf or -inf.

        Returns
        -------
        value : float
        grad : ndarray of shape (n_bars, 2)
            Zero in places where the diagram is infinite.
        """
        return super().value_and_grad(diagram)

    def batch_value_and_grad(self, diagrams, lengths):
        """Evaluate on many diagrams.

        Parameters
        ----------
        diagrams : ndarray of shape (n_bars, 2)
            One behind the other.
        lengths : ndarray of int of shape (n_diagrams,)
            How many bars each of them has.

        Returns
        -------
        values : ndarray of shape (n_diagrams,)
        grads : ndarray of shape (n_bars, 2)
        """
        if len(lengths) == 0:
            return np.empty(0), np.zeros((0, 2))
        parts = np.split(diagrams, np.cumsum(lengths)[:-1])
        values, grads = zip(*map(self.value_and_grad, parts), strict=True)
        return np.array(values, dtype=np.float64), np.concatenate(grads)


class Term(Differentiable):
    """A number made of data x, with its gradient in x; ``term(x)`` is the number alone.

    A term may be capable of more. What it does not define is None, and a solver that
    needs it says so; see ``Solver.needs``.

    Attributes
    ----------
    prox : callable or None
        ``prox(x, step)`` minimises ``||z - x||^2 / 2 + step * term(z)`` over z.
    concave_slope : callable or None
        The term is that of the maxima of weights on a path (with a false ``superlevel``
        of the minima): half their total variation and their ends, less a convex
        function, of which ``concave_slope(x)`` is a subgradient.
    superlevel : bool or None
        What goes with ``concave_slope``.
    other_slopes : callable or None
        ``other_slopes(x, descent)`` are other subgradients of that function at x, under
        which x is no minimum, where ``descent`` is the negative gradient of the other
        terms over the weight of this one.
    ties : callable or None
        ``ties(x, reach)`` labels the entries of x: those with one label are neighbours
        that differ by ``reach`` at most, and stay equal in a minimum.
    majorant : callable or None
        ``majorant(x)`` is a convex term with ``prox`` and ``ties`` that equals the term
        at x and is nowhere below it; the term itself where that is convex.
    critical_weight : callable or None
        ``critical_weight(descent)`` is a weight of the term from which on nothing that
        it penalises is left in a minimum, where ``descent`` is the negative gradient of
        the other terms at equal entries of x.
    big_step : callable or None
        ``big_step(x, rate)`` is a displacement of x that does more than ``-rate`` times
        the gradient.
    relaxations : sequence of Term
        Terms whose minima are good starts, in the order in which to try them. Empty
        where the term is convex, or where none is known.
    is_piecewise_linear : bool
        Whether the term is linear as long as the same cells are paired, so that a
        minimum is known once its ties are. It then has ``ties``.
    is_random : bool
        Whether ``warm_value_and_grad`` draws anew in every call. Values at two points
        then do not compare, and a solver returns the last point in place of the best.
    has_gradient : bool
        False where nothing can move it: all that it does is to count bars.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import PersistenceTerm, SquaredErrorTerm
    >>> x = np.array([0.0, 3.0, 1.0, 5.0, 2.0])
    >>> bars = PersistenceTerm("cubical", PersistenceEnergy(), 0)
    >>> term = SquaredErrorTerm(x) + 2 * bars
    >>> value, grad = term.value_and_grad(x)
    >>> value, grad.tolist()
    (10.0, [0.0, 2.0, -2.0, 2.0, -2.0])
    """

    prox = None
    concave_slope = None
    superlevel = None
    other_slopes = None
    ties = None
    majorant = None
    critical_weight = None
    big_step = None
    relaxations = ()
    is_piecewise_linear = False
    is_random = False
    has_gradient = True

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
        return super().value_and_grad(x)

    def batch_value_and_grad(self, X):
        """Evaluate at many samples of one shape.

        Parameters
        ----------
        X : ndarray of shape (n_samples, ...)

        Returns
        -------
        values : ndarray of shape (n_samples,)
        grads : ndarray of X's shape
        """
        if len(X) == 0:
            return np.empty(0), np.zeros(np.shape(X))
        values, grads = zip(*map(self.value_and_grad, X), strict=True)
        return np.array(values, dtype=np.float64), np.stack(grads)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration.

        The callable may remember what it saw last in order to be faster at the next
        point close by. The remembering belongs to whoever iterates; the term itself
        keeps nothing, and the answers are the same. That of a random term draws anew in
        every call, where ``value_and_grad`` with an int as ``random_state`` makes the
        same draw at every point.

        Returns
        -------
        callable
        """
        return self.value_and_grad

    def restricted(self, points):
        """The term of some of the points of a cloud.

        Parameters
        ----------
        points : ndarray of int, or slice

        Returns
        -------
        Term
            Itself, unless the term knows its points one by one.
        """
        return self


def common_degree(functionals):
    """The degree that all functionals have, or None where they have not one."""
    degrees = {getattr(functional, "degree", None) for functional in functionals}
    return degrees.pop() if len(degrees) == 1 else None


class SumFunctional(WeightedSum, DiagramFunctional):
    """The sum of ``weights[i] * terms[i]`` of functionals.

    ``a + b``, ``a - b``, ``2 * a`` and ``-a`` make one. It is itself a functional, and
    sums do not nest.

    Parameters
    ----------
    terms : tuple of DiagramFunctional
    weights : tuple of float
        One number for each.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> total = PersistenceEnergy(p=1) - 0.5 * PersistenceEnergy(p=2)
    >>> float(total(np.array([[0.0, 2.0]])))
    0.0
    >>> total.set_params(term1__p=1)(np.array([[0.0, 2.0]]))
    1.0
    """

    @property
    def degree(self):
        """The degree of all terms, where they have the same; None where not."""
        return common_degree(self.terms)

    def batch_value_and_grad(self, diagrams, lengths):
        """Evaluate on many diagrams; see ``DiagramFunctional``."""
        functions = [
            partial(term.batch_value_and_grad, lengths=lengths) for term in self.terms
        ]
        return self._sum(functions, diagrams)


class SumTerm(WeightedSum, Term):
    """The sum of ``weights[i] * terms[i]`` of terms.

    ``a + b``, ``a - b``, ``2 * a`` and ``-a`` make one. It is itself a term, and sums
    do not nest.

    Parameters
    ----------
    terms : tuple of Term
    weights : tuple of float
        One number for each.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.objectives import SquaredErrorTerm
    >>> total = SquaredErrorTerm([0.0]) + 3 * SquaredErrorTerm([2.0])
    >>> float(total(np.array([1.0])))
    4.0
    """

    @property
    def is_random(self):
        """Whether one of the terms is random."""
        pairs = zip(self.weights, self.terms, strict=True)
        return any(weight != 0 and term.is_random for weight, term in pairs)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` for one run of an iteration; see ``Term``."""
        functions = [term.warm_value_and_grad() for term in self.terms]
        return lambda x: self._sum(functions, x)

    def batch_value_and_grad(self, X):
        """Evaluate at many samples; see ``Term``."""
        return self._sum([term.batch_value_and_grad for term in self.terms], X)

    def restricted(self, points):
        """The sum of the restricted terms; see ``Term``."""
        terms = tuple(term.restricted(points) for term in self.terms)
        return SumTerm(terms, self.weights)

    @property
    def big_step(self):
        """``big_step(x, rate)``, a step down the sum; None where no term has one.

        Each term that has one takes ``rate`` times its weight; of other terms it is the
        gradient that goes into the step. See ``PersistenceTerm.big_step``.
        """
        return self._big_step if any(term.big_step for term in self.terms) else None

    def _big_step(self, x, rate):
        self._check_params()
        check_rate(rate, "SumTerm.big_step")
        step = np.zeros(np.shape(x))
        for weight, term in zip(self.weights, self.terms, strict=True):
            if weight == 0:
                continue
            if term.big_step is None:
                step = step - rate * weight * term.value_and_grad(x)[1]
            else:
                step = step + term.big_step(x, rate * weight)
        return step


DiagramFunctional._sum_type, Term._sum_type = SumFunctional, SumTerm
