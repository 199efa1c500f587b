"""Every filtration against a plain reduction of the boundary matrix."""

import numpy as np
import pytest
from _reference import (
    alpha_values,
    cubical_diagrams,
    freudenthal_simplices,
    lower_star_values,
    rips_values,
    simplicial_diagrams,
    weak_alpha_values,
)
from numpy.testing import assert_allclose
from scipy.spatial.distance import cdist

from sktopo import persistence_diagrams
from sktopo.filtrations import (
    Alpha,
    Cubical,
    LowerStar,
    VietorisRips,
    WeakAlpha,
    closure,
)

SHAPES = [
    *[(1,), (2,), (7,)],
    *[(1, 1), (1, 5), (2, 2), (2, 5), (3, 3), (4, 5), (5, 1), (6, 3)],
    *[(1, 3, 3), (2, 2, 2), (3, 1, 2), (3, 2, 3), (3, 3, 3)],
]
# What is asked for decides the route: only H0, only H2, both, or all of them.
ASKED = [(0, 1, 2), (0,), (1,), (2,), (0, 2), (2, 0)]


def assert_same(found, expected, flip=False):
    expected = np.array(expected, dtype=float).reshape(-1, 2)
    expected = -expected if flip else expected
    assert found.shape == expected.shape
    rows, others = np.lexsort(found.T[::-1]), np.lexsort(expected.T[::-1])
    assert_allclose(found[rows], expected[others], rtol=1e-9, atol=1e-12)


def random_values(rng, shape, kind):
    if kind == "reals":
        return rng.normal(size=shape)
    if kind == "ties":
        return rng.integers(0, 4, size=shape).astype(float)
    return rng.integers(0, 5, size=shape).astype(kind)


@pytest.mark.parametrize("kind", ["reals", "ties", "uint8", "int64", "float32"])
@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_grids_agree_with_a_matrix_reduction(
    rng, shape, connectivity, superlevel, kind
):
    for _ in range(6 if len(shape) < 3 else 2):
        f = random_values(rng, shape, kind)
        g = -f.astype(float) if superlevel else f.astype(float)
        if connectivity == "freudenthal":
            simplices = freudenthal_simplices(shape)
            expected = simplicial_diagrams(lower_star_values(g.ravel(), simplices))
        else:
            expected = cubical_diagrams(g, connectivity)
        filtration = Cubical(
            superlevel=superlevel, connectivity=connectivity, ndim=len(shape)
        )
        for dimensions in ASKED:
            found = persistence_diagrams(f, filtration, dimensions, essential="drop")
            for k, diagram in zip(dimensions, found, strict=True):
                assert_same(diagram, expected.get(k, []), flip=superlevel)


@pytest.mark.parametrize("kind", ["reals", "ties"])
@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_vietoris_rips(rng, n_coordinates, kind):
    for _ in range(40):
        n = int(rng.integers(1, 8))
        x = random_values(rng, (n, n_coordinates), kind)
        distances = cdist(x, x)
        for longest in (np.inf, 1.0, 0.3):
            expected = simplicial_diagrams(rips_values(distances, 2, longest))
            for dimensions in ASKED:
                for data, metric in ((x, "euclidean"), (distances, "precomputed")):
                    filtration = VietorisRips(longest, metric=metric)
                    found = persistence_diagrams(
                        data, filtration, dimensions, essential="drop"
                    )
                    for k, diagram in zip(dimensions, found, strict=True):
                        assert_same(diagram, expected.get(k, []))


@pytest.mark.parametrize(
    ("filtration", "values"),
    [(WeakAlpha(), weak_alpha_values), (Alpha(), alpha_values)],
)
@pytest.mark.parametrize("n_coordinates", [1, 2, 3, 4])
def test_delaunay_filtrations(rng, filtration, values, n_coordinates):
    for _ in range(25):
        n = int(rng.integers(n_coordinates + 1, n_coordinates + 6))
        x = rng.normal(size=(n, n_coordinates))
        expected = simplicial_diagrams(values(x))
        for dimensions in ASKED:
            found = persistence_diagrams(x, filtration, dimensions, essential="drop")
            for k, diagram in zip(dimensions, found, strict=True):
                assert_same(diagram, expected.get(k, []))


@pytest.mark.parametrize("n_coordinates", [1, 2, 3])
def test_weak_alpha_has_the_components_of_rips(rng, n_coordinates):
    for _ in range(60):
        x = rng.integers(0, 4, size=(int(rng.integers(1, 12)), n_coordinates))
        (ours,) = persistence_diagrams(x, WeakAlpha(), 0, essential="drop")
        (theirs,) = persistence_diagrams(x, VietorisRips(), 0, essential="drop")
        assert_allclose(ours, theirs)


@pytest.mark.parametrize("shape", [(3, 3, 3), (4, 4, 4), (2, 3, 5), (3, 3, 2, 2)])
def test_alpha_of_full_lattices(shape):
    """Only cubes: H0 bars of 1/4, H1 bars of squares, no value beyond the last cube."""
    x = np.array(list(np.ndindex(*shape)), dtype=float)
    complex_ = Alpha().build(x)
    assert complex_.values.max() <= len(shape) / 4 + 1e-6
    h0, h1, _ = persistence_diagrams(x, Alpha(), (0, 1, 2), essential="drop")
    assert_allclose(h0[1:, 1], 0.25, atol=1e-6)
    long_bars = h1[h1[:, 1] - h1[:, 0] > 1e-4]
    assert_allclose(long_bars, [[0.25, 0.5]] * len(long_bars), atol=1e-6)
    n_edges = sum(len(x) * (n - 1) // n for n in shape)
    assert len(long_bars) == n_edges - len(x) + 1


def test_alpha_of_lattices_has_the_diagram_of_nearby_points(rng):
    """Stability: cospherical points have the diagram of points in general position."""
    for _ in range(30):
        n_coordinates = int(rng.integers(2, 4))
        x = rng.integers(0, 3, size=(int(rng.integers(4, 14)), n_coordinates))
        x = np.unique(x, axis=0).astype(float)
        near = x + 1e-7 * rng.normal(size=x.shape)
        for ours, theirs in zip(
            persistence_diagrams(x, Alpha(), (0, 1, 2), essential="drop"),
            persistence_diagrams(near, Alpha(), (0, 1, 2), essential="drop"),
            strict=True,
        ):
            ours, theirs = (d[np.abs(d[:, 1] - d[:, 0]) > 1e-4] for d in (ours, theirs))
            assert ours.shape == theirs.shape
            rows, others = (np.lexsort(d.round(4).T[::-1]) for d in (ours, theirs))
            assert_allclose(ours[rows], theirs[others], atol=1e-4)


@pytest.mark.parametrize("kind", ["reals", "ties", "int64"])
@pytest.mark.parametrize("superlevel", [False, True])
def test_lower_star(rng, superlevel, kind):
    for _ in range(60):
        n = int(rng.integers(1, 9))
        largest = [
            rng.choice(n, size=min(n, int(rng.integers(1, 5))), replace=False)
            for _ in range(rng.integers(0, 6))
        ]
        simplices = closure(largest)
        f = random_values(rng, n, kind)
        g = -f if superlevel else f
        expected = simplicial_diagrams(lower_star_values(g, simplices))
        for dimensions in (*ASKED, (3,)):
            filtration = LowerStar(simplices, superlevel=superlevel)
            found = persistence_diagrams(f, filtration, dimensions, essential="drop")
            for k, diagram in zip(dimensions, found, strict=True):
                assert_same(diagram, expected.get(k, []), flip=superlevel)
