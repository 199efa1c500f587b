"""Images that change for the sake of their persistence diagram."""

import numbers
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._samples import SameColumnsMixin, described, read_samples
from sktopo._sklearn_compat import HasMethods, StrOptions
from sktopo._validation import (
    N_JOBS,
    NON_NEGATIVE_INT,
    POSITIVE,
    Range,
    as_component,
    check_clip,
)
from sktopo._workers import in_workers
from sktopo.filtrations import FILTRATION_CONSTRAINT, as_filtration
from sktopo.functionals import PersistenceNorm, functionals_by_dimension
from sktopo.images._fidelity import FIDELITIES
from sktopo.images._full_image import is_missed, value_of, warn_of_missed
from sktopo.images._stump import StumpProblem, stump
from sktopo.images._units import Balance, Units, degree_of
from sktopo.pooling import RandomPooling


class STUMPImageOptimizer(SameColumnsMixin, TransformerMixin, BaseEstimator):
    """Change images so that their persistence diagrams become what they should be.

    STUMP, stochastic topological updates via momentum and pooling [1]_: in every step
    each image has noise added, is pooled by random weights to a small one, and moves
    along the gradient of the small one's diagram. What is minimised is ::

        topology_weight * E[F(pooled x)] + (1 - topology_weight) * fidelity(x, X)

    where F is the ``functional`` of the diagram. The optima hold under noise, where
    those of plain gradients hang on single pixels, and a step costs less. ``pooling=1``
    is the plain gradient.

    Signals, images and voxel grids are all taken; each is optimised by itself, and has
    the same answer alone and in any batch.

    Parameters
    ----------
    homology_dimensions : int or tuple of int, default=0
        0 for components, 1 for loops, 2 for cavities; with a tuple F is summed.
    functional : DiagramFunctional, dict of {int: DiagramFunctional} or None, \
            default=None
        F. A dict has one for each homology dimension, in place of
        ``homology_dimensions``: all are evaluated on the same pooled copies and summed.
        None is ``PersistenceNorm()``, the sum of the lifetimes, of which a
        ``region``, a ``side`` or a ``min_persistence`` may be chosen;
        ``WassersteinToTarget`` prescribes a topology.
    filtration : Cubical or "cubical", default="cubical"
        Whether large values enter first, and which pixels are neighbours.
    pooling : RandomPooling or int, default=2
        Size of the windows, weights and noise, and how many draws make a step. An int
        is the size alone. What is smaller than a window is not seen: larger ones are
        faster and hold under more noise, but leave or even make small bars.
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
        Of Adam: about the largest step of a pixel, in the units of the image. None is
        0.05 / 255 of the range of each image; a constant one stays as it is.
    n_steps : int >= 0, default=10000
        Steps for each image.
    image_shape : tuple of int or None, default=None
        Read the rows of a 2-D array as images (h, w) or voxel grids (d, h, w). Without
        it they are signals on a path.
    n_jobs : int or None, default=None
        Images are spread over so many workers; a single image its samples over threads.
        Results are the same for any number.
    random_state : int, RandomState instance or None, default=None
        Seed of noise and weights.
    verbose : int >= 0, default=0
        1 prints every 100th step, 2 every 10th, 3 each one.
    callback : callable or None, default=None
        Called as ``callback(result)`` after each step of each image, with ``x``,
        ``fun``, ``nit`` and ``history`` so far; a true return value ends the work on
        it. With ``n_jobs`` it is a copy of it in another process that is called, if
        there are several images.

    Attributes
    ----------
    seed_ : int
        Of the random stream that every image uses.
    sample_shape_ : tuple of int or None
        Shape of the grids, where X is an array of them.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    Deepen the saddle between two pits:

    >>> import numpy as np
    >>> from sktopo import STUMPImageOptimizer
    >>> y, x = np.mgrid[-1:1:24j, -1:1:36j]
    >>> pits = 100 * (1 - np.exp(-8 * y**2) * np.exp(-20 * (np.abs(x) - 0.5) ** 2))
    >>> optimizer = STUMPImageOptimizer(
    ...     pooling=3, learning_rate=1.0, n_steps=300, random_state=0
    ... )
    >>> found = optimizer.fit([pits]).optimize([pits])
    >>> bool(found.loss_curves[0][-1] < 0.3 * found.loss_curves[0][0])
    True
    """

    _parameter_constraints = {
        "homology_dimensions": ["array-like", numbers.Integral],
        "functional": [HasMethods(["value_and_grad"]), dict, None],
        "filtration": FILTRATION_CONSTRAINT,
        "pooling": [RandomPooling, numbers.Integral],
        "maximize": ["boolean"],
        "fidelity": [StrOptions(set(FIDELITIES))],
        "topology_weight": [Range(numbers.Real, 0, 1, closed="both"), None],
        "clip": ["array-like", None],
        "learning_rate": [POSITIVE, None],
        "n_steps": [NON_NEGATIVE_INT],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "callback": [callable, None],
    }

    def __init__(
        self,
        homology_dimensions=0,
        *,
        functional=None,
        filtration="cubical",
        pooling=2,
        maximize=False,
        fidelity="squared_error",
        topology_weight=None,
        clip=None,
        learning_rate=None,
        n_steps=10000,
        image_shape=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
        callback=None,
    ):
        self.homology_dimensions = homology_dimensions
        self.functional = functional
        self.filtration = filtration
        self.pooling = pooling
        self.maximize = maximize
        self.fidelity = fidelity
        self.topology_weight = topology_weight
        self.clip = clip
        self.learning_rate = learning_rate
        self.n_steps = n_steps
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.callback = callback

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Check X against the parameters, and draw the seed.

        Parameters
        ----------
        X : array-like or list of array-like
            A batch, of one image ``[image]``: signals of shape (n_samples, n_features),
            for each row of a 2-D array is one, or flat images with ``image_shape``;
            images (n_samples, h, w); voxel grids (n_samples, d, h, w);
            or a list of grids, or of signals, of any sizes.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite batch of grids, or parameters do not fit together.
        """
        self._read(X, reset=True)
        self._components()
        random_state = check_random_state(self.random_state)
        self.seed_ = int(random_state.randint(np.iinfo(np.int32).max))
        return self

    def transform(self, X):
        """Optimise every image by itself.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape, or a list of arrays where X is a list
        """
        self._check_container()
        samples = self._read(X, reset=False)
        return samples.restore(self._optimized(samples.arrays, stacklevel=4).images)

    def optimize(self, X):
        """The same with what there is to know of it; nothing is stored.

        Parameters
        ----------
        X : array-like or list of array-like
            As in ``fit``.

        Returns
        -------
        Bunch
            ``images`` and ``loss_curves`` (the loss before each step, each of its own
            noise and weights), lists with an array for each image;
            ``functional_before``, ``functional_after`` and ``seconds``, arrays: F of
            the image itself, not pooled, and how long it took; and ``samples``, which
            says how X was read, such as "152 signals of 192 samples" for a 2-D array.

        Warns
        -----
        UserWarning
            Where F of the pooled copies went the right way and F of the image did not:
            what is smaller than a window is not seen.

        Raises
        ------
        KeyboardInterrupt
            If it is interrupted; for a single image the exception's attribute
            ``result`` holds the image ``x`` and the losses ``history`` so far.
        """
        return self._optimized(self._read(X, reset=False).arrays, stacklevel=3)

    def _optimized(self, grids, stacklevel):
        self._validate_params()
        components = self._components()
        if len(grids) == 1:
            found = [self._optimize(grids[0], *components, self.n_jobs)]
        else:
            jobs = ((grid, *components, 1) for grid in grids)
            found = in_workers(self._optimize, jobs, self.n_jobs)
        missed = [one for one in found if is_missed(one, self._sign())]
        if missed:
            warn_of_missed(missed, len(found), stacklevel)
        return Bunch(
            images=[one.x for one in found],
            loss_curves=[one.history for one in found],
            functional_before=np.array([one.before for one in found]),
            functional_after=np.array([one.after for one in found]),
            seconds=np.array([one.seconds for one in found]),
            samples=described(grids),
        )

    def _optimize(self, grid, filtration, functionals, pooling, n_jobs):
        clip = None if self.clip is None else tuple(map(float, self.clip))
        units = Units(grid)
        scale = units.bounds(clip or (float(grid.min()), float(grid.max())))
        fidelity = FIDELITIES[self.fidelity](units.image, scale)
        degree = degree_of(functionals.values())
        problem = StumpProblem(
            units.image,
            filtration,
            {k: units.functional(one, degree) for k, one in functionals.items()},
            pooling.scaled(units.factor),
            fidelity,
            self._sign(),
            Balance(
                self.topology_weight, grid.size, units.factor, degree, fidelity.degree
            ),
        )
        result = stump(
            problem,
            self.seed_,
            n_steps=self.n_steps,
            learning_rate=units.rate(self.learning_rate),
            clip=units.bounds(clip),
            n_jobs=n_jobs,
            image_of=partial(units.image_of, clip=clip),
            verbose=self.verbose,
            callback=self.callback,
        )
        result.before, result.after = (
            value_of(image, filtration, functionals) for image in (grid, result.x)
        )
        return result

    def _sign(self):
        return -1.0 if self.maximize else 1.0

    def _components(self):
        """Filtration, functional of each dimension and pooling, once they fit."""
        name = type(self).__name__
        check_clip(self.clip, name)
        filtration = as_filtration(self.filtration, name, of_grids=True)
        pooling = as_component(
            self.pooling, RandomPooling, name, "pooling", numbers.Integral
        )
        functional = PersistenceNorm() if self.functional is None else self.functional
        functionals = functionals_by_dimension(
            functional, self.homology_dimensions, name
        )
        for one in functionals.values():  # its parameters are checked here
            one.value_and_grad(np.empty((0, 2)))
        return filtration, functionals, pooling

    def _read(self, X, *, reset):
        if not reset:
            check_is_fitted(self)
        kind = as_filtration(self.filtration, type(self).__name__, of_grids=True)
        return read_samples(self, X, reset=reset, kind=kind, dtype=(np.float64,))
