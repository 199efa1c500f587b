"""TopologicalLogisticRegression: limits, contracts, and what the penalty does."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from sktopo import TopologicalLogisticRegression
from sktopo.objectives import LogLossTerm
from sktopo.solvers import Adam
from sktopo.testing import check_gradient


@pytest.fixture(params=[2, 3])
def problem(request, rng):
    """Noisy classes, so that there is a solution without a norm."""
    X = rng.normal(size=(120, 12))
    weights = np.repeat(rng.normal(size=(request.param, 4)), 3, axis=1)
    noise = 2 * rng.gumbel(size=(120, request.param))
    return X, np.array(["a", "b", "c"])[np.argmax(X @ weights.T + noise, axis=1)]


def objective(model, X, y):
    target = (y[:, None] == model.classes_).astype(float)
    if len(model.classes_) == 2:
        target = target[:, 1:]
    x = np.column_stack([model.coef_, model.intercept_])
    value, _ = LogLossTerm(
        target, np.column_stack([X, np.ones(len(X))])
    ).value_and_grad(x)
    alpha, penalty = model._penalty(X.shape[1], model.alpha)
    for w in model.coef_:
        value += alpha * penalty.value_and_grad(w)[0] + model.l2 * (w @ w)
    return value


@pytest.mark.parametrize("shape", [(5,), (1, 5), (3, 5)])
def test_gradient_of_the_loss(rng, shape):
    X, weight = rng.normal(size=(9, 5)), rng.uniform(size=9)
    target = rng.dirichlet(np.ones(3), size=9) if shape[0] == 3 else rng.uniform(size=9)
    if shape == (1, 5):
        target = target[:, None]
    check_gradient(LogLossTerm(target, X, weight), rng.normal(size=shape))
    with pytest.raises(ValueError, match="x of LogLossTerm must have shape"):
        LogLossTerm(target, X).value_and_grad(np.zeros(4))


def test_the_loss_bears_large_margins():
    X = np.array([[1.0], [-1.0]])
    value, grad = LogLossTerm([1, 0], 1e6 * X).value_and_grad(np.array([5.0]))
    assert value == grad[0] == 0
    one_hot = np.eye(2)
    value, grad = LogLossTerm(one_hot, 1e6 * X).value_and_grad(
        np.array([[-1.0], [1.0]])
    )
    assert value == pytest.approx(4e6)
    assert np.isfinite(grad).all()


@pytest.mark.parametrize("topology", ["values", (3, 4)], ids=str)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_no_penalty_is_logistic_regression(problem, topology, fit_intercept):
    X, y = problem
    theirs = LogisticRegression(
        C=1 / (2 * 0.7), fit_intercept=fit_intercept, tol=1e-10, max_iter=10_000
    ).fit(X, y)
    ours = TopologicalLogisticRegression(
        0.0, l2=0.7, topology=topology, fit_intercept=fit_intercept, tol=1e-12
    ).fit(X, y)
    assert_allclose(ours.coef_, theirs.coef_, atol=2e-4)
    assert_array_equal(ours.predict(X), theirs.predict(X))
    assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=2e-4)
    assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X), atol=1e-3)
    assert ours.decision_function(X).shape == theirs.decision_function(X).shape
    assert ours.intercept_.shape == theirs.intercept_.shape


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("topology", ["values", "path"])
@pytest.mark.parametrize("i0", [2, 3])
def test_reweighting_ends_below_a_long_descent(problem, topology, i0):
    X, y = problem
    model = TopologicalLogisticRegression(2.0, topology=topology, i0=i0)
    descent = clone(model).set_params(solver="adam", max_iter=5000).fit(X, y)
    assert objective(model.fit(X, y), X, y) <= 1.0001 * objective(descent, X, y)


def test_the_range_penalty_is_solved_to_its_optimum(problem):
    """max - min is convex: rows at rest pull at their ends only, with alpha."""
    X, y = problem
    model = TopologicalLogisticRegression(3.0, tol=1e-12).fit(X, y)
    residual = model.predict_proba(X) - (y[:, None] == model.classes_)
    pulls = -residual.T @ X / model.alpha
    for w, pull in zip(model.coef_, pulls[-len(model.coef_) :], strict=True):
        top, bottom = np.isclose(w, w.max()), np.isclose(w, w.min())
        assert_allclose(pull[~(top | bottom)], 0, atol=1e-7)
        if not np.isclose(w.max(), w.min()):
            assert_allclose([pull[top].sum(), pull[bottom].sum()], [1, -1], atol=1e-7)


@pytest.mark.parametrize("i0", [2, 3])
def test_rows_of_softmax_do_not_zigzag(i0):
    """The loss of three classes that can nearly be separated is a narrow valley."""
    rng = np.random.default_rng(103)
    X = rng.normal(size=(40, 20))
    weights = np.array(
        [np.r_[np.zeros(k), np.ones(5), np.zeros(15 - k)] for k in (3, 7, 11)]
    )
    y = np.argmax(X @ weights.T + rng.normal(size=(40, 3)), axis=1)
    model = TopologicalLogisticRegression(i0=i0).fit(X, y)
    assert model.n_iter_ < 60
    # Of intercepts that are the same up to a constant the one with mean zero.
    assert abs(model.intercept_.sum()) < 1e-12 * np.abs(model.intercept_).max()
    slower = clone(model).set_params(solver="adam", max_iter=5000).fit(X, y)
    assert objective(model, X, y) < objective(slower, X, y)


def test_a_large_penalty_leaves_one_value(problem):
    X, y = problem
    model = TopologicalLogisticRegression(1e4).fit(X, y)
    assert (np.ptp(model.coef_, axis=1) < 1e-8).all()
    model = TopologicalLogisticRegression(1e4, topology="path").fit(X, y)
    for w in model.coef_:
        top = int(np.argmax(w))
        assert (np.diff(w[: top + 1]) > -1e-7).all()
        assert (np.diff(w[top:]) < 1e-7).all()


@pytest.mark.slow
@pytest.mark.parametrize("topology", ["values", "path", (3, 4)], ids=str)
def test_weights_of_samples_and_of_classes(problem, rng, topology):
    X, y = problem
    weight = rng.integers(0, 4, size=len(X))
    model = TopologicalLogisticRegression(2.0, topology=topology)
    weighted = clone(model).fit(X, y, sample_weight=weight)
    repeated = clone(model).fit(X.repeat(weight, axis=0), y.repeat(weight))
    assert_allclose(weighted.coef_, repeated.coef_, atol=2e-4)
    heavy = clone(model).set_params(class_weight={"a": 3.0}).fit(X, y)
    thrice = clone(model).fit(X, y, sample_weight=np.where(y == "a", 3.0, 1.0))
    assert_allclose(heavy.coef_, thrice.coef_, atol=1e-9)
    counts = {c: len(y) / (len(set(y)) * np.sum(y == c)) for c in set(y)}
    balanced = clone(model).set_params(class_weight="balanced").fit(X, y)
    by_hand = clone(model).set_params(class_weight=counts).fit(X, y)
    assert_allclose(balanced.coef_, by_hand.coef_)


def test_balance_counts_the_weights_of_samples(problem, rng):
    X, y = problem
    weight = rng.integers(0, 4, size=len(X))
    model = TopologicalLogisticRegression(0.5, class_weight="balanced")
    weighted = clone(model).fit(X, y, sample_weight=weight)
    repeated = clone(model).fit(X.repeat(weight, axis=0), y.repeat(weight))
    assert_allclose(weighted.coef_, repeated.coef_, atol=1e-6)
    for bad in ({"a": 0, "b": 0, "c": 0}, {"a": -1.0}, {"a": np.nan}):
        with pytest.raises(ValueError, match="'class_weight' parameter of Topolog"):
            clone(model).set_params(class_weight=bad).fit(X, y)


def test_data_that_vary_in_one_direction_only():
    x = np.outer(np.arange(10.0), [0.1, 0.7, 0.3])
    for topology in ("values", "path"):
        model = TopologicalLogisticRegression(topology=topology, l2=0.1)
        assert model.fit(x, x[:, 0] > 0.4).score(x, x[:, 0] > 0.4) == 1.0


def test_warm_start_after_a_fit_that_failed(problem):
    X, y = problem
    model = TopologicalLogisticRegression(topology=(5, 5), warm_start=True)
    with pytest.raises(ValueError, match="one place for each"):
        model.fit(X, y)
    model.set_params(topology="values").fit(X, y)


def test_warm_start(problem):
    X, y = problem
    model = TopologicalLogisticRegression(topology="path", warm_start=True).fit(X, y)
    first, steps = objective(model, X, y), model.n_iter_
    again = model.fit(X, y)
    assert objective(again, X, y) <= first
    assert again.n_iter_ < steps
    assert model.fit(X[:, :5], y).coef_.shape[1] == 5


def test_images_of_digits():
    """Few maxima in the weights, and no worse a classifier."""
    X, y = load_digits(n_class=3, return_X_y=True)
    X = X / 16
    model = TopologicalLogisticRegression(
        alpha={0: 1.0, 1: 1.0},
        i0={0: 3, 1: 2},
        topology=(8, 8),
        homology_dimensions=(0, 1),
        l2=0.01,
        tol=1e-4,
    )
    model.fit(X[::2], y[::2])
    plain = clone(model).set_params(alpha=0.0).fit(X[::2], y[::2])
    _, penalty = model._penalty(64, model.alpha)
    for w, v in zip(model.coef_, plain.coef_, strict=True):
        assert penalty.value_and_grad(w)[0] < 0.05 * penalty.value_and_grad(v)[0]
    assert model.score(X[1::2], y[1::2]) > 0.97


@pytest.mark.slow
def test_grid_search_and_types(problem):
    X, y = problem
    grid = {"alpha": [3.0, 10.0], "topology": ["values", "path"]}
    search = GridSearchCV(TopologicalLogisticRegression(l2=0.1), grid, cv=2, n_jobs=2)
    search.fit(X, y)
    assert search.best_score_ > 1.2 / len(set(y))
    small = TopologicalLogisticRegression().fit(X.astype(np.float32), y)
    assert small.coef_.dtype == small.predict_proba(X.astype("f")).dtype == np.float32
    one = TopologicalLogisticRegression().fit(X[:, :1], y)
    assert one.coef_.shape[1] == 1


def test_bad_parameters_and_data_are_named(problem):
    X, y = problem
    with pytest.raises(ValueError, match="must hold at least 2 classes"):
        TopologicalLogisticRegression().fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match=r"'solver' .* TopologicalLogisticRegression"):
        TopologicalLogisticRegression(solver="prox", p=2).fit(X, y)
    with pytest.raises(ValueError, match="'class_weight' parameter"):
        TopologicalLogisticRegression(class_weight="even").fit(X, y)
    with pytest.raises(ValueError, match="for each of the 12 features"):
        TopologicalLogisticRegression(topology=(2, 5)).fit(X, y)
    with pytest.warns(ConvergenceWarning, match="max_iter=1. .* set l2"):
        TopologicalLogisticRegression(topology=(3, 4), max_iter=1).fit(X, y)


@pytest.mark.parametrize("topology", ["values", "path"])
@pytest.mark.parametrize("n", [30, 60, 100])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_classes_that_can_be_separated_end_no_worse_than_by_adam(topology, n, l2):
    """Without a penalty the weights of such classes are infinite: no place to start."""
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, 20))
    y = X[:, 8:12].sum(axis=1) > 0
    models = [
        TopologicalLogisticRegression(
            topology=topology, l2=l2, solver=solver, max_iter=300
        )
        for solver in ("auto", "adam")
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        exact, descended = (objective(m.fit(X, y), X, y) for m in models)
    assert exact <= descended * (1 + 1e-9)
    if topology == "values" or l2:
        assert models[0].n_iter_ < 400


@pytest.mark.parametrize("n_classes", [2, 3])
def test_an_objective_that_falls_to_zero_does_so_in_few_steps(rng, n_classes):
    """All samples are saturated near the end, and steps as long as at the start."""
    X = rng.normal(size=(60, 20))
    y = np.argmax(
        X @ np.sin(np.outer(np.arange(20), [0.2, 0.3, 0.4]))[:, :n_classes], 1
    )
    for i0 in (3, 4):
        model = TopologicalLogisticRegression(0.3, topology="path", i0=i0).fit(X, y)
        assert model.n_iter_ < 40
        assert objective(model, X, y) < 1e-4


def test_convergence_is_told_as_it_is(rng):
    X = rng.normal(size=(60, 20))
    y = X[:, 8:12].sum(axis=1) > 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TopologicalLogisticRegression(topology="values").fit(X, y)
    with pytest.warns(ConvergenceWarning, match="not converged with max_iter=2"):
        TopologicalLogisticRegression(topology="path", max_iter=2).fit(X, y)


def test_a_gradient_that_is_not_finite_is_what_the_message_names():
    def no_slope(x):
        return 4.16, np.full(x.shape, np.inf)

    with pytest.raises(ValueError, match=r"value is 4\.16, but its gradient is not"):
        Adam().minimize(no_slope, np.zeros(2))


def test_warm_weights_of_other_classes_are_no_start(rng):
    """As many classes, but others: the weights of the last fit mean something else."""
    X = rng.normal(size=(40, 5))
    y = rng.integers(0, 2, size=40)
    params = {"topology": "path", "l2": 0.1, "max_iter": 3, "solver": "adam"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warm = TopologicalLogisticRegression(warm_start=True, **params)
        warm.fit(X, np.array(["a", "b"])[y])
        first = warm.coef_.copy()
        warm.fit(X, np.array(["c", "d"])[1 - y])
        cold = TopologicalLogisticRegression(**params).fit(X, 1 - y)
        assert_array_equal(warm.coef_, cold.coef_)
        again = warm.fit(X, np.array(["c", "d"])[1 - y])
        assert np.abs(again.coef_ - cold.coef_).max() > 1e-6
    assert not np.allclose(first, cold.coef_)
