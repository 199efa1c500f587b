"""Fields and flows: against formulas, differences, scipy's integrator, and back."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

from sktopo.points import _fields
from sktopo.points._fields import FIELDS, GaussianField
from sktopo.points._flows import Flow
from sktopo.points._motions import InterpolatedMotion, typical_distance


def make_field(kind, rng, n_coordinates=2, n_centres=12):
    centres = rng.normal(size=(n_centres, n_coordinates))
    velocities = rng.normal(size=(n_centres, n_coordinates))
    return GaussianField(centres, velocities, 0.5, kind), velocities


@pytest.mark.parametrize("n_coordinates", [1, 2, 3, 10])
@pytest.mark.parametrize("kind", FIELDS)
def test_fields_are_their_formulas(kind, n_coordinates, rng):
    field, velocities = make_field(kind, rng, n_coordinates, n_centres=4)
    x = rng.normal(size=(7, n_coordinates))
    offsets = x[:, None] - field.centres[None]
    gauss = np.exp(-(offsets**2).sum(axis=2) / (2 * 0.5**2))
    if kind == "nadaraya_watson":
        slow = gauss @ velocities / (gauss.sum(axis=1, keepdims=True) + 1e-3)
    else:
        offsets = field.centres[:, None] - field.centres[None]
        gram = np.exp(-(offsets**2).sum(axis=2) / (2 * 0.5**2))
        slow = gauss @ np.linalg.solve(gram, velocities)
        assert_allclose(field(field.centres), velocities, atol=1e-5)
    assert_allclose(field(x), slow, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_of_near_centres_is_that_of_all(kind, rng, monkeypatch):
    centres = 20 * rng.random((300, 2))
    velocities = np.sin(centres)
    x = np.concatenate([centres, 25 * rng.random((200, 2)), [[1e300, -1e300]]])
    near = GaussianField(centres, velocities, 0.5, kind)
    assert near._near is not None
    monkeypatch.setattr(_fields, "_SPARSE", 0)
    full = GaussianField(centres, velocities, 0.5, kind)
    assert full._near is None
    assert_allclose(near(x[:-1]), full(x[:-1]), rtol=1e-6, atol=1e-6)
    assert_array_equal(near(x[-1:]), 0)
    assert near(x[:0]).shape == (0, 2)
    assert_array_equal(near(x)[::3], near(x[::3]))


@pytest.mark.parametrize("kind", FIELDS)
def test_a_point_moves_the_same_in_any_company(kind, rng):
    field, _ = make_field(kind, rng)
    x = rng.normal(size=(50, 2))
    moved, flow = Flow.through(field, 0.3, x)
    assert_array_equal(flow(x), moved)
    assert_array_equal(flow(x[7:12]), moved[7:12])
    assert_array_equal(flow(x[:1]), moved[:1])


@pytest.mark.parametrize("kind", FIELDS)
def test_flows_follow_the_field_and_go_back(kind, rng):
    field, _ = make_field(kind, rng, n_centres=5)
    x = rng.normal(size=(40, 2))
    moved, flow = Flow.through(field, 0.2, x)
    exact = solve_ivp(
        lambda t, y: field(y.reshape(x.shape)).ravel(),
        (0, 0.2),
        x.ravel(),
        rtol=1e-10,
        atol=1e-12,
    )
    far = np.abs(moved - x).max()
    assert far > 0.1
    assert_allclose(moved, exact.y[:, -1].reshape(x.shape), atol=1e-8)
    assert_allclose(flow.inverse(moved), x, atol=1e-11)
    assert_allclose(flow(flow.inverse(x)), x, atol=1e-11)


@pytest.mark.parametrize("kind", FIELDS)
def test_fields_fade_far_away(kind, rng):
    field, _ = make_field(kind, rng)
    assert_array_equal(field(np.array([[1e3, 0.0], [1e200, 0.0]])), np.zeros((2, 2)))


def test_a_flow_refuses_a_field_that_is_too_steep():
    centres = np.array([[0.0, 0.0], [1e-3, 0.0]])
    opposite = np.array([[1.0, 0.0], [-1.0, 0.0]])
    field = GaussianField(centres, opposite, 1e-3, "nadaraya_watson")
    assert Flow.through(field, 10.0, centres) == (None, None)
    moved, flow = Flow.through(field, 1e-4, centres)
    assert_allclose(flow.inverse(moved), centres, atol=1e-12)


@pytest.mark.parametrize("n", [1, 30, 65, 300])
def test_interpolated_motion_is_exact_and_continuous(n, rng):
    start = rng.normal(size=(n, 2))
    end = start + rng.normal(size=(n, 2))
    motion = InterpolatedMotion(start, end)
    assert_array_equal(motion(start), end)
    assert_array_equal(motion(start[[n // 2]]), end[[n // 2]])
    assert_allclose(motion(start + 1e-9), end, atol=1e-6)
    for fineness in (1e-4, 1e-6):
        line = rng.normal(size=2) + np.arange(1000)[:, None] * [fineness, fineness]
        steps = np.abs(np.diff(motion(line), axis=0)).max()
        assert steps < 100 * fineness
    far = motion(np.array([[1e6, 1e6]])) - 1e6
    low, high = (end - start).min(axis=0), (end - start).max(axis=0)
    assert ((low - 1e-3 < far[0]) & (far[0] < high + 1e-3)).all()


def test_interpolated_motion_among_equally_far_starts():
    angle = np.linspace(0, 2 * np.pi, 128, endpoint=False)
    start = np.column_stack([np.cos(angle), np.sin(angle)]).round(9)
    centre = InterpolatedMotion(start, start + 1.0)(np.zeros((1, 2)))
    assert_allclose(centre, [[1.0, 1.0]])
    corners = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    centre = InterpolatedMotion(corners, 2 * corners + 1.0)(np.zeros((1, 2)))
    assert_allclose(centre, [[1.0, 1.0]])


def test_typical_distance():
    line = np.arange(100.0)[:, None]
    assert typical_distance(line) == 3.0
    assert typical_distance(np.repeat(line, 3, axis=0)) == 3.0
    assert typical_distance(np.zeros((5, 2))) == 1.0
    assert typical_distance(np.array([[0.0], [4.0]])) == 4.0


def test_the_path_of_an_interpolated_motion_keeps_the_order_of_the_points(rng):
    start = rng.normal(size=(9, 2))
    start[5] = start[2]
    end = 2 * start + 1
    first, last = InterpolatedMotion(start, end).path()
    assert_array_equal(first, start)
    assert_array_equal(last, end)
