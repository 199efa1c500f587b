"""Where an embedding starts: PCA, a transformer, or codes that were given."""

import numpy as np
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsRegressor
from sklearn.utils import check_array


def first_embedding(estimator, X, y):
    """The ``init`` of an estimator as a fitted one, and the codes of the rows.

    Parameters
    ----------
    estimator : estimator
        With the parameters ``init`` and ``n_components``.
    X : ndarray of shape (n_samples, n_features)
    y : object
        For the fit.

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
    name, init = type(estimator).__name__, estimator.init
    if isinstance(init, str):
        n_components = 2 if estimator.n_components is None else estimator.n_components
        if n_components > min(X.shape):
            default = " (the default)" if estimator.n_components is None else ""
            raise ValueError(
                f"The 'n_components' parameter of {name} must be at most the "
                f"number of rows and of columns, here {X.shape}, with init='pca'. "
                f"Got {n_components}{default}."
            )
        init = PCA(n_components)
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
    expected = (len(X), estimator.n_components or np.shape(codes)[-1])
    if np.shape(codes) != expected:
        raise ValueError(
            f"The 'init' parameter of {name} must give codes of shape {expected}, "
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
