"""Fitted scikit-learn estimators -> their outputs, and gradients of these in the input.

::

    X --scaler--> ... --classifier--> scores --loss--> number
      <-pullback- ... <---pullback--- grad   <-------- 1

Each family of estimators has a module of rules, which ``register`` puts where
``value_and_pullback`` finds them.
"""

from sktopo.gradients import (  # noqa: F401
    _compose,
    _inverses,
    _kernel_approximation,
    _linear,
    _neural_network,
    _parameters,
    _preprocessing,
    _projections,
    _svm,
)
from sktopo.gradients._compose import unwrapped
from sktopo.gradients._kernels import kernel_and_pullback
from sktopo.gradients._layers import DenseLayers
from sktopo.gradients._linear import linear_classifier, linear_regressor
from sktopo.gradients._loss import input_gradient, loss_and_gradient, loss_of
from sktopo.gradients._parameters import FlatParameters
from sktopo.gradients._pullbacks import (
    inverse_value_and_pullback,
    parameter_value_and_pullback,
    register,
    register_inverse,
    value_and_pullback,
)

__all__ = [
    "DenseLayers",
    "FlatParameters",
    "input_gradient",
    "inverse_value_and_pullback",
    "kernel_and_pullback",
    "linear_classifier",
    "linear_regressor",
    "loss_and_gradient",
    "loss_of",
    "parameter_value_and_pullback",
    "register",
    "register_inverse",
    "unwrapped",
    "value_and_pullback",
]
