"""Pullbacks of scalers, normalisation and polynomials."""

from functools import lru_cache
from itertools import combinations, combinations_with_replacement

import numpy as np
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from sktopo.gradients._pullbacks import register


@register(StandardScaler)
def _standard_scaler(scaler, X):
    center = scaler.mean_ if scaler.with_mean else None
    return _scaled(X, center, scaler.scale_ if scaler.with_std else None)


@register(RobustScaler)
def _robust_scaler(scaler, X):
    center = scaler.center_ if scaler.with_centering else None
    return _scaled(X, center, scaler.scale_ if scaler.with_scaling else None)


def _scaled(X, center, scale):
    output = np.array(X) if center is None else X - center
    if scale is None:
        return output, np.array
    output /= scale
    return output, lambda grad: grad / scale


@register(MinMaxScaler)
def _min_max_scaler(scaler, X):
    scale = scaler.scale_
    output = X * scale
    output += scaler.min_
    if not scaler.clip:
        return output, lambda grad: grad * scale
    return _clipped(output, *scaler.feature_range, lambda grad: grad * scale)


@register(MaxAbsScaler)
def _max_abs_scaler(scaler, X):
    scale = scaler.scale_
    output = X / scale
    # clip came with scikit-learn 1.8.
    if not getattr(scaler, "clip", False):
        return output, lambda grad: grad / scale
    return _clipped(output, -1.0, 1.0, lambda grad: grad / scale)


def _clipped(output, low, high, pullback):
    # The bounds are inside: of an image, the black pixels lie there, up to rounding.
    slack = 1e-12 * (high - low)
    inside = (output >= low - slack) & (output <= high + slack)
    return output.clip(low, high), lambda grad: pullback(grad) * inside


@register(Normalizer)
def _normalizer(normalizer, X):
    if normalizer.norm == "l2":
        norms = np.sqrt(np.einsum("ij,ij->i", X, X))[:, None]
    elif normalizer.norm == "l1":
        norms = np.abs(X).sum(axis=1, keepdims=True)
    else:
        norms = np.abs(X).max(axis=1, keepdims=True)
    # Rows of zeros stay zero, as scikit-learn has it.
    norms[norms < 10 * np.finfo(norms.dtype).eps] = 1.0
    output = X / norms

    def pullback(grad):
        along = np.einsum("ij,ij->i", grad, output)[:, None]
        if normalizer.norm == "l2":
            return (grad - along * output) / norms
        if normalizer.norm == "l1":
            return (grad - along * np.sign(X)) / norms
        grad = np.array(grad)
        rows, largest = np.arange(len(X)), np.abs(X).argmax(axis=1)
        grad[rows, largest] -= along[:, 0] * np.sign(X[rows, largest])
        return grad / norms

    return output, pullback


@register(FunctionTransformer)
def _function_transformer(transformer, X):
    if transformer.func is not None:
        raise NotImplementedError(
            "value_and_pullback goes through a FunctionTransformer with func=None "
            f"only: it knows no gradient of {transformer.func!r}. Put a transformer in "
            "its place that has a method value_and_pullback(X)."
        )
    return X, np.array


@register(PolynomialFeatures)
def _polynomial_features(polynomial, X):
    degree = polynomial.degree
    lowest, highest = (0, degree) if np.isscalar(degree) else degree
    constant = [np.ones((len(X), 1))] if polynomial.include_bias else []
    # One column of factors for each monomial, all of one degree together.
    monomials = [
        _monomials(polynomial.n_features_in_, d, polynomial.interaction_only)
        for d in range(max(1, lowest), highest + 1)
    ]
    factors = [[X[:, column] for column in columns] for columns in monomials]
    output = [np.multiply.reduce(f) for f in factors]

    def pullback(grad):
        back, start = np.zeros(X.shape), len(constant)
        for columns, f in zip(monomials, factors, strict=True):
            g = grad[:, start : start + columns.shape[1]]
            start += columns.shape[1]
            for k, column in enumerate(columns):
                others = f[:k] + f[k + 1 :]
                np.add.at(back.T, column, np.multiply.reduce([g, *others]).T)
        return back

    return np.concatenate(constant + output, axis=1), pullback


@lru_cache(maxsize=32)
def _monomials(n_features, degree, interaction_only):
    choose = combinations if interaction_only else combinations_with_replacement
    columns = np.array(list(choose(range(n_features), degree)), dtype=np.intp)
    return columns.reshape(-1, degree).T.copy()
