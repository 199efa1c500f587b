"""Representatives: cycles, born with their bars and no boundaries before these die."""

import pickle
from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.ndimage import gaussian_filter, generate_binary_structure, label

from sktopo import persistence_pairs
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha


def is_in_span(target, columns):
    """Whether a chain is a sum of chains, as sets modulo 2."""
    lows = {}

    def reduced(chain):
        chain = set(chain)
        while chain and max(chain) in lows:
            chain ^= lows[max(chain)]
        return chain

    for column in columns:
        left = reduced(column)
        if left:
            lows[max(left)] = left
    return not reduced(target)


def blocks(shape, connectivity):
    """Edges and pieces of surface of a grid's complex, as lists of pixel numbers."""
    index = np.arange(np.prod(shape)).reshape(shape)
    a, b, c, d = (
        index[tuple(slice(s, s + n - 1) for s, n in zip(corner, shape, strict=True))]
        .ravel()
        .tolist()
        for corner in ((0, 0), (0, 1), (1, 0), (1, 1))
    )
    squares = list(zip(a, b, c, d, strict=True))
    edges = {tuple(sorted(e)) for q in squares for e in combinations(q, 2)}
    if connectivity == "full":
        return edges, [list(t) for q in squares for t in combinations(q, 3)]
    if connectivity == "freudenthal":
        edges = {e for q in squares for e in combinations(q, 2) if e != (q[1], q[2])}
        return edges, [[q[0], q[i], q[3]] for q in squares for i in (1, 2)]
    edges -= {e for q in squares for e in ((q[0], q[3]), (q[1], q[2]))}
    return edges, [list(q) for q in squares]


def boundary(piece, edges):
    return {e for e in combinations(sorted(piece), 2) if e in edges}


def closed(chain):
    """The edges of a closed chain."""
    steps = [tuple(sorted(e)) for e in pairwise([*chain, chain[0]])]
    assert len(set(steps)) == len(steps) >= 3
    return set(steps)


def check_class(cycle, edges, pieces, enters, born, died):
    """That a cycle is born at a moment and dies at another one."""
    assert max(max(enters[v] for v in e) for e in cycle) == born
    assert any(born in (enters[v] for v in e) for e in cycle)

    def up_to(cells, time):
        return [c for c in cells if max(enters[v] for v in c) <= time]

    before = [boundary(p, edges) for p in up_to(pieces, died - 1)]
    assert not is_in_span(cycle, before)
    # When it dies it is a boundary, or that and an older cycle.
    after = [boundary(p, edges) for p in up_to(pieces, died)]
    tree, older = {}, []
    for e in up_to(edges, born - 1):
        paths = [tree.setdefault(v, (v, set())) for v in e]
        if paths[0][0] == paths[1][0]:
            older.append(paths[0][1] ^ paths[1][1] ^ {e})
        else:
            gone, link = paths[1][0], paths[0][1] ^ paths[1][1] ^ {e}
            for v, (root, path) in list(tree.items()):
                if root == gone:
                    tree[v] = paths[0][0], path ^ link
    assert is_in_span(cycle, [*older, *after])


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_loops_of_images(rng, connectivity):
    edges, pieces = blocks((7, 8), connectivity)
    filtration = Cubical(connectivity=connectivity)
    n_loops = 0
    for k in range(12):
        x = rng.integers(0, 9, (7, 8)) if k % 2 else rng.normal(size=(7, 8))
        complex_ = filtration.build(x)
        enters = np.argsort(complex_.order).tolist()
        (bars,) = persistence_pairs(x, filtration, 1, representatives=True)
        rows = zip(*bars[2:], strict=True)
        for birth, death, chain, region in rows:
            chain = np.ravel_multi_index(chain.T, x.shape).tolist()
            born, died = (
                enters[np.ravel_multi_index(p, x.shape)] for p in (birth, death)
            )
            check_class(closed(chain), edges, pieces, enters, born, died)
            inside = np.ravel_multi_index(region.T, x.shape)
            above = np.array(enters).reshape(x.shape) > born
            face = connectivity == "full"
            structure = generate_binary_structure(2, 1 if face else 2)
            if connectivity == "freudenthal":
                structure[0, 2] = structure[2, 0] = False
            expected, _ = label(above, structure)
            same = expected.ravel() == expected[tuple(death)]
            assert_array_equal(np.sort(inside), np.flatnonzero(same))
            n_loops += 1
    assert n_loops > 30


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha(), Alpha()])
def test_cycles_of_clouds(rng, filtration):
    n_cycles = 0
    for _ in range(12):
        x = rng.normal(size=(14, 2))
        complex_ = filtration.build(x)
        (bars,) = persistence_pairs(x, filtration, 1, representatives=True)
        simplices, sources = complex_.cells(1)
        place = np.argsort(complex_.order)
        enters = {
            tuple(s): place[i]
            for rows, index in zip(simplices, sources, strict=True)
            for s, i in zip(rows.tolist(), index, strict=True)
        }
        edges = {tuple(e) for e in simplices[1].tolist()}
        assert bars.regions is None
        for bar, chain in enumerate(bars.representatives):
            cycle = closed(chain.tolist())
            birth = tuple(sorted(bars.births[bar].tolist()))
            assert cycle <= edges
            assert max(enters[e] for e in cycle) == enters[birth]
            assert birth in cycle
            died = enters[tuple(sorted(bars.deaths[bar].tolist()))]
            early = [
                boundary(t, edges)
                for t in map(tuple, simplices[2].tolist())
                if enters[t] < died
            ]
            assert not is_in_span(cycle, early)
            n_cycles += 1
    assert n_cycles > 15


@pytest.mark.parametrize("connectivity", ["full", "face"])
def test_components_of_grids(rng, connectivity):
    filtration = Cubical(connectivity=connectivity, superlevel=True)
    structure = np.ones((3, 3)) if connectivity == "full" else None
    x = rng.normal(size=(12, 9))
    (bars,) = persistence_pairs(x, filtration, 0, representatives=True)
    for (_, death), birth, cells in zip(
        bars.diagram, bars.births, bars.representatives, strict=True
    ):
        assert_array_equal(cells[0], birth)
        labels, _ = label(x > death, structure)
        expected = np.argwhere(labels == labels[tuple(birth)])
        assert_array_equal(cells[np.lexsort(cells.T[::-1])], expected)


@pytest.mark.parametrize("filtration", [VietorisRips(), WeakAlpha(), Alpha()])
def test_components_of_clouds(rng, filtration):
    x = rng.normal(size=(20, 3))
    (bars,) = persistence_pairs(x, filtration, 0, representatives=True)
    n_points = [len(component) for component in bars.representatives]
    assert n_points[0] == 20
    for birth, death, component in zip(
        bars.births[1:], bars.deaths[1:], bars.representatives[1:], strict=True
    ):
        # One end of the edge at which it dies is in it; it begins with its oldest.
        assert np.isin(death, component).sum() == 1
        assert component[0] == birth == component.min()


def test_components_of_functions_on_graphs(rng):
    path = LowerStar([(i, i + 1) for i in range(29)])
    x = rng.normal(size=30)
    (bars,) = persistence_pairs(x, path, 0, representatives=True)
    (expected,) = persistence_pairs(x, Cubical(), 0, representatives=True)
    for a, b in zip(bars.representatives, expected.representatives, strict=True):
        assert_array_equal(a, b[:, 0])


def test_cavities_and_their_surfaces():
    x = np.full((7, 6, 5), 3.0)
    x[1:6, 1:5, 1:4] = 1
    x[2:5, 2:4, 2] = 2
    (bars,) = persistence_pairs(
        x, Cubical(connectivity="face"), 2, representatives=True
    )
    assert_array_equal(bars.diagram[0], [1, 2])
    inside = np.zeros(x.shape, bool)
    inside[tuple(bars.regions[0].T)] = True
    assert_array_equal(inside, x == 2)
    assert_array_equal(x[tuple(bars.representatives[0].T)], 1)
    assert len(bars.representatives[0]) == 60 - 6
    (bars,) = persistence_pairs(x, Cubical(), 2, representatives=True)
    assert len(bars.representatives[0]) == 2 * (6 + 3 + 2)


def test_loops_are_short(rng):
    """Around a disc in a ring, as short as the shortest of a wide ring."""
    y, x = np.mgrid[-30:31, -30:31]
    radius = np.hypot(x, y)
    ring = np.abs(radius - 18) + 3 * gaussian_filter(rng.normal(size=x.shape), 1)
    (bars,) = persistence_pairs(ring, Cubical(), 1, representatives=True)
    chain = bars.representatives[0]
    length = np.linalg.norm(np.diff(chain, axis=0, append=chain[:1]), axis=1).sum()
    assert length < 2 * np.pi * 19 * 1.09
    cloud, _ = make_noisy_circle(100, noise=0.05, random_state=0)
    (bars,) = persistence_pairs(cloud, VietorisRips(), 1, representatives=True)
    sides = np.diff(cloud[bars.representatives[0]], axis=0)
    assert 5 < np.linalg.norm(sides, axis=1).sum() < 2.2 * np.pi


@pytest.mark.parametrize("shape", [(1, 6), (6, 1), (1, 1), (2, 1, 3), (3, 3, 1)])
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_axes_of_one_pixel(rng, shape, connectivity):
    x = rng.random(shape)
    filtration = Cubical(connectivity=connectivity)
    (bars,) = persistence_pairs(x, filtration, 0, representatives=True)
    assert len(bars.representatives[0]) == x.size
    flat = np.squeeze(x)
    if flat.ndim:
        (expected,) = persistence_pairs(flat, filtration, 0, representatives=True)
        for a, b in zip(bars.representatives, expected.representatives, strict=True):
            assert_array_equal(x[tuple(a.T)], flat[tuple(b.T)])


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_surfaces_of_random_cavities(rng, connectivity):
    n_cavities = 0
    for _ in range(5):
        x = rng.random((4, 4, 3))
        filtration = Cubical(connectivity=connectivity)
        (bars,) = persistence_pairs(x, filtration, 2, representatives=True)
        for (born, _), region, surface in zip(
            bars.diagram, bars.regions, bars.representatives, strict=True
        ):
            assert (x[tuple(region.T)] > born).all()
            assert x[tuple(surface.T)].max() == born
            n_cavities += 1
    assert n_cavities > 0


def test_components_of_masked_and_periodic_grids(rng):
    x = rng.random((8, 9))
    mask = rng.random(x.shape) < 0.3
    filtration = Cubical(periodic=True, mask=mask)
    (bars,) = persistence_pairs(x, filtration, 0, representatives=True)
    for (born, died), birth, cells in zip(
        bars.diagram, bars.births, bars.representatives, strict=True
    ):
        assert_array_equal(cells[0], birth)
        values = x[tuple(cells.T)]
        assert not mask[tuple(cells.T)].any()
        assert values.min() == born
        assert values.max() < died
    with pytest.raises(ValueError, match="without a mask and periodic axes"):
        persistence_pairs(x, filtration, 1, representatives=True)


@pytest.mark.parametrize(
    "filtration", [Cubical(), VietorisRips(), WeakAlpha(), Alpha()]
)
def test_they_are_sequences_that_can_be_pickled(rng, filtration):
    x = rng.normal(size=(9, 9)) if filtration.is_grid else rng.normal(size=(12, 2))
    for bars in persistence_pairs(x, filtration, representatives=True):
        found = bars.representatives
        again = pickle.loads(pickle.dumps(found))
        assert len(found) == len(bars.diagram)
        for a, b in zip(found, again, strict=True):
            assert_array_equal(a, b)
        if found:
            assert_array_equal(found[-1], found[len(found) - 1])
        assert len(found[:2]) == min(2, len(found))
        with pytest.raises(IndexError):
            found[len(found)]


def test_where_there_is_no_bar_nothing_is_missing():
    h0, h1 = persistence_pairs([0.0, 2, 1, 3], representatives=True)
    assert len(h0.representatives) == 2
    assert len(h1.representatives) == 0
    voxels = np.random.default_rng(0).random((4, 4, 4))
    with pytest.raises(ValueError, match="Representatives of H1 are those of grids"):
        persistence_pairs(voxels, homology_dimensions=1, representatives=True)
