"""The one place that imports scikit-learn's private API, and what it installs."""

from sklearn.base import _fit_context
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import _check_sample_weight
from threadpoolctl import threadpool_limits

__all__ = [
    "HasMethods",
    "Interval",
    "Options",
    "StrOptions",
    "_check_sample_weight",
    "_fit_context",
    "columns_of",
    "container_of",
    "gamma_of",
    "is_multilabel",
    "n_directions_of",
    "threadpool_limits",
    "validate_parameter_constraints",
]


def container_of(transformer):
    """What ``transform`` returns: "default", "pandas" or "polars"."""
    return _get_output_config("transform", transformer)["dense"]


def gamma_of(svm):
    """The number behind gamma="scale" or "auto" of a fitted SVC or SVR."""
    return svm._gamma


def n_directions_of(lda):
    """How many directions a fitted LinearDiscriminantAnalysis projects on."""
    return lda._max_components


def is_multilabel(classifier):
    """Whether MLPClassifier or RidgeClassifier was fitted with several labels a row."""
    binarizer = getattr(classifier, "_label_binarizer", None)
    return binarizer is not None and binarizer.y_type_.startswith("multilabel")


def columns_of(column_transformer, name):
    """The places of the columns of one part of a fitted ColumnTransformer."""
    return column_transformer._transformer_to_input_indices[name]
