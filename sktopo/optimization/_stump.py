"""Stochastic topological updates via momentum and pooling, of one image."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import Bunch, gen_even_slices

from sktopo.objectives import BankedSmearing, GridCover, Smearing
from sktopo.optimization._fidelity import FIDELITIES
from sktopo.optimization._touched_adam import TouchedAdam
from sktopo.persistence import (
    gather_diagram,
    grid_pairs,
    index_pairs,
    scatter_gradient,
    sort_order,
)
from sktopo.solvers import min_norm_weights


class PooledGradient:
    """The gradient of a functional of the diagram of pooled windows.

    Parameters
    ----------
    cover : GridCover
    model : STUMPImageOptimizer
    is_random : bool
        Whether windows change as a whole from call to call; else the last order helps
        with the next one.
    """

    def __init__(self, cover, model, is_random):
        self._shape, self._connectivity = cover.shape, model.connectivity
        self._functional, self._side = model.diagram_functional(), model.side
        self._dimension = model.homology_dimension
        self._superlevel = model.superlevel
        self._is_random, self._previous = is_random, None

    def __call__(self, pooled):
        """Value, touched windows, and the gradient there.

        Parameters
        ----------
        pooled : ndarray of shape (cover.size,)

        Returns
        -------
        value : float
        touched : ndarray of int of shape (n_touched,)
        grad : ndarray of shape (n_touched,)
        """
        order = sort_order(pooled, descending=self._superlevel, previous=self._previous)
        if not self._is_random:
            self._previous = (pooled, order)
        (pairs,) = grid_pairs(
            order, self._shape, self._connectivity, (self._dimension,)
        )
        indices = index_pairs(pairs, "drop", order[-1])
        diagram = gather_diagram(pooled, indices, self._superlevel)
        value, grad = self._functional.value_and_grad(diagram)
        if self._side != "both":
            grad[:, 1 if self._side == "birth" else 0] = 0.0
        slope = scatter_gradient(grad, indices, pooled.size)
        touched = np.flatnonzero(slope)
        return value, touched, slope[touched]


class StumpProblem:
    """What to make of an image of some shape, read from a STUMPImageOptimizer.

    Parameters
    ----------
    model : STUMPImageOptimizer
    shape : tuple of int
    """

    def __init__(self, model, shape):
        self._model = model
        n_pixels = math.prod(shape)
        self.cover = GridCover(shape, model.pool_size, model.stride)
        self.alpha = 1 - 1 / n_pixels if model.alpha is None else model.alpha
        self.sign = -1.0 if model.maximize else 1.0
        self.clip = None if model.clip is None else tuple(map(float, model.clip))
        self.n_steps, self.n_samples = model.n_steps, model.n_samples
        self.combine, self.learning_rate = model.combine, model.learning_rate
        smearing = Smearing(self.cover, model.pooling, model.noise)
        self.is_random = smearing.is_random

    def fidelity(self, image):
        """The fidelity to an image."""
        scale = self.clip or (float(image.min()), float(image.max()))
        return FIDELITIES[self._model.fidelity](image, scale)

    def sample(self, rng):
        """A function that draws a smear and pulls the gradient of it back.

        It takes windows, and returns a value, the blocks of pixels that have a
        gradient, and their gradients.
        """
        model, cover = self._model, self.cover
        if model.n_weightings is None or not self.is_random:
            smearing = Smearing(cover, model.pooling, model.noise)
        else:
            smearing = BankedSmearing(
                cover, model.pooling, model.noise, model.n_weightings, rng
            )
        pooled_gradient = PooledGradient(cover, model, self.is_random)
        fixed = None if self.is_random else smearing(rng)

        def evaluate(windows):
            smear = fixed or smearing(rng)
            value, touched, grad = pooled_gradient(smear.pool(windows))
            return value, *cover.blocks(touched, smear.spread(touched, grad))

        return evaluate

    def report(self, step, loss, image):
        """Print the step where that is wanted; whether the caller wants to stop."""
        model = self._model
        if model.verbose and step % model.verbose == 0:
            print(f"[STUMP] step {step}: {loss:.6g}")
        return model.callback is not None and bool(model.callback(step, loss, image))


def stump(image, problem, seed, n_jobs=None):
    """Optimise one image.

    Parameters
    ----------
    image : ndarray of shape problem.shape
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
    start = cover.laid_out(image.astype(np.float64))
    # Where windows are drawn at random seven digits are more than enough of them.
    seen = start.astype(np.float32 if problem.is_random else np.float64)
    adam = TouchedAdam(start, seen, cover.block, problem.learning_rate, problem.clip)
    fidelity = problem.fidelity(image)
    samples = [
        problem.sample(np.random.default_rng(child))
        for child in np.random.SeedSequence(seed).spawn(problem.n_samples)
    ]
    losses = []

    def moved():
        return cover.grid(adam.image(), image.shape)

    def result():
        seconds = time.perf_counter() - began
        return Bunch(image=moved(), loss_curve=np.array(losses), seconds=seconds)

    try:
        n_chunks = min(effective_n_jobs(n_jobs), len(samples))
        chunks = [samples[rows] for rows in gen_even_slices(len(samples), n_chunks)]
        # joblib waits in steps of 10 ms, which is as long as a whole step here.
        with ThreadPoolExecutor(n_chunks) as threads:
            each = map if n_chunks == 1 else threads.map
            for step in range(problem.n_steps):
                windows = cover.windows(seen)
                parts = each(partial(_evaluated, windows), chunks)
                found = [one for part in parts for one in part]
                values, blocks, grads = zip(*found, strict=True)
                kept, pull = fidelity.value_and_grad(adam.values, adam.start)
                loss = alpha * sign * float(np.mean(values)) + (1 - alpha) * kept
                if not np.isfinite(loss):
                    raise ValueError(
                        "The loss of STUMPImageOptimizer must be finite. Got "
                        f"{loss} in step {step}: a target diagram needs as many "
                        "essential bars as the image has, one in H0 and none above."
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


def _evaluated(windows, samples):
    return [sample(windows) for sample in samples]


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
