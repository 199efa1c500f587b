"""Numbers that are none, too large, or not what they seem: named errors, no warning."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo import (
    PersistenceEnergies,
    TopologicalLogisticRegression,
    TopologicalRidge,
    persistence_diagrams,
)
from sktopo.feature_extraction import DiagramVectorizer, LongestLifetimes
from sktopo.filtrations import Alpha, Cubical, VietorisRips
from sktopo.functionals import (
    BottleneckToTarget,
    FunctionalFromCallable,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.objectives import (
    ComposedTerm,
    GroupingTerm,
    LogLossTerm,
    PersistenceTerm,
    SquaredErrorTerm,
)
from sktopo.solvers import Adam, min_norm_weights

TARGET = [[0.0, 1.0]]
FUNCTIONALS = [
    PersistenceEnergy(),
    PersistenceEnergy(p=2, q=1),
    PersistenceNorm(p=3),
    WassersteinToTarget(TARGET),
    WassersteinToTarget(TARGET, p=3, internal_p=1.5),
    BottleneckToTarget(TARGET),
    FunctionalFromCallable(lambda diagram: (0.0, diagram)),
]
OF_DIAGRAMS = [PersistenceEnergies(), LongestLifetimes()]


@pytest.mark.parametrize("functional", FUNCTIONALS)
@pytest.mark.parametrize(
    ("diagram", "message"),
    [
        ([[-1e308, 1e308]], "lifetimes do not overflow"),
        ([[0, 1j]], "Complex data not supported"),
        ([[2**60, 2**60 + 1]], "2\\*\\*53"),
        ([[0, 10**400]], "real numbers"),
        ([[0, np.nan]], "no NaN"),
        (np.ma.array([[0.0, 1]], mask=[[0, 1]]), "no masked entries"),
    ],
)
def test_diagrams_that_are_none_are_named(functional, diagram, message):
    owner = type(functional).__name__
    with pytest.raises(ValueError, match=f"diagram for {owner}.*{message}|{message}"):
        functional.value_and_grad(diagram)


@pytest.mark.parametrize("transformer", OF_DIAGRAMS)
@pytest.mark.parametrize(
    "diagram", [[[-1e308, 1e308]], [[0, 1j]], [[2**60, 2**60 + 1]]]
)
def test_features_of_diagrams_that_are_none(transformer, diagram):
    with pytest.raises(ValueError, match=type(transformer).__name__):
        transformer.fit_transform([np.array(diagram)])


def test_vectorizers_get_real_diagrams():
    from gudhi.representations import Landscape

    with pytest.raises(ValueError, match="Complex data not supported"):
        DiagramVectorizer(Landscape()).fit([np.array([[0, 1j]])])


@pytest.mark.parametrize(
    "functional",
    [
        PersistenceEnergy(p=2),
        PersistenceEnergy(p=1, q=1),
        PersistenceNorm(p=2),
        WassersteinToTarget(TARGET),
        WassersteinToTarget(TARGET, p=2, internal_p=np.inf),
    ],
)
def test_powers_that_overflow_are_errors(functional):
    with pytest.raises(ValueError, match="powers do not overflow"):
        functional.value_and_grad([[0, 1e200]])


def test_large_bars_without_powers_are_right():
    assert PersistenceEnergy()([[0, 1e308]]) == 1e308
    assert PersistenceNorm()([[0, 1e200]]) == 1e200
    assert WassersteinToTarget(TARGET, p=1, internal_p=np.inf)([[0, 1e200]]) == 5e199
    assert BottleneckToTarget(TARGET)([[0, 1e200]]) == 5e199


@pytest.mark.parametrize("distance", [WassersteinToTarget, BottleneckToTarget])
@pytest.mark.parametrize("target", [[[-1e308, 1e308]], [[0, 1j]], [[0, np.nan]]])
def test_targets_that_are_no_diagrams(distance, target):
    with pytest.raises(ValueError, match=f"'target' parameter of {distance.__name__}"):
        distance(target).value_and_grad(TARGET)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SquaredErrorTerm([1j])([0.0]), "'target' parameter.* must be real"),
        (lambda: SquaredErrorTerm([np.nan])([0.0]), "'target' parameter.*NaN"),
        (lambda: SquaredErrorTerm([1.0])([1j]), "x of SquaredErrorTerm must be real"),
        (
            lambda: SquaredErrorTerm([1.0], [[np.inf]])([0.0]),
            "'design' parameter of SquaredErrorTerm must be finite",
        ),
        (lambda: LogLossTerm([1j], [[1.0]])([0.0]), "'target' parameter.* real"),
        (lambda: LogLossTerm([1.0], [[np.nan]])([0.0]), "'design' parameter.*NaN"),
        (lambda: min_norm_weights([[1j, 1]]), "vectors of min_norm_weights.* real"),
        (lambda: min_norm_weights([[np.nan]]), "vectors of min_norm_weights.*NaN"),
        (lambda: min_norm_weights([]), "one vector at least"),
        (lambda: GroupingTerm(np.eye(2) * 1j)(np.eye(2)), "reference.* real"),
        (lambda: GroupingTerm(np.eye(2))(np.eye(2) * 1j), "x of GroupingTerm.* real"),
        (
            lambda: ComposedTerm(
                SquaredErrorTerm([1.0]), (lambda x: x * 1j, lambda x, grad: grad)
            )([1.0]),
            "operator of ComposedTerm.* real",
        ),
        (lambda: Adam().minimize(SquaredErrorTerm([1.0]), [1j]), "x0.* real"),
        (lambda: Adam().minimize(SquaredErrorTerm([1.0]), [np.nan]), "x0.*NaN"),
        (lambda: persistence_diagrams([1j, 1]), "x of Cubical.build must be real"),
        (lambda: persistence_diagrams([10**400, 1]), "x of Cubical.build"),
        (lambda: persistence_diagrams([[2**60, 2**60 + 1]]), "2\\*\\*53"),
        (
            lambda: FunctionalFromCallable(lambda d: (0.0, d * 1j))(TARGET),
            "'fn' parameter.*must be real",
        ),
    ],
)
def test_numbers_that_are_none_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_integers_up_to_two_to_the_53_keep_all_bars():
    (diagram,) = persistence_diagrams(
        np.array([2**53 - 3, 2**53, 2**53 - 2]), Cubical(), 0
    )
    assert_array_equal(diagram, [[2**53 - 3, 2**53], [2**53 - 2, 2**53]])


@pytest.mark.parametrize("scale", [1e-99, 1e99])
@pytest.mark.parametrize("n_coordinates", [2, 3])
def test_alpha_in_extreme_units(rng, scale, n_coordinates):
    x = rng.normal(size=(25, n_coordinates))
    for ours, scaled in zip(
        persistence_diagrams(x, Alpha(), (0, 1)),
        persistence_diagrams(scale * x, Alpha(), (0, 1)),
    ):
        np.testing.assert_allclose(scaled, scale**2 * ours, rtol=1e-9)
    term = PersistenceTerm(Alpha(), PersistenceEnergy(), 1)
    assert np.isfinite(term.value_and_grad(scale * x)[1]).all()


@pytest.mark.parametrize("scale", [1e-101, 1e101, 1e149])
def test_alpha_says_where_radii_are_no_numbers(rng, scale):
    with pytest.raises(ValueError, match=r"x of Alpha.build must have an extent"):
        Alpha().build(scale * rng.normal(size=(9, 2)))


@pytest.mark.parametrize("model", [TopologicalRidge, TopologicalLogisticRegression])
@pytest.mark.parametrize("name", ["l2", "alpha", "p"])
@pytest.mark.parametrize("value", [1e308, np.inf, 10**400, True])
def test_weights_beyond_floating_point_are_named(model, name, value):
    X = np.arange(12.0).reshape(6, 2) ** 2
    with pytest.raises(ValueError, match=f"'{name}' parameter of {model.__name__}"):
        model(**{name: value}).fit(X, [0, 1] * 3)


@pytest.mark.parametrize("model", [TopologicalRidge, TopologicalLogisticRegression])
@pytest.mark.parametrize("solver", ["auto", "adam", "lbfgs"])
def test_a_huge_norm_leaves_no_weights(model, solver):
    X = np.arange(12.0).reshape(6, 2) ** 2
    fitted = model(l2=10**30, solver=solver).fit(X, [0, 1] * 3)
    assert np.abs(fitted.coef_).max() < 1e-20


def test_a_limit_may_be_infinite():
    complex_ = VietorisRips(max_edge_length=np.inf).build(np.eye(3))
    (bars,) = complex_.bars((0,))
    assert len(bars.diagram) == 3


@pytest.mark.parametrize("kind", [list, np.array, lambda x: np.array(x, dtype=float)])
def test_a_target_that_changes_in_place_is_read_anew(kind):
    target = kind([1, 2])
    term = SquaredErrorTerm(target)
    assert term([1.0, 2.0]) == 0
    target[0] = 3
    assert term([1.0, 2.0]) == 4
