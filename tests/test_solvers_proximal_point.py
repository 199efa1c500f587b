"""Least squares whose penalty ties coordinates, against other exact solvers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sktopo.linear_model._path_graph import _TangentPenalty
from sktopo.linear_model._penalty import ClusterPenalty
from sktopo.objectives import SquaredErrorTerm
from sktopo.solvers import Composite, ProximalGradient, TiedLeastSquares


def problem(rng, n_rows, n, is_smooth=False):
    """Columns that hardly differ make badly conditioned least squares."""
    matrix = rng.normal(size=(n_rows, n))
    if is_smooth:
        matrix = matrix.cumsum(axis=1)
    x = np.repeat(rng.normal(size=-(-n // 5)), 5)[:n]
    return matrix, matrix @ x + 0.1 * rng.normal(size=n_rows)


def solved(matrix, target, ridge, weight, penalty, gram=None):
    lipschitz = 2 * (np.linalg.norm(matrix, 2) ** 2 + ridge)
    tied = TiedLeastSquares(matrix, target, ridge, weight, penalty, lipschitz, gram)
    x, n_iter, converged = tied.minimize(
        np.zeros(matrix.shape[1]), tol=1e-12, max_iter=1000
    )
    assert converged
    assert n_iter > 0
    return tied, x


def is_fixed_point(matrix, target, ridge, weight, penalty, x):
    """A proximal step of any length leaves the minimum of a convex function alone."""
    grad = 2 * matrix.T @ (matrix @ x - target) + 2 * ridge * x
    step = np.abs(x).max() / np.abs(grad).max()
    moved = penalty.prox(x - step * grad, weight * step)
    return np.abs(moved - x).max() <= 1e-4 * np.abs(x).max()


@pytest.mark.parametrize("ridge", [0.0, 0.3])
@pytest.mark.parametrize("is_smooth", [False, True])
@pytest.mark.parametrize(("n_rows", "n"), [(8, 40), (30, 40), (40, 12)])
@pytest.mark.parametrize("kind", ["range", "variation"])
def test_it_ends_in_the_minimum(rng, kind, n_rows, n, is_smooth, ridge):
    matrix, target = problem(rng, n_rows, n, is_smooth)
    penalty = ClusterPenalty(2) if kind == "range" else _TangentPenalty(np.eye(n)[3])
    for weight in (0.1, 10.0):
        tied, x = solved(matrix, target, ridge, weight, penalty)
        # At zero, the least that there can be, the gradient is rounding.
        is_zero = tied.value(x, matrix @ x) <= 1e-12 * (target @ target)
        assert is_zero or is_fixed_point(matrix, target, ridge, weight, penalty, x)
        # With the Gram matrix at hand the systems are other ones, of the same solution.
        _, again = solved(matrix, target, ridge, weight, penalty, matrix.T @ matrix)
        value = tied.value(x, matrix @ x)
        assert tied.value(again, matrix @ again) == pytest.approx(value, rel=1e-9)


def test_it_agrees_with_proximal_gradient(rng):
    matrix, target = problem(rng, 40, 12)
    penalty = ClusterPenalty(2)
    tied, x = solved(matrix, target, 0.0, 5.0, penalty)
    objective = Composite(
        SquaredErrorTerm(target, matrix).value_and_grad, penalty, tied.lipschitz, 5.0
    )
    descent = ProximalGradient(max_iter=20_000, tol=0.0).minimize(
        objective, np.zeros(12)
    )
    assert_allclose(x, descent.x, atol=1e-7)


def test_a_run_that_is_cut_short_says_so(rng):
    matrix, target = problem(rng, 30, 40)
    tied = TiedLeastSquares(matrix, target, 0.0, 1.0, ClusterPenalty(2), 100.0)
    x, n_iter, converged = tied.minimize(np.zeros(40), tol=1e-12, max_iter=2)
    assert not converged
    assert n_iter >= 2
    assert tied.value(x, matrix @ x) <= tied.value(np.zeros(40), np.zeros(30))
