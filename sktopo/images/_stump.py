"""Stochastic topological updates via momentum and pooling, of one image."""

import math
import time
from itertools import chain

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import gen_even_slices

from sktopo._workers import Workers
from sktopo.pooling import PooledGradient, precision_for
from sktopo.solvers import Run, SparseAdam, min_norm_weights

# Windows that are pooled at once: as many as the cache holds, and more where threads
# would wait for each other between short calls.
_AT_ONCE, _AT_ONCE_IN_THREADS = 2**14, 2**18


class StumpProblem:
    """weight * (sign * E[F(pooled x)]) + (1 - weight) * fidelity(x).

    Parameters
    ----------
    image : ndarray of float64
        In units of range 255; see ``Units``.
    filtration : Filtration
        Of grids.
    functionals : dict of {int: DiagramFunctional}
        One for each homology dimension.
    fidelity : SquaredFidelity or CrossEntropyFidelity
    sign : float
        -1 where F is to become large.
    balance : Balance
    pooling : RandomPooling
    """

    def __init__(
        self, image, filtration, functionals, fidelity, sign, balance, pooling
    ):
        self.image, self.fidelity, self.sign = image, fidelity, sign
        self.balance = balance
        self.pooling, self.cover = pooling, pooling.cover(image.shape)
        self._filtration = filtration
        self._functionals = functionals
        is_random = pooling.is_random(image.shape)
        self.n_samples = pooling.n_samples if is_random else 1
        # Where windows are drawn at random seven digits are more than enough of them.
        self.dtype = precision_for(image) if is_random else np.float64

    def jobs(self, seed, n_workers):
        """The samples of a step, shared out over workers.

        Parameters
        ----------
        seed : int
        n_workers : int

        Returns
        -------
        list of tuple (callable, list of numpy.random.Generator)
            For each worker, of which there are no more than samples: from windows and
            generators to what ``PooledGradient.samples`` returns.
        """
        cover = self.cover
        rngs = [
            np.random.default_rng(child)
            for child in np.random.SeedSequence(seed).spawn(self.n_samples)
        ]
        at_once = (_AT_ONCE if n_workers == 1 else _AT_ONCE_IN_THREADS) // cover.size
        bank = self.pooling.bank(cover, rngs[0])
        return [
            (self._gradient(min(len(own), max(1, at_once)), bank).samples, own)
            for job in gen_even_slices(len(rngs), min(n_workers, len(rngs)))
            for own in [rngs[job]]
        ]

    def _gradient(self, n_draws, bank):
        weights = self.pooling.window_weights(self.cover, n_draws, self.dtype, bank)
        return PooledGradient(
            self._filtration, self._functionals, self.cover, weights, self.cover.shape
        )

    def loss(self, values, fidelity):
        """The objective, from the values of samples and the fidelity."""
        mean = float(sum(values)) / len(values)
        return self.balance.loss(self.sign * mean, fidelity)


def stump(problem, seed, *, n_steps, learning_rate, clip, n_jobs, image_of, **report):
    """Optimise one image.

    Parameters
    ----------
    problem : StumpProblem
    seed : int
        Of all draws; the same image has the same answer anywhere.
    n_steps : int
    learning_rate : float
    clip : tuple of 2 floats or None
    n_jobs : int or None
        Workers for the samples of a step.
    image_of : callable
        From an image in units of range 255 to the image.
    **report
        ``callback`` and ``verbose``.

    Returns
    -------
    scipy.optimize.OptimizeResult
        Its ``history`` has the loss before each step, ``functional`` the mean of F over
        the samples of each step, and ``seconds`` says how long it took.

    Raises
    ------
    KeyboardInterrupt
        With the result so far in its attribute ``result``.
    """
    began = time.perf_counter()
    cover, balance = problem.cover, problem.balance
    start = cover.laid_out(problem.image)
    seen = start.astype(problem.dtype)
    adam = SparseAdam(start, seen, cover.block, learning_rate, clip)
    jobs = problem.jobs(seed, effective_n_jobs(n_jobs))
    means = []

    def steps(run):
        with Workers(jobs, n_jobs) as workers:
            for step in range(n_steps):
                found = workers(cover.windows(seen))
                values, blocks, grads = zip(*chain.from_iterable(found), strict=True)
                means.append(sum(values) / len(values))
                kept, grad = problem.fidelity.value_and_grad(adam.values, adam.start)
                loss = problem.loss(values, kept)
                _check_finite(loss, step)
                shares = _shares(blocks, grads, problem.pooling.combine)
                for share, part in zip(shares, grads, strict=True):
                    part *= balance.of_functional * problem.sign * share
                grad *= balance.of_fidelity
                adam.step(blocks, grads, grad)
                run.record(lambda: image_of(cover.grid(adam.image())), loss)

    original = image_of(problem.image)
    run = Run(None, original, "STUMP", is_random=True, total=n_steps, **report)
    result = run.minimize(steps)
    result.functional = np.array(means)
    result.seconds = time.perf_counter() - began
    return result


def _check_finite(loss, step):
    if not math.isfinite(loss):
        raise ValueError(
            f"The loss of STUMPImageOptimizer must be finite. Got {loss} in step "
            f"{step}: the values are too large, or a target diagram has not as many "
            "essential bars as the image, which has none above H0 and one in it, "
            "[min, inf], or [max, -inf] for superlevel sets."
        )


def _shares(blocks, grads, combine):
    """What each sample counts in the gradient of a step."""
    n = len(grads)
    if combine == "mean" or n == 1:
        return np.full(n, 1 / n)
    used, row = np.unique(np.concatenate(blocks), return_inverse=True)
    dense = np.zeros((n, used.size, grads[0].shape[1]))
    sample = np.repeat(np.arange(n), [one.size for one in blocks])
    dense[sample, row] = np.concatenate(grads)
    return min_norm_weights(dense.reshape(n, -1))
