"""Pullbacks of ``inverse_transform``, from codes to samples."""

import numpy as np
from sklearn.decomposition import (
    NMF,
    PCA,
    FastICA,
    IncrementalPCA,
    KernelPCA,
    MiniBatchNMF,
    TruncatedSVD,
)
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils.validation import check_is_fitted

from sktopo.gradients._compose import is_passthrough
from sktopo.gradients._kernels import KERNELS, kernel_and_pullback
from sktopo.gradients._pullbacks import inverse_value_and_pullback, register_inverse


@register_inverse(PCA, IncrementalPCA)
def _pca(pca, Z):
    components = pca.components_
    if pca.whiten:
        components = np.sqrt(pca.explained_variance_)[:, None] * components
    return _affine(Z, components, pca.mean_)


@register_inverse(TruncatedSVD, NMF, MiniBatchNMF)
def _combined(model, Z):
    return _affine(Z, model.components_)


@register_inverse(FastICA)
def _unmixed(ica, Z):
    return _affine(Z, ica.mixing_.T, ica.mean_ if ica.whiten else 0.0)


def _affine(Z, components, mean=0.0):
    return Z @ components + mean, lambda grad: grad @ components.T


@register_inverse(KernelPCA)
def _kernel_pca(pca, Z):
    check_is_fitted(pca)
    if not pca.fit_inverse_transform:
        raise NotImplementedError(
            "inverse_value_and_pullback goes through a KernelPCA with "
            "fit_inverse_transform=True only."
        )
    if pca.kernel not in KERNELS:
        raise NotImplementedError(
            "inverse_value_and_pullback goes through a KernelPCA whose kernel is "
            f"'linear', 'poly', 'rbf' or 'sigmoid'. Got kernel={pca.kernel!r}."
        )
    values, pullback = kernel_and_pullback(
        pca.kernel,
        Z,
        pca.X_transformed_fit_,
        gamma=pca.gamma_,
        degree=pca.degree,
        coef0=pca.coef0,
    )
    weights = pca.dual_coef_
    return values @ weights, lambda grad: pullback(grad @ weights.T)


@register_inverse(StandardScaler)
def _standard_scaler(scaler, Z):
    center = scaler.mean_ if scaler.with_mean else 0.0
    return _scaled(Z, scaler.scale_ if scaler.with_std else 1.0, center)


@register_inverse(RobustScaler)
def _robust_scaler(scaler, Z):
    center = scaler.center_ if scaler.with_centering else 0.0
    return _scaled(Z, scaler.scale_ if scaler.with_scaling else 1.0, center)


@register_inverse(MinMaxScaler)
def _min_max_scaler(scaler, Z):
    return _scaled(Z, 1 / scaler.scale_, -scaler.min_ / scaler.scale_)


@register_inverse(MaxAbsScaler)
def _max_abs_scaler(scaler, Z):
    return _scaled(Z, scaler.scale_, 0.0)


def _scaled(Z, scale, center):
    return Z * scale + center, lambda grad: grad * scale


@register_inverse(FunctionTransformer)
def _function_transformer(transformer, Z):
    if transformer.inverse_func is not None:
        raise NotImplementedError(
            "inverse_value_and_pullback goes through a FunctionTransformer with "
            "inverse_func=None only: it knows no gradient of "
            f"{transformer.inverse_func!r}."
        )
    return np.array(Z), np.array


@register_inverse(Pipeline)
def _pipeline(pipeline, Z):
    pullbacks = []
    for _, step in reversed(pipeline.steps):
        if not is_passthrough(step):
            Z, pullback = inverse_value_and_pullback(step, Z)
            pullbacks.append(pullback)

    def pullback_of_all(grad):
        for pullback in reversed(pullbacks):
            grad = pullback(grad)
        return grad

    return Z, pullback_of_all


@register_inverse(FrozenEstimator)
def _frozen(frozen, Z):
    return inverse_value_and_pullback(frozen.estimator, Z)


@register_inverse(GridSearchCV, RandomizedSearchCV)
def _search(search, Z):
    return inverse_value_and_pullback(search.best_estimator_, Z)
