"""Images that change for the sake of the diagrams of randomly pooled copies."""

import numbers

from sktopo._validation import as_component, drawn_seed
from sktopo.images._base import ImageOptimizer
from sktopo.images._full_image import is_missed, warn_of_missed
from sktopo.images._stump import StumpProblem, stump
from sktopo.pooling import RandomPooling


class STUMPImageOptimizer(ImageOptimizer):
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
        1 shows one line that moves, 2 prints a line for each step.
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
        **ImageOptimizer._parameter_constraints,
        "pooling": [RandomPooling, numbers.Integral],
        "random_state": ["random_state"],
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

    def _components(self):
        filtration, functionals = super()._components()
        if filtration.mask is not None:
            raise ValueError(
                f"The 'filtration' parameter of {type(self).__name__} must have no "
                "mask: windows are drawn from all pixels. TopoImageOptimizer takes "
                f"one. Got {filtration!r}."
            )
        return filtration, functionals

    def _prepare(self, image, filtration, functionals):
        self._pooling()
        self.seed_ = drawn_seed(self.random_state)

    def _descend(self, units, problem, *, clip, image_of, n_jobs):
        pooling = self._pooling().scaled(units.factor)
        return stump(
            StumpProblem(units.image, pooling=pooling, **problem),
            self.seed_,
            n_steps=self.n_steps,
            learning_rate=units.rate(self.learning_rate),
            clip=clip,
            n_jobs=n_jobs,
            image_of=image_of,
            verbose=self.verbose,
            callback=self.callback,
        )

    def _warn(self, found):
        sign = -1.0 if self.maximize else 1.0
        missed = [one for one in found if is_missed(one, sign)]
        if missed:
            warn_of_missed(missed, len(found))

    def _pooling(self):
        name = type(self).__name__
        return as_component(
            self.pooling, RandomPooling, name, "pooling", numbers.Integral
        )
