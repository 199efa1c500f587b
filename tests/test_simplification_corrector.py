"""TopologyCorrector: the numbers are as prescribed, and the change is small."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.objectives import SquaredErrorTerm
from sktopo.simplification import (
    CorrectionTerm,
    PersistenceSimplifier,
    TopologyCorrector,
)
from sktopo.simplification._joining import Join
from sktopo.simplification._pruning import PrunedTree
from sktopo.solvers import Adam
from sktopo.testing import check_gradient


def numbers_of(grid, threshold, connectivity):
    """Bars that are alive at the threshold."""
    filtration = Cubical(superlevel=True, connectivity=connectivity)
    dimensions = (0, grid.ndim - 1)
    found = persistence_diagrams(grid, filtration, dimensions, essential="drop")
    return [
        np.count_nonzero((d[:, 0] > threshold) & (d[:, 1] <= threshold)) for d in found
    ]


def random_map(rng, shape, k):
    x = rng.random(shape)
    if k % 3 == 1:
        x = gaussian_filter(x, 1)
        return (x - x.min()) / np.ptp(x)
    return np.round(4 * x) / 4 if k % 3 == 2 else x


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("shape", [(17, 14), (6, 7, 8)], ids=str)
def test_numbers_are_as_prescribed(rng, shape, connectivity):
    for k in range(20):
        x = random_map(rng, shape, k)
        before = numbers_of(x, 0.5, connectivity)
        wanted = [
            None if rng.random() < 0.3 else int(rng.integers(low, n + 3))
            for n, low in zip(before, (1, 0), strict=True)
        ]
        model = TopologyCorrector(*wanted, connectivity=connectivity)
        found = model.correct([x])
        (y,), (mask,) = found.maps, found.masks
        after = numbers_of(y, 0.5, connectivity)
        assert after == [found.n_components[0], found.n_holes[0]]
        for value, number in zip(wanted, after, strict=True):
            assert value in (None, number)
        assert_array_equal(mask, y > 0.5)
        same = mask == (x > 0.5)
        assert_array_equal(y[same], x[same])
        assert_allclose(y[~same], 0.5, rtol=1e-15)
        assert_allclose(found.changes, ((x - y) ** 2).sum())


def shortest_bridge(x, start, end):
    """The least squared change that joins two pixels, by relaxing all edges."""
    cost = np.where(x > 0.5, 0, (0.5 - x) ** 2)
    best = np.full(x.shape, np.inf)
    best[start] = 0
    for _ in range(x.size):
        padded = np.pad(best, 1, constant_values=np.inf)
        around = sliding_window_view(padded, (3, 3)).min(axis=(2, 3))
        best = np.minimum(best, around + cost)
    return best[end]


def test_of_a_bridge_and_an_erasure_the_cheaper_one_is_taken(rng):
    kinds = set()
    for _ in range(30):
        x = 0.5 * rng.random((6, 9))
        x[1:3, 1], x[3:5, 7] = 0.5 + 0.4 * rng.random((2, 2))
        erase = [((x[s] - 0.5) ** 2).sum() for s in (np.s_[1:3, 1], np.s_[3:5, 7])]
        bridge = shortest_bridge(x, (1, 1), (4, 7))
        found = TopologyCorrector(1).correct([x])
        assert_allclose(found.changes[0], min(*erase, bridge))
        kinds.add(bridge < min(erase))
    assert kinds == {True, False}


def test_holes_are_components_of_the_complement(rng):
    for _ in range(10):
        x = rng.random((9, 9))
        x[[0, -1]] = x[:, [0, -1]] = 1  # so that the border is no way out
        full = TopologyCorrector(n_holes=3, connectivity="full").correct([x])
        # Its complement has the three holes, and the outside that a frame stands for.
        inner = np.nextafter(1 - x, 0)[1:-1, 1:-1]
        face = TopologyCorrector(3, connectivity="face").correct([inner])
        assert face.n_components == full.n_holes == 3
        assert full.changes <= face.changes * (1 + 1e-9)  # it may open the border


def test_a_term_pulls_to_the_corrected_map(rng):
    x = rng.random((14, 15))
    term = CorrectionTerm(TopologyCorrector(2, 1))
    check_gradient(term, x)
    value, grad = term.value_and_grad(x)
    found = TopologyCorrector(2, 1).correct([x])
    assert_allclose(value, found.changes[0])
    assert_allclose(x - grad / 2, found.maps[0])
    objective = SquaredErrorTerm(x) + 20 * term
    result = Adam(learning_rate=0.02, max_iter=150).minimize(objective, x)
    assert term(result.x) < 0.02 * value


@pytest.mark.parametrize("n", range(1, 7))
def test_the_tree_is_pruned_as_well_as_can_be(rng, n):
    for _ in range(8):
        parents = [-1] + [int(rng.integers(-1, i)) for i in range(1, n)]
        prizes = np.where(rng.random(n) < 0.2, np.inf, rng.random(n))
        joins = [Join(v, parents[v], rng.random(), None) for v in range(n)]
        tree = PrunedTree(prizes, range(n), parents, joins)
        best = np.full(n + 1, np.inf)
        for what in product("kej", repeat=n):
            if any(
                w == "j" and (parents[v] < 0 or what[parents[v]] == "e")
                for v, w in enumerate(what)
            ):
                continue
            cost = sum(
                prizes[v] if w == "e" else joins[v].cost
                for v, w in enumerate(what)
                if w != "k"
            )
            n_moves = n - what.count("k")
            best[n_moves] = min(best[n_moves], cost)
        for n_moves, cost in enumerate(best):
            assert_allclose(tree.cost(n_moves), cost)
            if np.isfinite(cost):
                erased, joined = tree.moves(n_moves)
                total = prizes[erased].sum() + sum(join.cost for join in joined)
                assert len(erased) + len(joined) == n_moves
                assert_allclose(total, cost)
        assert tree.cost(n + 1) == np.inf


def test_bars_that_are_too_short_are_removed_first(rng):
    X = rng.random((3, 12, 13))
    found = TopologyCorrector(min_persistence=0.3).fit_transform(X)
    simple = PersistenceSimplifier(0.3, superlevel=True).fit_transform(X)
    assert_array_equal(found, simple)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, bool])
def test_types_jobs_and_rows(dtype):
    X = load_digits().images[:10]
    X = (X / 16).astype(dtype) if dtype is np.float32 else (X > 7).astype(dtype)
    found = TopologyCorrector(1, 1).fit(X).correct(X)
    assert found.maps.dtype == (np.float32 if dtype is np.float32 else np.float64)
    assert_array_equal(found.n_components, 1)
    assert_array_equal(found.n_holes, 1)
    rows = TopologyCorrector(1, 1, image_shape=(8, 8), n_jobs=1 + (dtype is bool))
    maps = rows.fit_transform(X.reshape(10, -1))
    assert_array_equal(maps.reshape(X.shape), found.maps)


def test_units_do_not_matter(rng):
    x = rng.random((20, 20))
    expected = TopologyCorrector(2, 3).correct([x]).masks[0]
    found = TopologyCorrector(2, 3, threshold=512 - 3).correct([1024 * x - 3])
    assert_array_equal(found.masks[0], expected)


def test_in_a_pipeline():
    names = [f"pixel{i}" for i in range(64)]
    X = pd.DataFrame(load_digits().data[:20], columns=names)
    model = make_pipeline(MinMaxScaler(), TopologyCorrector(1, image_shape=(8, 8)))
    frame = model.set_output(transform="pandas").fit_transform(X)
    assert frame.shape == (20, 64)
    assert list(frame.columns) == names


@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
def test_the_threshold_is_rounded_to_the_type_of_the_maps(kind):
    x = np.array([[0.1, 0, 0, 1]], dtype=np.float32)
    found = TopologyCorrector(2, threshold=kind(0.1)).correct(x)
    assert_array_equal(found.n_components, 2)
    changes = np.count_nonzero(np.diff(np.pad(found.masks[0].astype(int), 1)) == 1)
    assert changes == 2
    with pytest.raises(ValueError, match="in the range of float32"):
        TopologyCorrector(1, threshold=1e39).correct(x)
    with pytest.raises(ValueError, match="'threshold' parameter"):
        TopologyCorrector(1, threshold=1e300).correct(x.astype(float))


def test_a_threshold_beyond_all_values_is_told():
    x = np.full((1, 20, 20), 10, dtype=np.uint8)
    x[0, 3:7, 3:7] = 200
    with pytest.warns(UserWarning, match="ranges from 10 to 200, and 'threshold' is 0"):
        TopologyCorrector(1).correct(x)
    TopologyCorrector(1, threshold=100).correct(x)


def test_images_have_no_columns(rng):
    X = rng.random((2, 5, 5))
    for model in (TopologyCorrector(1), PersistenceSimplifier(0.1)):
        with pytest.raises(ValueError, match="which have no columns to name"):
            model.set_output(transform="pandas").fit(X).transform(X)


@pytest.mark.parametrize(
    ("params", "shape", "match"),
    [
        ({"n_components": 5}, (3, 3), r"'n_components' .* range \[0, 4\]"),
        ({"n_holes": 2}, (3, 3), r"'n_holes' .* range \[0, 1\]"),
        ({"n_components": 0, "n_holes": 1}, (9, 9), r"range \[0, 0\]"),
        ({"n_holes": 1}, (9,), r"range \[0, 0\]"),
        ({"n_components": -1}, (9, 9), "'n_components' parameter"),
        ({"threshold": np.nan}, (9, 9), "'threshold' parameter"),
    ],
)
def test_what_cannot_be_is_said(params, shape, match):
    with pytest.raises(ValueError, match=match):
        TopologyCorrector(**params).fit([np.zeros(shape)])


def test_what_is_not_reached_is_said():
    """Four components fill a small image, and leave no room for a hole."""
    with pytest.raises(ValueError, match="n_components=4 and n_holes=1"):
        TopologyCorrector(4, 1).fit_transform([np.eye(3)])


@pytest.mark.parametrize("n", [50, 100, 150])
def test_noise_gets_both_numbers_with_a_change_of_some_pixels(n):
    x = np.random.default_rng(2).random((n, n))
    found = TopologyCorrector(1, 0).correct([x])
    assert (found.n_components[0], found.n_holes[0]) == (1, 0)
    # One number and then the other, or leaving out all but one piece, change more.
    holes = TopologyCorrector(None, 0).correct([x]).maps[0]
    both = TopologyCorrector(1, 0).correct([holes]).maps[0]
    assert found.changes[0] < 1.1 * ((both - x) ** 2).sum()
    assert found.changes[0] < 1.5e-3 * x.size


def test_more_regions_than_the_tree_takes(monkeypatch, rng):
    x = rng.random((40, 40))
    exact = TopologyCorrector(2, 1).correct([x]).changes[0]
    monkeypatch.setattr("sktopo.simplification._correction._MOST_REGIONS", 10)
    found = TopologyCorrector(2, 1).correct([x])
    assert (found.n_components[0], found.n_holes[0]) == (2, 1)
    assert found.changes[0] < 1.5 * exact


def test_what_parts_a_signal_is_no_hole():
    x = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.1, 0.9])
    assert_array_equal(TopologyCorrector(None, 0).correct([x]).maps[0], x)
    found = TopologyCorrector(2, 0).correct([x])
    assert (found.n_components[0], found.n_holes[0]) == (2, 0)


@pytest.mark.parametrize("unit", [1e-200, 1e-100, 1e100])
def test_the_best_change_does_not_depend_on_the_unit(rng, unit):
    x = rng.random((9, 9))
    expected = TopologyCorrector(2, 1).correct([x]).maps[0]
    found = TopologyCorrector(2, 1, threshold=0.5 * unit).correct([unit * x]).maps[0]
    assert_allclose(found / unit, expected)


def test_changes_are_added_up_in_double_precision():
    x = np.array([[9.0, 1.0, 9.0]], dtype=np.float32) * np.float32(1e-25)
    found = TopologyCorrector(1, threshold=5e-25).correct([x])
    assert found.changes[0] == pytest.approx(1.6e-49, rel=1e-5)


def test_a_corrector_of_rows_makes_a_term_of_maps():
    maps = np.array([[0.9, 0.4, 0.8]])
    plain = CorrectionTerm(TopologyCorrector(1))
    rows = CorrectionTerm(TopologyCorrector(1, image_shape=(1, 3)))
    assert rows(maps) == plain(maps) > 0


def test_no_noise_changes_far_more_than_other_noise():
    changes = [
        TopologyCorrector(1, 0, threshold=0.0)
        .correct([np.random.default_rng(seed).normal(size=(60, 60))])
        .changes[0]
        for seed in range(10)
    ]
    assert max(changes) < 2 * min(changes)
