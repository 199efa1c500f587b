"""Terms: gradients by differences, for every filtration; one build for all."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist

from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha
from sktopo.functionals import (
    BottleneckToTarget,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm
from sktopo.testing import check_gradient

TARGET = [[0.3, 1.5], [0.2, 0.9]]
FUNCTIONALS = [
    PersistenceEnergy(p=2, q=1),
    PersistenceNorm(region=(-9, 9, 0.05, 9)),
    WassersteinToTarget(TARGET),
    BottleneckToTarget(TARGET),
]
FULL_GRAPH = [(i, j) for i in range(12) for j in range(i) if (i * j) % 3 == 1]
CASES = [
    *[
        (Cubical(superlevel=superlevel, connectivity=connectivity), shape)
        for superlevel in (False, True)
        for connectivity in ("full", "face", "freudenthal")
        for shape in ((12,), (5, 6), (3, 4, 3))
    ],
    (LowerStar(FULL_GRAPH), (12,)),
    (LowerStar(FULL_GRAPH, superlevel=True), (12,)),
    *[
        (filtration, (10, d))
        for filtration in (VietorisRips(), VietorisRips(0.8), WeakAlpha(), Alpha())
        for d in (1, 2, 3)
    ],
]


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize(("filtration", "shape"), CASES, ids=str)
def test_gradients_agree_with_differences(rng, filtration, shape, functional):
    for k, essential in ((0, "extremum"), (1, "drop"), (1, "extremum"), (2, "drop")):
        if k == 2 and len(shape) == 1:
            continue
        term = PersistenceTerm(filtration, functional, k, essential)
        x = rng.random(shape)
        if not np.isfinite(term.value_and_grad(x)[0]):
            continue  # essential bars of the complex that the target has not
        check_gradient(term, x, step=1e-7, rtol=1e-4, atol=1e-6)


def test_gradient_of_a_distance_matrix(rng):
    """Entries move in pairs: the matrix stays symmetric."""
    points = rng.random((8, 2))
    matrix = cdist(points, points)
    term = PersistenceTerm(
        VietorisRips(metric="precomputed"), {0: FUNCTIONALS[1], 1: FUNCTIONALS[1]}
    )
    i, j = np.triu_indices(8, 1)

    def upper(lengths):
        full = np.zeros((8, 8))
        full[i, j] = full[j, i] = lengths
        value, grad = term.value_and_grad(full)
        assert_array_equal(grad, grad.T)
        return value, grad[i, j] + grad[j, i]

    check_gradient(upper, matrix[i, j], step=1e-7)


def test_one_build_for_all_dimensions(rng):
    x = rng.random((6, 6))
    builds = []

    class Counting(Cubical):
        def build(self, x, previous=None):
            builds.append(1)
            return super().build(x, previous)

    both = PersistenceTerm(
        Counting(), {0: PersistenceEnergy(), 1: -PersistenceEnergy()}
    )
    value, grad = both.value_and_grad(x)
    assert len(builds) == 1
    zero = PersistenceTerm(Cubical(), PersistenceEnergy(), 0).value_and_grad(x)
    one = PersistenceTerm(Cubical(), PersistenceEnergy(), 1).value_and_grad(x)
    assert value == pytest.approx(zero[0] - one[0])
    assert_allclose(grad, zero[1] - one[1])


@pytest.mark.parametrize(
    "make", [lambda t: t, lambda t: 2 * t + SquaredErrorTerm(np.ones(50))]
)
def test_a_warm_term_gives_the_same_answers(rng, make):
    term = make(PersistenceTerm(Cubical(), PersistenceEnergy(p=2)))
    warm = term.warm_value_and_grad()
    x = rng.random(50)
    for _ in range(20):
        value, grad = warm(x)
        expected = term.value_and_grad(x)
        assert value == expected[0]
        assert_array_equal(grad, expected[1])
        x[rng.integers(50)] = rng.choice(x)


def test_parameters_of_a_dict():
    term = PersistenceTerm(Cubical(), {0: PersistenceEnergy(), 1: PersistenceEnergy()})
    assert term.get_params()["functional__1__p"] == 1
    term.set_params(functional__1__p=3, filtration__superlevel=True)
    assert term.functional[1].p == 3
    assert term.functional[0].p == 1
    with pytest.raises(ValueError, match="Invalid parameter 'functional__7__p'"):
        term.set_params(functional__7__p=3)


def test_a_class_is_no_filtration():
    with pytest.raises(TypeError, match="'filtration' parameter of PersistenceTerm"):
        PersistenceTerm(Cubical, PersistenceEnergy()).value_and_grad(np.zeros(4))


def test_squared_error(rng):
    check_gradient(SquaredErrorTerm(rng.random((3, 4))), rng.random((3, 4)))
    design = rng.random((5, 3))
    term = SquaredErrorTerm(rng.random(5), design)
    check_gradient(term, rng.random(3))
    assert term.value_and_grad(np.zeros(3))[0] == pytest.approx((term.target**2).sum())


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (
            SquaredErrorTerm(np.zeros(3)),
            r"x of SquaredErrorTerm must have shape \(3,\)",
        ),
        (SquaredErrorTerm(np.zeros(3), np.zeros((3, 5))), r"must have shape \(5,\)"),
        (SquaredErrorTerm(np.zeros(2), np.zeros((3, 4))), r"target .* shape \(3,\)"),
        (PersistenceTerm(3, PersistenceEnergy()), "'filtration' parameter"),
        (PersistenceTerm(Cubical(), [3]), "'functional' parameter"),
        (PersistenceTerm(Cubical(), 3), "'functional' parameter"),
        (PersistenceTerm(Cubical(), {0: 3}), "a dict with a functional for each"),
        (PersistenceTerm(Cubical(), {}), "'functional' parameter"),
        (PersistenceTerm(Cubical(), {-1: PersistenceEnergy()}), "Got"),
        (PersistenceTerm(Cubical(), PersistenceEnergy(), -1), "'homology_dimensions'"),
        (PersistenceTerm(Cubical(), PersistenceEnergy(), 0, "keep"), "'essential'"),
    ],
    ids=str,
)
def test_bad_terms_are_named(term, message):
    with pytest.raises(ValueError, match=message):
        term.value_and_grad(np.zeros(4))
