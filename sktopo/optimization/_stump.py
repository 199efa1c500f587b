"""Stochastic topological updates via momentum and pooling, of one image."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import Bunch, gen_even_slices

from sktopo.objectives import (
    BankedSmear,
    GridCover,
    Smear,
    WeightingBank,
    precision_for,
)
from sktopo.optimization._fidelity import FIDELITIES
from sktopo.optimization._sampled_gradient import SampledGradient
from sktopo.optimization._touched_adam import TouchedAdam
from sktopo.solvers import min_norm_weights

# Windows that are smeared at once: as many as the cache holds, and more where threads
# would wait for each other between short calls.
_AT_ONCE, _AT_ONCE_IN_THREADS = 2**14, 2**18


class StumpProblem:
    """What to make of an image, read from a STUMPImageOptimizer.

    Parameters
    ----------
    model : STUMPImageOptimizer
    image : ndarray of float64
    """

    def __init__(self, model, image):
        self._model, self.image = model, image
        self.cover = GridCover(image.shape, model.pool_size, model.stride)
        self.alpha = 1 - 1 / image.size if model.alpha is None else model.alpha
        self.sign = -1.0 if model.maximize else 1.0
        self.clip = None if model.clip is None else tuple(map(float, model.clip))
        self.n_steps = model.n_steps
        self.combine, self.learning_rate = model.combine, model.learning_rate
        self.is_random = Smear(self.cover, model.pooling, model.noise).is_random
        self.n_samples = model.n_samples if self.is_random else 1
        # Where windows are drawn at random seven digits are more than enough of them.
        self.dtype = precision_for(image) if self.is_random else np.float64

    def fidelity(self):
        """The fidelity to the image."""
        image = self.image
        scale = self.clip or (float(image.min()), float(image.max()))
        return FIDELITIES[self._model.fidelity](image, scale)

    def samplers(self, seed, n_jobs):
        """The gradients of the samples of a step, shared out over jobs.

        Parameters
        ----------
        seed : int
        n_jobs : int

        Returns
        -------
        list of SampledGradient
            For each job, of which there are no more than samples.
        """
        model, cover = self._model, self.cover
        rngs = [
            np.random.default_rng(child)
            for child in np.random.SeedSequence(seed).spawn(self.n_samples)
        ]
        pooling, noise = model.pooling, model.noise
        if model.n_weightings is None or not self.is_random:
            new_smear = partial(Smear, cover, pooling, noise, dtype=self.dtype)
        else:
            size = model.n_weightings
            bank = WeightingBank(cover.width, pooling, noise, size, rngs[0])
            new_smear = partial(
                BankedSmear, cover, pooling, noise, bank, dtype=self.dtype
            )
        at_once = (_AT_ONCE if n_jobs == 1 else _AT_ONCE_IN_THREADS) // cover.size
        return [
            SampledGradient(model, cover, new_smear, rngs[job], max(1, at_once))
            for job in gen_even_slices(len(rngs), min(n_jobs, len(rngs)))
        ]

    def report(self, step, loss, image):
        """Print the step where that is wanted; whether the caller wants to stop."""
        model = self._model
        if model.verbose and step % model.verbose == 0:
            print(f"[STUMP] step {step}: {loss:.6g}")
        return model.callback is not None and bool(model.callback(step, loss, image))


def stump(problem, seed, n_jobs=None):
    """Optimise one image.

    Parameters
    ----------
    problem : StumpProblem
    seed : int
        Of all draws; the same image has the same answer anywhere.
    n_jobs : int or None
        Threads for the samples of a step.

    Returns
    -------
    Bunch
        ``image``, ``loss_curve`` (the loss before each step) and ``seconds``.

    Raises
    ------
    KeyboardInterrupt
        With the result so far in its attribute ``result``.
    """
    began = time.perf_counter()
    cover, alpha, sign = problem.cover, problem.alpha, problem.sign
    start = cover.laid_out(problem.image)
    seen = start.astype(problem.dtype)
    adam = TouchedAdam(start, seen, cover.block, problem.learning_rate, problem.clip)
    fidelity = problem.fidelity()
    here, *elsewhere = problem.samplers(seed, effective_n_jobs(n_jobs))
    losses = []

    def moved():
        return cover.grid(adam.image(), problem.image.shape)

    def result():
        seconds = time.perf_counter() - began
        return Bunch(image=moved(), loss_curve=np.array(losses), seconds=seconds)

    try:
        # joblib waits in steps of 10 ms, which is as long as a whole step here. This
        # thread works too: of two that are woken both may land on its own core.
        with ThreadPoolExecutor(max(1, len(elsewhere))) as threads:
            for step in range(problem.n_steps):
                windows = cover.windows(seen)
                others = [threads.submit(job, windows) for job in elsewhere]
                found = here(windows)
                for other in others:
                    found += other.result()
                values, blocks, grads = zip(*found, strict=True)
                kept, pull = fidelity.value_and_grad(adam.values, adam.start)
                value = float(sum(values)) / len(values)
                loss = alpha * sign * value + (1 - alpha) * kept
                if not math.isfinite(loss):
                    raise ValueError(
                        "The loss of STUMPImageOptimizer must be finite. Got "
                        f"{loss} in step {step}: the values are too large, or a "
                        "target diagram has not as many essential bars as the image, "
                        "which has none above H0 and one in it, [min, inf], or "
                        "[max, -inf] with superlevel=True."
                    )
                losses.append(loss)
                for share, grad in zip(
                    _shares(blocks, grads, problem.combine), grads, strict=True
                ):
                    grad *= alpha * sign * share
                pull *= 1 - alpha
                adam.step(blocks, grads, pull)
                if problem.report(step, loss, moved):
                    break
    except BaseException as error:
        error.result = result()
        raise
    return result()


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
