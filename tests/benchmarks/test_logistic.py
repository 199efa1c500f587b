"""TopologicalLogisticRegression against Adam, run until it rests: 40 problems."""

import time

import numpy as np
import pytest

from sktopo.linear_model import TopologicalLogisticRegression
from sktopo.linear_model._logistic_problem import LogisticProblem
from sktopo.solvers import Adam

N, P = 40, 20
TOTAL = {"problems": 0, "at or below": 0, "in a tenth": 0, "ratios": []}


@pytest.fixture(scope="module", autouse=True)
def report():
    yield
    if TOTAL["problems"]:
        print(
            f"\nof {TOTAL['problems']}: at or below in {TOTAL['at or below']}, in a "
            f"tenth of the time in {TOTAL['in a tenth']}; median ratio of the times "
            f"{np.median(TOTAL['ratios']):.1f}"
        )


def made_classes(rng, topology, n_classes, is_separable):
    """Standard normal samples, labelled by weights that the penalty allows."""
    w = rng.integers(1, 4, (n_classes, P)) - 2.0
    if topology == "path":
        w = np.cos(np.linspace(0, 4 * np.pi, P) + rng.uniform(0, 6, (n_classes, 1)))
    X = rng.normal(size=(N, P))
    margins = X @ w.T
    if not is_separable:
        margins = margins + rng.gumbel(scale=3.0, size=margins.shape)
    return X, np.argmax(margins, axis=1)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("is_separable", [False, True])
@pytest.mark.parametrize("topology", ["values", "path"])
def test_objective(topology, is_separable, n_classes, seed):
    rng = np.random.default_rng(seed)
    X, y = made_classes(rng, topology, n_classes, is_separable)
    model = TopologicalLogisticRegression(i0=2 + seed % 2, topology=topology)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        model.fit(X, y)
        times.append(time.perf_counter() - start)
    ours_time = np.median(times)

    target = (y[:, None] == (np.arange(n_classes) if n_classes > 2 else [1])) * 1.0
    alpha, penalty = model._penalty(P, model.alpha)
    problem = LogisticProblem(X, target, np.ones(N), alpha, penalty, 0.0, True)
    ours = problem.value(model.coef_, model.intercept_)

    start = time.perf_counter()
    descent = Adam(0.01, max_iter=20_000, tol=1e-6).minimize(
        problem.objective.warm_value_and_grad(), np.zeros((target.shape[1], P + 1))
    )
    adam_time = time.perf_counter() - start

    # What separable classes cost is zero up to a small part of the loss at zero.
    zero = 1e-6 * N * np.log(n_classes)
    TOTAL["problems"] += 1
    TOTAL["at or below"] += ours <= (1 + 1e-6) * descent.fun + zero
    TOTAL["in a tenth"] += ours_time <= adam_time / 10
    TOTAL["ratios"].append(adam_time / ours_time)
    print(
        f"\n{topology:6s} separable={is_separable:<1d} classes={n_classes} "
        f"i0={model.i0}: {ours:9.5f} in {1e3 * ours_time:7.1f} ms, Adam "
        f"{descent.fun:9.5f} in {1e3 * adam_time:7.1f} ms and {descent.nit} steps",
        end="",
    )
