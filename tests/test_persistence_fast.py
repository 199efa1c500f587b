"""With and without the extra "fast": the same pairs, to the bit."""

import numpy as np
import pytest

import sktopo
from sktopo import persistence_pairs
from sktopo._fast import fast_module
from sktopo.filtrations import Cubical, DTMRips, VietorisRips
from sktopo.persistence import _fast_grid, unsorted_grid_pairs

TYPES = {
    "noise": lambda x: x,
    "ties": lambda x: np.round(2 * x),
    "zeros of both signs": lambda x: np.where(x > 0, -0.0, x),
    "float32": lambda x: x.astype(np.float32),
    "uint8": lambda x: (20 * x + 128).astype(np.uint8),
}


def assert_same_pairs(monkeypatch, x, filtration, dimensions):
    fast = persistence_pairs(x, filtration, dimensions)
    monkeypatch.setenv("SKTOPO_FAST", "0")
    plain = persistence_pairs(x, filtration, dimensions)
    monkeypatch.delenv("SKTOPO_FAST")
    for ours, theirs in zip(fast, plain, strict=True):
        np.testing.assert_array_equal(ours.births, theirs.births)
        np.testing.assert_array_equal(ours.deaths, theirs.deaths)


@pytest.mark.parametrize("dimensions", [(0,), (2,), (0, 2), (1,), (2, 1, 0)], ids=str)
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
@pytest.mark.parametrize("kind", TYPES)
def test_voxels(rng, monkeypatch, kind, connectivity, dimensions):
    pytest.importorskip("numba", reason="numba is not installed")
    for shape in [(2, 2, 2), (2, 5, 3), (6, 7, 5), (1, 6, 7), (5, 1, 1)]:
        x = TYPES[kind](rng.normal(size=shape))
        for superlevel in (False, True):
            grid = Cubical(superlevel, connectivity, ndim=3)
            assert_same_pairs(monkeypatch, x, grid, dimensions)


def test_voxels_of_many_blocks_and_columns(rng, monkeypatch):
    """More passes and loops than the first arrays of the kernels hold."""
    pytest.importorskip("numba", reason="numba is not installed")
    x = rng.normal(size=(17, 18, 19))
    for connectivity in ("full", "face"):
        grid = Cubical(connectivity=connectivity)
        assert_same_pairs(monkeypatch, x, grid, (0, 1, 2))


def test_voxels_are_paired_by_numba(rng, monkeypatch):
    pytest.importorskip("numba", reason="numba is not installed")
    x = rng.normal(size=(1, 4, 4, 4))
    assert unsorted_grid_pairs(x, "face", (0, 1, 2)) is not None
    monkeypatch.setenv("SKTOPO_FAST", "0")
    assert unsorted_grid_pairs(x, "face", (0, 1, 2)) is None


def test_a_grid_of_too_many_voxels_is_not_for_them(rng, monkeypatch):
    monkeypatch.setattr(_fast_grid, "_MOST_CELLS", 100)
    assert unsorted_grid_pairs(rng.normal(size=(1, 4, 4, 4)), "face", (0,)) is None


@pytest.mark.parametrize(
    "filtration",
    [VietorisRips(), VietorisRips(max_edge_length=1.0), DTMRips(n_neighbors=2)],
    ids=str,
)
@pytest.mark.parametrize("dimensions", [(0, 1), (1,), (0, 1, 2)], ids=str)
def test_clouds(rng, monkeypatch, filtration, dimensions):
    pytest.importorskip("redzed_tda", reason="redzed-tda is not installed")
    for n_points, n_coordinates in [(3, 2), (4, 1), (25, 2), (40, 3), (60, 2)]:
        points = rng.normal(size=(n_points, n_coordinates))
        for x in (points, np.round(points)):
            assert_same_pairs(monkeypatch, x, filtration, dimensions)


def test_lengths_that_differ_in_their_last_bits(rng, monkeypatch):
    """RedZeD computes in single precision: it is given ranks."""
    pytest.importorskip("redzed_tda", reason="redzed-tda is not installed")
    n = 30
    lengths = 1 + np.arange(n * (n - 1) // 2) * np.finfo(float).eps
    matrix = np.zeros((n, n))
    matrix[np.triu_indices(n, 1)] = rng.permutation(lengths)
    rips = VietorisRips(metric="precomputed")
    assert len(persistence_pairs(matrix + matrix.T, rips)[1].births)
    assert_same_pairs(monkeypatch, matrix + matrix.T, rips, (0, 1))


def test_what_is_missing_or_turned_off_is_none(monkeypatch):
    assert fast_module("no_such_module") is None
    assert fast_module("json") is not None
    monkeypatch.setenv("SKTOPO_FAST", "0")
    assert fast_module("json") is None


def test_show_versions(capsys, monkeypatch):
    monkeypatch.setenv("SKTOPO_FAST", "0")
    sktopo.show_versions()
    printed = capsys.readouterr().out
    assert f"sktopo         {sktopo.__version__}\n" in printed
    for line in printed.splitlines():
        if line.split()[0] in ("numba", "redzed-tda", "POT"):
            assert line.endswith(("not installed", "not used"))
