"""Smearing on complexes and clouds: nerves, covers, frozen draws, random sums."""

import pickle
from itertools import combinations

import numpy as np
import pytest
from _reference import freudenthal_simplices
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sktopo import TopologicalRidge, TopoPointOptimizer, persistence_diagrams
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import Cubical, LowerStar, WeakAlpha, closure, nerve
from sktopo.functionals import PersistenceEnergy, PersistenceNorm
from sktopo.objectives import (
    POOLINGS,
    PersistenceTerm,
    SmearedPersistence,
    Smearing,
    SquaredError,
    SubsampledTerm,
    VertexCover,
    neighborhood_cover,
)
from sktopo.solvers import LBFGS, Adam, GradientDescent
from sktopo.testing import check_gradient

ENERGY = PersistenceEnergy(p=2, q=1)


def circle(n):
    return [(i, (i + 1) % n) for i in range(n)]


def sphere(n, seed=0):
    points = np.random.RandomState(seed).normal(size=(n, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    return closure(ConvexHull(points).simplices.tolist())


def torus(m, n):
    index = np.arange(m * n).reshape(m, n)
    a, b, c = index, np.roll(index, -1, axis=0), np.roll(index, -1, axis=1)
    d = np.roll(b, -1, axis=1)
    triangles = [np.stack([a, b, d], axis=-1), np.stack([a, c, d], axis=-1)]
    return closure(np.concatenate(triangles).reshape(-1, 3).tolist())


def random_complex(rng, n=14, n_facets=10):
    facets = [rng.choice(n, rng.integers(2, 5), replace=False) for _ in range(n_facets)]
    return closure([facet.tolist() for facet in facets])


def random_cover(rng, n=14, n_sets=6):
    cover = [set(rng.choice(n, rng.integers(1, 5)).tolist()) for _ in range(n_sets)]
    for v in range(n):
        cover[rng.integers(n_sets)].add(v)
    return [sorted(one) for one in cover]


def betti(simplices, n_vertices, top):
    diagrams = persistence_diagrams(
        np.zeros(n_vertices), LowerStar(simplices), tuple(range(top + 1))
    )
    return [int(np.isinf(diagram).sum()) for diagram in diagrams]


def brute_force_nerve(simplices, cover, dimension, n_vertices):
    """Families of open sets that have an open simplex in common."""
    every = [*map(set, simplices), *({v} for v in range(n_vertices))]
    stars = [{i for i, s in enumerate(every) if s & set(one)} for one in cover]
    return [
        family
        for size in range(1, dimension + 2)
        for family in combinations(range(len(cover)), size)
        if set.intersection(*(stars[i] for i in family))
    ]


@pytest.mark.parametrize("seed", range(10))
def test_nerve_is_that_of_the_open_stars(seed):
    rng = np.random.default_rng(seed)
    simplices, cover = random_complex(rng), random_cover(rng)
    for dimension in range(4):
        expected = brute_force_nerve(simplices, cover, dimension, 14)
        assert nerve(simplices, cover, dimension) == expected
    LowerStar(nerve(simplices, cover, 3)).build(np.zeros(len(cover)))


def test_nerve_of_single_vertices_is_the_complex(rng):
    simplices = random_complex(rng)
    cover = [[v] for v in range(14)]
    expected = {*simplices, *((v,) for v in range(14))}
    assert set(nerve(simplices, cover, 5)) == expected


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(
    ("simplices", "n", "n_sets", "expected"),
    [
        (circle(30), 30, 6, [1, 1]),
        (sphere(300), 300, 24, [1, 0, 1]),
        (torus(18, 20), 360, 40, [1, 2, 1]),
    ],
    ids=["circle", "sphere", "torus"],
)
def test_good_covers_keep_homology(simplices, n, n_sets, expected, overlap):
    top = len(expected) - 1
    assert betti(simplices, n, top) == expected
    for seed in range(3):
        cover = neighborhood_cover(
            simplices, n_sets, overlap=overlap, random_state=seed
        )
        found = nerve(simplices, cover, top + 1)
        assert betti(found, n_sets, top) == expected


def hops_between(simplices, n):
    hops = np.full((n, n), np.inf)
    np.fill_diagonal(hops, 0)
    for s in simplices:
        if len(s) == 2:
            hops[s] = hops[s[::-1]] = 1
    for k in range(n):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    return hops


@pytest.mark.parametrize("seed", range(5))
def test_neighborhoods(seed):
    rng = np.random.default_rng(seed)
    simplices = random_complex(rng, 25, 12)
    hops = hops_between(simplices, 25)
    options = {"n_vertices": 25, "random_state": seed}
    for radius in (0, 1, 2):
        balls = neighborhood_cover(simplices, None, radius, overlap=True, **options)
        cells = neighborhood_cover(simplices, None, radius, **options)
        assert_array_equal(np.sort(np.concatenate(cells)), np.arange(25))
        assert set(np.concatenate(balls).tolist()) == set(range(25))
        for ball, cell in zip(balls, cells, strict=True):
            centres = [
                v
                for v in range(25)
                if set(np.flatnonzero(hops[v] <= radius)) == set(ball)
            ]
            assert set(cell) <= set(ball)
            assert set(centres) & set(cell)
        again = neighborhood_cover(simplices, len(cells), **options)
        for one, other in zip(cells, again, strict=True):
            assert_array_equal(one, other)
    assert len(neighborhood_cover(simplices, None, 0, **options)) == 25


@pytest.mark.parametrize(
    ("args", "params", "message"),
    [
        ((), {}, "given one at a time. Got none"),
        ((2, 2), {}, "given one at a time. Got both"),
        ((0,), {}, r"'n_sets' .* range \[1, 6\]"),
        ((7,), {}, r"'n_sets' .* range \[1, 6\]"),
        ((1,), {}, "number of components of the complex. Got 1"),
        ((None, -1), {}, "'radius' parameter"),
        ((None, 1.5), {}, "'radius' parameter"),
        ((2,), {"overlap": 2}, "'overlap' parameter"),
        ((2,), {"n_vertices": 5}, r"'n_vertices' .* range \[6, inf\)"),
    ],
)
def test_bad_neighborhoods(args, params, message):
    with pytest.raises(ValueError, match=message):
        neighborhood_cover([(0, 1), (1, 2), (4, 5), (3, 4)], *args, **params)


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("combine", ["mean", "min_norm"])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_gradients_of_a_frozen_draw(rng, pooling, combine, superlevel):
    simplices, cover = random_complex(rng, 20, 25), random_cover(rng, 20, 9)
    for functional, essential in (
        ({0: ENERGY, 1: PersistenceNorm()}, "drop"),
        (ENERGY, "extremum"),
    ):
        term = SmearedPersistence(
            LowerStar(simplices, superlevel=superlevel),
            cover,
            functional,
            essential=essential,
            pooling=pooling,
            noise=0.1,
            n_samples=1 if combine == "min_norm" else 3,
            combine=combine,
            random_state=0,
        )
        check_gradient(term, rng.random(20), step=1e-7, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_pool_and_its_transpose(rng, pooling, noise):
    sets = [np.array(one) for one in random_cover(rng)]
    cover = VertexCover(sets, 14)
    smear = Smearing(cover, pooling, noise, np.float64)(np.random.default_rng(0))

    def pooled(x):
        return smear.pool(cover.windows(cover.laid_out(x)))

    x, g = rng.normal(size=14), rng.normal(size=cover.size)
    linear = pooled(x) - pooled(np.zeros(14))
    touched = np.arange(cover.size)
    back = np.zeros(15)
    np.add.at(back, cover.places, smear.spread(touched, g))
    assert linear @ g == pytest.approx(x @ back[:14], rel=1e-12, abs=1e-12)
    # Weights are positive, of sum 1, and none outside.
    assert_allclose(pooled(np.ones(14)) - pooled(np.zeros(14)), 1, rtol=1e-14)
    weights = np.array([pooled(e) for e in np.eye(14)]) - pooled(np.zeros(14))
    assert (weights > -1e-14).all()
    for i, one in enumerate(sets):
        assert_allclose(np.delete(weights[:, i], one), 0, atol=1e-14)
    assert np.abs(pooled(np.zeros(14))).max() <= noise


def test_weights_of_every_pooling():
    cover = VertexCover([np.arange(3), np.arange(2)], 3)
    rng = np.random.default_rng(0)
    for pooling in POOLINGS:
        smearing = Smearing(cover, pooling, 0.0, np.float64)
        corner = cover.windows(cover.laid_out(np.array([1.0, 0, 0])))
        draws = np.array([smearing(rng).pool(corner) for _ in range(4000)])
        assert_allclose(draws.mean(axis=0), [1 / 3, 1 / 2], atol=0.03)
        if pooling == "vertex":
            assert set(np.unique(draws)) == {0.0, 1.0}
        if pooling == "simplex":  # uniform: the second moment of Dirichlet(1, 1, 1)
            assert_allclose((draws**2).mean(axis=0), [1 / 6, 1 / 3], atol=0.02)


@pytest.mark.parametrize("superlevel", [False, True])
def test_single_vertices_are_the_plain_term(rng, superlevel):
    simplices = random_complex(rng)
    filtration = LowerStar(simplices, superlevel=superlevel)
    functionals = {0: ENERGY, 1: PersistenceEnergy()}
    plain = PersistenceTerm(filtration, functionals, essential="extremum")
    x = rng.integers(5, size=14).astype(float)
    value, grad = plain.value_and_grad(x)
    for pooling in POOLINGS:
        term = SmearedPersistence(
            filtration,
            [[v] for v in range(14)],
            functionals,
            essential="extremum",
            pooling=pooling,
            n_samples=3,
        )
        warm = term.warm_value_and_grad()
        assert not warm.is_random
        for function in (warm, warm, term.value_and_grad):
            assert function(x)[0] == value
            assert_array_equal(function(x)[1], grad)


def test_a_cover_of_one_set(rng):
    x = rng.random(30)
    term = SmearedPersistence(
        LowerStar(circle(30)), [range(30)], PersistenceEnergy(), essential="extremum"
    )
    value, grad = term.set_params(pooling="mean").value_and_grad(x)
    assert value == pytest.approx(0.0)
    assert_allclose(grad, 0, atol=1e-15)
    assert (
        SmearedPersistence(
            LowerStar(circle(30)), [range(30)], ENERGY, 1
        ).value_and_grad(x)[0]
        == 0
    )


def test_pooled_values_by_hand():
    """Means over pairs of 12 vertices of a circle, on a circle of 6."""
    x = np.array([0, 2, 8, 8, 1, 3, 9, 9, 4, 4, 7, 9.0])
    pairs = [(i, i + 1) for i in range(0, 12, 2)]
    term = SmearedPersistence(
        LowerStar(circle(12)), pairs, {0: PersistenceEnergy()}, pooling="mean"
    )
    inner = PersistenceTerm(LowerStar(circle(6)), {0: PersistenceEnergy()})
    value, slope = inner.value_and_grad(x.reshape(6, 2).mean(axis=1))
    found, grad = term.value_and_grad(x)
    assert found == value == (8 - 2) + (8 - 4)
    assert_array_equal(grad, np.repeat(slope / 2, 2))


@pytest.mark.parametrize("shape", [(6, 9), (4, 6, 2)])
def test_blocks_of_a_grid(rng, shape):
    """The nerve of blocks of a triangulated grid is that of the smaller grid."""
    x, k = rng.random(shape), 2
    block = np.indices(shape) // k
    small = tuple(-(-n // k) for n in shape)
    labels = np.ravel_multi_index(tuple(block), small).ravel()
    cover = [np.flatnonzero(labels == i) for i in range(labels.max() + 1)]
    functionals = dict.fromkeys(range(len(shape)), ENERGY)
    term = SmearedPersistence(
        LowerStar(freudenthal_simplices(shape)), cover, functionals, pooling="mean"
    )
    pooled = np.array([x.ravel()[one].mean() for one in cover]).reshape(small)
    plain = PersistenceTerm(Cubical(connectivity="freudenthal"), functionals)
    value, slope = plain.value_and_grad(pooled)
    found, grad = term.value_and_grad(x.ravel())
    assert found == pytest.approx(value)
    sizes = np.bincount(labels)
    assert_allclose(grad, (slope.ravel() / sizes)[labels], atol=1e-12)


def test_sets_in_any_order_and_kind(rng):
    simplices, cover = random_complex(rng), random_cover(rng)
    x = rng.random(14)
    expected = None
    for sets in (
        cover,
        [one[::-1] for one in cover],
        [set(one) for one in cover],
        [np.array(one, dtype=float) for one in cover],
    ):
        term = SmearedPersistence(LowerStar(simplices), sets, ENERGY, random_state=3)
        value, grad = term.value_and_grad(x)
        expected = expected or (value, grad)
        assert value == expected[0]
        assert_array_equal(grad, expected[1])


@pytest.mark.parametrize(
    ("cover", "message"),
    [
        ([[0, 1], [2, 3]], r"sets at least. Got 2 sets without vertex 4\."),
        ([[4]], r"without vertices 0, 1, 2, 3\."),
        ([], "without vertices 0, 1, 2, 3, 4"),
        ([[0, 1, 2, 3, 4], []], r"non-empty sets of vertex indices >= 0. Got \[\] as"),
        ([[0, 1, 2, 3, 4, -1]], "non-empty sets of vertex indices >= 0"),
        ([[0, 1, 2, 3, 4, 2]], "Got vertex 2 repeated in set 0"),
        ([[0, 1, 2, 3, 4, np.nan]], "sequence of sets of vertex indices"),
        ([[0, 1, 2, 3, 4, 0.5]], "sequence of sets of vertex indices"),
        ([[0, 1, 2, 3, 4, 2**40]], "sequence of sets of vertex indices"),
        ([0, 1, 2], "sequence of sets of vertex indices"),
        (["abc"], "sequence of sets of vertex indices"),
        ([[[0, 1], [2, 3]]], "sequence of sets of vertex indices"),
        ([[0, 1, 2, 3, 4, 5]], "the cover name vertex 5. Got 5 values"),
        (7, "'cover' parameter of SmearedPersistence"),
    ],
    ids=str,
)
def test_bad_covers(cover, message):
    term = SmearedPersistence(LowerStar(circle(4)), cover, ENERGY)
    with pytest.raises(ValueError, match=message) as caught:
        term.value_and_grad(np.arange(5.0))
    assert "SmearedPersistence" in str(caught.value)
    if "name vertex 5" not in message and cover != 7:
        with pytest.raises(ValueError, match="of nerve must"):
            nerve([*circle(4), (0, 4)], cover)


def test_sets_that_overlap_too_much():
    with pytest.raises(MemoryError, match="Take sets that overlap less"):
        nerve([(0, 1)], [[0, 1]] * 3000, 3)


@pytest.mark.parametrize("dimension", [-1, 1.5, "a"])
def test_bad_dimensions_of_a_nerve(dimension):
    with pytest.raises(ValueError, match="'dimension' parameter of nerve"):
        nerve([(0, 1)], [[0, 1]], dimension)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([0, 1, np.nan, 2], "Input contains NaN"),
        ([0, 1, np.inf, 2], "Input contains infinity"),
        (np.zeros((2, 2)), "a 1-D array with one value for each vertex"),
        ([0.0, 1.0, 2.0], "name vertex 3. Got 3 values"),
        (np.zeros(6), "without vertices 4, 5"),
    ],
)
def test_bad_functions(x, message):
    term = SmearedPersistence(LowerStar(circle(4)), [[0, 1], [2, 3]], ENERGY)
    with pytest.raises(ValueError, match=message):
        term.value_and_grad(x)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"pooling": "max"}, "'pooling' parameter of SmearedPersistence"),
        ({"noise": -1}, "'noise' parameter of SmearedPersistence"),
        ({"n_samples": 0}, "'n_samples' parameter of SmearedPersistence"),
        ({"combine": "sum"}, "'combine' parameter of SmearedPersistence"),
        ({"random_state": "a"}, "'random_state' parameter of SmearedPersistence"),
        ({"functional": {0: 3}}, "'functional' parameter of SmearedPersistence"),
        ({"essential": "keep"}, "'essential' parameter of SmearedPersistence"),
        ({"filtration": LowerStar([(0, 1, 2)])}, "hold the faces of every simplex"),
    ],
)
def test_bad_parameters(params, message):
    term = SmearedPersistence(LowerStar(circle(4)), [range(4)], ENERGY)
    with pytest.raises(ValueError, match=message):
        term.set_params(**params).value_and_grad(np.zeros(4))


def test_only_functions_on_vertices_are_pooled():
    for filtration in (Cubical(), LowerStar):
        with pytest.raises(TypeError, match="'filtration' parameter of SmearedPersis"):
            SmearedPersistence(filtration, [[0]], ENERGY).value_and_grad(np.zeros(1))


def smeared_circle(**params):
    cover = [(i, i + 1, (i + 2) % 24) for i in range(0, 24, 2)]
    params = {"random_state": 0, "noise": 0.05, **params}
    return SmearedPersistence(LowerStar(circle(24)), cover, ENERGY, **params)


def test_draws_are_frozen_or_advance(rng):
    term, x = smeared_circle(), rng.random(24)
    before = x.copy()
    first = term.value_and_grad(x)[0]
    assert term.value_and_grad(x)[0] == first
    warm, again = term.warm_value_and_grad(), term.warm_value_and_grad()
    values = [warm(x)[0] for _ in range(5)]
    assert values[0] == first
    assert len(set(values)) == 5
    assert values == [again(x)[0] for _ in range(5)]
    assert values == [
        function(x)[0]
        for function in [pickle.loads(pickle.dumps(term)).warm_value_and_grad()]
        for _ in range(5)
    ]
    assert_array_equal(x, before)
    advancing = smeared_circle(random_state=np.random.RandomState(0))
    assert advancing.value_and_grad(x)[0] != advancing.value_and_grad(x)[0]
    assert smeared_circle(random_state=None).warm_value_and_grad().is_random


def test_the_mean_of_samples(rng):
    x = rng.random(24)
    warm = smeared_circle().warm_value_and_grad()
    found = [warm(x) for _ in range(4)]
    value, grad = smeared_circle(n_samples=4).value_and_grad(x)
    assert value == pytest.approx(np.mean([v for v, _ in found]))
    assert_allclose(grad, np.mean([g for _, g in found], axis=0), atol=1e-15)
    _, shortest = smeared_circle(n_samples=4, combine="min_norm").value_and_grad(x)
    assert np.linalg.norm(shortest) <= np.linalg.norm(grad) + 1e-12
    for _, g in found:
        assert shortest @ g >= shortest @ shortest - 1e-9


def test_parameters_are_read_anew(rng):
    term, x = smeared_circle(pooling="mean", noise=0.0), rng.random(24)
    value = term.value_and_grad(x)[0]
    copy = clone(term)
    copy.functional.set_params(p=1)
    assert copy.value_and_grad(x)[0] != value
    copy.set_params(filtration__superlevel=True)
    expected = SmearedPersistence(
        LowerStar(circle(24), superlevel=True),
        term.cover,
        PersistenceEnergy(p=1, q=1),
        pooling="mean",
    )
    assert copy.value_and_grad(x)[0] == expected.value_and_grad(x)[0]
    copy.set_params(cover=[range(24)])
    assert copy.value_and_grad(x)[0] == 0
    copy.set_params(functional={0: clone(ENERGY), 1: clone(ENERGY)})
    copy.set_params(functional__0__p=1)
    with pytest.raises(ValueError, match="parameter 'functional__7__p' for Smeared"):
        copy.set_params(functional__7__p=1)
    assert term.value_and_grad(x)[0] == value


def test_random_terms_say_so_in_sums(rng):
    plain = PersistenceTerm(LowerStar(circle(24)), ENERGY)
    error = SquaredError(np.zeros(24))
    fixed = smeared_circle(pooling="mean", noise=0.0)
    assert (smeared_circle() + error).warm_value_and_grad().is_random
    assert (2 * (plain - smeared_circle())).warm_value_and_grad().is_random
    for total in (plain + error, fixed - error, 2 * fixed):
        assert not total.warm_value_and_grad().is_random
    x = rng.random(24)
    value, grad = (smeared_circle() + 0.5 * error).value_and_grad(x)
    one, other = smeared_circle().value_and_grad(x), error.value_and_grad(x)
    assert value == one[0] + 0.5 * other[0]
    assert_allclose(grad, one[1] + 0.5 * other[1])
    check_gradient(smeared_circle() + error, x, step=1e-7, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "solver", [Adam(0.02, max_iter=150), GradientDescent(0.05, max_iter=60)], ids=str
)
def test_solvers_keep_the_last_point(rng, solver):
    start = np.sin(np.arange(24) * np.pi / 4) + rng.normal(scale=0.1, size=24)
    total = smeared_circle() + 0.01 * SquaredError(start)
    seen = []
    results = [
        solver.minimize(
            total.warm_value_and_grad(), start, callback=lambda r: seen.append(r.x)
        )
        for _ in range(2)
    ]
    assert_array_equal(results[0].x, results[1].x)
    assert_array_equal(results[0].x, seen[len(seen) // 2 - 1])
    plain = PersistenceTerm(LowerStar(circle(24)), ENERGY)
    before, after = (plain.value_and_grad(x)[0] for x in (start, results[0].x))
    assert after < 0.7 * before


def test_a_random_penalty_in_a_model(rng):
    X, w = rng.normal(size=(30, 12)), np.repeat([1.0, 3.0, 0.0], 4)
    penalty = SmearedPersistence(
        LowerStar([(i, i + 1) for i in range(11)]),
        [[i, i + 1] for i in range(11)],
        PersistenceEnergy(),
        random_state=0,
    )
    model = TopologicalRidge(topology=penalty, solver="adam", max_iter=200)
    with pytest.warns(ConvergenceWarning):
        fits = [clone(model).fit(X, X @ w).coef_ for _ in range(2)]
    assert_array_equal(fits[0], fits[1])
    assert np.isfinite(fits[0]).all()


def test_subsamples_of_clouds(rng):
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(40, random_state=0)
    for params in (
        {"n_subsample": 15},
        {"n_subsample": 15, "noise": 0.02, "n_samples": 3},
        {"noise": 0.02, "n_samples": 2},
    ):
        term = SubsampledTerm(loop, random_state=0, **params)
        check_gradient(term, X, step=1e-7, rtol=1e-4, atol=1e-7)
        warm, again = term.warm_value_and_grad(), term.warm_value_and_grad()
        assert warm.is_random
        values = [warm(X)[0] for _ in range(4)]
        assert values[0] == term.value_and_grad(X)[0]
        assert len(set(values)) == 4
        assert values == [again(X)[0] for _ in range(4)]
        both = clone(term).set_params(n_jobs=2).value_and_grad(X)
        assert both[0] == values[0]
        assert_array_equal(both[1], term.value_and_grad(X)[1])
    _, grad = SubsampledTerm(loop, 15, random_state=1).value_and_grad(X)
    assert 0 < np.count_nonzero(grad.any(axis=1)) <= 15
    shortest = SubsampledTerm(loop, 15, n_samples=3, combine="min_norm")
    assert shortest.value_and_grad(X)[1].shape == X.shape


def test_whole_clouds_are_the_plain_term():
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(40, random_state=0)
    value, grad = loop.value_and_grad(X)
    for n_subsample in (None, 40, 100):
        term = SubsampledTerm(loop, n_subsample)
        assert term.value_and_grad(X)[0] == value
        assert_array_equal(term.value_and_grad(X)[1], grad)
    assert not SubsampledTerm(loop).warm_value_and_grad().is_random
    nested = SubsampledTerm(SubsampledTerm(loop, 10, random_state=0))
    warm = nested.warm_value_and_grad()
    assert warm.is_random
    assert warm(X)[0] != warm(X)[0]
    nested = SubsampledTerm(SubsampledTerm(loop, noise=0.1, random_state=0), 10)
    assert nested.warm_value_and_grad()(X)[1].shape == X.shape


@pytest.mark.parametrize(
    ("params", "x", "message"),
    [
        ({"n_subsample": 0}, np.zeros((3, 2)), "'n_subsample' parameter of Subsampled"),
        ({"noise": -1}, np.zeros((3, 2)), "'noise' parameter of SubsampledTerm"),
        ({"combine": "a"}, np.zeros((3, 2)), "'combine' parameter of SubsampledTerm"),
        ({"term": 3}, np.zeros((3, 2)), "'term' parameter of SubsampledTerm"),
        ({}, np.zeros(3), "x of SubsampledTerm must be a point cloud"),
        ({}, np.full((3, 2), np.nan), "x of SubsampledTerm must be finite"),
    ],
)
def test_bad_subsamples(params, x, message):
    term = SubsampledTerm(PersistenceTerm(WeakAlpha(), PersistenceEnergy()))
    with pytest.raises(ValueError, match=message):
        term.set_params(**params).value_and_grad(x)


def test_points_move_on_subsamples():
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(60, random_state=0)
    objective = SubsampledTerm(loop, 30, n_samples=2, random_state=0)
    fits = [
        TopoPointOptimizer(objective, max_iter=60, fidelity=0.01).fit(X)
        for _ in range(2)
    ]
    assert_array_equal(fits[0].points_, fits[1].points_)
    assert len(set(fits[0].loss_curve_)) == 61
    assert loop.value_and_grad(fits[0].points_)[0] < 0.8 * loop.value_and_grad(X)[0]
    assert pdist(fits[0].points_).min() > 0
    for params in ({"optimizer": "lbfgs"}, {"method": "big_step", "optimizer": "gd"}):
        with pytest.raises(ValueError, match="or the objective make the loss random"):
            TopoPointOptimizer(objective, **params).fit(X)


def test_random_values_and_line_searches_do_not_crash(rng):
    result = LBFGS(max_iter=20).minimize(
        smeared_circle().warm_value_and_grad(), rng.random(24)
    )
    assert np.isfinite(result.x).all()
