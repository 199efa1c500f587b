"""Outputs of fitted estimators, and pullbacks of gradients in them."""

from sklearn.base import ClassifierMixin, RegressorMixin

from sktopo.gradients._registry import Rules

_FORWARD = Rules(
    "value_and_pullback",
    {
        "decision_function",
        "predict",
        "transform",
        "_decision_function",
        "_forward_pass_fast",
        "_predict",
        "_transform",
    },
    "register",
)
_INVERSE = Rules(
    "inverse_value_and_pullback", {"inverse_transform"}, "register_inverse"
)
_PARAMETERS = Rules("parameter_value_and_pullback", {"_forward_pass_fast"})


class _StepRules(Rules):
    """Of steps before the last one of a Pipeline, which are asked for ``transform``."""

    def _find(self, estimator_class):
        own, known = set(self.table.values()), set(_FORWARD.table.values())
        rule = self.nearest(estimator_class, _FORWARD.table | self.table)
        predicts = issubclass(estimator_class, (ClassifierMixin, RegressorMixin))
        if predicts and rule in known and rule not in own:
            raise NotImplementedError(
                f"A {estimator_class.__name__} before the last step of a Pipeline is "
                "asked for its transform, but value_and_pullback knows its predictions "
                "only."
            )
        return rule


_STEP = _StepRules(_FORWARD.method, _FORWARD.outputs, _FORWARD.decorator)


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
    return _FORWARD(estimator, X)


def transform_and_pullback(step, X):
    """``transform(X)`` and the pullback, also of a step that could predict."""
    return _STEP(step, X)


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
    return _INVERSE(estimator, Z)


def parameter_value_and_pullback(estimator, X):
    """The output of a fitted estimator, and the pullback to its parameters.

    As :func:`value_and_pullback`, but gradients of all rows are summed up in the
    parameters that were fitted: weights and intercepts of MLPRegressor and
    MLPClassifier, whose output is that of the last layer before its activation, and
    kernels and intercepts of TopologicalMapping.

    Parameters
    ----------
    estimator : estimator
        A fitted one.
    X : ndarray of shape (n_samples, n_features)
        Or what else the estimator takes.

    Returns
    -------
    output : ndarray of shape (n_samples, n_outputs)
    pullback : callable
        ``pullback(grad_output)`` returns the gradient in X and a list of those in the
        parameters: of ``coefs_`` and ``intercepts_``, or of ``kernels_`` and
        ``intercepts_``, one behind the other.

    Raises
    ------
    NotImplementedError
        If no gradient in the parameters is known. The message names the class.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neural_network import MLPRegressor
    >>> from sktopo.gradients import parameter_value_and_pullback
    >>> X = np.arange(12.0).reshape(6, 2)
    >>> model = MLPRegressor(hidden_layer_sizes=3, random_state=0, solver="lbfgs")
    >>> model = model.fit(X, X[:, 0])
    >>> output, pullback = parameter_value_and_pullback(model, X)
    >>> _, grads = pullback(np.ones_like(output))
    >>> [grad.shape for grad in grads]
    [(2, 3), (3, 1), (3,), (1,)]
    """
    return _PARAMETERS(estimator, X)


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
    return _FORWARD.register(estimator_classes, _STEP)


def register_step(*estimator_classes):
    """The same for ``transform_and_pullback``, of classes that could also predict."""
    return _STEP.register(estimator_classes)


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

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from sktopo.gradients import inverse_value_and_pullback, register_inverse
    >>> class Doubler(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    >>> @register_inverse(Doubler)
    ... def _halve(doubler, Z):
    ...     return Z / 2, lambda grad: grad / 2
    >>> inverse_value_and_pullback(Doubler().fit([[1.0]]), np.array([[4.0]]))[0]
    array([[2.]])
    """
    return _INVERSE.register(estimator_classes)


def register_parameters(*estimator_classes):
    """The same for ``parameter_value_and_pullback``."""
    return _PARAMETERS.register(estimator_classes)
