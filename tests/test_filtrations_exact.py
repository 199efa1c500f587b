"""Values known from pencil and paper, for every filtration."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import persistence_diagrams, persistence_pairs
from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import PersistenceTerm

PATH = np.array([0, 3, 1, 5, 2, 4, 0.5])
SQUARE = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
COINCIDENT = np.array([[0.0, 0], [0, 0], [1, 0], [0, 1]])
CYCLE = [(0, 1), (1, 2), (2, 3), (0, 3)]


def assert_bars(diagram, expected):
    expected = np.array(expected, dtype=float).reshape(-1, 2)
    assert diagram.shape == expected.shape
    rows = np.lexsort(diagram.T[::-1])
    assert_allclose(diagram[rows], expected[np.lexsort(expected.T[::-1])], atol=5e-8)


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_path_sublevel_and_superlevel(connectivity):
    (h0,) = persistence_diagrams(
        PATH, Cubical(connectivity=connectivity), 0, essential="drop"
    )
    assert_bars(h0, [(0, np.inf), (0.5, 5), (1, 3), (2, 4)])
    up = Cubical(superlevel=True, connectivity=connectivity)
    h0, h1 = persistence_diagrams(PATH, up, essential="drop")
    assert_bars(h0, [(5, -np.inf), (4, 2), (3, 1)])
    assert_bars(h1, [])


def test_path_energy_and_gradient():
    up = Cubical(superlevel=True)
    value, _ = PersistenceTerm(up, PersistenceEnergy(p=2, q=1)).value_and_grad(PATH)
    assert value == pytest.approx(20)
    _, grad = PersistenceTerm(up, PersistenceEnergy()).value_and_grad(PATH)
    assert_array_equal(grad, [0, 1, -1, 0, -1, 1, 0])


def test_image_with_a_hole():
    image = np.array([[2, 1, 1], [1, 0.5, 1], [1, 1, 1]])
    h0, h1 = persistence_diagrams(image, Cubical(superlevel=True), essential="drop")
    assert_bars(h0, [(2, -np.inf)])
    assert_bars(h1, [(1, 0.5)])


def test_cone_over_a_cycle():
    triangles = [(0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 1, 4)]
    edges = [(1, 2), (2, 3), (3, 4), (1, 4), *((0, k) for k in range(1, 5))]
    f = [2.0, 0, 0, 0, 0]
    _, h1 = persistence_diagrams(f, LowerStar(edges + triangles), essential="drop")
    assert_bars(h1, [(0, 2)])


def test_hollow_triangle():
    _, h1 = persistence_diagrams(
        [0, 1, 2], LowerStar([(0, 1), (1, 2), (0, 2)]), essential="drop"
    )
    assert_bars(h1, [(2, np.inf)])


def test_star_with_a_high_centre():
    star = LowerStar([(0, k) for k in range(1, 5)])
    (h0,) = persistence_diagrams([1, 0, 0, 0, 0], star, 0, essential="drop")
    assert_bars(h0, [(0, np.inf), (0, 1), (0, 1), (0, 1)])


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha()])
def test_the_square_has_one_hole(filtration):
    h0, h1 = persistence_diagrams(SQUARE, filtration, essential="drop")
    assert_bars(h0, [(0, np.inf), (0, 2), (0, 2), (0, 2)])
    assert_bars(h1, [(2, 2 * np.sqrt(2))])


def test_square_alpha():
    h0, h1 = persistence_diagrams(SQUARE, Alpha(), essential="drop")
    assert_bars(h0, [(0, np.inf), (0, 1), (0, 1), (0, 1)])
    assert_bars(h1, [(1, 2)])


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha()])
def test_points_on_a_line(filtration):
    term = PersistenceTerm(filtration, PersistenceEnergy())
    value, grad = term.value_and_grad(np.array([[3.0], [0.0], [1.0]]))
    assert value == 3
    assert_array_equal(grad.ravel(), [1, -1, 0])


def test_quadrilateral():
    x = np.array([[0, 0], [2, 0], [2.1, 1.9], [0, 2.2]])
    h0, h1 = persistence_diagrams(x, VietorisRips(), essential="drop")
    assert_bars(h0, [(0, np.inf), (0, 1.9026297), (0, 2), (0, 2.1213202)])
    assert_bars(h1, [(2.2, 2.8319604)])
    term = PersistenceTerm(VietorisRips(), PersistenceEnergy(), homology_dimensions=1)
    _, grad = term.value_and_grad(x)
    expected = [[-0.7415357, 0.3290867], [0, 0], [0.7415357, 0.6709134], [0, -1]]
    assert_allclose(grad, expected, atol=5e-8)


@pytest.mark.parametrize(
    ("filtration", "death"), [(VietorisRips(), 1), (WeakAlpha(), 1), (Alpha(), 0.25)]
)
def test_coincident_points(filtration, death):
    (bars,) = persistence_pairs(COINCIDENT, filtration, 0)
    assert_allclose(bars.diagram[:, 0], 0)
    assert_allclose(np.sort(bars.diagram[:, 1]), [0, death, death, np.inf])
    (h0,) = persistence_diagrams(COINCIDENT, filtration, 0, essential="drop")
    assert len(h0) == 3
    for functional in (PersistenceEnergy(), PersistenceEnergy(p=0.5)):
        _, grad = PersistenceTerm(filtration, functional).value_and_grad(COINCIDENT)
        assert np.isfinite(grad).all()
        assert grad.any()


def test_random_image():
    image = np.random.default_rng(0).random((4, 7)).astype(np.float32)
    (h0,) = persistence_diagrams(image, Cubical(), 0, essential="drop")
    expected = [(0.0283197, 0.4226872), (0.1242833, 0.5436250), (0.0027385, np.inf)]
    assert_bars(h0, expected)


def test_extremum_is_the_last_value():
    diameter = PersistenceTerm(
        VietorisRips(), PersistenceEnergy(i0=1), essential="extremum"
    )
    x = np.array([[0.0], [1.0], [5.0]])
    value, grad = diameter.value_and_grad(x)
    assert value == 5 + 4 + 1
    assert_array_equal(grad.ravel(), [-2, 0, 2])
    up = PersistenceTerm(
        Cubical(superlevel=True), PersistenceEnergy(), essential="extremum"
    )
    value, grad = up.value_and_grad(PATH)
    assert value == 5 + 2 + 2
    assert_array_equal(grad, [-1, 1, -1, 1, -1, 1, 0])


def test_two_essential_components():
    apart = VietorisRips(max_edge_length=2)
    h0, _ = persistence_diagrams([[0.0], [1.0], [5.0]], apart, essential="drop")
    assert_bars(h0, [(0, 1), (0, np.inf), (0, np.inf)])
    h0, h1 = persistence_diagrams(
        [[0.0], [1.0], [5.0]], VietorisRips(0.5), essential="drop"
    )
    assert_bars(h0, [(0, np.inf)] * 3)
    assert_bars(h1, [])
