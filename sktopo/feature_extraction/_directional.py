"""Images -> energies of their persistence under sweeps in some directions."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted

from sktopo._fitting import fit_context
from sktopo._memory import check_count
from sktopo._progress import ProgressLine
from sktopo._samples import IMAGES, read_samples
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import N_JOBS, NON_NEGATIVE_INT, check_homology_dimensions
from sktopo._workers import count_all, even_slices, in_workers
from sktopo.feature_extraction._grid_energies import GridEnergies
from sktopo.functionals import EnergyTable

_BATCH = 64  # images whose bars are in memory at a time
# These are less to send to workers, and exact where they are multiplied by float64.
_DTYPE = (np.float64, np.float32, np.uint8)


class DirectionalPersistence(TransformerMixin, BaseEstimator):
    """Energies of persistence diagrams of an image swept in several directions.

    The persistence of an image does not know where things are, so that a 6 and a 9 look
    the same to it. Times a ramp along direction t, ::

        I(x, y) g_t(x, y),    g_t(x, y) = cos(t) x + sin(t) y,

    shifted and scaled so that g_t goes from 0 to 1 on the image, it does [1]_. The
    features are E(p, q, i0) of the diagrams of all these products, 400 of them by
    default; see PersistenceEnergy. x runs along the columns of the image to the right,
    y along the rows downwards.

    Parameters
    ----------
    n_directions : int >= 0, default=8
        Angles t = 0, 360 / n_directions, ... degrees; 0 takes the image as it is.
    p : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the lifetime; 0 counts bars.
    q : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the midpoint.
    i0 : sequence of int >= 1, default=(1,)
        The first bars that count.
    homology_dimensions : int or tuple of int, default=(0, 1)
        0 for components, 1 for holes.
    superlevel : bool, default=True
        Let large values enter first.
    essential : {"drop", "extremum"}, default="extremum"
        The component that never dies adds nothing, or dies at the last value of the
        product.
    scale : {None, "root", "log"}, default=None
        What is made of an energy; see PersistenceEnergies. Put a ``StandardScaler``
        behind in any case.
    image_shape : tuple of 2 ints or None, default=None
        Read the rows of a 2-D array as images (h, w). Without it they are signals, of
        which only the part cos(t) x of a ramp is left; where it is constant g_t is 0.
    n_jobs : int or None, default=None
        Images are spread over so many workers.
    verbose : int >= 0, default=0
        1 shows one line that moves, 2 prints a line for each part of the images.

    Attributes
    ----------
    sample_shape_ : tuple of int
        Of an image or a signal.
    n_features_in_ : int
        Number of columns, where X is a 2-D array.

    See Also
    --------
    PersistenceDiagrams, PersistenceEnergies : The same for other filtrations.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, sections 3.3 and A.5, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sktopo.feature_extraction import DirectionalPersistence
    >>> X, y = load_digits(return_X_y=True)
    >>> model = make_pipeline(
    ...     DirectionalPersistence(image_shape=(8, 8)),
    ...     StandardScaler(),
    ...     LogisticRegression(max_iter=1000),
    ... ).fit(X[:1000], y[:1000])
    >>> bool(model.score(X[1000:], y[1000:]) > 0.8)
    True
    """

    _parameter_constraints = {
        "n_directions": [NON_NEGATIVE_INT],
        "p": ["array-like", numbers.Real],
        "q": ["array-like", numbers.Real],
        "i0": ["array-like", numbers.Integral],
        "homology_dimensions": ["array-like", numbers.Integral],
        "superlevel": ["boolean"],
        "essential": [StrOptions({"drop", "extremum"})],
        "scale": [StrOptions({"root", "log"}), None],
        "image_shape": ["array-like", None],
        "n_jobs": N_JOBS,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        n_directions=8,
        p=(0, 1, 2, 3, 4),
        q=(0, 1, 2, 3, 4),
        i0=(1,),
        homology_dimensions=(0, 1),
        superlevel=True,
        essential="extremum",
        scale=None,
        image_shape=None,
        n_jobs=None,
        verbose=0,
    ):
        self.n_directions = n_directions
        self.p = p
        self.q = q
        self.i0 = i0
        self.homology_dimensions = homology_dimensions
        self.superlevel = superlevel
        self.essential = essential
        self.scale = scale
        self.image_shape = image_shape
        self.n_jobs = n_jobs
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Check the parameters and learn the shape of an image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, h, w)
            Signals, flat images with ``image_shape``, or images.
        y : None
            Ignored.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If X is no finite batch of them, or a parameter cannot be.
        """
        name = type(self).__name__
        check_count(name, "n_directions", self.n_directions, 1000)
        self._read(X, reset=True)
        end = len(self.sample_shape_)
        self._energies = GridEnergies(
            EnergyTable(self.p, self.q, self.i0, name, self.scale),
            check_homology_dimensions(self.homology_dimensions, name, end),
            self.superlevel,
            self.essential,
        )
        self._ramps = _ramps(self.n_directions, self.sample_shape_)
        return self

    def transform(self, X):
        """Compute the features.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            Finite, for constant images too.

        Raises
        ------
        ValueError
            If X has images of another shape or is not finite, if a midpoint is negative
            while a q is not an integer, or if a power overflows.
        """
        check_is_fitted(self)
        images = self._read(X, reset=False).arrays
        line = ProgressLine(type(self).__name__, len(images), "image", self.verbose)
        # Some parts are on their way while others are computed.
        parts = even_slices(len(images), self.n_jobs, per_worker=16, least=8, line=line)
        if len(parts) == 1:
            return self._features(images)
        jobs = ((images[rows],) for rows in parts)
        found = in_workers(self._features, jobs, self.n_jobs, line, count_all)
        return np.concatenate(found)

    def value_and_pullback(self, X):
        """Compute the features, and the pullback of gradients in them.

        Parameters
        ----------
        X : array-like
            As in ``fit``.

        Returns
        -------
        features : ndarray of shape (n_samples, n_features_out)
            What ``transform`` returns.
        pullback : callable
            Takes an array of the shape of ``features`` and returns one of the shape of
            X: for each sample the transposed Jacobian, applied.
        """
        check_is_fitted(self)
        samples = self._read(X, reset=False)
        images = samples.arrays
        energies, energies_pullback = self._energies.value_and_pullback(
            self._swept(images)
        )

        def pullback(grad):
            back = energies_pullback(np.asarray(grad).reshape(energies.shape))
            back = back.reshape(len(images), *self._ramps.shape)
            return samples.restore(np.einsum("ntk,tk->nk", back, self._ramps))

        return energies.reshape(len(images), -1), pullback

    def get_feature_names_out(self, input_features=None):
        """Names that say direction in degrees, homology dimension, p, q and i0.

        Parameters
        ----------
        input_features : array-like or None, default=None
            Not used.

        Returns
        -------
        ndarray of str
        """
        check_is_fitted(self)
        # An image as it is comes with a ramp of ones.
        n = 0 if (self._ramps == 1).all() else len(self._ramps)
        sweeps = [f"direction{360 / n * t:.10g}_" for t in range(n)] or [""]
        return np.array(
            [
                f"{sweep}H{k}_{name}"
                for sweep in sweeps
                for k in self._energies.homology_dimensions
                for name in self._energies.table.names
            ],
            dtype=object,
        )

    def _read(self, X, *, reset):
        return read_samples(
            self, X, reset=reset, kind=IMAGES, dtype=_DTYPE, one_shape=True
        )

    def _features(self, images):
        """The features of checked images, in batches that keep memory flat."""
        found = [
            self._energies.values(self._swept(images[rows]))
            for rows in gen_batches(len(images), _BATCH)
        ]
        return np.concatenate(found).reshape(len(images), -1)

    def _swept(self, images):
        """The products with all ramps, one grid behind the other."""
        swept = images.reshape(len(images), 1, -1) * self._ramps
        return swept.reshape(-1, *self.sample_shape_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _ramps(n_directions, shape):
    """The ramps g_t on a grid, one in each row, from 0 to 1 or all 0; or 1 alone."""
    if n_directions == 0:
        return np.ones((1, np.prod(shape, dtype=int)))
    *rows, columns = np.meshgrid(*map(np.arange, shape), indexing="ij")
    angle = 2 * np.pi * np.arange(n_directions) / n_directions
    direction = np.stack([np.cos(angle), np.sin(angle)])
    # Exact ones and zeros, so that pixels on a line across the ramp are equal.
    direction = (direction / np.abs(direction).max(axis=0)).round(12)
    ramps = direction[0][:, None] * columns.ravel()
    if rows:
        ramps = ramps + direction[1][:, None] * rows[0].ravel()
    ramps -= ramps.min(axis=1, keepdims=True)
    top = ramps.max(axis=1, keepdims=True)
    return np.divide(ramps, top, out=np.zeros_like(ramps), where=top > 0)
