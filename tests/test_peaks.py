"""Peaks: against a plain flood, against scipy and scikit-image, and as columns."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sktopo.peaks import PeakFinder, find_peaks

SHAPES = [(9,), (4, 5), (3, 3, 3)]


def flooded(x, connectivity, superlevel):
    """(place, height, prominence, saddle height) of all peaks, by a plain flood."""
    height = x if superlevel else -x
    cells = sorted(np.ndindex(x.shape), key=lambda c: (-height[c], c))
    steps = [
        step
        for step in product((-1, 0, 1), repeat=x.ndim)
        if any(step) and (connectivity == "full" or np.abs(step).sum() == 1)
    ]
    first, found = {}, []  # the oldest cell of each component

    def root(cell):
        while first[cell] != cell:
            cell = first[cell]
        return cell

    for cell in cells:
        first[cell] = cell
        near = [tuple(np.add(cell, step)) for step in steps]
        for other in (c for c in near if c in first):
            pair = [root(cell), root(other)]
            older, younger = sorted(pair, key=lambda c: (-height[c], c))
            if older == younger:
                continue
            first[younger] = older
            if height[younger] > height[cell]:
                found.append((younger, x[younger], height[younger] - height[cell]))
    top = cells[0]
    if height[top] > height.min():
        found.append((top, x[top], height[top] - height.min()))
    return sorted(found, key=lambda peak: (-peak[2], -height[peak[0]], peak[0]))


@pytest.mark.parametrize("superlevel", [True, False])
@pytest.mark.parametrize("connectivity", ["full", "face"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_peaks_are_those_of_a_flood(rng, shape, connectivity, superlevel):
    for n_values in (3, 6, 1000):
        for _ in range(10):
            x = rng.integers(n_values, size=shape).astype(float)
            peaks = find_peaks(x, superlevel=superlevel, connectivity=connectivity)
            expected = flooded(x, connectivity, superlevel)
            places = [tuple(p) for p in peaks.places.reshape(-1, x.ndim)]
            assert places == [place for place, *_ in expected]
            assert_array_equal(peaks.heights, [height for _, height, _ in expected])
            assert_array_equal(peaks.prominences, [p for *_, p in expected])
            sign = 1 if superlevel else -1
            assert_array_equal(
                peaks.saddle_heights, peaks.heights - sign * peaks.prominences
            )
            saddles = peaks.saddles.reshape(-1, x.ndim)
            assert_array_equal(saddles[:1], -np.ones((len(places[:1]), x.ndim)))
            at = tuple(saddles[1:].T)
            assert_array_equal(x[at], peaks.saddle_heights[1:])


def test_the_definitions_differ_where_they_are_said_to():
    peaks = find_peaks([0, 6, 1, 4, 3])
    assert_array_equal(peaks.prominences, [6, 3])
    assert_array_equal(peaks.saddles, [-1, 2])
    assert_array_equal(find_peaks([0, 6, 1, 4, 3], rule="scipy").prominences, [5, 1])
    peaks = find_peaks([0, 5, 2, 5, 1])
    assert_array_equal(peaks.places, [1, 3])
    assert_array_equal(peaks.prominences, [5, 3])
    found = find_peaks([0, 5, 2, 5, 1], rule="scipy").prominences
    assert_array_equal(found, [4, 4])
    # Peaks on the border count, and a plateau once, at its first cell.
    assert_array_equal(find_peaks([3, 1, 2, 2, 0, 3]).places, [0, 5, 2])


@pytest.mark.parametrize("superlevel", [True, False])
def test_the_rule_of_scipy(rng, superlevel):
    for k in range(500):
        x = rng.normal(size=30) if k % 2 else rng.integers(4, size=30).astype(float)
        least = 0.0 if k % 4 < 2 else 1.0
        peaks = find_peaks(x, least, superlevel=superlevel, rule="scipy")
        upward = x if superlevel else -x
        _, left, right = signal.peak_prominences(upward, peaks.places)
        assert_array_equal(peaks.bases, np.stack([left, right], axis=1))
        up = x if superlevel else -x
        places, found = signal.find_peaks(up, prominence=max(least, 1e-300))
        by_place = np.argsort(peaks.places)
        assert_array_equal(peaks.places[by_place], places)
        assert_array_equal(peaks.prominences[by_place], found["prominences"])
        assert (np.diff(peaks.prominences) <= 0).all()
        assert_allclose(np.abs(peaks.heights - peaks.saddle_heights), peaks.prominences)


def test_as_many_as_h_maxima(rng):
    morphology = pytest.importorskip("skimage.morphology")
    measure = pytest.importorskip("skimage.measure")
    for _ in range(20):
        # Of equal heights both are counted there, however close they are.
        x = rng.permutation(225).reshape(15, 15).astype(float)
        for h in (20.0, 80.0):
            maxima = measure.label(morphology.h_maxima(x, h), connectivity=2)
            assert len(find_peaks(x, h).heights) == maxima.max()


def test_some_of_the_peaks(rng):
    x = rng.normal(size=200)
    every = find_peaks(x)
    assert (every.prominences > 0).all()
    few = find_peaks(x, n_peaks=5)
    high = find_peaks(x, min_prominence=every.prominences[7])
    for some, n in ((few, 5), (high, 8)):
        for found, expected in zip(some[:5], every[:5], strict=True):
            assert_array_equal(found, expected[:n])
        assert some.bases is None


@pytest.mark.parametrize("rule", ["persistence", "scipy"])
def test_nothing_stands_out_of_a_constant(rule):
    peaks = find_peaks(np.ones(7), rule=rule)
    assert all(len(found) == 0 for found in peaks if found is not None)
    assert find_peaks(np.ones((3, 3))).places.shape == (0, 2)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="'min_prominence' parameter of find_peaks"):
        find_peaks([1, 2], -1)
    with pytest.raises(ValueError, match="'n_peaks' parameter of find_peaks"):
        find_peaks([1, 2], n_peaks=0)
    with pytest.raises(ValueError, match="must be a signal.*rule='scipy'"):
        find_peaks(np.ones((2, 3)), rule="scipy")
    with pytest.raises(ValueError, match="find_peaks: .*colour image"):
        find_peaks(np.ones((4, 5, 3), dtype=np.uint8))
    with pytest.raises(ValueError, match="find_peaks: .*NaN"):
        find_peaks([1, np.nan])


def test_columns_of_every_sample(rng):
    X = rng.normal(size=(6, 4, 5))
    finder = PeakFinder(3, connectivity="face").fit(X)
    found = finder.transform(X).reshape(6, 3, 4)
    for x, rows in zip(X, found, strict=True):
        peaks = find_peaks(x, n_peaks=3, connectivity="face")
        n = len(peaks.heights)
        assert_array_equal(rows[:n, :2], peaks.places)
        assert_array_equal(rows[:n, 2], peaks.heights)
        assert_array_equal(rows[:n, 3], peaks.prominences)
        assert_array_equal(rows[n:, 2], np.full(3 - n, x.min()))
        assert_array_equal(rows[n:, 3], np.zeros(3 - n))
    assert finder.get_feature_names_out()[:4].tolist() == [
        "peak0_row",
        "peak0_column",
        "peak0_height",
        "peak0_prominence",
    ]
    flat = PeakFinder(3, connectivity="face", image_shape=(4, 5))
    assert_array_equal(flat.fit_transform(X.reshape(6, 20)), found.reshape(6, -1))
    two = clone(finder).set_params(n_jobs=2)
    assert_array_equal(two.fit_transform(X), found.reshape(6, -1))


def test_peaks_in_the_order_of_their_places():
    x = np.array([[0, 3, 0, 9, 0, 5.0]])
    by_place = PeakFinder(2, order="place").fit_transform(x)
    assert_array_equal(by_place, [[3, 9, 9, 5, 5, 5]])
    x = np.array([[0, 3, 0, 1, 0, 5.0]])
    by_place = PeakFinder(2, order="place").fit_transform(x)
    assert_array_equal(by_place, [[1, 3, 3, 5, 5, 5]])


def test_in_a_pipeline(rng):
    centre = rng.uniform(5, 25, size=(60, 1))
    X = np.exp(-((np.arange(30) - centre) ** 2) / 8) + 0.1 * rng.normal(size=(60, 30))
    pipe = make_pipeline(PeakFinder(), Ridge()).set_output(transform="pandas")
    grid = {"peakfinder__n_peaks": [1, 2], "peakfinder__min_prominence": [0, 0.3]}
    search = GridSearchCV(pipe, grid, cv=3, n_jobs=2).fit(X, centre[:, 0])
    assert search.best_score_ > 0.9
    assert PeakFinder(rule="scipy").fit(X).transform(X).shape == (60, 9)
    with pytest.raises(ValueError, match="rule='scipy'"):
        PeakFinder(rule="scipy").fit(X.reshape(60, 5, 6))


def test_on_a_circle_the_ends_are_one_peak():
    x = [5, 1, 0, 3, 2, 4]
    assert_array_equal(find_peaks(x).places, [0, 5, 3])
    peaks = find_peaks(x, periodic=True)
    assert_array_equal(peaks.places, [0, 3])
    assert_array_equal(peaks.prominences, [5, 1])


def test_a_mask_cuts_a_signal_into_pieces():
    x = np.array([1.0, 4, 2, np.nan, 0, 3, 1])
    peaks = find_peaks(x, mask="missing")
    assert_array_equal(peaks.places, [1, 5])
    assert_array_equal(peaks.saddles, [-1, -1])
    assert_array_equal(peaks.prominences, [4, 3])
    with pytest.raises(ValueError, match="'rule' parameter of find_peaks"):
        find_peaks(x, mask="missing", rule="scipy")
