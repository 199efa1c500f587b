"""PersistenceSimplifier: short bars are gone, and all others stay to the bit."""

import gudhi
import numpy as np
import pytest
from _reference import freudenthal_simplices
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical, LowerStar
from sktopo.simplification import PersistenceSimplifier

SHAPES = [(14,), (8, 9), (4, 5, 4)]


def diagram(x, dimension, connectivity):
    """By gudhi, finite bars of positive lifetime in the order of their numbers."""
    if connectivity == "freudenthal":
        complex_ = gudhi.SimplexTree()
        for simplex in freudenthal_simplices(x.shape) + [(i,) for i in range(x.size)]:
            complex_.insert(simplex, -np.inf)
            complex_.assign_filtration(simplex, x.ravel()[list(simplex)].max())
        complex_.make_filtration_non_decreasing()
        complex_.compute_persistence(2, 0.0, persistence_dim_max=True)
    else:
        cells = "top_dimensional_cells" if connectivity == "full" else "vertices"
        complex_ = gudhi.CubicalComplex(**{cells: x})
        complex_.compute_persistence(homology_coeff_field=2, min_persistence=0.0)
    bars = complex_.persistence_intervals_in_dimension(dimension).reshape(-1, 2)
    bars = bars[np.isfinite(bars[:, 1]) & (bars[:, 0] < bars[:, 1])]
    return bars[np.lexsort(bars.T)]


def long_bars(x, dimension, connectivity, least):
    bars = diagram(x, dimension, connectivity)
    return bars[bars[:, 1] - bars[:, 0] > least]


def drawn(rng, shape, k):
    if k % 2:
        return rng.integers(8, size=shape).astype(float), float(rng.integers(1, 4))
    return rng.normal(size=shape), 0.8


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize(
    ("shape", "k"), [*((shape, 0) for shape in SHAPES), ((8, 9), 1), ((4, 5, 4), 2)]
)
def test_one_dimension_is_exact(rng, shape, k, connectivity):
    for n in range(5 if connectivity == "freudenthal" else 20):
        x, least = drawn(rng, shape, n)
        model = PersistenceSimplifier(
            least, homology_dimensions=k, connectivity=connectivity
        )
        (y,) = model.fit_transform([x])
        expected = long_bars(x, k, connectivity, least)
        assert_array_equal(diagram(y, k, connectivity), expected)
        change = x - y if k else y - x
        assert change.min() >= 0
        assert change.max() <= least
        assert np.isin(y, x).all()


@pytest.mark.slow
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
def test_both_dimensions_by_turns(rng, shape, connectivity):
    for n in range(5 if connectivity == "freudenthal" else 20):
        x, least = drawn(rng, shape, n)
        model = PersistenceSimplifier(least, connectivity=connectivity)
        (y,) = model.fit_transform([x])
        for k in (0, len(shape) - 1):
            left = diagram(y, k, connectivity)
            assert_array_equal(left, long_bars(y, k, connectivity, least))
            assert len(left) <= len(long_bars(x, k, connectivity, least))
        assert np.abs(y - x).max() <= least


def test_superlevel_sets_are_those_of_the_negative(rng):
    X = rng.normal(size=(3, 7, 8))
    up = PersistenceSimplifier(0.7, superlevel=True).fit_transform(X)
    assert_array_equal(up, -PersistenceSimplifier(0.7).fit_transform(-X))
    assert not np.array_equal(up, PersistenceSimplifier(0.7).fit_transform(X))


def test_it_is_the_smallest_function_above(rng):
    """Reconstruction by erosion from the minima that are kept."""
    morphology = pytest.importorskip("skimage.morphology")
    for n in range(10):
        x, least = drawn(rng, (9, 10), n)
        model = PersistenceSimplifier(least, homology_dimensions=0)
        (y,) = model.fit_transform([x])
        seed = np.full(x.shape, x.max())
        # A minimum that is kept is lower than all around it, and stays so.
        complex_ = gudhi.CubicalComplex(top_dimensional_cells=y)
        complex_.compute_persistence()
        pairs, essential = complex_.cofaces_of_persistence_pairs()
        births = [pairs[0][:, 0]] if pairs else []
        births = np.concatenate([*births, essential[0]]).astype(int)
        places = np.unravel_index(births, x.shape, order="F")
        seed[places] = x[places]
        back = morphology.reconstruction(
            seed, x, method="erosion", footprint=np.ones((3, 3))
        )
        assert_array_equal(y, back)


def test_the_longest_bars():
    x = np.array([0, 3, 2, 5, 1, 4])
    for n_bars, expected in (
        (1, [0, 3, 3, 5, 5, 5]),
        (2, [0, 3, 3, 5, 1, 4]),
        (3, x),
        (9, x),
    ):
        model = PersistenceSimplifier(n_bars=n_bars)
        assert_array_equal(model.fit_transform([x])[0], expected)
    both = PersistenceSimplifier(10, n_bars=3)
    assert_array_equal(both.fit_transform([x])[0], [0, 3, 3, 5, 5, 5])
    # Of equal lifetimes all or none.
    tied = np.array([0, 3, 2, 3, 2, 3])
    assert_array_equal(
        PersistenceSimplifier(n_bars=2).fit_transform([tied])[0], [0, 3, 3, 3, 3, 3]
    )
    assert_array_equal(PersistenceSimplifier().fit_transform([x])[0], x)


def test_gradients_go_to_the_pixels_whose_values_are_taken(rng):
    X = rng.normal(size=(2, 6, 7))
    model = PersistenceSimplifier(0.5)
    y, pullback = model.value_and_pullback(X)
    assert_array_equal(y, model.fit_transform(X))
    weight, step = rng.normal(size=X.shape), 1e-7
    direction = rng.normal(size=X.shape)
    moved = model.transform(X + step * direction)
    expected = (weight * (moved - y)).sum() / step
    assert (pullback(weight) * direction).sum() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, float])
def test_types_and_forms(rng, dtype):
    X = rng.integers(20, size=(3, 5, 6)).astype(dtype)
    model = PersistenceSimplifier(2)
    before = X.copy()
    found = model.fit_transform(X)
    assert found.dtype == dtype
    assert_array_equal(X, before)
    flat = PersistenceSimplifier(2, image_shape=(5, 6))
    assert_array_equal(flat.fit_transform(X.reshape(3, 30)), found.reshape(3, 30))
    in_list = model.fit_transform([X[0], X[1][:4]])
    assert_array_equal(in_list[0], found[0])
    assert in_list[1].shape == (4, 6)
    assert_array_equal(clone(model).set_params(n_jobs=2).fit_transform(X), found)


@pytest.mark.parametrize("superlevel", [False, True])
def test_the_largest_gap(rng, superlevel):
    """Three pits in noise, and a ring: as many as are there, without being told."""
    y, x = np.mgrid[-1:1:40j, -1:1:40j]
    centres = ((-0.5, -0.5), (0.5, -0.4), (0.4, 0.6))
    pits = -sum(np.exp(-30 * ((y - a) ** 2 + (x - b) ** 2)) for a, b in centres)
    ring = -np.exp(-80 * (np.hypot(y, x) - 0.6) ** 2)
    sign = -1 if superlevel else 1
    for image, n_kept in ((pits, [3, None]), (ring, [None, 1])):
        image = sign * (image + 0.05 * rng.random(image.shape))
        model = PersistenceSimplifier(n_bars="auto", superlevel=superlevel)
        found = model.fit([image]).simplify([image])
        for k, expected in enumerate(n_kept):
            if expected is not None:
                assert found.n_kept[0, k] == expected
        diagrams = persistence_diagrams(
            found.simplified[0], Cubical(superlevel=superlevel), essential="drop"
        )
        assert list(map(len, diagrams)) == list(found.n_kept[0] - found.n_lost[0])
    # Where all bars are equally long there is no gap.
    dots = np.zeros((7, 9))
    dots[3, [2, 6]] = 1
    same = PersistenceSimplifier(n_bars="auto").fit_transform([dots])[0]
    assert_array_equal(same, dots)
    flat = PersistenceSimplifier(n_bars="auto").fit_transform(np.ones((2, 5)))
    assert_array_equal(flat, np.ones((2, 5)))


def test_bad_parameters_are_named(rng):
    X = rng.normal(size=(2, 3, 4, 5))
    with pytest.raises(ValueError, match=r"'homology_dimensions' .* among \(0, 2\)"):
        PersistenceSimplifier(1, homology_dimensions=(0, 1)).fit(X)
    with pytest.raises(ValueError, match="'min_persistence' parameter"):
        PersistenceSimplifier(-1).fit(X)
    with pytest.raises(ValueError, match="'n_bars' parameter"):
        PersistenceSimplifier(n_bars=0).fit(X)


def test_in_a_pipeline(rng):
    X = np.cumsum(rng.normal(size=(40, 30)), axis=1)
    pipe = make_pipeline(PersistenceSimplifier(), Ridge()).set_output(
        transform="pandas"
    )
    grid = {"persistencesimplifier__min_persistence": [0.0, 1.0]}
    search = GridSearchCV(pipe, grid, cv=3).fit(X, X[:, -1])
    assert search.best_score_ > 0.9
    assert_allclose(search.predict(X), X[:, -1], atol=1.0)


def test_functions_on_graphs(rng):
    """A path is a signal; on a graph the bars that are left are those of before."""
    X = rng.normal(size=(4, 30))
    path = PersistenceSimplifier(0.7, simplices=[(i, i + 1) for i in range(29)])
    assert_array_equal(
        path.fit_transform(X), PersistenceSimplifier(0.7).fit_transform(X)
    )
    edges = np.unique(np.sort(rng.integers(0, 25, (40, 2)), axis=1), axis=0)
    edges = edges[edges[:, 0] < edges[:, 1]]  # in several pieces
    for superlevel in (False, True):
        filtration = LowerStar(edges, superlevel=superlevel)
        model = PersistenceSimplifier(0.7, simplices=edges, superlevel=superlevel)
        X = np.round(4 * rng.normal(size=(5, 25))) / 4
        Y, pullback = model.fit(X).value_and_pullback(X)
        for x, y in zip(X, Y, strict=True):
            (before,) = persistence_diagrams(x, filtration, 0, "drop")
            (after,) = persistence_diagrams(y, filtration, 0, "drop")
            long = np.abs(before[:, 1] - before[:, 0]) > 0.7
            assert sorted(map(tuple, after)) == sorted(map(tuple, before[long]))
            change = x - y if superlevel else y - x
            assert change.min() >= 0
            assert change.max() <= 0.7
        assert_allclose(pullback(np.ones_like(X)).sum(), X.size)
    with pytest.raises(ValueError, match="'image_shape' parameter"):
        PersistenceSimplifier(1, simplices=edges, image_shape=(5, 5)).fit(X)


def test_what_has_become_of_the_bars(rng):
    """By one dimension at a time nothing moves; by turns some bars do."""
    X = rng.normal(size=(60, 14, 15))
    for k in (0, 1):
        found = PersistenceSimplifier(1.5, homology_dimensions=k).simplify(X)
        assert found.n_removed.shape == (60, 1)
        assert not found.n_moved.any()
        assert not found.n_lost.any()
        for x, removed, kept in zip(X, found.n_removed, found.n_kept, strict=True):
            n_essential = 1 - k
            assert kept == len(long_bars(x, k, "full", 1.5)) + n_essential
            assert removed + kept == len(diagram(x, k, "full")) + n_essential
    both = PersistenceSimplifier(1.5).simplify(X)
    assert_array_equal(both.simplified, PersistenceSimplifier(1.5).fit_transform(X))
    assert both.n_moved.sum() > 0
    for y, kept, lost in zip(both.simplified, both.n_kept, both.n_lost, strict=True):
        for k in (0, 1):
            assert len(diagram(y, k, "full")) + 1 - k == kept[k] - lost[k]


def test_as_many_bars_as_auto_keeps_are_the_same_bars(rng):
    signal = np.sin(np.linspace(0, 20, 200)) + 0.1 * rng.normal(size=200)
    auto = PersistenceSimplifier(n_bars="auto", superlevel=True).simplify([signal])
    n_bars = int(auto.n_kept[0, 0])
    given = PersistenceSimplifier(n_bars=n_bars, superlevel=True).simplify([signal])
    assert_array_equal(given.simplified, auto.simplified)
    assert_array_equal(given.n_kept, auto.n_kept)


def test_floods_that_do_not_end_are_told(rng, monkeypatch):
    monkeypatch.setattr("sktopo.simplification._flood._MOST_ROUNDS", 1)
    with pytest.warns(ConvergenceWarning, match=r"shape \(20, 20\) end after 1 rounds"):
        PersistenceSimplifier(0.5).transform(rng.random((1, 20, 20)))
