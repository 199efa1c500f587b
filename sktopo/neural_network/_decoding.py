"""Generators: estimators that make samples of codes."""

import numpy as np
from sklearn.base import is_regressor
from sklearn.decomposition import NMF, MiniBatchNMF
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array

from sktopo._tables import safe_spread
from sktopo.gradients import inverse_value_and_pullback, value_and_pullback


def check_generator(generator, owner):
    """Raise TypeError where an estimator makes no samples of codes."""
    if not (hasattr(generator, "inverse_transform") or is_regressor(generator)):
        raise TypeError(
            f"The 'generator' parameter of {owner} must be a transformer with an "
            "inverse_transform or a regressor from codes to samples. "
            f"Got {generator!r} instead."
        )


def has_encoder(generator):
    """Whether it makes codes of samples, too."""
    return not is_regressor(generator) and hasattr(generator, "transform")


def least_code(generator):
    """The least entry that codes of a generator may have: 0 for NMF, else -inf."""
    while True:
        if isinstance(generator, Pipeline):
            generator = generator[-1]
        elif isinstance(generator, FrozenEstimator):
            generator = generator.estimator
        else:
            return 0.0 if isinstance(generator, (NMF, MiniBatchNMF)) else -np.inf


def samples_and_pullback(generator, Z):
    """The samples of codes, and the pullback from them to the codes.

    Parameters
    ----------
    generator : estimator
        A fitted one.
    Z : ndarray of shape (n_samples, n_components)

    Returns
    -------
    samples : ndarray of shape (n_samples, n_features)
    pullback : callable
    """
    if not is_regressor(generator):
        return inverse_value_and_pullback(generator, Z)
    samples, pullback = value_and_pullback(generator, Z)
    if samples.ndim == 2:
        return samples, pullback
    return samples[:, None], lambda grad: pullback(grad[:, 0])


def check_codes(Z, n_components, estimator):
    """Return codes as an array (n_samples, n_components).

    Raises
    ------
    ValueError
        If they have another number of columns, or are no finite table.
    """
    Z = check_array(Z, dtype=np.float64, input_name="Z", estimator=estimator)
    if Z.shape[1] != n_components:
        raise ValueError(
            f"Z of {type(estimator).__name__} must have {n_components} columns, one "
            f"for each component of a code. Got {Z.shape[1]}."
        )
    return Z


def column_spreads(Z):
    """The standard deviation of each component of codes; 1 where there is none."""
    return safe_spread(Z.std(axis=0), Z)
