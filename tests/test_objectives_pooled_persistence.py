"""Random pooling on complexes: frozen draws, covers good and bad, random sums."""

import pickle

import numpy as np
import pytest
from _reference import freudenthal_simplices, random_complex, random_cover
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sktopo import TopologicalRidge
from sktopo.filtrations import Cubical, LowerStar, nerve
from sktopo.functionals import PersistenceEnergy, PersistenceNorm
from sktopo.objectives import (
    PersistenceTerm,
    PooledPersistenceTerm,
    SquaredErrorTerm,
)
from sktopo.pooling import WEIGHTS
from sktopo.solvers import LBFGS, Adam, GradientDescent
from sktopo.testing import check_gradient

ENERGY = PersistenceEnergy(p=2, q=1)


def circle(n):
    return [(i, (i + 1) % n) for i in range(n)]


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("combine", ["mean", "min_norm"])
@pytest.mark.parametrize("weights", WEIGHTS)
def test_gradients_of_a_frozen_draw(rng, weights, combine, superlevel):
    simplices, cover = random_complex(rng, 20, 25), random_cover(rng, 20, 9)
    for functional, essential in (
        ({0: ENERGY, 1: PersistenceNorm()}, "drop"),
        (ENERGY, "extremum"),
    ):
        term = PooledPersistenceTerm(
            LowerStar(simplices, superlevel=superlevel),
            cover,
            functional,
            essential=essential,
            weights=weights,
            max_noise=0.1,
            n_samples=1 if combine == "min_norm" else 3,
            combine=combine,
            random_state=0,
        )
        check_gradient(term, rng.random(20), step=1e-7, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("superlevel", [False, True])
def test_single_vertices_are_the_plain_term(rng, superlevel):
    simplices = random_complex(rng)
    filtration = LowerStar(simplices, superlevel=superlevel)
    functionals = {0: ENERGY, 1: PersistenceEnergy()}
    plain = PersistenceTerm(filtration, functionals, essential="extremum")
    x = rng.integers(5, size=14).astype(float)
    value, grad = plain.value_and_grad(x)
    for weights in WEIGHTS:
        term = PooledPersistenceTerm(
            filtration,
            [[v] for v in range(14)],
            functionals,
            essential="extremum",
            weights=weights,
        )
        warm = term.warm_value_and_grad()
        assert not term.is_random
        for function in (warm, warm, term.value_and_grad):
            assert function(x)[0] == value
            assert_array_equal(function(x)[1], grad)


def test_a_cover_of_one_set(rng):
    x = rng.random(30)
    term = PooledPersistenceTerm(
        LowerStar(circle(30)), [range(30)], PersistenceEnergy(), essential="extremum"
    )
    value, grad = term.set_params(weights="mean").value_and_grad(x)
    assert value == pytest.approx(0.0)
    assert_allclose(grad, 0, atol=1e-15)
    assert (
        PooledPersistenceTerm(
            LowerStar(circle(30)), [range(30)], ENERGY, 1
        ).value_and_grad(x)[0]
        == 0
    )


def test_pooled_values_by_hand():
    """Means over pairs of 12 vertices of a circle, on a circle of 6."""
    x = np.array([0, 2, 8, 8, 1, 3, 9, 9, 4, 4, 7, 9.0])
    pairs = [(i, i + 1) for i in range(0, 12, 2)]
    term = PooledPersistenceTerm(
        LowerStar(circle(12)), pairs, {0: PersistenceEnergy()}, weights="mean"
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
    term = PooledPersistenceTerm(
        LowerStar(freudenthal_simplices(shape)), cover, functionals, weights="mean"
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
        term = PooledPersistenceTerm(LowerStar(simplices), sets, ENERGY, random_state=3)
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
        (7, "'cover' parameter of PooledPersistenceTerm"),
    ],
    ids=str,
)
def test_what_is_no_cover_is_named(cover, message):
    term = PooledPersistenceTerm(LowerStar(circle(4)), cover, ENERGY)
    with pytest.raises(ValueError, match=message) as caught:
        term.value_and_grad(np.arange(5.0))
    assert "PooledPersistenceTerm" in str(caught.value)
    if "name vertex 5" not in message and cover != 7:
        with pytest.raises(ValueError, match="of nerve must"):
            nerve([*circle(4), (0, 4)], cover)


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
def test_what_is_no_function_on_the_vertices_is_named(x, message):
    term = PooledPersistenceTerm(LowerStar(circle(4)), [[0, 1], [2, 3]], ENERGY)
    with pytest.raises(ValueError, match=message):
        term.value_and_grad(x)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"weights": "max"}, "'weights' parameter of PooledPersistenceTerm"),
        ({"max_noise": -1}, "'max_noise' parameter of PooledPersistenceTerm"),
        ({"n_samples": 0}, "'n_samples' parameter of PooledPersistenceTerm"),
        ({"combine": "sum"}, "'combine' parameter of PooledPersistenceTerm"),
        ({"random_state": "a"}, "'random_state' parameter of PooledPersistenceTerm"),
        ({"functional": {0: 3}}, "'functional' parameter of PooledPersistenceTerm"),
        ({"essential": "keep"}, "'essential' parameter of PooledPersistenceTerm"),
        ({"filtration": LowerStar([(0, 1, 2)])}, "hold the faces of every simplex"),
    ],
)
def test_bad_parameters_are_named(params, message):
    term = PooledPersistenceTerm(LowerStar(circle(4)), [range(4)], ENERGY)
    with pytest.raises(ValueError, match=message):
        term.set_params(**params).value_and_grad(np.zeros(4))


def test_only_functions_on_vertices_are_pooled():
    for filtration in (Cubical(), LowerStar):
        with pytest.raises(TypeError, match="'filtration' parameter of PooledPers"):
            PooledPersistenceTerm(filtration, [[0]], ENERGY).value_and_grad(np.zeros(1))


def pooled_circle(**params):
    cover = [(i, i + 1, (i + 2) % 24) for i in range(0, 24, 2)]
    params = {"random_state": 0, "max_noise": 0.05, **params}
    return PooledPersistenceTerm(LowerStar(circle(24)), cover, ENERGY, **params)


def test_draws_are_frozen_or_advance(rng):
    term, x = pooled_circle(), rng.random(24)
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
    advancing = pooled_circle(random_state=np.random.RandomState(0))
    assert advancing.value_and_grad(x)[0] != advancing.value_and_grad(x)[0]
    assert pooled_circle(random_state=None).is_random


def test_the_mean_of_samples(rng):
    x = rng.random(24)
    warm = pooled_circle().warm_value_and_grad()
    found = [warm(x) for _ in range(4)]
    value, grad = pooled_circle(n_samples=4).value_and_grad(x)
    assert value == pytest.approx(np.mean([v for v, _ in found]))
    assert_allclose(grad, np.mean([g for _, g in found], axis=0), atol=1e-15)
    _, shortest = pooled_circle(n_samples=4, combine="min_norm").value_and_grad(x)
    assert np.linalg.norm(shortest) <= np.linalg.norm(grad) + 1e-12
    for _, g in found:
        assert shortest @ g >= shortest @ shortest - 1e-9


def test_parameters_are_read_anew(rng):
    term, x = pooled_circle(weights="mean", max_noise=0.0), rng.random(24)
    value = term.value_and_grad(x)[0]
    copy = clone(term)
    copy.functional.set_params(p=1)
    assert copy.value_and_grad(x)[0] != value
    copy.set_params(filtration__superlevel=True)
    expected = PooledPersistenceTerm(
        LowerStar(circle(24), superlevel=True),
        term.cover,
        PersistenceEnergy(p=1, q=1),
        weights="mean",
    )
    assert copy.value_and_grad(x)[0] == expected.value_and_grad(x)[0]
    copy.set_params(cover=[range(24)])
    assert copy.value_and_grad(x)[0] == 0
    copy.set_params(functional={0: clone(ENERGY), 1: clone(ENERGY)})
    copy.set_params(functional__0__p=1)
    with pytest.raises(ValueError, match="parameter 'functional__7__p' for Pooled"):
        copy.set_params(functional__7__p=1)
    assert term.value_and_grad(x)[0] == value


def test_random_terms_say_so_in_sums(rng):
    plain = PersistenceTerm(LowerStar(circle(24)), ENERGY)
    error = SquaredErrorTerm(np.zeros(24))
    fixed = pooled_circle(weights="mean", max_noise=0.0)
    assert (pooled_circle() + error).is_random
    assert (2 * (plain - pooled_circle())).is_random
    for total in (plain + error, fixed - error, 2 * fixed):
        assert not total.is_random
    x = rng.random(24)
    value, grad = (pooled_circle() + 0.5 * error).value_and_grad(x)
    one, other = pooled_circle().value_and_grad(x), error.value_and_grad(x)
    assert value == one[0] + 0.5 * other[0]
    assert_allclose(grad, one[1] + 0.5 * other[1])
    check_gradient(pooled_circle() + error, x, step=1e-7, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "solver", [Adam(0.02, max_iter=150), GradientDescent(0.05, max_iter=60)], ids=str
)
def test_solvers_keep_the_last_point(rng, solver):
    start = np.sin(np.arange(24) * np.pi / 4) + rng.normal(scale=0.1, size=24)
    total = pooled_circle() + 0.01 * SquaredErrorTerm(start)
    seen = []
    results = [
        solver.minimize(total, start, callback=lambda r: seen.append(r.x))
        for _ in range(2)
    ]
    assert_array_equal(results[0].x, results[1].x)
    assert_array_equal(results[0].x, seen[len(seen) // 2 - 1])
    plain = PersistenceTerm(LowerStar(circle(24)), ENERGY)
    before, after = (plain.value_and_grad(x)[0] for x in (start, results[0].x))
    assert after < 0.7 * before


def test_a_random_penalty_in_a_model(rng):
    X, w = rng.normal(size=(30, 12)), np.repeat([1.0, 3.0, 0.0], 4)
    penalty = PooledPersistenceTerm(
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


def test_random_values_and_line_searches_do_not_crash(rng):
    result = LBFGS(max_iter=20).minimize(pooled_circle(), rng.random(24))
    assert np.isfinite(result.x).all()
