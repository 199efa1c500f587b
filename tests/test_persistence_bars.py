"""One record of bars, and one order of bars for all that counts them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits

from sktopo.feature_extraction import LongestLifetimes, PersistenceEnergies
from sktopo.filtrations import Cubical, LowerStar, VietorisRips
from sktopo.functionals import PersistenceEnergy
from sktopo.persistence import ESSENTIAL, FINITE, NEVER, longest_first


def naive_order(diagram):
    """Longest first, then first born, then first row, bar by bar."""

    def key(row):
        birth, death = diagram[row]
        return -abs(death - birth), -birth if death < birth else birth, row

    return sorted(range(len(diagram)), key=key)


def tied_diagram(rng, superlevel):
    births = rng.integers(4, size=9).astype(float)
    diagram = np.column_stack([births, births + rng.integers(4, size=9)])
    diagram[rng.integers(9), 1] = np.inf
    diagram = np.concatenate([diagram, diagram[:2]])
    return -diagram if superlevel else diagram


def test_of_equal_lifetimes_the_first_born_counts_first():
    diagram = np.array([[5.0, 7.0], [0.0, 2.0]])
    assert PersistenceEnergy(p=1, q=1, i0=2).value_and_grad(diagram)[0] == 12
    table = PersistenceEnergies(p=1, q=1, i0=2)
    assert table.fit_transform([diagram]) == 12
    # Superlevel sets begin with the largest values: the bar [7, 5] is left out.
    flipped = diagram[:, ::-1].copy()
    assert PersistenceEnergy(p=1, q=1, i0=2).value_and_grad(flipped)[0] == 2
    assert table.fit_transform([flipped]) == 2


@pytest.mark.parametrize("superlevel", [False, True])
@pytest.mark.parametrize("i0", [1, 2, 3, 5, 20])
def test_energies_tables_and_lifetimes_agree_on_ties(rng, superlevel, i0):
    for _ in range(20):
        diagram = tied_diagram(rng, superlevel)
        order = naive_order(diagram)
        moved = np.flatnonzero(diagram[:, 0] != diagram[:, 1])
        found = longest_first(diagram)
        assert_array_equal(
            found[np.isin(found, moved)], [k for k in order if k in moved]
        )
        counted = [k for k in order[i0 - 1 :] if np.isfinite(diagram[k]).all()]
        bars = diagram[counted]
        expected = (np.abs(bars[:, 1] - bars[:, 0]) * bars.mean(axis=1) ** 2).sum()

        energy = PersistenceEnergy(p=1, q=2, i0=i0)
        value, grad = energy.value_and_grad(diagram)
        assert_allclose(value, expected)
        assert set(np.flatnonzero(grad.any(axis=1))) <= set(counted)
        table = PersistenceEnergies(p=1, q=2, i0=i0).fit([diagram])
        values, pullback = table.value_and_pullback([diagram])
        assert_allclose(values, expected)
        assert_allclose(pullback(np.ones((1, 1)))[0], grad)

        first, pullback = (
            LongestLifetimes(1, i0=i0).fit([diagram]).value_and_pullback([diagram])
        )
        (grad,) = pullback(np.ones((1, 1)))
        if i0 > len(diagram) or not np.isfinite(diagram[order[i0 - 1]]).all():
            assert first == 0
        else:
            assert_array_equal(
                np.flatnonzero(grad[:, 0]), np.sort([order[i0 - 1]] if first else [])
            )


@pytest.mark.parametrize("i0", [2, 3, 4])
def test_features_and_functionals_of_digits_are_one_function(i0):
    images = load_digits().images[:300]
    energy = PersistenceEnergy(p=1, q=1, i0=i0)
    table = PersistenceEnergies(p=1, q=1, i0=i0)
    filtration = Cubical()
    diagrams = [filtration.build(image).bars(1)[0].diagram for image in images]
    values = [energy.value_and_grad(diagram)[0] for diagram in diagrams]
    assert_allclose(table.fit_transform(diagrams)[:, 0], values)
    assert len(np.unique(values)) > 20


@pytest.mark.parametrize(
    ("filtration", "shape"),
    [
        (Cubical(), (7, 8)),
        (Cubical(superlevel=True, connectivity="face"), (7, 8)),
        (Cubical(superlevel=True), (30,)),
        (LowerStar([(i, (i + 1) % 30) for i in range(30)]), (30,)),
        (VietorisRips(), (12, 2)),
    ],
    ids=str,
)
@pytest.mark.parametrize("essential", ["drop", "extremum"])
def test_bars_are_the_pairs_in_the_order_of_the_filtration(
    rng, filtration, shape, essential
):
    complex_ = filtration.build(rng.integers(5, size=shape).astype(float))
    place = np.argsort(complex_.order)
    for bars, pairs in zip(
        complex_.bars((0, 1), essential), complex_.persistence_pairs((0, 1))
    ):
        n = len(pairs.essential)
        assert_array_equal(bars.kind, [ESSENTIAL] * n + [FINITE] * len(pairs.finite))
        assert_array_equal(bars.indices[n:], pairs.finite)
        assert_array_equal(bars.indices[:n, 0], pairs.essential)
        for part in (bars.indices[:n, :1], bars.indices[n:, ::-1]):
            keys = [tuple(row) for row in place[part].tolist()]
            assert keys == sorted(keys)
        assert_array_equal(bars.diagram[:, 0], complex_.values[bars.indices[:, 0]])
        if essential == "drop":
            never = -np.inf if complex_.superlevel else np.inf
            assert (bars.diagram[:n, 1] == never).all()
            assert (bars.indices[:n, 1] == NEVER).all()
        else:
            assert (bars.indices[:n, 1] == complex_.order[-1]).all()


def test_scatter_is_the_transpose_of_gather(rng):
    complex_ = Cubical().build(rng.integers(6, size=(9, 9)).astype(float))
    for bars in complex_.bars((0, 1)):
        weights = rng.normal(size=bars.diagram.shape)
        expected = np.zeros(81)
        for pair, row in zip(bars.indices, weights):
            for cell, weight in zip(pair, row):
                if cell >= 0:
                    expected[cell] += weight
        assert_allclose(bars.scatter(weights), expected, atol=1e-14)


def test_bars_without_zero_lifetime_longest_first(rng):
    complex_ = Cubical().build(rng.integers(3, size=(9, 9)).astype(float))
    (bars,) = complex_.bars(0)
    sorted_bars = bars.without_zero().longest_first()
    lifetime = np.abs(sorted_bars.diagram[:, 1] - sorted_bars.diagram[:, 0])
    assert (lifetime > 0).all()
    assert (lifetime[1:] <= lifetime[:-1]).all()
    assert sorted_bars.kind[0] == ESSENTIAL
    finite = sorted_bars.kind == FINITE
    assert_array_equal(
        complex_.values[sorted_bars.indices[finite]], sorted_bars.diagram[finite]
    )


def test_a_cache_of_bars_outlives_a_change_of_the_filtration(rng):
    filtration, cache = Cubical(tie_breaking="random", random_state=0), {}
    for tie_breaking in ("random", "index", "random", "index"):
        X = rng.integers(0, 5, size=(1, 9, 9)).astype(float)
        filtration.set_params(tie_breaking=tie_breaking)
        (found,) = filtration.batch_bars(X, 0, cache=cache)
        (expected,) = filtration.build(X[0]).bars(0)
        assert_array_equal(np.sort(found.diagram, 0), np.sort(expected.diagram, 0))
