"""The loss of a latent code: the topology of its sample, and how far it has moved."""

import numpy as np

from sktopo.base import Term
from sktopo.neural_network._decoding import least_code, samples_and_pullback


class LatentProblem:
    """objective(g(z)) / r^d + weight * fidelity, with z in standard deviations.

    r is the range of the first sample.

    Parameters
    ----------
    generator : estimator
        g, fitted.
    objective : SampleObjective
    spread : ndarray of shape (n_components,)
    fidelity : {"samples", "codes"}
    weight : float >= 0
    seed : int
        Of a random objective.
    """

    def __init__(self, generator, objective, *, spread, fidelity, weight, seed):
        self.generator, self.objective, self.spread = generator, objective, spread
        self.fidelity, self.weight, self.seed = fidelity, weight, seed
        self._least = least_code(generator)

    def minimize(self, solver, z):
        """Move one code.

        Returns
        -------
        before, after : float
            The objective.
        result : scipy.optimize.OptimizeResult
            With ``x`` in standard deviations; see ``code_of``.
        """
        loss = _Loss(self, z)
        result = solver.minimize(loss, np.zeros(z.size))
        before, _ = self.objective.function(self.seed)(loss.start)
        moved, _ = self.sample(self.code_of(z, result.x))
        after, _ = self.objective.function(self.seed)(moved)
        return before, after, result

    def code_of(self, z, x):
        """The code that lies so many standard deviations from z, where it may lie."""
        return np.maximum(z + x * self.spread, self._least)

    def in_steps(self, grad, z, x):
        """The gradient in x, of one in the code: none beyond the end of codes."""
        is_beyond = (z + x * self.spread <= self._least) & (grad > 0)
        return np.where(is_beyond, 0.0, grad) * self.spread

    def sample(self, z):
        """The sample of one code, and the pullback to it."""
        rows, pullback = samples_and_pullback(self.generator, z[None])
        return rows[0], lambda grad: pullback(grad[None])[0]


class _Loss(Term):
    """The loss as a function of the move, in standard deviations."""

    def __init__(self, problem, z):
        self._problem, self._z = problem, z
        self.start, _ = problem.sample(z)
        self._extent = float(np.ptp(self.start)) or 1.0
        self._function = problem.objective.function(problem.seed, self._extent)

    @property
    def is_random(self):
        """Whether the objective is random."""
        return self._problem.objective.term.is_random

    def value_and_grad(self, x):
        """Evaluate at a move of shape (n_components,)."""
        problem = self._problem
        row, pullback = problem.sample(problem.code_of(self._z, x))
        value, grad = self._function(row)
        if problem.fidelity == "codes":
            value += problem.weight * float(x @ x)
            slope = problem.in_steps(pullback(grad), self._z, x)
            return value, slope + 2 * problem.weight * x
        change = (row - self.start) / self._extent
        value += problem.weight * float(change @ change)
        grad = grad + 2 * problem.weight / self._extent * change
        return value, problem.in_steps(pullback(grad), self._z, x)
