"""Many grids at once, and diagrams without pairs, against one grid after the other."""

import numpy as np
import pytest

from sktopo.persistence import (
    CONNECTIVITIES,
    grid_pairs,
    sort_order,
    stacked_grid_bars,
    stacked_grid_diagrams,
)


@pytest.mark.parametrize(
    "shape", [(1, 9), (4, 9), (3, 1), (5, 4, 6), (2, 2, 5), (3, 7, 1), (2, 3, 4, 3)]
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("n_levels", [3, 10**6])
@pytest.mark.parametrize("connectivity", CONNECTIVITIES)
def test_many_grids_at_once_are_each_by_itself(
    shape, descending, n_levels, connectivity, rng
):
    values = rng.integers(n_levels, size=shape).astype(float)
    stacked = stacked_grid_bars(values, connectivity, (0, 1), superlevel=descending)
    size = values[0].size
    expected = [[], []]
    for k, one in enumerate(values):
        order = sort_order(one.ravel(), descending=descending)
        for pairs in grid_pairs(order, one.shape, connectivity, (0, 1)):
            both = expected[pairs.dimension]
            both += [tuple(pair) for pair in (pairs.finite + k * size).tolist()]
            both += [(born + k * size, -1) for born in pairs.essential.tolist()]
            flat = one.ravel()[order[0]] == one.ravel()[pairs.essential]
            assert flat.all()
    for bars, those in zip(stacked, expected):
        found = [tuple(pair) for pair in bars.indices.tolist()]
        assert (np.diff(bars.indices[:, 0] // size) >= 0).all()

        def lives(pair):
            return pair[1] < 0 or values.flat[pair[0]] != values.flat[pair[1]]

        assert sorted(filter(lives, found)) == sorted(filter(lives, those))


@pytest.mark.parametrize("shape", [(9,), (1,), (4, 6), (2, 5), (1, 7), (5, 1)])
def test_diagrams_without_pairs(shape, rng):
    several = rng.random((3, *shape))
    bars, lengths = stacked_grid_diagrams(several, (0, 1))
    assert len(lengths) == 6
    diagrams = np.split(bars, np.cumsum(lengths)[:-1])
    for values, h0, h1 in zip(several, diagrams[::2], diagrams[1::2]):
        (pairs, holes) = grid_pairs(sort_order(values.ravel()), shape, "full", (0, 1))
        flat = values.ravel()
        expected = [[flat[b], np.inf] for b in pairs.essential]
        expected += flat[pairs.finite].tolist()
        lives = sorted(tuple(bar) for bar in h0.tolist() if bar[0] < bar[1])
        assert lives == sorted(tuple(bar) for bar in expected if bar[0] < bar[1])
        assert sorted(h1.tolist()) == sorted(flat[holes.finite].tolist())
