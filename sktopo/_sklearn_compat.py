"""The one place that imports scikit-learn's private API, and what it installs."""

from contextlib import nullcontext

from sklearn.utils._param_validation import (
    HasMethods as _HasMethods,
)
from sklearn.utils._param_validation import (
    Interval,
    Options,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils._set_output import _get_output_config
from sklearn.utils.validation import _check_sample_weight
from threadpoolctl import ThreadpoolController

try:  # since scikit-learn 1.9
    from sklearn.callback import CallbackSupportMixin

    # The context within a public decorator, which adds no frame to the stack.
    from sklearn.callback._callback_support import callback_management_context
except ImportError:

    class CallbackSupportMixin:
        """No callbacks: this scikit-learn has none."""

    callback_management_context = nullcontext


class HasMethods(_HasMethods):
    """An object with some methods; a class is none that could be asked for them."""

    def is_satisfied_by(self, val):
        """Whether a value is one."""
        return not isinstance(val, type) and super().is_satisfied_by(val)


__all__ = [
    "CallbackSupportMixin",
    "HasMethods",
    "Interval",
    "Options",
    "StrOptions",
    "ThreadpoolController",
    "_check_sample_weight",
    "callback_management_context",
    "columns_of",
    "container_of",
    "gamma_of",
    "has_callbacks",
    "is_multilabel",
    "n_directions_of",
    "validate_parameter_constraints",
    "without_callbacks",
]


def container_of(transformer):
    """What ``transform`` returns: "default", "pandas" or "polars"."""
    return _get_output_config("transform", transformer)["dense"]


def has_callbacks(estimator):
    """Whether callbacks of scikit-learn were set, by the user or a meta-estimator."""
    return bool(getattr(estimator, "_skl_callbacks", ()))


def without_callbacks(estimator):
    """The estimator, a copy that is sent to a worker, without what it tells."""
    for name in (
        "_skl_callbacks",
        "_skl_callbacks_to_teardown",
        "_callback_fit_ctx",
        "_parent_callback_ctx",
    ):
        vars(estimator).pop(name, None)
    return estimator


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
