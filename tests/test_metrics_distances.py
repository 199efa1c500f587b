"""Distances between diagrams, against all matchings and plain linear programmes."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import linear_sum_assignment

from sktopo.functionals import BottleneckToTarget, WassersteinToTarget
from sktopo.metrics import (
    bottleneck,
    bottleneck_matching,
    wasserstein,
    wasserstein_matching,
)

INF = math.inf


def norm(step, internal_p):
    # Over the largest coordinate, whose powers are numbers.
    large = np.abs(step).max(axis=-1, keepdims=True)
    share = step / np.where(large > 0, large, 1.0)
    return large[..., 0] * np.linalg.norm(share, ord=internal_p, axis=-1)


def all_matchings(n, m):
    """Each as pairs of bars; what is in no pair goes to the diagonal."""
    if n == 0:
        yield []
        return
    for rest in all_matchings(n - 1, m):
        yield rest
        taken = {j for _, j in rest}
        yield from ([*rest, (n - 1, j)] for j in range(m) if j not in taken)


def steps_of(matching, a, b, internal_p):
    size = [norm(a[i] - b[j], internal_p) for i, j in matching]
    for k, bars in enumerate((a, b)):
        taken = {pair[k] for pair in matching}
        alone = bars[[i for i in range(len(bars)) if i not in taken]]
        half = (alone[:, 1] - alone[:, 0]) / 2
        size += list(norm(np.column_stack([half, -half]), internal_p))
    return np.array(size)


def least_of_all(a, b, internal_p):
    """The least Wasserstein distances for p = 1, 2 and 3.5, and the bottleneck."""
    steps = [steps_of(m, a, b, internal_p) for m in all_matchings(len(a), len(b))]
    sums = [min((s**p).sum() ** (1 / p) for s in steps) for p in (1, 2, 3.5)]
    return [*sums, min(s.max(initial=0.0) for s in steps)]


def augmented(a, b, p=1.0):
    """W_p^p and the bottleneck by assignments of all bars and places on the diagonal.

    The norm is the maximum.
    """
    n, m = len(a), len(b)
    cost = np.zeros((n + m, n + m))
    cost[:n, :m] = np.abs(a[:, None] - b[None]).max(axis=2)
    cost[:n, m:] = np.abs(a[:, 1] - a[:, 0])[:, None] / 2
    cost[n:, :m] = np.abs(b[:, 1] - b[:, 0]) / 2
    i, j = linear_sum_assignment(cost**p)
    low, high = 0, (radii := np.unique(cost)).size - 1
    while low < high:
        middle = (low + high) // 2
        rows, columns = linear_sum_assignment(cost > radii[middle])
        if (cost[rows, columns] <= radii[middle]).all():
            high = middle
        else:
            low = middle + 1
    return (cost[i, j] ** p).sum(), radii[low]


def drawn(rng, n, kind):
    if kind == "ties":
        return rng.integers(0, 5, size=(n, 2)).astype(float)
    birth = rng.normal(size=n)
    life = rng.exponential(0.2 if kind == "short" else 2.0, size=n)
    bars = np.column_stack([birth, birth + life])
    return bars[:, ::-1].copy() if kind == "superlevel" else bars


KINDS = ["short", "long", "ties", "superlevel"]
SMALL = "sktopo.metrics._bottleneck_steps._SMALL"


@pytest.fixture(params=["all pairs", "trees"])
def way(request, monkeypatch):
    """Bottleneck distances of few bars, and of many."""
    if request.param == "trees":
        monkeypatch.setattr(SMALL, -1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("internal_p", [1, 2, INF])
def test_distances_are_the_least_of_all_matchings(rng, kind, internal_p):
    for _ in range(60):
        a, b = (drawn(rng, int(n), kind) for n in rng.integers(0, 5, size=2))
        *sums, _ = least_of_all(a, b, internal_p)
        found = [wasserstein(a, b, p, internal_p) for p in (1, 2, 3.5)]
        assert_allclose(found, sums, rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", KINDS)
def test_bottleneck_distances_are_the_least_of_all_matchings(rng, kind):
    for _ in range(60):
        a, b = (drawn(rng, int(n), kind) for n in rng.integers(0, 5, size=2))
        expected = least_of_all(a, b, INF)[-1]
        assert bottleneck(a, b) == pytest.approx(expected, abs=1e-15)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", KINDS)
def test_distances_of_many_bars(rng, kind):
    for n, m in ((40, 40), (75, 30), (1, 60), (60, 0)):
        a, b = drawn(rng, n, kind), drawn(rng, m, kind)
        for p in (1.0, 2.0):
            power, largest = augmented(a, b, p)
            assert_allclose(wasserstein(a, b, p, INF) ** p, power, rtol=1e-12)
        assert bottleneck(a, b) == pytest.approx(largest, rel=1e-15)


@pytest.mark.parametrize("p", [1, 2, 3, 8, 32])
def test_small_steps_count_beside_long_bars(rng, p):
    """Their powers vanish beside those of the lifetimes."""
    birth = rng.random(40)
    bars = np.column_stack([birth, 5 + birth + rng.random(40)])
    assert wasserstein(bars, bars[::-1], p) == 0
    moved = bars[::-1] + 1e-5 * rng.random((40, 2))
    steps = np.linalg.norm(moved[::-1] - bars, axis=1)
    expected = steps.max() * ((steps / steps.max()) ** p).sum() ** (1 / p)
    assert wasserstein(bars, moved, p) == pytest.approx(expected, rel=1e-9)
    assert wasserstein([[0, 1]], [[0, 1 + 1e-14]], p) == pytest.approx(1e-14, rel=0.01)
    for _ in range(20):
        a, b = (drawn(rng, 30, "ties") + 5 * np.arange(2) for _ in range(2))
        largest, found = bottleneck(a, b), wasserstein(a, b, p, INF)
        assert largest * (1 - 1e-12) <= found <= largest * 60 ** (1 / p) * (1 + 1e-12)


def test_late_births_round_nothing():
    late = 1.7e9
    bars = np.array([[late, late + 0.001], [late, late + 0.003]])
    expected = np.diff(bars).sum() / np.sqrt(2)
    assert wasserstein(bars, [], 1) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("error", [0.5, 0.999, 1.0, 1.001, 2.0])
def test_a_wrong_estimate_changes_nothing(rng, error, monkeypatch):
    """gudhi's distance is where the search begins, and is checked on both sides."""
    cases = [(drawn(rng, 40, "long"), drawn(rng, 35, "long")) for _ in range(5)]
    expected = [bottleneck(a, b) for a, b in cases]
    assert_allclose(expected, [augmented(a, b, 1)[1] for a, b in cases], rtol=1e-14)
    monkeypatch.setattr("sktopo.metrics._bottleneck_steps._DENSE", 0)
    monkeypatch.setattr(
        "sktopo.metrics._bottleneck_steps._estimate",
        lambda a, b: error * augmented(a, b, 1)[1],
    )
    assert [bottleneck(a, b) for a, b in cases] == expected


@pytest.mark.parametrize("kind", KINDS)
def test_network_simplex_finds_the_same(rng, kind, monkeypatch):
    pytest.importorskip("ot", reason="POT is not installed")
    # Also where it would be too small, and where most pairs are not worth a match.
    monkeypatch.setattr("sktopo.metrics._wasserstein._MANY", 0)
    monkeypatch.setattr("sktopo.metrics._wasserstein._FEW", -1)
    for n, m in ((40, 40), (75, 30), (1, 60)):
        a, b = drawn(rng, n, kind), drawn(rng, m, kind)
        for p in (1.0, 2.0):
            power, _ = augmented(a, b, p)
            assert_allclose(wasserstein(a, b, p, INF) ** p, power, rtol=1e-12)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", KINDS)
def test_the_step_that_attains_the_bottleneck(rng, kind):
    """Without it, or with it a little longer, the distance is another one."""
    for _ in range(40):
        a, b = (drawn(rng, int(n), kind) for n in rng.integers(1, 25, size=2))
        distance, i, j = bottleneck_matching(a, b)
        if distance == 0:
            assert i is None
            assert j is None
            continue
        if i is None:
            size = abs(b[j, 1] - b[j, 0]) / 2
        elif j is None:
            size = abs(a[i, 1] - a[i, 0]) / 2
        else:
            size = np.abs(a[i] - b[j]).max()
        assert size == distance
        assert distance == pytest.approx(bottleneck(a, b))
        if kind != "ties" and i is not None:
            value, grad = BottleneckToTarget(b).value_and_grad(a)
            ahead, _ = BottleneckToTarget(b).value_and_grad(a + 1e-7 * grad)
            assert ahead - value == pytest.approx(1e-7 * (grad**2).sum(), rel=1e-3)


def test_metrics(rng):
    for _ in range(30):
        a, b, c = (drawn(rng, int(n), "long") for n in rng.integers(0, 30, size=3))
        for distance in (bottleneck, wasserstein, lambda x, y: wasserstein(x, y, 1)):
            assert distance(a, a[::-1]) == 0
            assert distance(a, b) == pytest.approx(distance(b, a))
            assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-12
        assert bottleneck(a, b) <= wasserstein(a, b, 1, INF) + 1e-12


def test_a_small_change_is_no_rounding(rng):
    """Sums of what a match gains over the diagonal would lose half of the digits."""
    a = drawn(rng, 200, "long")
    b = a.copy()
    b[0] += 1e-12
    assert wasserstein(a, a) == 0
    change = np.abs(b[0] - a[0])
    assert wasserstein(a, b) == pytest.approx(np.hypot(*change), rel=1e-9)
    assert bottleneck(a, b) == change.max()


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_units_of_the_diagrams(rng, scale):
    a, b = drawn(rng, 20, "long"), drawn(rng, 25, "long")
    for p in (1, 2, 32):
        scaled = wasserstein(scale * a, scale * b, p)
        assert scaled == pytest.approx(scale * wasserstein(a, b, p), rel=1e-9)
    assert bottleneck(scale * a, scale * b) == pytest.approx(scale * bottleneck(a, b))
    far = [[1e9, 1e9 + 1], [1e9, 1e9 + 2]], [[1e9, 1e9 + 1]]
    assert wasserstein(*far, internal_p=INF) == 1.0


def test_essential_bars():
    one, two = [[0, 1], [3, INF]], [[0, 1], [1, INF], [5.5, INF]]
    assert wasserstein(one, two) == bottleneck(one, two) == INF
    other = [[0, 1], [4, INF], [2, INF]]
    assert bottleneck(two, other) == 1.5
    assert wasserstein(two, other) == pytest.approx(math.hypot(1, 1.5))
    assert wasserstein([[3, INF]], [[3, -INF]]) == INF
    assert wasserstein([[3, -INF]], [[1, -INF]]) == 2
    empty = np.empty((0, 2))
    assert wasserstein(empty, empty) == bottleneck(empty, []) == 0
    assert bottleneck(empty, [[2, 2]]) == 0


def test_the_functionals_are_powers_of_the_distances(rng):
    a, b = drawn(rng, 30, "long"), drawn(rng, 40, "long")
    for p, internal_p in ((1, 2), (2, INF), (3, 1.5)):
        power = WassersteinToTarget(b, p, internal_p).value_and_grad(a)[0]
        assert power == pytest.approx(wasserstein(a, b, p, internal_p) ** p)
    assert BottleneckToTarget(b).value_and_grad(a)[0] == bottleneck(a, b)


def test_errors_name_the_function_and_the_parameter():
    with pytest.raises(ValueError, match="'p' parameter of wasserstein .* Got 0.5"):
        wasserstein([[0, 1]], [[0, 1]], 0.5)
    with pytest.raises(ValueError, match="'internal_p' parameter of wasserstein"):
        wasserstein([[0, 1]], [[0, 1]], 2, 0)
    for distance in (wasserstein, bottleneck):
        name = distance.__name__
        with pytest.raises(ValueError, match=f"{name} must have shape"):
            distance([0, 1], [[0, 1]])
        with pytest.raises(ValueError, match=f"{name} must have finite births"):
            distance([[0, 1]], [[math.nan, 1]])


@pytest.mark.parametrize("p", [1, 2, 8, 20, 32])
@pytest.mark.parametrize("internal_p", [1, 2, 50, 1000, np.inf])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_every_power_and_unit_is_exact(rng, p, internal_p, unit):
    for _ in range(4):
        births = rng.normal(size=(2, 3))
        a, b = (np.c_[row, row + rng.random(3)] * unit for row in births)
        steps = [steps_of(pairs, a, b, internal_p) for pairs in all_matchings(3, 3)]
        least = min(x.max() * ((x / x.max()) ** p).sum() ** (1 / p) for x in steps)
        found = wasserstein(a, b, p=p, internal_p=internal_p)
        assert found == pytest.approx(least, rel=1e-12)


@pytest.mark.parametrize("unit", [1e-9, 1e-5, 1.0, 1e5])
@pytest.mark.parametrize("p", [2, 4])
def test_a_matching_does_not_depend_on_the_unit(unit, p):
    a = np.array([[3.6, 4.8], [3.4, 5.4], [4.3, 5.2], [-2.2, -2.0]])
    b = np.array([[6.2, 6.4], [2.4, 4.8], [0.2, 0.7], [-3.9, -3.6]])
    i, j, total = wasserstein_matching(a * unit, b * unit, p, 2)
    assert (i.tolist(), j.tolist()) == ([1], [1])
    assert total == pytest.approx(wasserstein_matching(a, b, p, 2)[2] * unit**p)


def test_a_large_norm_inside_is_that_of_the_largest_coordinate():
    assert wasserstein([[0, 1]], [[0, 1.3]], internal_p=1000) == pytest.approx(0.3)
    assert wasserstein([[0, 1]], [[0, 1 + 1e-8]], internal_p=40) == pytest.approx(1e-8)
    value, grad = WassersteinToTarget([[0, 13.0]], internal_p=500).value_and_grad(
        np.array([[0, 10.0]])
    )
    assert value == pytest.approx(9.0)
    assert_allclose(grad, [[0, -6.0]])
