"""Sliced distances, entropy, distances in pairs, and measures of generated samples."""

import math

import gudhi.representations as gr
import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist
from scipy.stats import entropy, wasserstein_distance

from sktopo.metrics import (
    DISTANCES,
    coverage,
    inception_score,
    minimum_matching_distance,
    pairwise_distances,
    persistence_entropy,
    sliced_wasserstein,
    wasserstein,
)


def bars(rng, n):
    birth = rng.normal(size=n)
    return np.column_stack([birth, birth + rng.exponential(size=n)])


def diagonal(x):
    return np.repeat(x.mean(axis=1, keepdims=True), 2, axis=1)


def test_sliced_wasserstein_is_the_mean_over_lines(rng):
    for n, m in ((5, 8), (1, 30), (12, 0)):
        a, b = bars(rng, n), bars(rng, m)
        ours, theirs = np.r_[a, diagonal(b)], np.r_[b, diagonal(a)]
        angles = np.pi * np.arange(7) / 7 - np.pi / 2
        lines = np.stack([np.cos(angles), np.sin(angles)])
        slices = [
            len(ours) * wasserstein_distance(ours @ line, theirs @ line)
            for line in lines.T
        ]
        assert sliced_wasserstein(a, b, 7) == pytest.approx(np.mean(slices))


def test_many_lines_are_the_integral(rng):
    a, b = bars(rng, 15), bars(rng, 20)
    theirs = gr.SlicedWassersteinDistance(num_directions=4000).fit([a]).transform([b])
    assert sliced_wasserstein(a, b, 4000) == pytest.approx(theirs.item(), rel=1e-3)
    assert sliced_wasserstein(a, b) == pytest.approx(theirs.item(), rel=0.01)


def test_sliced_distances_of_essential_bars_and_of_nothing(rng):
    a = np.r_[bars(rng, 4), [[2.0, np.inf]]]
    assert sliced_wasserstein(a, a[:-1]) == np.inf
    assert sliced_wasserstein(a, a[::-1]) == 0
    moved = a.copy()
    moved[-1, 0] += 3
    assert sliced_wasserstein(a, moved) == pytest.approx(3)
    assert sliced_wasserstein([], np.empty((0, 2))) == 0


def test_entropy(rng):
    a = bars(rng, 30)
    assert persistence_entropy(a) == pytest.approx(entropy(a[:, 1] - a[:, 0]))
    assert persistence_entropy(a[:, ::-1]) == pytest.approx(persistence_entropy(a))
    infinite = np.r_[a, [[0.0, np.inf], [3.0, 3.0]]]
    assert persistence_entropy(infinite) == pytest.approx(persistence_entropy(a))
    with pytest.raises(ValueError, match="'normalize' parameter of persistence_entr"):
        persistence_entropy(a, normalize="no")
    share = persistence_entropy(a) / math.log(30)
    assert persistence_entropy(a, normalize=True) == pytest.approx(share)
    assert persistence_entropy(1e300 * a) == pytest.approx(persistence_entropy(a))
    for normalize in (True, False):
        assert persistence_entropy([[0, 4]], normalize=normalize) == 0
        assert persistence_entropy([], normalize=normalize) == 0


@pytest.mark.parametrize("metric", [*DISTANCES, wasserstein])
def test_pairs(rng, metric):
    distance = metric if callable(metric) else DISTANCES[metric]
    X = [bars(rng, n) for n in (3, 0, 7, 5)]
    Y = [bars(rng, n) for n in (6, 2, 0)]
    both = pairwise_distances(X, Y, metric)
    assert_array_equal(both, [[distance(x, y) for y in Y] for x in X])
    alone = pairwise_distances(X, metric=metric)
    assert_array_equal(alone, alone.T)
    assert_array_equal(np.diagonal(alone), 0)
    assert_allclose(alone, pairwise_distances(X, X, metric), atol=1e-12)
    assert_array_equal(alone, pairwise_distances(X, metric=metric, n_jobs=2))
    with parallel_config("threading", n_jobs=3):
        assert_array_equal(both, pairwise_distances(X, Y, metric))
    assert pairwise_distances([], X, metric).shape == (0, 4)
    assert pairwise_distances(X[:1], metric=metric).shape == (1, 1)


def test_parameters_of_a_metric(rng):
    X = [bars(rng, n) for n in (3, 7)]
    found = pairwise_distances(X, metric="wasserstein", p=1, internal_p=np.inf)
    assert found[0, 1] == wasserstein(*X, p=1, internal_p=np.inf)
    with pytest.raises(ValueError, match="'metric' parameter of pairwise_distances"):
        pairwise_distances(X, metric="euclidean")
    with pytest.raises(ValueError, match="'n_directions' parameter of sliced_wass"):
        pairwise_distances(X, metric="sliced_wasserstein", n_directions=0)
    with pytest.raises(ValueError, match="pairwise_distances must have shape"):
        pairwise_distances([np.ones(3)])


def test_measures_of_generated_samples(rng):
    generated, reference = rng.normal(size=(20, 2)), rng.normal(size=(30, 2))
    distances = cdist(generated, reference)
    nearest = [min(np.linalg.norm(generated - x, axis=1)) for x in reference]
    assert minimum_matching_distance(distances) == pytest.approx(np.mean(nearest))
    taken = {int(np.linalg.norm(reference - x, axis=1).argmin()) for x in generated}
    assert coverage(distances) == len(taken) / 30
    alike = cdist(generated[:1].repeat(20, axis=0), reference)
    assert coverage(alike) == 1 / 30
    assert coverage(cdist(reference, reference)) == 1
    assert minimum_matching_distance(cdist(reference, reference)) == 0
    with pytest.raises(ValueError, match="must not have negative entries"):
        minimum_matching_distance([[-5.0, 1.0]])
    with pytest.raises(ValueError, match="coverage has entries that are nan"):
        coverage([[np.nan, 1.0]])


def test_inception_score(rng):
    p = rng.dirichlet(np.full(5, 0.3), size=40)
    by_hand = np.exp(np.mean([entropy(row, p.mean(axis=0)) for row in p]))
    assert inception_score(p) == pytest.approx(by_hand)
    assert inception_score(np.full((7, 4), 0.25)) == pytest.approx(1)
    with pytest.raises(ValueError, match="must sum to 1"):
        inception_score([[0.5, 0.6]])


def test_what_is_infinitely_far_covers_nothing():
    assert coverage([[np.inf, 1], [np.inf, np.inf]]) == 0.5
