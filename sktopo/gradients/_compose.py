"""Pullbacks of estimators that are made of others."""

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline

from sktopo._sklearn_compat import columns_of
from sktopo.gradients._pullbacks import (
    register,
    register_step,
    transform_and_pullback,
    value_and_pullback,
)


@register(Pipeline)
def _pipeline(pipeline, X):
    return _chain(pipeline, X, value_and_pullback)


@register_step(Pipeline)
def _pipeline_as_step(pipeline, X):
    return _chain(pipeline, X, transform_and_pullback)


def _chain(pipeline, X, through_last):
    *steps, (_, last) = pipeline.steps
    pullbacks = []
    for _, step in steps:
        if not is_passthrough(step):
            X, pullback = transform_and_pullback(step, X)
            pullbacks.append(pullback)
    if not is_passthrough(last):
        X, pullback = through_last(last, X)
        pullbacks.append(pullback)

    def pullback_of_all(grad):
        for pullback in reversed(pullbacks):
            grad = pullback(grad)
        return grad

    return X, pullback_of_all


def is_passthrough(step):
    return step is None or (isinstance(step, str) and step == "passthrough")


@register(FrozenEstimator)
def _frozen(frozen, X):
    return value_and_pullback(frozen.estimator, X)


@register_step(FrozenEstimator)
def _frozen_as_step(frozen, X):
    return transform_and_pullback(frozen.estimator, X)


@register(GridSearchCV, RandomizedSearchCV)
def _search(search, X):
    return value_and_pullback(search.best_estimator_, X)


@register_step(GridSearchCV, RandomizedSearchCV)
def _search_as_step(search, X):
    return transform_and_pullback(search.best_estimator_, X)


def unwrapped(estimator):
    """The estimator inside of those that hand input and output on."""
    while True:
        if isinstance(estimator, FrozenEstimator):
            estimator = estimator.estimator
        elif isinstance(estimator, (GridSearchCV, RandomizedSearchCV)):
            estimator = estimator.best_estimator_
        else:
            return estimator


def last_of(estimator):
    """The estimator that makes the output, inside of those that hand it on."""
    while True:
        estimator = unwrapped(estimator)
        if isinstance(estimator, Pipeline):
            estimator = estimator.steps[-1][1]
        elif isinstance(estimator, RFE):
            estimator = estimator.estimator_
        else:
            return estimator


@register(FeatureUnion)
def _feature_union(union, X):
    parts = [
        _part(transformer, X, _weight(union, name))
        for name, transformer in union.transformer_list
        if not _is_drop(transformer)
    ]
    if not parts:
        return np.zeros((len(X), 0)), lambda grad: np.zeros(X.shape)
    output, split = _side_by_side(parts)
    return output, lambda grad: _total(
        [pullback(g) for (_, pullback), g in zip(parts, split(grad), strict=True)]
    )


@register(ColumnTransformer)
def _column_transformer(transformer, X):
    fitted = [
        (name, step, _columns(transformer, name, columns))
        for name, step, columns in transformer.transformers_
        if not _is_drop(step)
    ]
    fitted = [entry for entry in fitted if len(entry[2])]
    if not fitted:
        return np.zeros((len(X), 0)), lambda grad: np.zeros(X.shape)
    parts = [
        _part(step, X[:, columns], _weight(transformer, name))
        for name, step, columns in fitted
    ]
    output, split = _side_by_side(parts)

    def pullback_of_all(grad):
        back = np.zeros(X.shape)
        for (_, _, columns), (_, pullback), g in zip(
            fitted, parts, split(grad), strict=True
        ):
            # Columns may be chosen twice, and by several.
            np.add.at(back.T, columns, pullback(g).T)
        return back

    return output, pullback_of_all


def _columns(transformer, name, columns):
    if np.isscalar(columns):
        raise NotImplementedError(
            f"The part {name!r} of a ColumnTransformer takes its column as a vector, "
            "through which no gradient goes. Choose the column by a list: "
            f"[{columns!r}]."
        )
    return columns_of(transformer, name)


def _is_drop(transformer):
    return isinstance(transformer, str) and transformer == "drop"


def _weight(owner, name):
    return (owner.transformer_weights or {}).get(name)


def _part(transformer, X, weight):
    if is_passthrough(transformer):
        output, pullback = X, np.array
    else:
        output, pullback = transform_and_pullback(transformer, X)
    if weight is None:
        return output, pullback
    return output * weight, lambda grad: pullback(grad * weight)


def _side_by_side(parts):
    outputs = [output for output, _ in parts]
    borders = np.cumsum([output.shape[1] for output in outputs])[:-1]
    return np.concatenate(outputs, axis=1), lambda grad: np.split(grad, borders, axis=1)


def _total(gradients):
    if isinstance(gradients[0], list):
        # Samples that are clouds or diagrams.
        return [_total(sample) for sample in zip(*gradients, strict=True)]
    return sum(gradients[1:], gradients[0])
