"""TopologicalRidge against 20,000 steps of Adam: 54 problems, one table."""

import time

import numpy as np
import pytest

from sktopo.linear_model import TopologicalRidge
from sktopo.objectives import SquaredErrorTerm
from sktopo.solvers import Adam

P = 100
PLACES = np.linspace(0, 3, P)
WEIGHTS = {
    "values": np.random.default_rng(0).integers(1, 4, P).astype(float),
    "sawtooth": 2 * np.mod(PLACES, 1) - 1,
    "boxcar": 2.0 * (np.mod(PLACES, 1) > 0.5) - 1,
}
TOTAL = {"problems": 0, "at or below": 0, "worst": 1.0, "ours": 0.0, "adam": 0.0}


@pytest.fixture(scope="module", autouse=True)
def report():
    yield
    if TOTAL["problems"]:
        print(
            f"\nat or below in {TOTAL['at or below']} of {TOTAL['problems']}, at worst "
            f"{TOTAL['worst']:.3f} times; {TOTAL['ours']:.1f} s against "
            f"{TOTAL['adam']:.1f} s"
        )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("i0", [2, 4])
@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("n", [50, 75, 120])
@pytest.mark.parametrize("name", WEIGHTS)
def test_objective(name, n, alpha, i0):
    rng = np.random.default_rng(n)
    w = WEIGHTS[name]
    X = rng.normal(size=(n, P))
    y = X @ w + np.sqrt(0.05) * rng.normal(size=n)
    topology = "values" if name == "values" else "path"
    model = TopologicalRidge(alpha, i0=i0, topology=topology, fit_intercept=False)
    _, penalty = model._penalty(P, model.alpha)
    objective = SquaredErrorTerm(y, X) + alpha * penalty

    start = time.perf_counter()
    model.fit(X, y)
    ours_time = time.perf_counter() - start
    ours = objective.value_and_grad(model.coef_)[0]

    start = time.perf_counter()
    descent = Adam(0.01, max_iter=20_000).minimize(
        objective.warm_value_and_grad(), np.linalg.lstsq(X, y, rcond=None)[0]
    )
    adam_time = time.perf_counter() - start

    TOTAL["problems"] += 1
    TOTAL["at or below"] += ours <= 1.001 * descent.fun + 1e-6 * (y @ y)
    TOTAL["worst"] = max(TOTAL["worst"], (ours - 1e-6 * (y @ y)) / descent.fun)
    TOTAL["ours"] += ours_time
    TOTAL["adam"] += adam_time
    print(
        f"\n{name:9s} n={n:3d} alpha={alpha:<4g} i0={i0}: {ours:9.4f} in "
        f"{1e3 * ours_time:6.0f} ms, Adam {descent.fun:9.4f} in "
        f"{1e3 * adam_time:6.0f} ms; error of the weights "
        f"{np.sum((model.coef_ - w) ** 2):8.3f} and "
        f"{np.sum((descent.x - w) ** 2):8.3f}",
        end="",
    )
