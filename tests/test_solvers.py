"""Solvers x problems with known minima; stopping, history, bad functions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Lasso

from sktopo.base import Term
from sktopo.objectives import SquaredErrorTerm
from sktopo.solvers import (
    LBFGS,
    Adam,
    Composite,
    GradientDescent,
    ProximalGradient,
    min_norm_weights,
    minimize_asymmetric_lasso,
)


def bowl(x):
    return float((x**2).sum()), 2 * x


def valley(x):
    """Rosenbrock's; its minimum 0 lies in (1, 1)."""
    a, b = x
    value = (1 - a) ** 2 + 100 * (b - a**2) ** 2
    return value, np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])


def kink(x):
    """|x_0 - 1| + |x_1| / 2."""
    return abs(x[0] - 1) + abs(x[1]) / 2, np.array(
        [np.sign(x[0] - 1), np.sign(x[1]) / 2]
    )


PROBLEMS = {
    "bowl": (bowl, np.array([3.0, -2.0]), np.zeros(2)),
    "valley": (valley, np.array([-1.0, 1.0]), np.ones(2)),
    "kink": (kink, np.array([-3.0, 2.0]), np.array([1.0, 0.0])),
    "bowl of matrices": (bowl, np.ones((2, 3)), np.zeros((2, 3))),
}
SOLVERS = [
    Adam(0.05, max_iter=20000),
    Adam(0.1, schedule="adaptive", max_iter=20000, n_iter_no_change=50),
    LBFGS(),
    GradientDescent(1e-3, max_iter=50000),
]


@pytest.mark.parametrize("solver", SOLVERS, ids=str)
@pytest.mark.parametrize("name", PROBLEMS)
def test_known_minima(solver, name):
    function, start, minimum = PROBLEMS[name]
    before = start.copy()
    result = solver.minimize(function, start)
    tolerance = 0.06 if name == "kink" and solver is SOLVERS[0] else 2e-3
    assert_allclose(result.x, minimum, atol=tolerance)
    assert result.x.shape == start.shape
    assert result.fun == function(result.x)[0]
    assert_array_equal(start, before)
    assert result.history[0] == function(start)[0]
    assert len(result.history) == result.nit + 1
    assert result.fun == result.history.min()
    assert result.nfev >= result.nit


def test_constant_rate_makes_all_steps():
    result = Adam(max_iter=37).minimize(bowl, np.ones(2))
    assert (result.nit, result.status, result.success) == (37, 1, False)


def test_tolerance_ends_a_constant_rate():
    result = Adam(0.5, tol=1e-3, max_iter=5000).minimize(kink, np.array([4.0, 4.0]))
    assert result.success
    assert result.nit < 500


def test_adaptive_rate_converges():
    solver = Adam(0.5, schedule="adaptive", max_iter=5000)
    result = solver.minimize(kink, np.array([4.0, 4.0]))
    assert result.success
    assert result.fun < 1e-4


class AbsoluteValue(Term):
    def value_and_grad(self, x):
        return float(np.abs(x).sum()), np.sign(x)

    def prox(self, x, step):
        return np.sign(x) * np.maximum(np.abs(x) - step, 0)


def test_proximal_gradient_solves_a_lasso(rng):
    X, y = rng.normal(size=(30, 60)), rng.normal(size=30)
    alpha = 5.0

    def error(w):
        residual = X @ w - y
        return float(residual @ residual), 2 * X.T @ residual

    objective = Composite(
        error, AbsoluteValue(), lipschitz=2 * np.linalg.norm(X, 2) ** 2, weight=alpha
    )
    result = ProximalGradient(tol=1e-14, max_iter=20000).minimize(
        objective, np.zeros(60)
    )
    assert result.success
    assert (np.diff(result.history) <= 0).all()
    pull = -error(result.x)[1] / alpha
    assert_allclose(pull[result.x != 0], np.sign(result.x[result.x != 0]), atol=1e-4)
    assert np.abs(pull).max() <= 1 + 1e-4
    assert 0 < (result.x != 0).sum() < 30


@pytest.mark.parametrize("solver", [Adam(), LBFGS(), GradientDescent(0.1)])
def test_other_solvers_refuse_a_composite(solver):
    # The gradient of its smooth part alone would lead them to the minimum of that.
    objective = Composite(lambda x: (x @ x, 2 * x), SquaredErrorTerm([1.0]), 2.0)
    with pytest.raises(TypeError, match="must be a term or a function"):
        solver.minimize(objective, np.ones(1))


def test_proximal_gradient_names_what_is_missing():
    class Plain(Term):
        def value_and_grad(self, x):
            return bowl(x)

    assert ProximalGradient.needs == ("prox",)
    with pytest.raises(TypeError, match=r"Plain is not compatible .* not define prox"):
        ProximalGradient().minimize(Composite(bowl, Plain(), 1.0), np.ones(2))
    with pytest.raises(TypeError, match="must be a Composite"):
        ProximalGradient().minimize(bowl, np.ones(2))


@pytest.mark.parametrize("solver", [Adam(), LBFGS()], ids=str)
@pytest.mark.parametrize("way", ["true", "StopIteration"])
def test_a_callback_can_stop(solver, way):
    seen = []

    def callback(result):
        seen.append(result.nit)
        if len(seen) == 3:
            if way == "true":
                return True
            raise StopIteration
        return None

    result = solver.minimize(valley, np.array([-1.0, 1.0]), callback=callback)
    assert seen == [1, 2, 3]
    assert (result.nit, result.status) == (3, 2)
    assert "callback" in result.message


@pytest.mark.parametrize("solver", [Adam(), LBFGS()], ids=str)
def test_an_interrupt_hands_over_the_best(solver):
    calls = []

    def interrupted(x):
        calls.append(x)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return valley(x)

    with pytest.raises(KeyboardInterrupt) as caught:
        solver.minimize(interrupted, np.array([-1.0, 1.0]))
    result = caught.value.result
    assert result.fun == valley(result.x)[0] <= valley(np.array([-1.0, 1.0]))[0]


@pytest.mark.parametrize("solver", [Adam(), LBFGS()], ids=str)
def test_without_steps_the_start_is_returned(solver):
    result = solver.set_params(max_iter=0).minimize(bowl, np.ones(2))
    assert result.nit == 0
    assert_array_equal(result.x, np.ones(2))
    solver.set_params(max_iter=100)


@pytest.mark.parametrize("solver", [Adam(), LBFGS()], ids=str)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_functions_that_are_no_numbers(solver, bad):
    with pytest.raises(ValueError, match="not finite at the start"):
        solver.minimize(lambda x: (bad, x), np.ones(2))
    calls = []

    def later(x):
        calls.append(x)
        value, grad = bowl(x)
        return (bad if len(calls) > 3 else value), grad

    result = solver.minimize(later, np.ones(2))
    assert result.status == 3
    assert np.isfinite(result.fun)


@pytest.mark.parametrize("solver", [Adam(), LBFGS()], ids=str)
def test_what_is_no_gradient(solver):
    for grad in (np.ones(1), np.ones(3), 1.0):
        with pytest.raises(ValueError, match=r"gradient of shape \(2,\). Got"):
            solver.minimize(lambda x, g=grad: (0.0, g), np.ones(2))
    with pytest.raises(TypeError, match="must be a term or a function"):
        solver.minimize(solver, np.ones(2))


def test_verbose_grows_with_its_number(capsys):
    Adam(max_iter=2, verbose=2).minimize(bowl, np.ones(2))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("=")[0] for line in lines] == [
        "[Adam] step 1 of 2: loss",
        "[Adam] step 2 of 2: loss",
    ]
    counts = []
    for verbose in (0, 1, 2, 50):
        Adam(max_iter=12, verbose=verbose).minimize(bowl, np.ones(2))
        counts.append(len(capsys.readouterr().out.splitlines()))
    assert counts == [0, 0, 12, 12]


@pytest.mark.parametrize(
    ("solver", "message"),
    [
        (Adam(0), "'learning_rate' parameter of Adam"),
        (Adam(beta_1=1.0), "'beta_1' parameter of Adam"),
        (Adam(schedule="cosine"), "'schedule' parameter of Adam"),
        (LBFGS(max_iter=-1), "'max_iter' parameter of LBFGS"),
        (LBFGS(memory=0), "'memory' parameter of LBFGS"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(solver, message):
    with pytest.raises(ValueError, match=message):
        solver.minimize(bowl, np.ones(2))


@pytest.mark.parametrize(("n", "p"), [(60, 30), (20, 40)])
def test_kinked_quadratic_meets_its_conditions(rng, n, p):
    for _ in range(20):
        X, y = rng.normal(size=(n, p)), rng.normal(size=n)
        up, down = rng.choice([0.5, 3.0, 10.0], size=(2, p))
        gram, moment = X.T @ X, X.T @ y
        start = np.linalg.lstsq(X, y, rcond=None)[0]
        for x0 in (None, start):
            x, converged = minimize_asymmetric_lasso(gram, moment, up, down, x0)
            assert converged
            grad = 2 * (gram @ x - moment)
            assert_allclose(grad[x > 0], -up[x > 0], atol=1e-6)
            assert_allclose(grad[x < 0], down[x < 0], atol=1e-6)
            assert (grad[x == 0] >= -up[x == 0] - 1e-6).all()
            assert (grad[x == 0] <= down[x == 0] + 1e-6).all()


def test_kinked_quadratic_is_the_lasso(rng):
    X, y = rng.normal(size=(50, 20)), rng.normal(size=50)
    lasso = Lasso(alpha=0.1, fit_intercept=False, tol=1e-12).fit(X, y)
    cost = np.full(20, 2 * 50 * 0.1)
    x, _ = minimize_asymmetric_lasso(X.T @ X, X.T @ y, cost, cost)
    assert_allclose(x, lasso.coef_, atol=1e-7)


def test_the_best_value_never_rises_under_the_watchdog():
    """A function that jumps up at x = 2 on the way down to its minimum in 0."""

    def step_in_the_way(x):
        return float(x[0] ** 2 + 2 * (x[0] < 2)), 2 * x

    solver = GradientDescent(0.05, max_iter=100)
    free = solver.minimize(step_in_the_way, np.array([3.0]))
    assert (np.diff(free.history) <= 0).all()
    assert free.history[-1] < 2.01
    strict = solver.set_params(patience=0).minimize(step_in_the_way, np.array([3.0]))
    assert 4.0 <= strict.history[-1] < 4.01
    assert strict.status == 0


def test_a_descent_records_the_steps_that_lead_to_its_best_point():
    def move(x, grad, rate):
        return (None, None) if rate > 0.3 else (x - rate * grad, -rate * grad)

    def waves(x):
        return float(x[0] ** 2 + np.sin(20 * x[0])), 2 * x + 20 * np.cos(20 * x)

    start = np.array([3.0])
    result = GradientDescent(0.5, max_iter=50, step=move).minimize(waves, start)
    assert 0 < len(result.steps) < 50
    assert_allclose(start + sum(result.steps), result.x)
    assert result.fun < waves(start)[0]
    refuse = GradientDescent(0.5, max_iter=50, step=lambda x, grad, rate: (None, None))
    stuck = refuse.minimize(bowl, start)
    assert stuck.status == 0
    assert stuck.steps == []


@pytest.mark.parametrize("solver", [Adam(0.1), GradientDescent(0.1)], ids=str)
def test_of_a_random_function_the_last_point_is_kept(solver):
    class Noisy:
        is_random = True

        def __init__(self):
            self.seen = []
            self.rng = np.random.default_rng(0)

        def __call__(self, x):
            self.seen.append(x.copy())
            value, grad = bowl(x)
            return value + self.rng.normal(), grad

    function = Noisy()
    result = solver.set_params(max_iter=30).minimize(function, np.array([1.0, 2.0]))
    assert len(function.seen) == 31
    assert_array_equal(result.x, function.seen[-1])
    assert result.fun == result.history[-1]


def test_a_descent_ends_where_progress_does():
    solver = GradientDescent(0.01, max_iter=10000, tol=1e-3, n_iter_no_change=5)
    result = solver.minimize(lambda x: (bowl(x)[0] + 1, 2 * x), np.ones(2))
    assert result.status == 0
    assert result.nit < 1000
    assert result.fun < 1.05


@pytest.mark.parametrize(("n", "size"), [(2, 5), (10, 3), (30, 200), (100, 20)])
def test_min_norm_weights_are_optimal(n, size, rng):
    vectors = rng.normal(size=(n, size)) + 0.5
    weights = min_norm_weights(vectors)
    assert (weights >= 0).all()
    assert_allclose(weights.sum(), 1)
    shortest = weights @ vectors
    # No vertex of the hull lies on the near side of the plane through the point.
    assert (vectors @ shortest).min() > shortest @ shortest - 1e-10


def test_min_norm_weights_of_special_vectors():
    orthogonal = np.diag([1.0, 2.0, 4.0])
    inverse = np.array([1, 1 / 4, 1 / 16])
    assert_allclose(min_norm_weights(orthogonal), inverse / inverse.sum())
    assert_allclose(min_norm_weights(1e-200 * orthogonal), inverse / inverse.sum())
    assert_allclose(min_norm_weights(np.zeros((4, 2, 3))), 1 / 4)
    assert_allclose(min_norm_weights([[3.0, 1.0]]), [1.0])
    assert_allclose(min_norm_weights([[1.0], [-3.0]]), [0.75, 0.25])
    twice = min_norm_weights(np.ones((3, 2)))
    assert_allclose(twice.sum(), 1)
