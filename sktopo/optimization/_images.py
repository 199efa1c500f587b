"""Images that change for the sake of their persistence diagram."""

import numbers

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.validation import check_is_fitted

from sktopo._samples import SameColumnsMixin, read_samples
from sktopo._sklearn_compat import HasMethods, Interval, StrOptions, _fit_context
from sktopo._validation import check_clip
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import POOLINGS, check_stride
from sktopo.optimization._fidelity import FIDELITIES
from sktopo.optimization._stump import StumpProblem, stump
from sktopo.persistence import CONNECTIVITIES


class STUMPImageOptimizer(SameColumnsMixin, TransformerMixin, BaseEstimator):
    """Change images so that their persistence diagrams become what they should be.

    STUMP, stochastic topological updates via momentum and pooling [1]_: in every step
    each image has noise added, is pooled by random weights to a small one, and moves
    along the gradient of the small one's diagram. What is minimised is ::

        alpha * E[F(pooled x + noise)] + (1 - alpha) * fidelity(x, X)

    where F is the sum of ``|d - b|^p`` over the bars in a region of the diagram, or any
    ``functional``. The optima hold under noise, where those of plain gradients hang on
    single pixels, and a step costs less. ``pool_size=1`` and ``noise=0`` is the plain
    gradient.

    Signals, images and voxel grids are all taken; each is optimised by itself, and has
    the same answer alone and in any batch.

    Parameters
    ----------
    homology_dimension : int >= 0, default=0
        0 for components, 1 for loops, 2 for cavities.
    maximize : bool, default=False
        Make F large instead of small.
    p : float > 0, default=1
        Power of the lifetime.
    side : {"both", "birth", "death"}, default="both"
        Which ends of the bars move.
    region : tuple of 4 floats or None, default=None
        (birth_low, birth_high, lifetime_low, lifetime_high): the bars that count.
    min_persistence : float >= 0, default=0.0
        Only bars that live longer count.
    superlevel : bool, default=False
        Let large values enter first.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        Which pixels are neighbours; see ``sktopo.filtrations.Cubical``.
    functional : DiagramFunctional or None, default=None
        F, in place of what p, region and min_persistence describe; such as
        ``WassersteinToTarget``, which prescribes a topology.
    pool_size : int >= 1, default=4
        Pixels of a window along each axis; windows at the edges may be smaller.
    stride : int >= 1 or None, default=None
        Pixels from one window to the next; None for ``pool_size``. With fewer the
        windows overlap.
    pooling : {"mean", "vertex", "simplex", "uniform"}, default="simplex"
        Weights of the pixels of a window: all equal, one at random, uniform on the
        simplex of weights, or independent uniform numbers, normalised, which are closer
        to the centre and make faster progress.
    noise : float >= 0, default=0.0
        Uniform noise from -noise to noise on every pixel, in every step.
    n_samples : int >= 1, default=1
        Draws of noise and weights for each step.
    combine : {"mean", "min_norm"}, default="mean"
        What is made of their gradients: the mean, or the shortest vector in their
        convex hull.
    fidelity : {"squared_error", "cross_entropy"}, default="squared_error"
        The mean squared change, in the units of the image, or the mean cross-entropy to
        the start of values scaled to [0, 1] by ``clip`` or else by the range of the
        image. In larger units the squared change weighs more: the default of ``alpha``
        is made for values up to some hundreds.
    alpha : float in [0, 1] or None, default=None
        None is 1 - 1 / n_pixels.
    clip : tuple of 2 floats or None, default=None
        Bounds of the values. Pixels that start outside stay where they are at most.
    n_weightings : int >= 1 or None, default=None
        Draw so many weightings of a window once, and let every window of every step
        take one of them; None draws all afresh, which takes longer.
    learning_rate : float > 0, default=0.05
        Of Adam: about the largest step of a pixel, in the units of the image.
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
        k > 0 prints every k-th step.
    callback : callable or None, default=None
        Called as ``callback(step, loss, image)`` after each step of each image, where
        ``image()`` is the image so far; a true return value ends the work on it. With
        ``n_jobs`` it is a copy of it in another process that is called, if there are
        several images.

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
    ...     side="death", pool_size=3, learning_rate=1.0, n_steps=300, random_state=0
    ... )
    >>> found = optimizer.fit([pits]).optimize([pits])
    >>> bool(found.loss_curves[0][-1] < 0.3 * found.loss_curves[0][0])
    True
    """

    _parameter_constraints = {
        "homology_dimension": [Interval(numbers.Integral, 0, None, closed="left")],
        "maximize": ["boolean"],
        "p": [Interval(numbers.Real, 0, None, closed="neither")],
        "side": [StrOptions({"both", "birth", "death"})],
        "region": ["array-like", None],
        "min_persistence": [Interval(numbers.Real, 0, None, closed="left")],
        "superlevel": ["boolean"],
        "connectivity": [StrOptions(set(CONNECTIVITIES))],
        "functional": [HasMethods(["value_and_grad"]), None],
        "pool_size": [Interval(numbers.Integral, 1, None, closed="left")],
        "stride": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "pooling": [StrOptions(set(POOLINGS))],
        "noise": [Interval(numbers.Real, 0, None, closed="left")],
        "n_samples": [Interval(numbers.Integral, 1, None, closed="left")],
        "combine": [StrOptions({"mean", "min_norm"})],
        "fidelity": [StrOptions(set(FIDELITIES))],
        "alpha": [Interval(numbers.Real, 0, 1, closed="both"), None],
        "clip": ["array-like", None],
        "n_weightings": [Interval(numbers.Integral, 1, None, closed="left"), None],
        "learning_rate": [Interval(numbers.Real, 0, None, closed="neither")],
        "n_steps": [Interval(numbers.Integral, 0, None, closed="left")],
        "image_shape": ["array-like", None],
        "n_jobs": [numbers.Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
        "callback": [callable, None],
    }

    def __init__(
        self,
        homology_dimension=0,
        *,
        maximize=False,
        p=1,
        side="both",
        region=None,
        min_persistence=0.0,
        superlevel=False,
        connectivity="full",
        functional=None,
        pool_size=4,
        stride=None,
        pooling="simplex",
        noise=0.0,
        n_samples=1,
        combine="mean",
        fidelity="squared_error",
        alpha=None,
        clip=None,
        n_weightings=None,
        learning_rate=0.05,
        n_steps=10000,
        image_shape=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
        callback=None,
    ):
        self.homology_dimension = homology_dimension
        self.maximize = maximize
        self.p = p
        self.side = side
        self.region = region
        self.min_persistence = min_persistence
        self.superlevel = superlevel
        self.connectivity = connectivity
        self.functional = functional
        self.pool_size = pool_size
        self.stride = stride
        self.pooling = pooling
        self.noise = noise
        self.n_samples = n_samples
        self.combine = combine
        self.fidelity = fidelity
        self.alpha = alpha
        self.clip = clip
        self.n_weightings = n_weightings
        self.learning_rate = learning_rate
        self.n_steps = n_steps
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose
        self.callback = callback

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y=None):
        """Check X against the parameters, and draw the seed.

        Parameters
        ----------
        X : array-like or list of array-like
            Signals of shape (n_samples, n_features), or flat images with
            ``image_shape``; images (n_samples, h, w); voxel grids (n_samples, d, h, w);
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
        self._check_params_together()
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
        samples = self._read(X, reset=False)
        return samples.restore(self._optimized(samples).images)

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
            noise and weights), lists with an array for each image, and ``seconds``, an
            array.

        Raises
        ------
        KeyboardInterrupt
            If it is interrupted; for a single image the exception's attribute
            ``result`` holds the image, loss_curve and seconds so far.
        """
        return self._optimized(self._read(X, reset=False))

    def _optimized(self, samples):
        self._validate_params()
        self._check_params_together()
        grids = samples.arrays
        if len(grids) == 1:
            found = [self._optimize(grids[0], self.n_jobs)]
        else:
            found = Parallel(n_jobs=self.n_jobs)(
                delayed(self._optimize)(grid, 1) for grid in grids
            )
        return Bunch(
            images=[one.image for one in found],
            loss_curves=[one.loss_curve for one in found],
            seconds=np.array([one.seconds for one in found]),
        )

    def _read(self, X, *, reset):
        if not reset:
            check_is_fitted(self)
        return read_samples(
            self, X, reset=reset, image_shape=self.image_shape, dtype=(np.float64,)
        )

    def diagram_functional(self):
        """F as a functional of diagrams."""
        if self.functional is not None:
            return self.functional
        region = (-np.inf, np.inf, 0.0, np.inf) if self.region is None else self.region
        birth_low, birth_high, low, high = region
        low = max(low, self.min_persistence)
        return PersistenceNorm(self.p, (birth_low, birth_high, low, max(low, high)))

    def _optimize(self, grid, n_jobs):
        return stump(StumpProblem(self, grid), self.seed_, n_jobs)

    def _check_params_together(self):
        name = type(self).__name__
        check_stride(self.stride, self.pool_size, name)
        check_clip(self.clip, name)
        if self.region is not None:
            try:
                PersistenceNorm(self.p, self.region).value_and_grad(np.empty((0, 2)))
            except ValueError as error:
                raise ValueError(str(error).replace("PersistenceNorm", name)) from error
