"""TopologicalRidge: limits, contracts, and what the penalty does."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV

from sktopo import TopologicalRidge, persistence_diagrams
from sktopo.filtrations import Cubical, LowerStar, VietorisRips
from sktopo.objectives import SquaredErrorTerm
from sktopo.solvers import Adam

TOPOLOGIES = ["values", "path", (4, 5), (5, 2, 2), VietorisRips(), Cubical()]


@pytest.fixture
def problem(rng):
    X = rng.normal(size=(40, 20))
    w = np.repeat([1.0, 3.0, 1.0, 2.0], 5)
    return X, X @ w + 0.1 * rng.normal(size=40) + 5


def penalty_of(model, n_features):
    return model._penalty(n_features, model.alpha)[1]


def objective(model, X, y):
    penalty = penalty_of(model, X.shape[1])
    energy, _ = penalty.value_and_grad(model.coef_)
    error = ((y - model.predict(X)) ** 2).sum()
    return error + model.alpha * energy + model.l2 * (model.coef_**2).sum()


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=str)
@pytest.mark.parametrize("solver", ["auto", "adam", "lbfgs"])
def test_the_penalty_lowers_the_objective(problem, topology, solver):
    X, y = problem
    model = TopologicalRidge(alpha=3.0, topology=topology, solver=solver).fit(X, y)
    plain = clone(model).set_params(alpha=0.0).fit(X, y)
    plain.alpha = model.alpha
    energy = (objective(plain, X, y) - ((y - plain.predict(X)) ** 2).sum()) / 3.0
    assert objective(model, X, y) <= objective(plain, X, y) - 1e-3 * energy + 1e-9


@pytest.mark.parametrize("shape", [(40, 20), (12, 20)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_no_penalty_is_least_squares(rng, shape, fit_intercept):
    X, y = rng.normal(size=shape), rng.normal(size=shape[0]) + 2
    ours = TopologicalRidge(alpha=0, fit_intercept=fit_intercept).fit(X, y)
    theirs = LinearRegression(fit_intercept=fit_intercept).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-10)
    assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-10)
    ours = TopologicalRidge(alpha=0, l2=2.0, fit_intercept=fit_intercept).fit(X, y)
    theirs = Ridge(alpha=2.0, fit_intercept=fit_intercept).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=1e-10)


def test_a_large_penalty_leaves_one_value(problem):
    X, y = problem
    model = TopologicalRidge(alpha=1e5).fit(X, y)
    assert np.ptp(model.coef_) < 1e-8
    centred = X - X.mean(axis=0)
    row_sums = centred.sum(axis=1)
    best = row_sums @ (y - y.mean()) / (row_sums @ row_sums)
    assert_allclose(model.coef_, best, rtol=1e-8)


def test_a_large_penalty_leaves_one_maximum(problem):
    X, y = problem
    w = TopologicalRidge(alpha=1e4, topology="path").fit(X, y).coef_
    top = int(np.argmax(w))
    assert (np.diff(w[: top + 1]) > -1e-7).all()
    assert (np.diff(w[top:]) < 1e-7).all()


@pytest.mark.parametrize("i0", [2, 3, 4])
@pytest.mark.parametrize("n", [15, 40])
def test_a_large_penalty_leaves_what_is_free(problem, n, i0):
    """i0 - 1 values; or i0 - 1 maxima, the essential one included."""
    X, y = problem[0][:n], problem[1][:n]
    w = TopologicalRidge(alpha=1e6, i0=i0).fit(X, y).coef_
    assert 1 + (np.diff(np.sort(w)) > 1e-7).sum() == i0 - 1
    path = TopologicalRidge(alpha=1e6, i0=i0, topology="path").fit(X, y)
    (bars,) = persistence_diagrams(
        path.coef_, Cubical(superlevel=True), 0, essential="drop"
    )
    assert (np.abs(np.diff(bars)) > 1e-7).sum() <= i0 - 1
    assert (np.diff(path.coef_) > 1e-7).any()


def test_the_range_penalty_is_solved_to_its_optimum(problem):
    """E(1, 0, 2) of values is max - min: convex, so optimality can be checked."""
    X, y = problem
    model = TopologicalRidge(alpha=20.0, fit_intercept=False).fit(X, y)
    w = model.coef_
    pull = 2 * X.T @ (y - X @ w) / model.alpha  # a subgradient of max - min
    top, bottom = np.isclose(w, w.max()), np.isclose(w, w.min())
    assert top.sum() > 1
    assert_allclose(pull[~(top | bottom)], 0, atol=1e-7)
    assert_allclose([pull[top].sum(), pull[bottom].sum()], [1, -1], atol=1e-7)
    assert (pull[top] > -1e-7).all()
    assert (pull[bottom] < 1e-7).all()


def test_exact_solvers_say_where_they_can_work(problem):
    X, y = problem
    for solver, params in (
        ("prox", {"topology": "path"}),
        ("prox", {"p": 2}),
        ("prox", {"q": 1}),
        ("dc", {}),
        ("dc", {"topology": (20,)}),
        ("dc", {"topology": "path", "p": 2}),
    ):
        with pytest.raises(ValueError, match=f"Got '{solver}': 'prox' needs topology"):
            TopologicalRidge(solver=solver, **params).fit(X, y)


@pytest.mark.parametrize("i0", [2, 3, 4, 6])
def test_the_energy_of_a_path_is_a_difference_of_convex_functions(rng, i0):
    """(TV + both ends) / 2 - (max + the i0 - 2 longest lifetimes), ties included."""
    for superlevel in (True, False):
        model = TopologicalRidge(topology="path", i0=i0, superlevel=superlevel)
        penalty = penalty_of(model, 30)
        for k in range(130):
            w = rng.normal(size=30) if k % 2 else rng.integers(-3, 4, 30) * 1.0
            v = w if superlevel else -w
            variation = (np.abs(np.diff(v)).sum() + v[0] + v[-1]) / 2
            slope = penalty.concave_slope(w)
            concave = slope @ w
            energy, _ = penalty.value_and_grad(w)
            assert energy == pytest.approx(variation - concave, abs=1e-12)
            assert slope.sum() == (1 if superlevel else -1)


@pytest.mark.slow
@pytest.mark.parametrize("n", [75, 120])
@pytest.mark.parametrize("superlevel", [True, False])
@pytest.mark.parametrize("i0", [2, 4])
def test_dc_ends_below_a_long_descent(rng, n, i0, superlevel):
    w = 2 * np.mod(np.linspace(0, 3, 100), 1) - 1
    X = rng.normal(size=(n, 100))
    y = X @ w + np.sqrt(0.05) * rng.normal(size=n)
    model = TopologicalRidge(
        topology="path", i0=i0, superlevel=superlevel, fit_intercept=False
    )
    exact = objective(model.fit(X, y), X, y)
    penalty = penalty_of(model, 100)
    start = np.linalg.lstsq(X, y, rcond=None)[0]
    descent = Adam(0.01, max_iter=3000).minimize(
        (SquaredErrorTerm(y, X) + penalty).warm_value_and_grad(), start
    )
    assert exact <= 1.001 * descent.fun + 1e-6 * (y @ y)


def test_superlevel_and_sublevel_mirror(problem):
    X, y = problem
    up = TopologicalRidge(alpha=3.0, topology="path").fit(X, y)
    down = TopologicalRidge(alpha=3.0, topology="path", superlevel=False).fit(X, -y)
    assert_allclose(up.coef_, -down.coef_, atol=1e-8)


@pytest.mark.parametrize("topology", ["values", "path", (4, 5)], ids=str)
@pytest.mark.parametrize("i0", [2, 3])
def test_sample_weight_is_repetition(problem, rng, topology, i0):
    X, y = problem
    weight = rng.integers(0, 4, size=len(X))
    model = TopologicalRidge(alpha=2.0, topology=topology, i0=i0)
    weighted = clone(model).fit(X, y, sample_weight=weight)
    repeated = clone(model).fit(X.repeat(weight, axis=0), y.repeat(weight))
    assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-7, atol=1e-9)
    assert_allclose(weighted.intercept_, repeated.intercept_, rtol=1e-7)


@pytest.mark.parametrize("topology", ["values", "path", (4, 5)], ids=str)
def test_several_targets_are_one_by_one(problem, topology):
    X, y = problem
    Y = np.column_stack([y, -2 * y + X[:, 0], X[:, 1]])
    model = TopologicalRidge(alpha=0.5, topology=topology).fit(X, Y)
    assert model.coef_.shape == (3, 20)
    assert model.intercept_.shape == (3,)
    assert model.predict(X).shape == Y.shape
    for k in range(3):
        alone = TopologicalRidge(alpha=0.5, topology=topology).fit(X, Y[:, k])
        assert_allclose(model.coef_[k], alone.coef_, rtol=1e-9, atol=1e-12)


def test_dimensions_add_up(rng):
    X = rng.normal(size=(60, 25))
    y = X @ rng.normal(size=25)
    both = TopologicalRidge(
        alpha=3.0, topology=(5, 5), i0=1, homology_dimensions=(0, 1)
    )
    single = clone(both).set_params(homology_dimensions=0).fit(X, y)
    both.fit(X, y)
    single.homology_dimensions = (0, 1)
    assert objective(both, X, y) < objective(single, X, y) - 0.1


def test_powers_other_than_one(problem):
    X, y = problem
    for p, q in ((2, 0), (1, 2), (2, 2)):
        model = TopologicalRidge(alpha=1.0, p=p, q=q, topology="path").fit(X, y)
        plain = TopologicalRidge(alpha=0.0, p=p, q=q, topology="path").fit(X, y)
        plain.alpha = 1.0
        assert objective(model, X, y) < objective(plain, X, y)


def test_weights_on_a_graph(problem):
    X, y = problem
    ring = LowerStar([(i, (i + 1) % 20) for i in range(20)], superlevel=True)
    w = TopologicalRidge(alpha=1e4, topology=ring).fit(X, y).coef_
    w = np.roll(w, -int(np.argmin(w)))
    top = int(np.argmax(w))
    assert (np.diff(w[: top + 1]) > -1e-6).all()
    assert (np.diff(w[top:]) < 1e-6).all()


def test_warm_start(problem):
    X, y = problem
    model = TopologicalRidge(alpha=1.0, topology="path", warm_start=True).fit(X, y)
    first = objective(model, X, y)
    coef = model.coef_.copy()
    again = model.set_params(max_iter=1, solver="lbfgs").fit(X, y)
    assert objective(again, X, y) <= first + 1e-9
    assert_allclose(again.coef_, coef, atol=1e-3)


def test_too_few_steps_are_reported(problem):
    X, y = problem
    model = TopologicalRidge(p=2, topology="path", max_iter=1)
    with pytest.warns(ConvergenceWarning, match="max_iter=1 in 1 of 1 problems. Raise"):
        model.fit(X, y)
    assert model.n_iter_ == 1


def test_random_ties_take_the_seed(problem):
    X, y = problem
    topology = Cubical(superlevel=True, tie_breaking="random")
    fits = [
        TopologicalRidge(topology=topology, random_state=7).fit(X, y).coef_
        for _ in range(2)
    ]
    assert_array_equal(*fits)
    assert topology.random_state is None


@pytest.mark.parametrize("topology", ["values", "path", Cubical()], ids=str)
@pytest.mark.parametrize("i0", [2, 4])
def test_degenerate_data_have_finite_weights(rng, topology, i0):
    model = TopologicalRidge(topology=topology, i0=i0)
    X = rng.normal(size=(12, 1))
    assert model.fit(X, 3 * X.ravel()).coef_ == pytest.approx([3.0])
    X = rng.normal(size=(12, 5))
    constant = model.fit(X, np.full(12, 4.0))
    assert_allclose(constant.coef_, 0, atol=1e-10)
    assert constant.intercept_ == pytest.approx(4)
    twice = np.column_stack([X, X])
    model.fit(twice, X.sum(axis=1))
    assert np.isfinite(model.coef_).all()
    one = model.fit(X[:1], [1.0])
    assert one.predict(X[:1]) == pytest.approx([1.0])
    assert_allclose(model.fit(0 * X, X[:, 0]).predict(0 * X), X[:, 0].mean())
    model.fit(X.astype(np.float32), X[:, 0].astype(np.float32))
    assert model.coef_.dtype == model.predict(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("topology", ["values", "path"])
def test_data_that_vary_in_one_direction_only(rng, topology, fit_intercept):
    """After centring, nothing may be left but rounding."""
    x = rng.normal(size=(30, 1))
    y = x.ravel() + rng.normal(size=30)
    weight = np.repeat([1.0, 0.0], [2, 28])
    model = TopologicalRidge(topology=topology, fit_intercept=fit_intercept)
    for X, sample_weight in (
        (np.tile(x, (1, 3)), None),
        (x * [[1.0, 2.0, -3.0]], None),
        (x + 1e-9 * rng.normal(size=(30, 3)), None),
        (1e8 + x + rng.normal(size=(30, 3)), None),
        (x + rng.normal(size=(30, 6)), weight),
    ):
        model.fit(X, y, sample_weight=sample_weight)
        plain = clone(model).set_params(alpha=0.0).fit(X, y, sample_weight)
        fits = [
            np.average((y - m.predict(X)) ** 2, weights=sample_weight)
            for m in (model, plain)
        ]
        assert fits[0] <= fits[1] + 0.2 * np.var(y) + 1e-3
    tiny = model.fit([[0.12573022, -0.13210486, 0.64042265]], [1.0])
    assert np.isfinite(tiny.coef_).all()


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_scale_of_the_weights(problem, scale):
    """The same problem in other units has the same solution in these units."""
    X, y = problem
    base = TopologicalRidge(alpha=3.0).fit(X, y)
    scaled = TopologicalRidge(alpha=3.0 * scale).fit(X, scale * y)
    assert_allclose(scaled.coef_ / scale, base.coef_, rtol=1e-6)


@pytest.mark.slow
def test_grid_search(problem):
    X, y = problem
    grid = {"alpha": [0.1, 10.0], "i0": [2, 4], "topology": ["values", "path"]}
    search = GridSearchCV(TopologicalRidge(), grid, cv=3, n_jobs=2)
    search.fit(X, y)
    assert search.best_score_ > 0.99
    assert repr(search.best_estimator_).startswith("TopologicalRidge(")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": -1.0}, "'alpha' parameter of TopologicalRidge"),
        ({"i0": 0}, "'i0' parameter of TopologicalRidge"),
        ({"topology": "circle"}, "'topology' parameter of TopologicalRidge"),
        ({"topology": (3, 3)}, "one place for each of the 20 features"),
        ({"topology": (20, 0)}, "'topology' parameter"),
        ({"topology": (1, 1, 1, 20)}, "'topology' parameter"),
        ({"homology_dimensions": (-1,)}, "'homology_dimensions' .* TopologicalRidge"),
        ({"homology_dimensions": (0, 0)}, "'homology_dimensions' .* TopologicalRidge"),
        ({"homology_dimensions": 1}, "must be below 1 for topology='values'"),
        ({"homology_dimensions": (0, 2), "topology": (4, 5)}, "must be below 2"),
        ({"solver": "newton"}, "'solver' parameter of TopologicalRidge"),
        ({"l2": -1}, "'l2' parameter of TopologicalRidge"),
    ],
    ids=str,
)
def test_bad_parameters_are_named(problem, params, message):
    X, y = problem
    with pytest.raises(ValueError, match=message):
        TopologicalRidge(**params).fit(X, y)


def test_weights_that_are_all_zero(problem):
    X, y = problem
    with pytest.raises(ValueError, match=r"positive entry|non-zero"):
        TopologicalRidge().fit(X, y, sample_weight=np.zeros(len(X)))
