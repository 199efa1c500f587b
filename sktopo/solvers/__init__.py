"""Minimise a ``value_and_grad``; nothing here knows of topology."""

from sktopo.solvers._adam import Adam
from sktopo.solvers._descent import GradientDescent
from sktopo.solvers._kinked_quadratic import minimize_kinked_quadratic
from sktopo.solvers._lbfgs import LBFGS
from sktopo.solvers._min_norm import min_norm_weights
from sktopo.solvers._proximal_gradient import ProximalGradient

__all__ = [
    "LBFGS",
    "Adam",
    "GradientDescent",
    "ProximalGradient",
    "min_norm_weights",
    "minimize_kinked_quadratic",
]
