"""A function of the persistence diagram of x, as a function of x."""

import numbers

import numpy as np

from sktopo._arrays import check_real_array
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import (
    check_has_gradient,
    check_homology_dimensions,
    check_rate,
)
from sktopo.base import DiagramFunctional, Term
from sktopo.filtrations import FILTRATION_CONSTRAINT, as_filtration
from sktopo.functionals import functionals_by_dimension
from sktopo.objectives._big_step import MovingBars, big_step


class DiagramTerm(Term):
    """The parameters of a term in diagrams: one functional, or one a dimension."""

    _parameter_constraints = {
        "filtration": FILTRATION_CONSTRAINT,
        "functional": [DiagramFunctional, dict],
        "homology_dimensions": ["array-like", numbers.Integral],
        "essential": [StrOptions({"drop", "extremum"})],
    }

    def _validate_params(self):
        super()._validate_params()
        owner = type(self).__name__
        as_filtration(self.filtration, owner)
        check_homology_dimensions(self.homology_dimensions, owner)
        self._functionals()

    @property
    def has_gradient(self):
        """Whether the functional of each dimension has."""
        functionals = self._functionals().values()
        return all(getattr(one, "has_gradient", True) for one in functionals)

    def _parts(self):
        if not isinstance(self.functional, dict):
            return {}
        return {f"functional__{k}": f for k, f in self.functional.items()}

    def _functionals(self):
        """The functional of each homology dimension."""
        return functionals_by_dimension(
            self.functional, self.homology_dimensions, type(self).__name__
        )

    def _filtration(self):
        return self._remembered(
            "filtration",
            lambda: as_filtration(self.filtration, type(self).__name__),
            self.filtration,
        )


class PersistenceTerm(DiagramTerm):
    """A functional of persistence diagrams, pulled back to the data.

    The steps are those of the formula in ``sktopo.base``:

    1. the filtration builds a complex of x;
    2. its cells are paired, which is the only expensive step;
    3. the diagram is gathered at the pairs and the functional evaluated;
    4. the gradient is scattered to the cells and pulled back to x.

    The gradient exists for almost every x; at ties it is one subgradient, always the
    same.

    Parameters
    ----------
    filtration : Filtration or str
        From x to a filtered complex: one of ``sktopo.filtrations``, or "cubical",
        "vietoris_rips", "weak_alpha" or "alpha" for one with its defaults.
    functional : DiagramFunctional, or dict of {int: DiagramFunctional}
        What is taken of the diagram; a dict has one functional for each homology
        dimension, evaluated on one complex and summed.
    homology_dimensions : int or tuple of int, default=0
        Of the diagrams, whose values are summed. Where ``functional`` is a dict, left
        out, or its keys.
    essential : {"drop", "extremum"}, default="drop"
        Bars that never die stand in the diagram with death inf, or die at the last
        value of the filtration.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, eq. 3, :doi:`10.48550/arXiv.1905.12200`.
    .. [2] A. Nigmetov and D. Morozov, "Topological Optimization with Big Steps",
       Discrete & Computational Geometry 72 (2024), :doi:`10.1007/s00454-023-00613-x`.

    Examples
    --------
    The sum of the finite lifetimes of a signal, and which samples change it:

    >>> import numpy as np
    >>> from sktopo.filtrations import Cubical
    >>> from sktopo.functionals import PersistenceEnergy
    >>> from sktopo.objectives import PersistenceTerm
    >>> term = PersistenceTerm(Cubical(superlevel=True), PersistenceEnergy())
    >>> value, grad = term.value_and_grad(np.array([0, 3, 1, 5, 2, 4, 0.5]))
    >>> float(value)
    4.0
    >>> grad
    array([ 0.,  1., -1.,  0., -1.,  1.,  0.])
    """

    def __init__(self, filtration, functional, homology_dimensions=0, essential="drop"):
        self.filtration = filtration
        self.functional = functional
        self.homology_dimensions = homology_dimensions
        self.essential = essential

    def value_and_grad(self, x):
        """Evaluate at x.

        Parameters
        ----------
        x : ndarray
            What the filtration takes.

        Returns
        -------
        value : float
        grad : ndarray of x's shape
        """
        value, grad, _ = self._evaluate(x, None)
        return value, grad

    def batch_value_and_grad(self, X):
        """Evaluate at many samples; grids are paired all at once.

        Parameters
        ----------
        X : ndarray of shape (n_samples, ...)

        Returns
        -------
        values : ndarray of shape (n_samples,)
        grads : ndarray of X's shape
        """
        self._check_params()
        filtration, functionals = self._filtration(), self._functionals()
        has_entries = filtration.is_grid and not filtration.has_channels
        if len(X) == 0 or filtration.mask is not None or not has_entries:
            return super().batch_value_and_grad(X)
        ndim = tuple(1 + n for n in filtration.sample_ndim)
        owner = f"{type(self).__name__}.batch_value_and_grad"
        X = check_real_array(X, "X", owner, (ndim, "a batch of grids of one shape"))
        values, grads = np.zeros(len(X)), np.zeros(X.size)
        size = X.size // len(X)
        dimensions = tuple(functionals)
        for bars in filtration.batch_bars(X, dimensions, self.essential):
            lengths = np.bincount(bars.indices[:, 0] // size, minlength=len(X))
            function = functionals[bars.dimension].batch_value_and_grad
            found, grad = function(bars.diagram, lengths)
            values += found
            grads += bars.scatter(grad)
        return values, grads.reshape(X.shape)

    def warm_value_and_grad(self):
        """A ``value_and_grad`` that lends each complex's order to the next one."""
        previous = None

        def value_and_grad(x):
            nonlocal previous
            value, grad, previous = self._evaluate(x, previous)
            return value, grad

        return value_and_grad

    def big_step(self, x, rate):
        """A step that moves the diagram, not only the simplices of its bars.

        Every birth and death is to go down the functional's gradient, by ``rate`` times
        its derivative; ends that would pass each other on the way stop where they meet.
        For each of them the cells that have to move with it are found, and x takes
        one damped least-squares step (Gauss-Newton, the one of least norm) towards
        their target values. Where a cell has several targets the farthest is taken.

        On a grid a birth of H0 goes up with its component, which is flooded, and a
        death down with a path to an older one, or up with all around the component; a
        birth down with those that have to stay older. The highest dimension is H0 of
        the complement; what goes around a periodic axis moves with its birth alone, and
        need not get there. No matrix is needed. Simplicial complexes are reduced: they
        may have up to 20,000 simplices, those after the last bar and its target not
        counted.

        Parameters
        ----------
        x : ndarray
            What the filtration takes. The filtration is Cubical, or one on simplices:
            LowerStar, VietorisRips, WeakAlpha or Alpha.
        rate : float
            The step of the diagram; a negative one goes up the gradient.

        Returns
        -------
        step : ndarray of x's shape
            ``x + step`` is the next point.

        Raises
        ------
        TypeError
            If the filtration is none of these.
        ValueError
            If the complex has too many simplices, bars of a grid have another dimension
            or, above H0, the grid has a mask; or if the rate is no finite number.

        Examples
        --------
        Both ends of each bar, [4, 4.5] and [1, 5], go as far as they can; so does all
        that lies between them:

        >>> import numpy as np
        >>> from sktopo.filtrations import LowerStar
        >>> from sktopo.functionals import PersistenceEnergy
        >>> from sktopo.objectives import PersistenceTerm
        >>> path = LowerStar([(i, i + 1) for i in range(5)])
        >>> x = np.array([0, 5, 4, 4.5, 1, 6])
        >>> x + PersistenceTerm(path, PersistenceEnergy()).big_step(x, 10)
        array([0., 3., 3., 3., 3., 6.])
        """
        self._check_params()
        check_rate(rate, "PersistenceTerm.big_step")
        complex_ = self._filtration().build(x)
        finds_sets = complex_.cells is not None or complex_.critical_sets is not None
        if not finds_sets or complex_.jacobian is None:
            raise TypeError(
                "The 'filtration' parameter of PersistenceTerm must be Cubical, "
                "LowerStar, VietorisRips, WeakAlpha or Alpha for big steps. Got "
                f"{self.filtration!r} instead."
            )
        moving = [
            MovingBars(bars, -rate * grad)
            for bars, _, grad in self._graded_bars(complex_)
        ]
        return big_step(complex_, moving).reshape(np.shape(x))

    def _evaluate(self, x, previous):
        self._check_params()
        complex_ = self._filtration().build(x, previous=previous)
        value, grad_values = 0.0, np.zeros(complex_.values.size)
        for bars, part, grad in self._graded_bars(complex_):
            value += part
            grad_values += bars.scatter(grad)
        return value, complex_.pullback(grad_values), complex_

    def _graded_bars(self, complex_):
        """For each dimension the bars, the functional's value and its gradient."""
        functionals = self._functionals()
        for bars in complex_.bars(tuple(functionals), self.essential):
            yield bars, *functionals[bars.dimension].value_and_grad(bars.diagram)


def as_term(
    objective, filtration, homology_dimensions, owner, default=None, *, name="objective"
):
    """The term that an objective of an estimator stands for.

    Parameters
    ----------
    objective : Term, DiagramFunctional or None
    filtration : Filtration or str
        Of a functional.
    homology_dimensions : int or tuple of int
    owner : str
        In whose name errors are raised.
    default : DiagramFunctional or None, default=None
        What None stands for.
    name : str, default="objective"
        Of the parameter.

    Returns
    -------
    Term

    Raises
    ------
    TypeError
        If the objective is neither Term, DiagramFunctional nor None, or the filtration
        is none.
    ValueError
        If it only counts bars, or a dimension is none.
    """
    filtration = as_filtration(filtration, owner)
    dimensions = check_homology_dimensions(homology_dimensions, owner)
    objective = default if objective is None else objective
    if isinstance(objective, DiagramFunctional):
        objective = PersistenceTerm(filtration, objective, dimensions)
    if not isinstance(objective, Term):
        raise TypeError(
            f"The {name!r} parameter of {owner} must be a Term, a "
            f"DiagramFunctional or None. Got {objective!r} instead."
        )
    check_has_gradient(objective, name, owner)
    return objective
