"""Distances between diagrams against gudhi's, and against POT where it is there."""

import gudhi
import numpy as np
import pytest
from gudhi.hera import wasserstein_distance as hera

from sktopo import persistence_diagrams
from sktopo.filtrations import Alpha
from sktopo.metrics import bottleneck, wasserstein


def overlapping(n, seed):
    """Bars half as long as the range of their births: most pairs are worth a match."""
    rng = np.random.default_rng(seed)
    birth = rng.random(n)
    return np.column_stack([birth, birth + rng.random(n)])


def of_points(n, seed):
    points = np.random.default_rng(seed).random((n, 2))
    return persistence_diagrams(points, Alpha(), homology_dimensions=(1,))[0]


KINDS = {"bars of points": of_points, "overlapping bars": overlapping}


@pytest.mark.parametrize("n", [100, 1000, 2000])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("peer", ["hera", "POT"])
def test_wasserstein(compare, peer, kind, n):
    a, b = KINDS[kind](n, 0), KINDS[kind](n, 1)
    theirs = {"order": 2, "internal_p": 2}
    function = hera
    if peer == "POT":
        pytest.importorskip("ot", reason="POT is not installed")
        from gudhi.wasserstein import wasserstein_distance as function
    compare(
        f"Wasserstein, {n} {kind}",
        lambda: wasserstein(a, b),
        lambda: function(a, b, **theirs),
        peer_name=peer,
        wanted=1,
        repeat=1,
    )


@pytest.mark.parametrize("n", [100, 1000])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [0.0, None], ids=["exact", "default"])
def test_bottleneck(compare, error, kind, n):
    a, b = KINDS[kind](n, 0), KINDS[kind](n, 1)
    compare(
        f"bottleneck, {n} {kind}",
        lambda: bottleneck(a, b),
        lambda: gudhi.bottleneck_distance(a, b, error),
        peer_name="gudhi" if error is None else "gudhi, e=0",
        wanted=0.5,
        repeat=1,
    )
