"""Betti matching: image persistence, the induced matchings, and the loss."""

import numpy as np
import pytest
from _reference import cubical_values
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.objectives import BettiMatchingTerm, betti_matching
from sktopo.persistence import image_persistence_pairs, sort_order
from sktopo.solvers import Adam
from sktopo.testing import check_gradient


def plain_image_bars(f, c, connectivity):
    """Reduce the boundaries, rows in the order of f and columns in that of c."""
    born, dies = (cubical_values(x, connectivity) for x in (f, c))

    def in_order(values):
        return sorted(values, key=lambda s: (values[s], sum(k for _, k in s), s))

    rows, lows = in_order(born), {}
    place = {cell: i for i, cell in enumerate(rows)}
    found = {}
    for cell in in_order(dies):
        column = set()
        for axis, (start, kind) in enumerate(cell):
            if kind:
                for end in (start, start + 1):
                    face = (*cell[:axis], (end, 0), *cell[axis + 1 :])
                    column ^= {place[face]}
        while column and max(column) in lows:
            column ^= lows[max(column)]
        if column:
            lows[max(column)] = column
            bar = born[rows[max(column)]], dies[cell]
            if bar[0] < bar[1]:
                found.setdefault(sum(k for _, k in cell) - 1, []).append(bar)
    return found


@pytest.mark.parametrize("connectivity", ["full", "face"])
@pytest.mark.parametrize("shape", [(9,), (5, 6), (3, 4, 3)], ids=str)
def test_image_bars_are_those_of_a_plain_reduction(rng, shape, connectivity):
    for k in range(10):
        f, c = rng.random((2, *shape))
        if k % 2:
            f, c = np.round(4 * f), np.round(4 * c)
        c = np.minimum(f, c)
        expected = plain_image_bars(f, c, connectivity)
        for dimension in sorted({0, len(shape) - 1}):
            orders = sort_order(f.ravel()), sort_order(c.ravel())
            pairs = image_persistence_pairs(*orders, shape, connectivity, dimension)
            bars = zip(f.ravel()[pairs[0]], c.ravel()[pairs[1]], strict=True)
            found = sorted((b, d) for b, d in bars if b < d)
            assert found == sorted(expected.get(dimension, []))


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("shape", [(20,), (9, 8), (4, 5, 4)], ids=str)
def test_every_bar_is_matched_once_or_alone(rng, shape, superlevel):
    f, g = rng.random((2, *shape))
    found = betti_matching(f, g, superlevel=superlevel)
    dimensions = (0, len(shape) - 1) if len(shape) > 1 else (0,)
    filtration = Cubical(superlevel=superlevel)
    for n, k in enumerate(dimensions):
        for i, x in enumerate((f, g)):
            pixels = np.concatenate([found.matched[n][i], found.unmatched[n][i]])
            (bars,) = persistence_diagrams(x, filtration, k, "drop")
            bars = bars[np.isfinite(bars[:, 1])]
            assert sorted(x.ravel()[pixels].tolist()) == sorted(bars.tolist())
    assert found.error == sum(len(p) for both in found.unmatched for p in both)
    # What f has in common with g is what g has in common with f.
    back = betti_matching(g, f, superlevel=superlevel)
    for (a, b), (c, d) in zip(found.matched, back.matched, strict=True):
        assert sorted(np.hstack([a, b]).tolist()) == sorted(np.hstack([d, c]).tolist())
    assert_allclose(found.loss, back.loss)


def test_an_image_matches_itself(rng):
    x = np.round(9 * rng.random((12, 11)))
    found = betti_matching(x, x)
    assert found.error == found.loss == 0
    for bars, others in found.matched:
        assert_array_equal(bars, others)
        assert len(bars) > 5


@pytest.mark.parametrize("shape", [(1, 6), (1, 1), (3, 1, 4)], ids=str)
def test_axes_of_one_pixel(rng, shape):
    f, g = rng.random((2, *shape))
    found = betti_matching(f, g)
    flat = betti_matching(np.atleast_1d(f.squeeze()), np.atleast_1d(g.squeeze()))
    if len(shape) == 2:  # of a voxel grid H2 is matched, of an image H1
        assert_allclose(found.loss, flat.loss)
    assert len(found.matched[0][0]) == len(flat.matched[0][0])


def test_features_are_matched_where_they_overlap():
    """Two discs and a ring; in the prediction one disc has moved away."""
    label = np.zeros((30, 40))
    label[2:7, 2:7] = label[20:25, 30:35] = 1
    label[10:20, 10:20] = 1
    label[13:17, 13:17] = 0
    prediction = 0.6 * label
    prediction[20:25, 30:35] = 0
    prediction[2:7, 28:33] = 0.9
    found = betti_matching(prediction, label)
    (components, of_label), (holes, _) = found.matched
    assert len(components) == 1  # the ring or the disc never dies, the other is here
    assert len(holes) == 1
    assert_array_equal(prediction.ravel()[holes[0]], [0.6, 0])
    assert [len(p) for p in found.unmatched[0]] == [1, 1]
    assert found.error == 2
    assert (found.unmatched[0][0][0, 0] // 40) < 10
    assert_array_equal(label.ravel()[of_label[0]], [1, 0])


def test_gradient(rng):
    f = gaussian_filter(rng.random((12, 11)), 1)
    label = (gaussian_filter(rng.random((12, 11)), 1) > 0.5).astype(float)
    term = 0.7 * BettiMatchingTerm(label, connectivity="face")
    check_gradient(term, f)
    value, _ = term.value_and_grad(f)
    assert_allclose(value, 0.7 * betti_matching(f, label, connectivity="face").loss)


@pytest.mark.slow
def test_descent_makes_the_topology_of_the_label(rng):
    label = np.zeros((24, 24))
    label[4:20, 4:20] = 1
    label[9:15, 9:15] = 0
    noisy = np.clip(
        0.5 + 0.35 * (label - 0.5) + 0.15 * rng.normal(size=label.shape), 0, 1
    )
    term = BettiMatchingTerm(label)
    found = Adam(learning_rate=0.02, max_iter=400).minimize(term, noisy)
    assert found.fun < 0.1 * term.value_and_grad(noisy)[0]
    mask = (found.x > 0.5).astype(float)
    before = betti_matching((noisy > 0.5).astype(float), label).error
    assert betti_matching(mask, label).error < 0.5 * before


@pytest.mark.parametrize(
    ("prediction", "label", "match"),
    [
        (np.zeros((3, 3)), np.zeros((3, 4)), "must have one shape"),
        (np.full((3, 3), np.nan), np.zeros((3, 3)), "prediction of betti_matching"),
        (np.zeros((3, 3)), [["a"]], "label of betti_matching"),
        (np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5, 3)), "must not be a colour"),
    ],
)
def test_what_cannot_be_is_said(prediction, label, match):
    with pytest.raises(ValueError, match=match):
        betti_matching(prediction, label)
    with pytest.raises(ValueError, match="must have the shape of the label"):
        BettiMatchingTerm(np.zeros((3, 3))).value_and_grad(np.zeros((2, 2)))
