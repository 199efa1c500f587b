"""Reduced matrices against sets, and what their rows and columns are for."""

from itertools import combinations

import numpy as np
import pytest
from _reference import simplicial_diagrams
from numpy.testing import assert_array_equal

from sktopo.persistence import SimplexOrder, simplicial_pairs


def random_complex(rng, n_points=7, n_values=None):
    """All simplices up to dimension 3 of a random complex, and their values."""
    values = {(i,): rng.random() / 4 for i in range(n_points)}
    for size in (2, 3, 4):
        for s in combinations(range(n_points), size):
            faces = [values.get(f) for f in combinations(s, size - 1)]
            if None not in faces and rng.random() < 0.75:
                values[s] = max(faces) + rng.random() / 4
    if n_values is not None:
        values = {s: np.floor(n_values * v) for s, v in values.items()}
    return values


def as_arrays(values):
    """Simplices and values of each dimension, in an order that means nothing."""
    simplices = [
        np.array([s for s in values if len(s) == size]).reshape(-1, size)
        for size in (1, 2, 3, 4)
    ]
    ranks = [np.array([values[tuple(s)] for s in rows.tolist()]) for rows in simplices]
    return simplices, ranks


def slow_reduction(columns):
    """R and V as sets, by the textbook; ``columns`` is in the order of reduction."""
    reduced, chains, lowest = [], [], {}
    for j, column in enumerate(columns):
        column, chain = set(column), {j}
        while column and max(column) in lowest:
            i = lowest[max(column)]
            column ^= reduced[i]
            chain ^= chains[i]
        if column:
            lowest[max(column)] = j
        reduced.append(column)
        chains.append(chain)
    return reduced, chains


def dense(chains):
    matrix = np.zeros((len(chains), len(chains)), dtype=int)
    for j, chain in enumerate(chains):
        matrix[sorted(chain), j] = 1
    return matrix


@pytest.mark.parametrize("n_values", [None, 6], ids=["distinct", "ties"])
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("kind", ["boundary", "coboundary"])
def test_the_decomposition(rng, kind, k, n_values):
    simplices, ranks = as_arrays(random_complex(rng, n_values=n_values))
    found = SimplexOrder(simplices, ranks)
    faces = found.faces(k)
    for j, row in enumerate(simplices[k]):
        facets = [np.delete(row, out) for out in range(k + 1)]
        assert_array_equal(simplices[k - 1][faces[j]], facets)
    upper = np.argsort(ranks[k], kind="stable")
    lower = np.argsort(ranks[k - 1], kind="stable")
    boundary = np.zeros((len(lower), len(upper)), dtype=int)
    boundary[faces.ravel(), np.repeat(np.arange(len(upper)), k + 1)] = 1
    boundary = boundary[lower][:, upper]
    if kind == "boundary":
        matrix, rows, columns, reduction = boundary, lower, upper, found.boundary(k)
    else:
        matrix, rows, columns = boundary.T[::-1, ::-1], upper[::-1], lower[::-1]
        reduction = found.coboundary(k - 1)
    reduced, chains = slow_reduction([np.flatnonzero(c).tolist() for c in matrix.T])
    v = dense(chains)
    r = np.zeros_like(matrix)
    for j, column in enumerate(reduced):
        r[sorted(column), j] = 1
    assert_array_equal(matrix @ v % 2, r)
    inverse = np.rint(np.linalg.inv(v)).astype(int) % 2
    n = len(columns)
    for ours, expected in (
        (reduction.columns(columns), v.T),
        (reduction.rows(columns), inverse),
    ):
        which, cells = ours
        full = np.zeros((n, n), dtype=int)
        full[which, cells] = 1
        assert_array_equal(full[:, columns], expected)
    pairs = [(rows[max(c)], columns[j]) for j, c in enumerate(reduced) if c]
    assert sorted(map(tuple, reduction.pairs.tolist())) == sorted(pairs)


@pytest.mark.parametrize("n_values", [None, 4], ids=["distinct", "ties"])
def test_pairs_are_those_of_gudhi(rng, n_values):
    for _ in range(20):
        simplices, values = as_arrays(random_complex(rng, n_values=n_values))
        order = np.unique(np.concatenate(values))
        ranks = [np.searchsorted(order, v).astype(float) for v in values]
        found = SimplexOrder(simplices, ranks)
        for pairs in simplicial_pairs(np.arange(order.size), simplices, ranks, (0, 1)):
            k = pairs.dimension
            birth, death = found.boundary(k + 1).pairs.T
            ours = np.column_stack([ranks[k][birth], ranks[k + 1][death]])
            ours = ours[ours[:, 0] < ours[:, 1]]
            assert sorted(ours.tolist()) == sorted(pairs.finite.tolist())
            essential = ranks[k][found.essential(k)]
            assert sorted(essential) == sorted(pairs.essential)
            assert_array_equal(
                np.sort(found.coboundary(k).pairs[:, ::-1], axis=0),
                np.sort(found.boundary(k + 1).pairs, axis=0),
            )


def moved_values(values, cells, target, down):
    """Give the cells their target, and faces or cofaces no more than they need."""
    moved = dict(values)
    for cell in cells:
        moved[cell] = target
        for s, v in values.items():
            below = set(s) < set(cell) and v > target
            above = set(s) > set(cell) and v < target
            if below if down else above:
                moved[s] = target
    return moved


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("part", ["birth", "death"])
@pytest.mark.parametrize("down", [False, True], ids=["up", "down"])
def test_critical_sets_move_a_bar_to_its_target(rng, k, part, down):
    """Both ends of the bar are as they should be, whatever happens to other bars."""
    n_moves = n_alone = 0
    for _ in range(40):
        values = random_complex(rng)
        simplices, ranks = as_arrays(values)
        found = SimplexOrder(simplices, ranks)
        matrix = found.boundary(k + 1) if part == "death" else found.coboundary(k)
        birth, death = found.boundary(k + 1).pairs.T
        b, d = ranks[k][birth], ranks[k + 1][death]
        for i in np.flatnonzero(b < d):
            share = rng.random()
            if part == "death":
                target = b[i] + share * (d[i] - b[i]) if down else d[i] + share
                cell, dimension, old = death[i], k + 1, d[i]
            else:
                target = b[i] - share if down else b[i] + share * (d[i] - b[i])
                cell, dimension, old = birth[i], k, b[i]
            # Up to the target a death goes up and a birth down by the rows of V^-1.
            ask = matrix.columns if (part == "death") == down else matrix.rows
            _, cells = ask(np.array([cell]))
            there = ranks[dimension][cells]
            low, high = sorted((old, target))
            cells = cells[(low <= there) & (there <= high)]
            names = [tuple(simplices[dimension][c].tolist()) for c in cells]
            bar = (b[i], target) if part == "death" else (target, d[i])
            moved = moved_values(values, names, target, down)
            assert bar in simplicial_diagrams(moved)[k]
            n_moves += 1
            alone = [tuple(simplices[dimension][cell].tolist())]
            moved = moved_values(values, alone, target, down)
            n_alone += bar in simplicial_diagrams(moved)[k]
    assert n_moves > 10
    if k < 2:
        assert n_alone < n_moves  # the simplex of the bar is not enough
