"""The loss of a latent code: the topology of its sample, and how far it has moved."""

import numpy as np
from sklearn.base import clone

from sktopo.neural_network._decoding import samples_and_pullback


class LatentProblem:
    """objective(g(z)) / r^d + weight * fidelity, with z in standard deviations.

    r is the range of the first sample.

    Parameters
    ----------
    generator : estimator
        g, fitted.
    term : Term
        Of a sample.
    degree : float
        Of homogeneity of the term.
    spread : ndarray of shape (n_components,)
    shape : tuple of int or None
        Of a sample.
    clip : tuple of 2 floats or None
    fidelity : {"samples", "codes"}
    weight : float >= 0
    seed : int
        Of a random term.
    """

    def __init__(
        self, generator, term, degree, *, spread, shape, clip, fidelity, weight, seed
    ):
        self.generator, self.term, self.degree = generator, term, degree
        self.spread, self.shape, self.clip = spread, shape, clip
        self.fidelity, self.weight, self.seed = fidelity, weight, seed

    def minimize(self, solver, z):
        """Move one code.

        Returns
        -------
        before, after : float
            The objective.
        result : scipy.optimize.OptimizeResult
            With ``x`` in the units of the problem; see ``code_of``.
        """
        start = np.zeros(z.size)
        function = _Loss(self, z)
        result = solver.minimize(function, start)
        before, _ = self._seeded_term()(function.sample)
        after, _ = self._seeded_term()(self._sample(self.code_of(z, result.x))[0])
        return before, after, result

    def code_of(self, z, x):
        """The code that lies so many standard deviations from z."""
        return z + x * self.spread

    def _sample(self, z):
        """The sample that the term sees, and the pullback to the code."""
        row, pullback = samples_and_pullback(self.generator, z[None])
        row = row[0]
        seen = row if self.clip is None else np.clip(row, *self.clip)
        inside = 1.0 if self.clip is None else seen == row
        shape = self.shape if self.shape is not None else row.shape

        def pullback_of_both(grad_seen, grad_row):
            grad = inside * grad_seen.ravel() + grad_row
            return pullback(grad[None])[0]

        return seen.reshape(shape), row, pullback_of_both

    def _seeded_term(self):
        """A fresh ``value_and_grad``: a random term draws the same each time."""
        term = self.term
        if term.is_random:
            term = clone(term)
            names = [p for p in term.get_params() if p.endswith("random_state")]
            term.set_params(**dict.fromkeys(sorted(names), self.seed))
        return term.warm_value_and_grad()


class _Loss:
    """The loss as a function of the move, in standard deviations."""

    def __init__(self, problem, z):
        self._problem, self._z = problem, z
        self._function = problem._seeded_term()
        self.sample, self._row, _ = problem._sample(z)
        self._extent = float(np.ptp(self._row)) or 1.0
        self._unit = self._extent**problem.degree

    def __call__(self, x):
        problem = self._problem
        sample, row, pullback = problem._sample(problem.code_of(self._z, x))
        value, grad_seen = self._function(sample)
        value, grad_seen = value / self._unit, grad_seen / self._unit
        if problem.fidelity == "codes":
            value += problem.weight * float(x @ x)
            grad = pullback(grad_seen, 0.0) * problem.spread
            return value, grad + 2 * problem.weight * x
        change = (row - self._row) / self._extent
        value += problem.weight * float(change @ change)
        grad_row = 2 * problem.weight / self._extent * change
        return value, pullback(grad_seen, grad_row) * problem.spread
