"""Where filtrations end, and essential bars with them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sktopo import PersistenceDiagrams, PersistenceEnergies, persistence_diagrams
from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm
from sktopo.simplification import PersistenceSimplifier
from sktopo.testing import check_gradient

TWO_PAIRS = np.array([[0.0, 0], [0.1, 0], [10, 0], [10.1, 0]])


def h0(x, filtration):
    return persistence_diagrams(x, filtration, homology_dimensions=0)[0]


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_a_limited_complex_ends_at_its_limit(metric):
    limited = VietorisRips(max_edge_length=1, metric=metric)
    x = TWO_PAIRS
    if metric == "precomputed":
        x = np.abs(x[:, :1] - x[:, 0])
    assert_allclose(h0(x, limited), [[0, 1], [0, 1], [0, 0.1], [0, 0.1]])
    # The limit is a constant: it moves nothing.
    term = PersistenceTerm(limited, PersistenceEnergy(), 0, "extremum")
    value, grad = term.value_and_grad(x)
    assert value == pytest.approx(2.2)
    only_short = PersistenceTerm(limited, PersistenceEnergy(), 0, "drop")
    assert_array_equal(grad, only_short.value_and_grad(x)[1])


def test_points_that_no_edge_joins_each_have_a_bar():
    x = np.array([[0.0, 0], [5, 0], [0, 5]])
    assert_array_equal(h0(x, VietorisRips(max_edge_length=1)), [[0, 1]] * 3)


def test_a_limit_beyond_the_diameter_is_the_end_too():
    diagram = h0(TWO_PAIRS, VietorisRips(max_edge_length=100))
    assert_allclose(diagram[:2], [[0, 100], [0, 9.9]])


def test_a_complex_without_a_limit_ends_with_its_longest_edge():
    x = np.array([[0.0], [1], [4]])
    assert h0(x, VietorisRips())[0, 1] == 4
    assert h0(x, WeakAlpha())[0, 1] == 3
    graph = LowerStar([(0, 1), (2, 3)])
    assert_array_equal(h0([0.0, 2, 1, 5], graph), [[0, 5], [1, 5]])


@pytest.mark.slow
def test_alpha_ends_with_its_last_bar_not_with_slivers_on_the_hull():
    rng = np.random.default_rng(0)
    for _ in range(200):
        x = rng.random((100, 2))
        both = persistence_diagrams(x, Alpha(), (0, 1))
        last = both[0][0, 1]
        assert last < 0.5
        finite = persistence_diagrams(x, Alpha(), (0, 1), essential="drop")
        assert last == max(finite[0][1:, 1].max(), finite[1][:, 1].max())


@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_the_end_of_alpha_has_a_gradient(rng, n_coordinates):
    x = rng.normal(size=(15, n_coordinates))
    only_end = PersistenceEnergy() - PersistenceEnergy(i0=2)
    term = PersistenceTerm(Alpha(), only_end, 0, "extremum")
    assert np.abs(term.value_and_grad(x)[1]).max() > 0
    check_gradient(term, x)


@pytest.mark.slow
def test_alpha_tells_sizes_apart_as_well_as_weak_alpha():
    rng = np.random.default_rng(0)
    clouds = [rng.random((60, 2)) * (1.15 if k % 2 else 1) for k in range(200)]
    accuracy = {}
    for name in ("alpha", "weak_alpha"):
        model = make_pipeline(
            PersistenceDiagrams(name, homology_dimensions=0),
            PersistenceEnergies(p=(1,), q=(0,)),
            LogisticRegression(C=1e4, max_iter=1000),
        )
        scores = cross_val_score(model, clouds, np.arange(200) % 2, cv=5)
        accuracy[name] = scores.mean()
    assert accuracy["alpha"] > 0.9
    assert accuracy["alpha"] >= accuracy["weak_alpha"] - 0.02


@pytest.mark.parametrize(
    ("x", "filtration"),
    [
        (np.ones((4, 4)), Cubical()),
        (np.zeros((1, 2)), VietorisRips()),
        (np.zeros((3, 2)), Alpha()),
        (np.zeros((1, 2)), WeakAlpha()),
    ],
    ids=["constant image", "one point", "coincident points", "one point, weak"],
)
def test_what_ends_where_it_begins_has_no_bar(x, filtration):
    assert h0(x, filtration).shape == (0, 2)
    (diagram,) = persistence_diagrams(x, filtration, 0, essential="drop")
    assert_array_equal(diagram, [[x.flat[0], np.inf]])


def test_a_big_step_moves_the_end_of_alpha(rng):
    x = rng.normal(size=(12, 2))
    only_end = PersistenceEnergy() - PersistenceEnergy(i0=2)
    term = PersistenceTerm(Alpha(), only_end, 0, "extremum")
    value, _ = term.value_and_grad(x)
    assert term(x + term.big_step(x, 0.05)) < value


def test_a_misspelt_end_is_no_end():
    image = np.arange(6.0).reshape(2, 3)
    message = "'essential' parameter of .* must be 'extremum' or 'drop'. Got 'extrema'"
    with pytest.raises(ValueError, match=message):
        persistence_diagrams(image, essential="extrema")
    with pytest.raises(ValueError, match=message):
        Cubical().build(image).bars(0, "extrema")
    for filtration in (
        Cubical(),
        Cubical(connectivity="face"),
        Cubical(mask=image > 9),
    ):
        with pytest.raises(ValueError, match=message):
            filtration.batch_bars(image[None], 0, "extrema")


def test_what_needs_no_fit_checks_its_parameters_itself():
    with pytest.raises(ValueError, match="'essential' parameter of PersistenceDiag"):
        PersistenceDiagrams(essential="extrema").transform([np.eye(3)])
    with pytest.raises(ValueError, match="'min_persistence' parameter of Persistence"):
        PersistenceSimplifier(min_persistence=-1.0).transform([np.eye(3)])
