"""A learned change of images that makes their persistence say more."""

from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context, minimize_and_unpack
from sktopo._memory import check_count
from sktopo._samples import IMAGES, SameColumnsMixin, read_classes, read_samples
from sktopo._sklearn_compat import CallbackSupportMixin, HasMethods
from sktopo._validation import NON_NEGATIVE, NON_NEGATIVE_INT, POSITIVE, POSITIVE_INT
from sktopo.feature_extraction import DirectionalPersistence
from sktopo.gradients import FlatParameters, loss_of
from sktopo.neural_network._batches import mini_batches, n_batches
from sktopo.neural_network._mapping_loss import MappingLoss, residual_map
from sktopo.solvers import Adam

_BATCH = 256  # images that are mapped at a time


class TopologicalMapping(
    CallbackSupportMixin, SameColumnsMixin, TransformerMixin, BaseEstimator
):
    """Learn a small change of images after which their persistence tells classes apart.

    Two convolutions of the image's own size, with a rectifier between them, are added
    to the image [1]_ ::

        m(x) = x + K_2 * max(K_1 * (x - background) + b_1, 0) + b_2

    where the background, the median of the pixels at the border of the images, goes on
    around them. They are trained, together with a linear classifier on top of the
    persistence features of m(x), through these features: by Adam on the log loss of
    mini-batches. Training begins where m changes nothing and the classifier is the best
    one for the plain features. ``transform`` returns m(x); features and a classifier
    follow behind.

    Parameters
    ----------
    features : transformer or None, default=None
        From a batch (n, h, w) to columns; ``sktopo.gradients.value_and_pullback`` has
        to go through it. None is ``DirectionalPersistence(n_directions=0)``: the
        energies E(p, q, 1) of components and holes of superlevel sets.
    n_channels : int >= 1, default=4
        Images between the two convolutions.
    kernel_size : int >= 1, default=3
        Width of the kernels, an odd number of pixels.
    l2 : float >= 0, default=5e-5
        Weight of the squared sum of all kernels and of the classifier's weights.
    learning_rate : float > 0, default=0.003
        Of Adam.
    max_iter : int >= 0, default=5
        Passes over the data.
    batch_size : int >= 1, default=64
        Images of a step.
    image_shape : tuple of 2 ints or None, default=None
        Read the rows of a 2-D array as images (h, w). Without it they are signals.
    random_state : int, RandomState instance or None, default=None
        Of the first kernels and of the batches.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each step.

    Attributes
    ----------
    kernels_ : list of 2 ndarrays
        Of shape (kernel_size, kernel_size, 1, n_channels) and (kernel_size,
        kernel_size, n_channels, 1).
    intercepts_ : list of 2 ndarrays
        Of shape (n_channels,) and (1,).
    classes_ : ndarray of shape (n_classes,)
        The classes.
    classifier_ : Pipeline
        Scaler and linear classifier of the features, at the end of training.
    loss_curve_ : ndarray of shape (n_steps + 1,)
        The loss of one mini-batch after the other.
    background_ : float
        The median of the pixels at the border of the images.
    n_iter_ : int
        Passes over the data that were made.
    sample_shape_ : tuple of int
        Of an image or a signal.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section A.4, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sktopo.neural_network import TopologicalMapping
    >>> X, y = load_digits(n_class=3, return_X_y=True)
    >>> mapping = TopologicalMapping(image_shape=(8, 8), max_iter=3, random_state=0)
    >>> loss = mapping.fit(X / 16, y).loss_curve_
    >>> bool(loss[-5:].mean() < loss[:5].mean())
    True
    """

    _parameter_constraints = {
        "features": [HasMethods(["fit", "transform"]), None],
        "n_channels": [POSITIVE_INT],
        "kernel_size": [POSITIVE_INT],
        "l2": [NON_NEGATIVE],
        "learning_rate": [POSITIVE],
        "max_iter": [NON_NEGATIVE_INT],
        "batch_size": [POSITIVE_INT],
        "image_shape": ["array-like", None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        features=None,
        *,
        n_channels=4,
        kernel_size=3,
        l2=5e-5,
        learning_rate=0.003,
        max_iter=5,
        batch_size=64,
        image_shape=None,
        random_state=None,
        verbose=0,
    ):
        self.features = features
        self.n_channels = n_channels
        self.kernel_size = kernel_size
        self.l2 = l2
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.image_shape = image_shape
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y):
        """Train kernels and classifier.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, h, w)
            Signals, flat images with ``image_shape``, or images.
        y : array-like of shape (n_samples,)
            Classes, two or more.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite batch of these, y has one class only, or ``kernel_size``
            is even or reaches beyond every image.
        KeyboardInterrupt
            If the fit is interrupted; the attributes are then those of the last step.
        """
        images, _ = self._read(X, reset=True)
        self._check_kernel_size(images.shape[1:])
        y = read_classes(X, y, type(self).__name__)
        rng = check_random_state(self.random_state)
        kernels, intercepts = self._first_parameters(rng)
        features = self._new_features().fit(images)
        head = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        scaler, linear = head.fit(features.transform(images), y)
        parameters = [*kernels, *intercepts, linear.coef_, linear.intercept_]
        flat, unit = FlatParameters(parameters), float(images.std()) or 1.0
        self.background_ = _background_of(images)
        loss = MappingLoss(
            features,
            scaler,
            loss_of(head),
            images,
            self.background_,
            y,
            flat,
            self.l2,
            unit,
            mini_batches(len(images), self.batch_size, rng),
        )
        n_steps = n_batches(len(images), self.batch_size)
        solver = Adam(
            self.learning_rate, max_iter=self.max_iter * n_steps, verbose=self.verbose
        )
        unpack = partial(self._unpack, flat, unit, head, n_steps)
        minimize_and_unpack(self, solver, loss, flat.join(parameters), unpack)
        return self

    def _unpack(self, flat, unit, head, steps_of_an_epoch, result):
        parameters = flat.split(result.x)
        self.kernels_ = parameters[:2]
        self.intercepts_ = [unit * shift for shift in parameters[2:4]]
        head[-1].coef_, head[-1].intercept_ = parameters[4:]
        self.classifier_, self.classes_ = head, head.classes_
        self.loss_curve_ = result.history
        self.n_iter_ = result.nit // steps_of_an_epoch

    def transform(self, X):
        """Map images.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        ndarray of X's shape
        """
        self._check_container()
        images, samples = self._read(X, reset=False)
        mapped = [
            self._mapped(images[rows])[0] for rows in gen_batches(len(images), _BATCH)
        ]
        return samples.restore(np.concatenate(mapped))

    def value_and_pullback(self, X):
        """Map images, and the pullback of gradients.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        mapped : ndarray of X's shape
        pullback : callable
            Takes an array of X's shape and returns one.
        """
        mapped, pullback = self.parameter_value_and_pullback(X)
        return mapped, lambda grad: pullback(grad)[0]

    def parameter_value_and_pullback(self, X):
        """Map images, and the pullback to images, kernels and intercepts.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        mapped : ndarray of X's shape
        pullback : callable
            Takes an array of X's shape and returns one, and a list of the gradients in
            ``kernels_`` and ``intercepts_``, summed up over the images.
        """
        check_is_fitted(self)
        images, samples = self._read(X, reset=False)
        mapped, map_pullback = self._mapped(images)

        def pullback(grad):
            back, grads = map_pullback(np.reshape(grad, images.shape))
            return samples.restore(back), grads

        return samples.restore(mapped), pullback

    def _first_parameters(self, rng):
        """Kernels and intercepts whose mapping changes nothing."""
        size, n = self.kernel_size, self.n_channels
        check_count(type(self).__name__, "n_channels", n, 100 * size**2)
        first = rng.normal(scale=1 / size, size=(size, size, 1, n))
        return [first, np.zeros((size, size, n, 1))], [np.zeros(n), np.zeros(1)]

    def _check_kernel_size(self, shape):
        size, most = self.kernel_size, max(3, 2 * max(shape) - 1)
        if size % 2 == 0 or size > most:
            raise ValueError(
                f"The 'kernel_size' parameter of {type(self).__name__} must be odd, so "
                f"that images keep their size, and at most {most} for images of shape "
                f"{shape}, beyond which all of it lies outside. Got {size} instead."
            )

    def _mapped(self, images):
        return residual_map(images, self.kernels_, self.intercepts_, self.background_)

    def _new_features(self):
        if self.features is None:
            return DirectionalPersistence(n_directions=0)
        return clone(self.features)

    def _read(self, X, *, reset):
        """Images (n, h, w), signals of height one, and the samples that they are."""
        samples = read_samples(
            self, X, reset=reset, kind=IMAGES, dtype=(np.float64,), one_shape=True
        )
        images = samples.arrays
        return images.reshape(len(images), *(1, *images.shape[1:])[-2:]), samples

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _background_of(images):
    """The median of the pixels at the border of images (n, h, w)."""
    is_border = np.ones(images.shape[1:], dtype=bool)
    is_border[1:-1, 1:-1] = False
    if 1 in is_border.shape:  # signals: their ends
        is_border.ravel()[1:-1] = False
    return float(np.median(images[:, is_border]))
