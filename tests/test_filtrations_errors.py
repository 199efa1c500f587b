"""Bad input gets an error that names it."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from sktopo import persistence_diagrams
from sktopo.filtrations import (
    Alpha,
    Cubical,
    LowerStar,
    VietorisRips,
    WeakAlpha,
    as_complex,
    closure,
)

GRID = np.zeros((3, 3))
CLOUD = np.zeros((3, 2))
FILTRATIONS = [
    (Cubical(), GRID),
    (VietorisRips(), CLOUD),
    (WeakAlpha(), CLOUD),
    (Alpha(), CLOUD),
    (LowerStar([(0, 1)]), np.zeros(3)),
]


@pytest.mark.parametrize(("filtration", "good"), FILTRATIONS, ids=str)
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: np.where(x == 0, np.nan, x), "NaN"),
        (lambda x: np.where(x == 0, np.inf, x), "infinity"),
        (lambda x: x[:0], "must not be empty"),
        (lambda x: np.float64(3.0), "shape \\(\\)"),
        (lambda x: np.zeros((2, 2, 2, 2)), "shape \\(2, 2, 2, 2\\)"),
        (lambda x: np.full(x.shape, "a"), "real numbers"),
        (lambda x: x.astype(complex), "Complex data not supported"),
        (lambda x: [[1.0, 2.0], [3.0]], "ragged"),
        (lambda x: None, "real numbers|shape"),
        (lambda x: x.astype("M8[D]"), "real numbers"),
        (lambda x: np.zeros(x.shape, dtype=[("a", float)]), "real numbers"),
        (lambda x: np.ma.masked_equal(x, 0), "no masked entries"),
        (lambda x: 1.7e308 * np.resize([-1.0, 1.0], x.shape), "overflow"),
    ],
)
def test_what_is_no_sample_is_named(filtration, good, spoil, message):
    with pytest.raises(ValueError, match=message) as caught:
        persistence_diagrams(spoil(good), filtration, essential="drop")
    assert f"x of {type(filtration).__name__}.build" in str(caught.value)


class HasBuild:
    """No Filtration, which has more than that."""

    def build(self, x, previous=None):
        return Cubical().build(x)


@pytest.mark.parametrize("filtration", [Cubical, "Cubical", None, HasBuild()])
def test_what_is_no_filtration(filtration):
    with pytest.raises(TypeError, match="'filtration' parameter of persistence_diag"):
        persistence_diagrams(GRID, filtration, essential="drop")


def test_sparse_matrices():
    from scipy.sparse import csr_array

    with pytest.raises(TypeError, match=r"x of Cubical\.build is a sparse matrix"):
        Cubical().build(csr_array(GRID))


@pytest.mark.parametrize(
    "dimensions", [(), (-1,), (0, 0), (0.5,), "H0", (True,), [[0]]]
)
def test_bad_homology_dimensions_are_named(dimensions):
    with pytest.raises(ValueError, match="The 'homology_dimensions' parameter"):
        persistence_diagrams(GRID, Cubical(), dimensions, essential="drop")


@pytest.mark.parametrize(
    ("filtration", "message"),
    [
        (Cubical(superlevel="yes"), "'superlevel' parameter of Cubical"),
        (Cubical(connectivity=8), "'connectivity' parameter of Cubical"),
        (Cubical(tie_breaking="no"), "'tie_breaking' parameter of Cubical"),
        (Cubical(random_state="no"), "'random_state' parameter of Cubical"),
        (VietorisRips(-1.0), "'max_edge_length' parameter of VietorisRips"),
        (VietorisRips(np.nan), "'max_edge_length' parameter of VietorisRips"),
        (VietorisRips(metric="cosine"), "'metric' parameter of VietorisRips"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(filtration, message):
    with pytest.raises(ValueError, match=message):
        filtration.build(GRID)


def test_a_parameter_is_checked_again_after_it_was_set():
    filtration = Cubical()
    filtration.build(GRID)
    filtration.set_params(connectivity="none")
    with pytest.raises(ValueError, match="connectivity"):
        filtration.build(GRID)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0, 1, 2], [1, 0, 3]], "square"),
        ([[0, 1], [2, 0]], r"symmetric. Got x\[0, 1\] = 1 and x\[1, 0\] = 2"),
        ([[0, -1], [-1, 0]], r"non-negative. Got x\[0, 1\] = -1"),
        ([[0, 1], [1, 2]], r"zero on its diagonal. Got x\[1, 1\] = 2"),
        ([[0, -np.inf], [-np.inf, 0]], "infinity"),
        ([[0, np.nan], [np.nan, 0]], "NaN"),
        ([[0, np.inf], [1.0, 0]], r"symmetric. Got x\[0, 1\] = "),
        ([[np.inf, 1.0], [1.0, 0]], "zero on its diagonal"),
    ],
)
def test_what_is_no_distance_matrix_is_named(matrix, message):
    with pytest.raises(ValueError, match=message):
        VietorisRips(metric="precomputed").build(matrix)


@pytest.mark.parametrize(
    ("simplices", "message"),
    [
        ([(0, 1, 2)], r"\(0, 1\), a face of \(0, 1, 2\), is missing; .*closure"),
        ([(0, 1), (1, 2), (0, 1, 2)], "is missing"),
        ([(0, 1), (1, 0)], r"once. Got \(0, 1\) repeated"),
        ([(0,), (0,)], r"once. Got \(0,\) repeated"),
        ([(0, 0)], "distinct vertices"),
        ([(0, -1)], "vertex indices >= 0"),
        ([(0, 7)], r"name vertex 7. Got 3 values"),
        ([()], "non-empty"),
        (["ab"], "vertex indices"),
        ([(0.5, 1)], "vertex indices"),
        ([(np.nan, 1)], "vertex indices"),
        ([(np.inf, 1)], "vertex indices"),
        ([(0, 10**30)], "vertex indices"),
        ([0, 1], "sequence of sequences"),
        (7, "'simplices' parameter of LowerStar"),
    ],
)
def test_what_is_no_complex_is_named(simplices, message):
    with pytest.raises(ValueError, match=message):
        LowerStar(simplices).build(np.zeros(3))


def test_closure_adds_every_face_once():
    assert closure([(2, 0)]) == [(0,), (2,), (0, 2)]
    assert len(closure(np.array([[0, 1, 2], [1, 2, 3]]))) == 4 + 5 + 2
    with pytest.raises(ValueError, match="'simplices' parameter of closure"):
        closure([(1, "a")])
    with pytest.raises(MemoryError, match="simplices with up to 60 vertices"):
        closure([range(60)])


PATH = [(0,), (1,), (2,), (0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("simplices", "message"),
    [
        ([(0, 1), (1, 0), (1, 2), (2, 1)], "repeated"),
        ([(0, 1), (1, 1), (1, 2)], "distinct vertices"),
        (np.array([[0, 1], [1, 0], [2, 2], [2, 1]]), "distinct vertices"),
        ([np.array([[0, 1], [2, 1]]), np.array([[0, 1]])], "repeated"),
        ([(0, 1, 1), (1, 2)], "distinct vertices"),
    ],
)
def test_closure_takes_what_is_no_complex_yet(simplices, message):
    with pytest.raises(ValueError, match=rf"{message}.*closure\(simplices\) takes"):
        LowerStar(simplices).build(np.zeros(3))
    assert closure(simplices) == PATH


@pytest.mark.parametrize(
    "simplices",
    [
        PATH,
        np.array([[0, 1], [1, 2]]),
        [np.array([[0], [1], [2]]), np.array([[0, 1], [1, 2]])],
        [np.array([0, 1]), {1, 2}],
        [(0.0, 1.0), (np.int8(1), 2)],
    ],
)
def test_simplices_may_be_arrays_and_sets(simplices):
    (h0,) = persistence_diagrams([0.0, 2, 1], LowerStar(simplices), 0, essential="drop")
    np.testing.assert_array_equal(h0, [[0, np.inf], [1, 2]])


def test_simplices_are_read_once_for_clones_and_pickles(monkeypatch):
    from sktopo.filtrations import _lower_star

    n_reads = 0

    def counted(*args):
        nonlocal n_reads
        n_reads += 1
        return as_complex(*args)

    monkeypatch.setattr(_lower_star, "as_complex", counted)
    random = np.random.RandomState(0)
    first = LowerStar(closure([(0, 1, 2)]), random_state=random, tie_breaking="random")
    first.build(np.zeros(3))
    cloned = clone(first)
    for other in (cloned, pickle.loads(pickle.dumps(first)), clone(cloned)):
        other.build(np.zeros(3))
    assert n_reads == 1
    assert cloned.random_state is not random
    assert cloned.get_params().keys() == first.get_params().keys()
    cloned.set_params(simplices=[(0, 1)]).build(np.zeros(3))
    assert n_reads == 2


def test_too_many_points_for_the_machine():
    x = np.zeros((3_000_000, 2))
    with pytest.raises(MemoryError, match="GiB") as caught:
        VietorisRips().build(x)
    assert "WeakAlpha" in str(caught.value)
    assert "max_edge_length" in str(caught.value)
    with pytest.raises(MemoryError, match="max_edge_length"):
        VietorisRips(max_edge_length=1.0).build(x)


def test_too_many_coordinates_for_delaunay():
    x = np.random.default_rng(0).random((500, 30))
    for filtration in (WeakAlpha(), Alpha()):
        with pytest.raises(MemoryError, match="30 coordinates"):
            filtration.build(x)
