"""gudhi's private doors and its public ones lead to the same diagrams."""

import sys
import types

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical, VietorisRips, WeakAlpha
from sktopo.persistence import _gudhi

CASES = [
    (Cubical(), (40,)),
    (Cubical(), (9, 12)),
    (Cubical(connectivity="face"), (9, 12)),
    (Cubical(connectivity="freudenthal"), (2, 12)),
    (VietorisRips(), (25, 2)),
    (VietorisRips(max_edge_length=1.0), (25, 2)),
    (WeakAlpha(), (25, 2)),
    (VietorisRips(), (1, 2)),
]


@pytest.mark.parametrize(("filtration", "shape"), CASES, ids=str)
@pytest.mark.parametrize("dimensions", [(0, 1), (0, 1, 2)])
def test_public_doors(rng, monkeypatch, filtration, shape, dimensions):
    x = rng.normal(size=shape)
    private = persistence_diagrams(x, filtration, dimensions, essential="drop")
    for name in (
        "_persistence_on_a_line",
        "_persistence_on_rectangle_from_top_cells",
        "_full",
        "_sparse",
    ):
        assert hasattr(_gudhi, name)
        monkeypatch.setattr(_gudhi, name, None)
    public = persistence_diagrams(x, filtration, dimensions, essential="drop")
    for ours, theirs in zip(private, public, strict=True):
        assert_array_equal(ours, theirs)


def test_ranks_beyond_single_precision():
    """Ripser must not round ranks: more than 2^24 edges are not rare."""
    base = 2.0**24
    cycle = np.array([[0, 1], [1, 2], [2, 3], [0, 3]])
    weights = base + np.array([1.0, 2.0, 3.0, 4.0])
    h0, h1 = _gudhi.sparse_flag_diagrams(cycle, weights, 4, 1)
    assert_array_equal(np.sort(h0[:, 1])[:3], weights[:3])
    assert_array_equal(h1, [[base + 4, np.inf]])
    full = np.zeros((4, 4))
    full[tuple(cycle.T)] = weights
    full[0, 2], full[1, 3] = base + 5, base + 6
    _, h1 = _gudhi.dense_flag_diagrams(full + full.T, np.inf, 1)
    assert_array_equal(h1, [[base + 4, base + 5]])


def test_private_functions_of_another_form_are_not_taken(monkeypatch):
    def with_end(row):
        return [[1.0, 2.0], [0.0, np.inf]]

    def without_end(row):
        return [[1.0, 2.0]]

    door = types.SimpleNamespace(with_end=with_end, without_end=without_end)
    monkeypatch.setitem(sys.modules, "gudhi._some_door", door)
    row, bars = np.array([0.0, 2.0, 1.0]), [[0.0, np.inf], [1.0, 2.0]]

    def taken(name, *question):
        return _gudhi.private_function("gudhi._some_door", name, bars, *question)

    assert taken("with_end", row) is with_end
    assert taken("with_end", row, 0.0) is None
    assert taken("without_end", row) is None
    assert taken("of_no_version", row) is None
    assert _gudhi.private_function("gudhi._no_module", "with_end", bars, row) is None
