"""Where an embedding starts: PCA, a transformer, or codes that were given."""

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsRegressor
from sklearn.utils import check_array

_FAR = 1e3  # from zero, in extents of the rows


def first_embedding(init, n_components, X, y, owner):
    """The ``init`` of an embedding as a fitted one, and the codes of the rows.

    Parameters
    ----------
    init : {"pca"}, estimator or array-like
    n_components : int or None
    X : ndarray of shape (n_samples, n_features)
    y : object
        For the fit.
    owner : str
        In whose name errors are raised.

    Returns
    -------
    init : estimator
        A regressor from rows to codes where ``init`` cannot embed new rows.
    codes : ndarray of shape (n_samples, n_components)

    Raises
    ------
    ValueError
        If it gives no such codes.
    """
    if isinstance(init, str):
        n_pca = 2 if n_components is None else n_components
        if n_pca > min(X.shape):
            default = " (the default)" if n_components is None else ""
            raise ValueError(
                f"The 'n_components' parameter of {owner} must be at most the "
                f"number of rows and of columns, here {X.shape}, with init='pca'. "
                f"Got {n_pca}{default}."
            )
        mean = X.mean(axis=0)
        is_far = np.abs(mean).max() > _FAR * np.abs(X - mean).max()
        # The covariance of rows far from zero is rounding.
        init = PCA(n_pca, svd_solver="full" if is_far else "auto")
    if hasattr(init, "fit"):
        init = clone(init)
        if hasattr(init, "transform"):
            # PCA divides by the variance, also where there is none.
            with np.errstate(invalid="ignore"):
                init.fit(X, y)
            codes = codes_of(init, X)
        else:
            codes = np.asarray(init.fit_transform(X, y), dtype=np.float64)
            init = None
    else:
        codes, init = check_array(init, dtype=np.float64, input_name="init"), None
    expected = (len(X), n_components or np.shape(codes)[-1])
    if np.shape(codes) != expected:
        raise ValueError(
            f"The 'init' parameter of {owner} must give codes of shape {expected}, "
            "a row for each of X's and n_components columns. "
            f"Got shape {np.shape(codes)}."
        )
    if init is None:
        neighbors = KNeighborsRegressor(min(5, len(X)), weights="distance")
        init = neighbors.fit(X, codes)
    return init, codes


def codes_of(init, X):
    """What the first embedding makes of rows."""
    codes = init.transform(X) if hasattr(init, "transform") else init.predict(X)
    return np.asarray(codes, dtype=np.float64)
