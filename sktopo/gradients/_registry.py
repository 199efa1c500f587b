"""Which function takes gradients through which class of estimators."""

from functools import cache

import numpy as np
import scipy.sparse as sp
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from sktopo._arrays import as_float64

_RULES = {}
_STEP_RULES = {}
_INVERSE_RULES = {}
_MAKES_THE_OUTPUT = {
    "decision_function",
    "predict",
    "transform",
    "_decision_function",
    "_forward_pass_fast",
    "_predict",
    "_transform",
}
_INVERSE = "inverse_transform"


def value_and_pullback(estimator, X):
    """The output of a fitted estimator, and the pullback from it to the input.

    The output f(X) is ``transform(X)`` of a transformer, ``predict(X)`` of a regressor,
    and the scores of a classifier: its ``decision_function(X)``, or for MLPClassifier
    the outputs of the last layer before softmax or expit. That of a Pipeline is its
    last step's. Rows do not depend on each other, and ``pullback(g)`` has the rows
    J(x_i)^T g_i, where J(x_i) is the derivative of f at the i-th row of X.

    It is made for loops: numpy on the fitted attributes, in float64, and X is not
    validated. Where f is not differentiable, the pullback is one-sided.

    Parameters
    ----------
    estimator : estimator
        A fitted one. It has a method ``value_and_pullback(X)`` of its own, or its class
        or a base class of it is registered; see :func:`register`. scikit-learn's
        linear models, support vector machines, multi-layer perceptrons, scalers,
        selectors, PCA and its kind, PolynomialFeatures, and what puts these together
        (Pipeline, FeatureUnion, ColumnTransformer, FrozenEstimator, GridSearchCV) are.
    X : ndarray of shape (n_samples, n_features)
        Or what else the estimator takes, such as (n_samples, height, width). It is not
        changed.

    Returns
    -------
    output : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    pullback : callable
        ``pullback(grad_output)`` takes an ndarray of the output's shape, which it does
        not change, to one of X's shape.

    Raises
    ------
    NotImplementedError
        If no gradient of the estimator is known. The message names its class.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If X is sparse.

    See Also
    --------
    input_gradient : The gradient of a loss.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sktopo.gradients import value_and_pullback
    >>> X = np.array([[0.0, 1.0], [4.0, 3.0]])
    >>> output, pullback = value_and_pullback(StandardScaler().fit(X), X)
    >>> output
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> pullback(np.ones((2, 2)))
    array([[0.5, 1. ],
           [0.5, 1. ]])
    """
    return _call(_rule_of(type(estimator)), estimator, X)


def transform_and_pullback(step, X):
    """``transform(X)`` and the pullback, also of a step that could predict."""
    return _call(_step_rule_of(type(step)), step, X)


def inverse_value_and_pullback(estimator, Z):
    """``inverse_transform(Z)`` of a fitted estimator, and the pullback from it to Z.

    The way from codes to samples: of PCA and its kind, NMF, FastICA, KernelPCA with
    ``fit_inverse_transform``, scalers, and a Pipeline of these. As with
    :func:`value_and_pullback` rows do not depend on each other, and Z is not validated.

    Parameters
    ----------
    estimator : transformer
        A fitted one. It has a method ``inverse_value_and_pullback(Z)`` of its own, or
        its class or a base class of it is registered; see :func:`register_inverse`.
    Z : ndarray of shape (n_samples, n_components)
        It is not changed.

    Returns
    -------
    output : ndarray of shape (n_samples, n_features)
    pullback : callable
        ``pullback(grad_output)`` takes an ndarray of the output's shape, which it does
        not change, to one of Z's shape.

    Raises
    ------
    NotImplementedError
        If no gradient of the inverse is known. The message names the class.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If Z is sparse.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sktopo.gradients import inverse_value_and_pullback
    >>> scaler = StandardScaler().fit(np.array([[0.0, 1.0], [4.0, 3.0]]))
    >>> output, pullback = inverse_value_and_pullback(scaler, np.array([[1.0, 1.0]]))
    >>> output
    array([[4., 3.]])
    >>> pullback(np.ones((1, 2)))
    array([[2., 1.]])
    """
    return _call(_inverse_rule_of(type(estimator)), estimator, Z)


def register(*estimator_classes):
    """Decorate the function that ``value_and_pullback`` calls for some classes.

    It holds for their subclasses too. Of several, the one nearest in the order of base
    classes counts. A subclass that overrides ``transform``, ``decision_function`` or
    ``predict`` gives another output, and is refused until it is registered itself.

    A class of your own needs no registration: give it a method
    ``value_and_pullback(X)``. If it both transforms and predicts, the method must give
    what ``transform`` does where it stands before the last step of a Pipeline.

    Parameters
    ----------
    *estimator_classes : type
        Classes of estimators, or mixins of theirs.

    Returns
    -------
    callable
        A decorator for a function ``rule(estimator, X)`` that returns output and
        pullback as :func:`value_and_pullback` does.

    Raises
    ------
    TypeError
        If what is given is no class.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from sktopo.gradients import register, value_and_pullback
    >>> class Square(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...
    ...     def transform(self, X):
    ...         return X**2
    >>> @register(Square)
    ... def through_square(square, X):
    ...     return X**2, lambda grad_output: 2 * X * grad_output
    >>> output, pullback = value_and_pullback(Square(), np.array([[1.0, 3.0]]))
    >>> pullback(np.ones_like(output))
    array([[2., 6.]])
    """
    return _registrar(_RULES, estimator_classes)


def register_step(*estimator_classes):
    """The same for ``transform_and_pullback``, of classes that could also predict."""
    return _registrar(_STEP_RULES, estimator_classes)


def register_inverse(*estimator_classes):
    """Decorate the function that ``inverse_value_and_pullback`` calls for some classes.

    As :func:`register`, for ``inverse_transform``. A class of your own needs no
    registration: give it a method ``inverse_value_and_pullback(Z)``.

    Parameters
    ----------
    *estimator_classes : type
        Classes of transformers.

    Returns
    -------
    callable
        A decorator for a function ``rule(estimator, Z)`` that returns output and
        pullback.

    Raises
    ------
    TypeError
        If what is given is no class.
    """
    return _registrar(_INVERSE_RULES, estimator_classes)


def _registrar(rules, estimator_classes):
    for estimator_class in estimator_classes:
        if not isinstance(estimator_class, type):
            raise TypeError(
                "register takes classes of estimators, as in "
                f"@register(StandardScaler). Got {estimator_class!r} instead."
            )

    def decorate(rule):
        rules.update(dict.fromkeys(estimator_classes, rule))
        _rule_of.cache_clear()
        _step_rule_of.cache_clear()
        _inverse_rule_of.cache_clear()
        return rule

    return decorate


def _call(rule, estimator, X):
    if type(X) is not np.ndarray or X.dtype != np.float64:
        X = _in_float64(X)
    try:
        return rule(estimator, X)
    except AttributeError as error:
        # Cheaper than a check that would nearly always pass.
        if error.obj is estimator:
            check_is_fitted(estimator)
        raise


def _in_float64(X):
    if sp.issparse(X):
        raise TypeError(
            "value_and_pullback takes dense data, but X is a sparse matrix. "
            "Use .toarray() to convert it."
        )
    # Clouds or diagrams on their way from one step to another are lists of arrays.
    return X if isinstance(X, list) else as_float64(X, "X of value_and_pullback")


@cache
def _rule_of(estimator_class):
    return _nearest(estimator_class, _RULES)


@cache
def _step_rule_of(estimator_class):
    rule = _nearest(estimator_class, _RULES | _STEP_RULES)
    predicts = issubclass(estimator_class, (ClassifierMixin, RegressorMixin))
    if predicts and rule in _RULES.values() and rule not in _STEP_RULES.values():
        raise NotImplementedError(
            f"A {estimator_class.__name__} before the last step of a Pipeline is asked "
            "for its transform, but value_and_pullback knows its predictions only."
        )
    return rule


@cache
def _inverse_rule_of(estimator_class):
    return _nearest(estimator_class, _INVERSE_RULES, "inverse_value_and_pullback")


def _nearest(estimator_class, rules, method="value_and_pullback"):
    overriding = None
    outputs = _MAKES_THE_OUTPUT if rules is not _INVERSE_RULES else {_INVERSE}
    for base in estimator_class.__mro__:
        rule = vars(base).get(method, rules.get(base))
        if rule is not None and overriding is None:
            return rule
        if rule is not None:
            raise NotImplementedError(
                f"{overriding} may give another output than {base.__name__}, whose "
                f"gradient {method} knows. " + _how_to_add(estimator_class, method)
            )
        changed = outputs.intersection(vars(base))
        if issubclass(estimator_class, ClassifierMixin):
            # The scores are the output, whatever labels are made of them.
            changed.discard("predict")
        if changed and overriding is None:
            overriding = f"{min(changed)} of {base.__name__}"
    if issubclass(estimator_class, type):
        raise TypeError(
            "estimator must be an instance, such as StandardScaler().fit(X). "
            "Got a class."
        )
    raise NotImplementedError(
        f"{method} knows no gradient of {estimator_class.__name__}. "
        + _how_to_add(estimator_class, method)
    )


def _how_to_add(estimator_class, method):
    decorator = "register" if method == "value_and_pullback" else "register_inverse"
    return (
        f"Give {estimator_class.__name__} a method {method}(X), or register "
        "a function (estimator, X) -> (output, pullback) with "
        f"@sktopo.gradients.{decorator}({estimator_class.__name__})."
    )
