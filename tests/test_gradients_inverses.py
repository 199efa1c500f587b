"""From codes to samples: ``inverse_transform`` and its pullback."""

from functools import partial

import numpy as np
import pytest
from _gradients import check_pullback
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import (
    NMF,
    PCA,
    FastICA,
    IncrementalPCA,
    KernelPCA,
    MiniBatchNMF,
    TruncatedSVD,
)
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from sktopo.gradients import inverse_value_and_pullback, register_inverse

X = np.random.default_rng(0).random((40, 6)) + 0.1
check = partial(check_pullback, through=inverse_value_and_pullback)


@pytest.mark.parametrize(
    "transformer",
    [
        PCA(3),
        PCA(3, whiten=True),
        IncrementalPCA(3),
        IncrementalPCA(3, whiten=True),
        TruncatedSVD(3),
        NMF(3, max_iter=2000),
        MiniBatchNMF(3, max_iter=2000),
        FastICA(3, random_state=0),
        FastICA(whiten=False, random_state=0),
        KernelPCA(3, fit_inverse_transform=True),
        KernelPCA(3, kernel="rbf", fit_inverse_transform=True),
        KernelPCA(3, kernel="rbf", gamma=2.0, fit_inverse_transform=True),
        KernelPCA(3, kernel="poly", degree=2, fit_inverse_transform=True),
        KernelPCA(3, kernel="sigmoid", fit_inverse_transform=True),
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        RobustScaler(),
        RobustScaler(with_centering=False, with_scaling=False),
        MinMaxScaler((-1, 2)),
        MaxAbsScaler(),
        FunctionTransformer(),
        make_pipeline(StandardScaler(), PCA(4), "passthrough", MinMaxScaler()),
        FrozenEstimator(PCA(2).fit(X)),
        GridSearchCV(PCA(), {"n_components": [2, 3]}, cv=2),
    ],
    ids=str,
)
def test_inverse(transformer, rng):
    with np.errstate(all="ignore"):
        codes = transformer.fit(X, None).transform(X[:5])
    codes = codes + 0.01 * rng.normal(size=codes.shape)
    check(transformer, codes, transformer.inverse_transform, rng)


class Doubled(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X / 2

    def inverse_transform(self, Z):
        return 2 * Z


class Own(Doubled):
    def inverse_value_and_pullback(self, Z):
        return 2 * Z, lambda grad: 2 * grad


class Shifted(PCA):
    def inverse_transform(self, Z):
        return super().inverse_transform(Z) + 1


def test_what_is_not_known_is_said():
    for transformer, name in (
        (Doubled(), "Doubled"),
        (QuantileTransformer(n_quantiles=5).fit(X), "QuantileTransformer"),
        (make_pipeline(StandardScaler(), Doubled()).fit(X), "Doubled"),
    ):
        with pytest.raises(
            NotImplementedError, match=rf"inverse_value_and_pullback knows .*{name}\."
        ):
            inverse_value_and_pullback(transformer, X)
    with pytest.raises(NotImplementedError, match="inverse_transform of Shifted may"):
        inverse_value_and_pullback(Shifted().fit(X), X)
    with pytest.raises(NotImplementedError, match="fit_inverse_transform=True only"):
        inverse_value_and_pullback(KernelPCA(2).fit(X), X[:, :2])
    cosine = KernelPCA(2, kernel="cosine", fit_inverse_transform=True).fit(X)
    with pytest.raises(NotImplementedError, match="Got kernel='cosine'"):
        inverse_value_and_pullback(cosine, X[:, :2])
    function = FunctionTransformer(np.log, np.exp).fit(X)
    with pytest.raises(NotImplementedError, match="inverse_func=None only"):
        inverse_value_and_pullback(function, X)
    for unfitted in (PCA(2), KernelPCA(2), NMF(), StandardScaler()):
        with pytest.raises(NotFittedError):
            inverse_value_and_pullback(unfitted, X)


def test_an_estimator_of_your_own(rng):
    check(Own(), X[:4], Own().inverse_transform, rng)

    class Registered(Doubled):
        pass

    register_inverse(Registered)(lambda own, Z: (2 * Z, lambda grad: 2 * grad))
    check(Registered(), X[:4], Doubled().inverse_transform, rng)
    with pytest.raises(TypeError, match="takes classes"):
        register_inverse(Registered())
