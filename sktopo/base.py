"""The contracts that every part keeps, and the conventions behind them.

    x --filtration--> values --persistence--> index pairs --gather--> diagram
      <---pullback--- grad   <------------------scatter------------- grad

A *filtration* turns data into values on the cells of a complex, *persistence*
turns the order of the values into pairs of indices, and a *functional* turns
the diagram gathered at those indices into a number. Only the middle arrow is
expensive, and it is never differentiated: it returns indices into the values. What
lies between values and diagram is one object, ``Bars``, which a complex returns.

Conventions
-----------
Diagrams
    Arrays of shape (n_bars, 2), birth and death in the units of the data. With
    ``superlevel`` a birth lies above its death; lifetimes are ``|death - birth|`` and
    midpoints (birth + death) / 2 either way. A bar of zero lifetime stays among the
    index pairs, counts for no functional, and is left out of diagrams.
Essential bars
    ``essential="drop"``: the bar stands in the diagram with death inf (-inf for
    superlevel); it counts for ``i0``, adds nothing and has no gradient.
    ``essential="extremum"``: it dies where the filtration ends, and that death has a
    gradient. There is no third way. Diagrams and features have "extremum" by default,
    so that they are finite; terms have "drop", so that what always lives is not moved.
End of a filtration
    The last value: of the last pixel or vertex, of the longest edge (the diameter of a
    cloud under ``VietorisRips``, although homology is constant from the enclosing
    radius on). Two filtrations end elsewhere. One with a ``max_edge_length`` ends
    there, at a constant without a gradient. ``Alpha`` ends where its homology changes
    for the last time (a bar of positive lifetime is born or dies), for later simplices
    are slivers on the convex hull whose circumradii mean nothing. A constant image and
    a cloud of coincident points end where they begin: their only bar has zero lifetime.
i0
    1-based, over bars sorted by decreasing lifetime, essential bars first. Of equal
    lifetimes the first born in the filtration comes first: the smaller birth, for
    superlevel sets the larger one; of identical bars the first row. ``Bars`` has its
    rows in the order of the filtration.
Superlevel sets
    ``superlevel=False`` is the default of filtrations. For features of images and
    penalties on weights it is True: strokes and large weights are what is there.
Grids
    (n_features,) is a signal on a path, (height, width) an image and
    (depth, height, width) a voxel grid; a batch has one more axis in front, or is a
    list of grids of any sizes.
Point clouds
    (n_points, n_coordinates); a batch is a list of clouds or a 3-D array.
Shapes
    What was fitted on rows, or on an array of grids, refuses others of another size
    (``n_features_in_``, ``sample_shape_``); a list may hold samples of any sizes,
    where each is treated by itself.
Names of parameters
    ``homology_dimensions`` is an int or a tuple of ints; with a tuple, what is computed
    of each diagram is summed or stands side by side. ``max_iter`` bounds the steps of
    ``fit``, or its epochs where an estimator is trained on mini-batches of its data;
    ``n_steps`` those that ``transform`` makes for each sample. ``alpha`` is
    the weight of a topological penalty and ``l2`` that of a squared norm. ``noise`` is
    the standard deviation of normal noise, ``max_noise`` the bound of uniform noise.
Verbosity
    ``verbose=1`` shows one line that moves, with the loss, the rate and the time that
    is left; it is tqdm's where that is installed. 2 prints a line for each step, sample
    or path. A ``callback`` is called as ``callback(result)`` after every step, with the
    ``x``, ``fun``, ``nit`` and ``history`` so far; a true return value, or
    StopIteration, ends the run. Those of scikit-learn are told of the steps of ``fit``.
Ties
    Cells of equal value are ordered by their index (``tie_breaking="index"``), so
    that the subgradient chosen at a tie is always the same one.
Field
    Homology has coefficients in Z/2Z.
"""

from abc import ABC, abstractmethod

import numpy as np

from sktopo._terms import DiagramFunctional, SumFunctional, SumTerm, Term
from sktopo._validation import ValidatedParams, check_essential

__all__ = [
    "DiagramFunctional",
    "FilteredComplex",
    "Filtration",
    "Solver",
    "SumFunctional",
    "SumTerm",
    "Term",
]


class FilteredComplex(ABC):
    """A complex whose cells have entered in order: what ``Filtration.build`` returns.

    Immutable: ``values`` and ``order`` are read-only arrays of its own.

    Attributes
    ----------
    values : ndarray of shape (n_values,)
        What the filtration is made of, in the units of the data.
    order : ndarray of shape (n_values,)
        The permutation that sorts the values into the filtration, ties included; of a
        masked grid only the pixels that are there.
    superlevel : bool
        True where large values enter first.
    cells : callable or None
        Of a simplicial complex: ``cells(dimension, n_first=None)`` are the simplices of
        each dimension up to ``dimension + 1``, as a list of arrays (n_k, k + 1), and a
        list of the indices of their values; of the first ``n_first`` values in the
        order, or of all. Raises ValueError where there are more than 20,000.
    jacobian : callable or None
        Of a simplicial complex: ``jacobian(indices)`` is the derivative in x of the
        values at indices, as a scipy.sparse.csr_array of shape (n_indices, x.size);
        ``pullback`` is its transpose.
    critical_sets : callable or None
        ``critical_sets(bars, targets)`` takes Bars and where the values of their births
        and deaths are to go, (n_bars, 2), and returns for each value the lowest and the
        highest target of a set of cells that has to move with an end of a bar, inf and
        -inf where there is none; of superlevel sets all values are negated. Where it is
        None, they are found by reducing the matrices of ``cells``.
    representatives : callable or None
        ``representatives(dimension, pairs)`` takes what ``generators`` does and returns
        two sequences with an array of cells for each bar, or None in place of one: its
        component, cycle or surface, and the region that a cycle or surface encloses.
        Raises ValueError for dimensions in which it has none.

    Examples
    --------
    >>> from sktopo.filtrations import Cubical
    >>> complex_ = Cubical().build([0, 3, 1, 5, 2])
    >>> (bars,) = complex_.bars(0)
    >>> bars.diagram
    array([[ 0., inf],
           [ 1.,  3.],
           [ 2.,  5.]])
    >>> complex_.pullback(bars.scatter([[0, 0], [-1, 1], [0, 0]]))
    array([ 0.,  1., -1.,  0.,  0.])
    """

    values: np.ndarray
    order: np.ndarray
    superlevel: bool = False
    cells = None
    jacobian = None
    critical_sets = None
    representatives = None

    @abstractmethod
    def persistence_pairs(self, homology_dimensions):
        """Pair the cells: a list of PersistencePairs, one for each dimension."""

    def bars(self, homology_dimensions, essential="drop"):
        """Pair the cells and gather the diagrams.

        Parameters
        ----------
        homology_dimensions : int or tuple of int
        essential : {"drop", "extremum"}, default="drop"
            See the Conventions of ``sktopo.base``.

        Returns
        -------
        list of Bars
            One for each dimension; bars of zero lifetime are among them.
        """
        check_essential(essential, f"{type(self).__name__}.bars")
        never = -1, -np.inf if self.superlevel else np.inf
        end, level = self.end() if essential == "extremum" else never
        return [
            pairs.bars(self.values, end, level)
            for pairs in self.persistence_pairs(homology_dimensions)
        ]

    def end(self):
        """Where the filtration ends; see the Conventions of ``sktopo.base``.

        Returns
        -------
        index : int
            Of the value at which it ends; -1 where it ends at a constant.
        level : float
            That value or constant.
        """
        last = int(self.order[-1])
        return last, float(self.values[last])

    @abstractmethod
    def pullback(self, grad_values):
        """Carry a gradient in the values, (n_values,), back to the shape of x."""

    @abstractmethod
    def generators(self, dimension, pairs):
        """Name the cells that made the bars in the terms of the input.

        Parameters
        ----------
        dimension : int
            The homology dimension of the bars.
        pairs : ndarray of shape (n_bars, 2)
            Indices into ``values``; a death of -1 stands for "never".

        Returns
        -------
        births, deaths : ndarray of int, shape (n_bars, k) each
            A pixel's coordinates or the points of a simplex; a row of -1 for a bar
            that never dies.
        """


class Filtration(ValidatedParams):
    """Turns data into a FilteredComplex.

    A subclass has ``build`` and says in ``sample_ndim`` how many axes one sample may
    have, in ``sample_name`` what it is called, and in ``is_grid`` whether a flat row
    may be read as a grid. Where ``takes_graphs`` is true, a sample may be a matrix with
    missing entries (infinite, or not stored in a sparse one), which ``build`` checks;
    where ``takes_missing`` is true, entries may be NaN or masked, and mean what
    ``build`` says; where ``mask`` is not None, some pixels are not there; where
    ``has_channels`` is true, grids may be colour images.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo import persistence_diagrams
    >>> from sktopo.base import Filtration
    >>> from sktopo.filtrations import Cubical
    >>> class Centred(Filtration):
    ...     sample_ndim = (1,)
    ...
    ...     def build(self, x, previous=None):
    ...         return Cubical().build(np.asarray(x) - np.mean(x))
    >>> persistence_diagrams([0, 3, 0, 1], Centred(), 0)[0]
    array([[-1.,  2.],
           [-1.,  2.]])
    """

    sample_ndim = ()
    sample_name = "sample"
    is_grid = False
    takes_graphs = False
    takes_missing = False
    mask = None
    has_channels = False

    def build(self, x, previous=None):
        """Build the filtered complex of one sample.

        Parameters
        ----------
        x : array-like
            One sample; it is not changed and no reference to it is kept.
        previous : FilteredComplex or None, default=None
            The complex of a similar x, built by an equal filtration. It speeds up
            the sort and changes no answer.

        Returns
        -------
        FilteredComplex
        """
        raise NotImplementedError(f"{type(self).__name__} does not define build.")

    def batch_bars(self, X, homology_dimensions, essential="drop", cache=None):
        """Bars of many samples of one shape, whose values are the entries of x.

        Parameters
        ----------
        X : ndarray of shape (n_samples, ...)
        homology_dimensions : int or tuple of int
        essential : {"drop", "extremum"}, default="drop"
        cache : dict or None, default=None
            What the caller keeps from call to call, where X is a single sample that
            changes little: it holds the last order, and changes no answer.

        Returns
        -------
        list of Bars
            For each dimension the bars of all samples, as indices into ``X.ravel()``,
            sample after sample.

        Raises
        ------
        ValueError
            If the values of a complex are not the entries of x.
        """
        cache, found = {} if cache is None else cache, []
        for x in X:
            complex_ = self.build(x, previous=cache.get("previous"))
            if not _are_entries(complex_.values, np.ravel(x)):
                raise ValueError(
                    "Batches of samples need a filtration whose values are the entries "
                    f"of x. {type(self).__name__} has others."
                )
            found.append(complex_.bars(homology_dimensions, essential))
        if len(X) == 1:
            cache["previous"] = complex_
        return [
            first.followed_by(others) for first, *others in zip(*found, strict=True)
        ]


def _are_entries(values, x):
    """Whether values are those of x where it has some."""
    return values.size == x.size and bool(np.all((values == x) | np.isnan(x)))


class Solver(ValidatedParams):
    """Minimises a term or a function; knows no topology.

    Attributes
    ----------
    needs : tuple of str
        The capabilities of a term that it takes beyond a value and a gradient; see
        ``Term``.

    Examples
    --------
    >>> from sktopo.solvers import LBFGS, ProximalGradient
    >>> ProximalGradient.needs
    ('prox',)
    >>> LBFGS().minimize(lambda x: (x @ x, 2 * x), [1.0]).fun < 1e-9
    True
    """

    needs = ()

    def minimize(self, objective, x0, *, callback=None):
        """Minimise from x0.

        Parameters
        ----------
        objective : Term or callable
            ``callable(x) -> (float, ndarray of x's shape)``. Where it is random, a true
            attribute ``is_random`` says so: the last point is then returned in place of
            the best, since values at two points do not compare.
        x0 : ndarray
            The start; it is not changed.
        callback : callable or None, default=None
            Called as ``callback(result)`` after every step, with the OptimizeResult
            of the run so far. A true return value, or StopIteration, stops the run.

        Returns
        -------
        scipy.optimize.OptimizeResult
            ``x`` and ``fun`` (the best point seen and its value), ``nit``, ``nfev``,
            ``history`` (the value at the start and after every step), ``success``,
            ``status`` and ``message``.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define minimize.")

    @classmethod
    def missing_in(cls, term):
        """The names of what the solver needs and the term has not."""
        return [name for name in cls.needs if getattr(term, name, None) is None]
