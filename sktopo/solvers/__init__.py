"""Minimise a term or a function; nothing here knows of topology."""

from sktopo.solvers._adam import Adam
from sktopo.solvers._asymmetric_lasso import (
    DenseQuadratic,
    Quadratic,
    minimize_asymmetric_lasso,
)
from sktopo.solvers._descent import GradientDescent
from sktopo.solvers._lbfgs import LBFGS
from sktopo.solvers._min_norm import min_norm_weights
from sktopo.solvers._proximal_gradient import Composite, ProximalGradient
from sktopo.solvers._proximal_point import TiedLeastSquares
from sktopo.solvers._run import Run
from sktopo.solvers._sparse_adam import SparseAdam
from sktopo.solvers._total_variation import prox_of_total_variation

__all__ = [
    "LBFGS",
    "Adam",
    "Composite",
    "DenseQuadratic",
    "GradientDescent",
    "ProximalGradient",
    "Quadratic",
    "Run",
    "SparseAdam",
    "TiedLeastSquares",
    "min_norm_weights",
    "minimize_asymmetric_lasso",
    "prox_of_total_variation",
]
