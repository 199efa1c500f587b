"""Images that change along the gradient of their own diagrams, or by big steps."""

import time

import numpy as np
from scipy.optimize import OptimizeResult

from sktopo._sklearn_compat import StrOptions
from sktopo._validation import bounds_around
from sktopo.base import Term
from sktopo.images._base import ImageOptimizer
from sktopo.objectives import PersistenceTerm
from sktopo.solvers import GradientDescent

_RATE = 0.02  # of the range of an image


class TopoImageOptimizer(ImageOptimizer):
    """Change images by their own diagrams, a whole critical set at a time.

    Every image x is moved down ::

        topology_weight * F + (1 - topology_weight) * fidelity(x, X)

    where F is the ``functional`` of its diagram. A plain gradient moves one pixel for
    each end of a bar, and stops at the next one in its way. A big step [1]_ moves all
    pixels that have to go along: a birth goes up with its whole component, a death down
    with a path to an older one, or up with all that surrounds the component; loops of
    images and cavities of voxel grids are components of the complement. The rate
    follows the progress, and the best image is kept.

    Nothing is smoothed: for optima that hold under noise see
    :class:`~sktopo.STUMPImageOptimizer`, for the removal of all short bars
    :class:`~sktopo.PersistenceSimplifier`, which is exact.

    Parameters
    ----------
    homology_dimensions : int or tuple of int, default=0
        0 for components; 1 for loops of images, 2 for cavities of voxel grids. With a
        tuple F is summed. Loops of voxel grids have gradients, but no big steps.
    functional : DiagramFunctional, dict of {int: DiagramFunctional} or None, \
            default=None
        F. A dict has one for each homology dimension, in place of
        ``homology_dimensions``. None is ``PersistenceNorm()``, the sum of the
        lifetimes.
    filtration : Cubical or "cubical", default="cubical"
        Whether large values enter first, and which pixels are neighbours.
    method : {"big_step", "gradient"}, default="big_step"
        Which pixels move with a bar.
    maximize : bool, default=False
        Make F large instead of small.
    fidelity : {"squared_error", "cross_entropy"}, default="squared_error"
        The mean squared change, in the units of the image, or the mean cross-entropy to
        the start of values scaled to [0, 1] by ``clip`` or else by the range of the
        image.
    topology_weight : float in [0, 1] or None, default=None
        In larger units the squared change weighs more. None is 1 - 1 / n_pixels in
        units in which the image ranges over 255, and what corresponds to it in others,
        so that the units do not matter.
    clip : tuple of 2 floats or None, default=None
        Bounds of the values. Pixels that start outside stay where they are at most.
    learning_rate : float > 0 or None, default=None
        The largest change that the first step asks for, in the units of the image. None
        is 0.02 of the range of each image.
    n_steps : int >= 0, default=200
        Steps at most, those on trial included; see
        :class:`~sktopo.solvers.GradientDescent`.
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals on a path.
    n_jobs : int or None, default=None
        Images are spread over so many workers. Results are the same for any number.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.
    callback : callable or None, default=None
        Called as ``callback(result)`` after each step of each image, with ``x``,
        ``fun``, ``nit`` and ``history`` so far; a true return value ends the work on
        it. With ``n_jobs`` it is a copy of it in another process that is called, if
        there are several images.

    Attributes
    ----------
    sample_shape_ : tuple of int or None
        Shape of the grids, where X is an array of them.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.

    References
    ----------
    .. [1] A. Nigmetov and D. Morozov, "Topological Optimization with Big Steps",
       Discrete & Computational Geometry 72 (2024), :doi:`10.1007/s00454-023-00613-x`.

    Examples
    --------
    The saddle between two pits, which is a few pixels wide, lowered in either way:

    >>> import numpy as np
    >>> from sktopo import TopoImageOptimizer
    >>> from sktopo.functionals import PersistenceNorm
    >>> y, x = np.mgrid[-1:1:24j, -1:1:36j]
    >>> pits = 100 * (1 - np.exp(-8 * y**2) * np.exp(-20 * (np.abs(x) - 0.5) ** 2))
    >>> lower = PersistenceNorm(side="death", min_persistence=5)
    >>> for method in ("gradient", "big_step"):
    ...     optimizer = TopoImageOptimizer(functional=lower, method=method)
    ...     found = optimizer.fit([pits]).optimize([pits])
    ...     print(method, found.functional_after.round(1))
    gradient [19.2]
    big_step [0.]
    """

    _parameter_constraints = {
        **ImageOptimizer._parameter_constraints,
        "method": [StrOptions({"big_step", "gradient"})],
    }

    def __init__(
        self,
        homology_dimensions=0,
        *,
        functional=None,
        filtration="cubical",
        method="big_step",
        maximize=False,
        fidelity="squared_error",
        topology_weight=None,
        clip=None,
        learning_rate=None,
        n_steps=200,
        image_shape=None,
        n_jobs=None,
        verbose=0,
        callback=None,
    ):
        self.homology_dimensions = homology_dimensions
        self.functional = functional
        self.filtration = filtration
        self.method = method
        self.maximize = maximize
        self.fidelity = fidelity
        self.topology_weight = topology_weight
        self.clip = clip
        self.learning_rate = learning_rate
        self.n_steps = n_steps
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callback = callback

    def _prepare(self, image, filtration, functionals):
        if self.method == "big_step":
            # Not every filtration, dimension and domain has them.
            PersistenceTerm(filtration, functionals).big_step(image, 1.0)

    def _descend(self, units, problem, *, clip, image_of, n_jobs):
        began = time.perf_counter()
        term = ImageTerm(units.image, **problem)
        _, grad = term.value_and_grad(units.image)
        largest = np.abs(grad).max()
        rate = self.learning_rate or _RATE * units.extent
        solver = GradientDescent(
            rate * units.factor / largest if rate and largest else 1.0,
            max_iter=self.n_steps if largest else 0,
            step=_step(term if self.method == "big_step" else None, units.image, clip),
            verbose=self.verbose,
        )
        try:
            result = solver.minimize(
                term, units.image, callback=_in_units(self.callback, image_of)
            )
        except BaseException as error:
            if hasattr(error, "result"):  # so far; see Run.minimize
                error.result.x = image_of(error.result.x)
            raise
        result.x = image_of(result.x)
        result.seconds = time.perf_counter() - began
        return result


def _step(term, start, clip):
    """A step of gradient descent on images between bounds."""
    low, high = bounds_around(start, clip)

    def step(x, grad, rate):
        change = -rate * grad if term is None else term.big_step(x, rate)
        return np.clip(x + change, low, high), None

    return step


def _in_units(callback, image_of):
    """A callback that sees images in their own units."""
    if callback is None:
        return None
    return lambda found: callback(OptimizeResult(found, x=image_of(found.x)))


class ImageTerm(Term):
    """weight * (sign * F) + (1 - weight) * fidelity, of an image of range 255.

    Parameters
    ----------
    image : ndarray
        The start.
    filtration : Filtration
    functionals : dict of {int: DiagramFunctional}
    fidelity : SquaredFidelity or CrossEntropyFidelity
    sign : float
    balance : Balance
    """

    def __init__(self, image, filtration, functionals, fidelity, sign, balance):
        self._start = image.ravel()
        self._fidelity, self._sign, self._balance = fidelity, sign, balance
        self._persistence = PersistenceTerm(filtration, functionals)

    def value_and_grad(self, x):
        return self._evaluate(x, self._persistence.value_and_grad)

    def warm_value_and_grad(self):
        function = self._persistence.warm_value_and_grad()
        return lambda x: self._evaluate(x, function)

    def big_step(self, x, rate):
        _, away = self._fidelity.value_and_grad(x.ravel(), self._start)
        away = rate * self._balance.of_fidelity * away.reshape(x.shape)
        rate *= self._balance.of_functional * self._sign
        return self._persistence.big_step(x, rate) - away

    def _evaluate(self, x, function):
        value, grad = function(x)
        change, away = self._fidelity.value_and_grad(x.ravel(), self._start)
        grad = self._balance.of_functional * self._sign * grad
        grad += self._balance.of_fidelity * away.reshape(x.shape)
        return self._balance.loss(self._sign * value, change), grad
