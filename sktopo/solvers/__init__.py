"""Minimise a ``value_and_grad``; nothing here knows of topology."""

from sktopo.solvers._adam import Adam
from sktopo.solvers._kinked_quadratic import minimize_kinked_quadratic
from sktopo.solvers._lbfgs import LBFGS
from sktopo.solvers._proximal_gradient import ProximalGradient

__all__ = ["LBFGS", "Adam", "ProximalGradient", "minimize_kinked_quadratic"]
