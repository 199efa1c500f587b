"""Big steps on grids: one end of a bar goes where it should, and no other moves it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical, LowerStar, closure
from sktopo.functionals import (
    FunctionalFromCallable,
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm

SHAPES = [(14,), (2,), (7, 8), (1, 9), (2, 5), (1, 1), (4, 5, 3), (3, 1, 4)]


def one_bar(bar, shift):
    """Moves a bar by a shift, and nothing else."""

    def fn(diagram):
        grad = np.zeros_like(diagram)
        grad[np.argmin(np.abs(diagram - bar).sum(axis=1))] = -np.asarray(shift)
        return 0.0, grad

    return FunctionalFromCallable(fn)


def finite_bars(x, filtration, dimension):
    (bars,) = persistence_diagrams(x, filtration, dimension, essential="drop")
    return bars[np.isfinite(bars[:, 1])]


def moves(x, filtration, dimension):
    """Each of a few bars with one end moved; (expected bar, image after the step).

    Outward past many other bars, inward nearly to the other end.
    """
    for bar in finite_bars(x, filtration, dimension)[:5]:
        lifetime = bar[1] - bar[0]
        outward = 0.5 * np.sign(lifetime)
        for shift in (
            (-outward, 0),
            (0.9 * lifetime, 0),
            (0, outward),
            (0, -0.9 * lifetime),
        ):
            term = PersistenceTerm(filtration, one_bar(bar, shift), dimension)
            yield bar + shift, x + term.big_step(x, 1.0)


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_each_end_goes_where_it_should(rng, connectivity, superlevel):
    n_cells = []
    for shape in SHAPES * 3:
        x = rng.random(shape)
        filtration = Cubical(superlevel=superlevel, connectivity=connectivity)
        for dimension in {0, len(shape) - 1}:
            for expected, moved in moves(x, filtration, dimension):
                after = finite_bars(moved, filtration, dimension)
                assert np.isclose(after, expected, atol=1e-12).all(axis=1).any()
                n_cells.append(np.count_nonzero(moved != x))
    assert len(n_cells) > 200
    assert max(n_cells) > 2


@pytest.mark.parametrize("connectivity", ["full", "face", "freudenthal"])
def test_on_circles_and_with_missing_pixels(rng, connectivity):
    n_moved = 0
    for periodic in ((True, False), (True, True), (False, True)):
        x = rng.random((7, 6))
        filtration = Cubical(connectivity=connectivity, periodic=periodic)
        for dimension in (0, 1):
            for expected, moved in moves(x, filtration, dimension):
                after = finite_bars(moved, filtration, dimension)
                assert np.isclose(after, expected, atol=1e-12).all(axis=1).any()
                n_moved += 1
    mask = rng.random((9, 8)) < 0.25
    x = rng.random(mask.shape)
    filtration = Cubical(connectivity=connectivity, mask=mask)
    for expected, moved in moves(x, filtration, 0):
        after = finite_bars(moved, filtration, 0)
        assert np.isclose(after, expected, atol=1e-12).all(axis=1).any()
        assert_array_equal(moved[mask], x[mask])
        n_moved += 1
    assert n_moved > 40


def test_sets_on_a_path_are_those_of_reduced_matrices(rng):
    """The two ways to find critical sets, on a complex that both of them know."""
    path = LowerStar(closure([(i, i + 1) for i in range(11)]))
    birth, death = PersistenceNorm(side="birth"), PersistenceNorm(side="death")
    for _ in range(20):
        x = rng.random(12)
        (up, ours_up), (down, ours_down), (apart, ours_apart) = (
            [
                PersistenceTerm(filtration, functional).big_step(x, 0.05)
                for filtration in (path, Cubical())
            ]
            for functional in (birth, death, -death)
        )
        assert_allclose(ours_up, up, atol=1e-12)
        # The way to the first older one is part of that to the one it dies by.
        assert_allclose(ours_down[ours_down != 0], down[ours_down != 0], atol=1e-12)
        # All around is more than where an older one is behind.
        assert_allclose(ours_apart[apart != 0], apart[apart != 0], atol=1e-12)


def test_by_hand():
    x = np.array([[0.0, 9, 9, 9], [9, 5, 3, 9], [9, 9, 9, 1]])
    (h0,) = persistence_diagrams(x, Cubical(), 0)
    assert_array_equal(h0, [[0, 9], [1, 5]])
    lower = PersistenceTerm(Cubical(), one_bar([1, 5], [0, -3]))
    assert_array_equal(
        x + lower.big_step(x, 1.0), [[0, 9, 9, 9], [9, 2, 2, 9], [9, 9, 9, 1]]
    )
    raised = PersistenceTerm(Cubical(), one_bar([1, 5], [3, 0]))
    assert_array_equal(
        x + raised.big_step(x, 1.0), [[0, 9, 9, 9], [9, 5, 4, 9], [9, 9, 9, 4]]
    )
    apart = PersistenceTerm(Cubical(), one_bar([1, 5], [0, 2]))
    assert_array_equal(
        x + apart.big_step(x, 1.0), [[0, 9, 9, 9], [9, 7, 3, 9], [9, 9, 9, 1]]
    )


def test_a_loop_opens_along_a_path_and_closes_in_a_ring():
    ring = np.full((5, 6), 2.0)
    ring[1:4, 1:4] = 9  # the hole, with a wall of 6 on one side
    ring[:, 4] = 6
    ring[:, 5] = 5
    (h1,) = persistence_diagrams(ring, Cubical(), 1)
    assert_array_equal(h1, [[6, 9]])
    closed, opened, filled = (
        ring + PersistenceTerm(Cubical(), one_bar([6, 9], shift), 1).big_step(ring, 1.0)
        for shift in ((-2, 0), (2, 0), (0, -1))
    )
    assert_array_equal(persistence_diagrams(closed, Cubical(), 1)[0], [[4, 9]])
    expected = ring.copy()
    expected[1:4, 4] = 4
    assert_array_equal(closed, expected)
    assert_array_equal(persistence_diagrams(opened, Cubical(), 1)[0], [[8, 9]])
    # From the hole to the border the way is two pixels long.
    assert np.count_nonzero(opened != ring) == 2
    assert_array_equal(filled, np.minimum(ring, 8))


def test_essential_components_and_the_end():
    x = np.array([0.0, 2, 1, 3, 0.5, 6, 5, 7])
    for shift, expected in (
        ((1.5, 0), [1.5, 2, 1.5, 3, 1.5, 6, 5, 7]),
        ((-1, 0), [-1, 2, 1, 3, 0.5, 6, 5, 7]),
        ((0, -1.5), [0, 2, 1, 3, 0.5, 5.5, 5, 5.5]),
        ((0, 1), [0, 2, 1, 3, 0.5, 6, 5, 8]),
    ):
        bar = one_bar([0.0, 7.0], shift)
        term = PersistenceTerm(Cubical(), bar, 0, "extremum")
        assert_allclose(x + term.big_step(x, 1.0), expected)


def test_pieces_that_never_meet_move_alone():
    x = np.array([[0.0, 2, 9, 1, 3], [5, 4, 9, 6, 7]])
    mask = np.zeros(x.shape, dtype=bool)
    mask[:, 2] = True
    filtration = Cubical(mask=mask)
    (h0,) = persistence_diagrams(x, filtration, 0, essential="drop")
    assert_array_equal(h0, [[0, np.inf], [1, np.inf]])
    target = WassersteinToTarget([[0.5, np.inf], [1, np.inf]])
    moved = x + PersistenceTerm(filtration, target).big_step(x, 2.0)
    assert_array_equal(moved, [[2, 2, 9, 1, 3], [5, 4, 9, 6, 7]])
    target = WassersteinToTarget([[0, np.inf], [2, np.inf]])
    moved = x + PersistenceTerm(filtration, target).big_step(x, 1.25)
    assert_array_equal(moved, [[0, 2, 9, 3.5, 3.5], [5, 4, 9, 6, 7]])


@pytest.mark.parametrize("rate", [0.3, -0.3])
def test_ties_and_plateaus(rng, rate):
    for shape in SHAPES:
        x = rng.integers(0, 4, shape).astype(float)
        for dimension in {0, len(shape) - 1}:
            term = PersistenceTerm(Cubical(), PersistenceEnergy(p=2), dimension)
            before = term.value_and_grad(x)[0]
            after = term.value_and_grad(x + term.big_step(x, rate))[0]
            assert after * rate <= before * rate


def test_noise_is_nearly_gone_in_one_step(rng):
    """Where the rate is large, nearly all bars close; by a gradient few of them."""
    x = rng.random((40, 40))
    term = PersistenceTerm(Cubical(), PersistenceNorm())
    moved = x + term.big_step(x, 10.0)
    before, grad = term.value_and_grad(x)
    by_gradient = min(term(x - rate * grad) for rate in (0.05, 0.1, 0.2, 0.4))
    assert term(moved) < 0.15 * before < 0.4 * by_gradient


def test_targets_and_sums(rng):
    x = rng.random((9, 9))
    target = WassersteinToTarget([[0.1, np.inf], [0.2, 0.8]])
    term = PersistenceTerm(Cubical(), target)
    total = term + 0.5 * SquaredErrorTerm(x + 1)
    expected = (
        term.big_step(x, 0.1) - 0.05 * SquaredErrorTerm(x + 1).value_and_grad(x)[1]
    )
    assert_allclose(total.big_step(x, 0.1), expected)


def test_what_has_no_big_steps_is_named(rng):
    x = rng.random((8, 8, 8))
    with pytest.raises(ValueError, match="Big steps of H1 are those of grids of 2"):
        PersistenceTerm(Cubical(), PersistenceNorm(), 1).big_step(x, 0.1)
    masked = Cubical(mask=np.eye(8, dtype=bool))
    with pytest.raises(ValueError, match="Big steps of H1 .* without a mask"):
        PersistenceTerm(masked, PersistenceNorm(), 1).big_step(x[0], 0.1)
