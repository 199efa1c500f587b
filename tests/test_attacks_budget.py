"""How far an attack goes: its box, its mask, its steps."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from sktopo.attacks import TopologicalAttack
from sktopo.attacks._budget import MaximumBudget

DIGITS, y = load_digits(return_X_y=True)
X = DIGITS / 16
TRAIN, TEST = slice(0, 600), slice(1000, 1012)


@pytest.fixture(scope="module")
def fitted():
    model = LogisticRegression(max_iter=500).fit(X[TRAIN], y[TRAIN])
    return {"logistic": FrozenEstimator(model)}


def sizes(change, norm):
    if norm == 0:
        return np.count_nonzero(change, axis=1)
    return np.linalg.norm(change, norm, axis=1)


def test_a_pixel_outside_of_the_range_keeps_its_budget(fitted):
    """The box is around the original, not only within the range."""
    row = X[TEST][:1].copy()
    row[0, 3], row[0, 10] = 1.7, -0.4
    for norm, eps in ((np.inf, 0.05), (2, 0.05)):
        attack = TopologicalAttack(
            fitted["logistic"], norm=norm, eps=eps, random_state=0
        ).fit(X[TRAIN][:20], y[TRAIN][:20])
        with pytest.warns(UserWarning, match="ranges from"):
            found = attack.transform(row)
        assert sizes(found - row, norm)[0] <= eps


def test_rounding_never_passes_the_budget():
    """Both ends of the box, for values of which x - eps and x + eps are rounded."""
    rng = np.random.default_rng(0)
    origin = rng.uniform(-1, 1, size=20_000) * 10.0 ** rng.integers(-3, 4, size=20_000)
    for eps in (0.1, 0.3, 1 / 3):
        budget = MaximumBudget(origin, eps, None)
        assert (origin - budget.low <= eps).all()
        assert (budget.high - origin <= eps).all()
        spare = 4 * np.spacing(np.maximum(np.abs(origin), eps))
        assert (origin - budget.low >= eps - spare).all()
        assert (budget.high - origin >= eps - spare).all()


def test_the_last_step_is_looked_at(fitted):
    """One sign step that succeeds counts, and the loop makes n_steps of them."""
    rows = X[TEST]
    attack = TopologicalAttack(
        fitted["logistic"],
        target="untargeted",
        eps=0.3,
        n_steps=1,
        momentum=0.0,
        step_size=0.3,
    ).fit(X[TRAIN][:20], y[TRAIN][:20])
    found = attack.generate(rows)
    model = fitted["logistic"].estimator
    classes = model.predict(rows)
    others = model.predict(found.X) != classes
    assert_array_equal(found.success, others)
    assert others.any()
    assert set(found.n_iter) == {1}
    # A row that no step can move to the goal has all of its steps.
    slow = attack.set_params(n_steps=7, step_size=1e-9, eps=1e-8).generate(rows)
    assert_array_equal(slow.n_iter, np.full(len(rows), 7))


@pytest.mark.parametrize("norm", [np.inf, 2, 0])
def test_a_mask_holds_pixels(fitted, norm):
    mask = np.zeros(64, dtype=bool)
    mask[20:44] = True
    eps = 8 if norm == 0 else 0.5
    attack = TopologicalAttack(
        fitted["logistic"], norm=norm, eps=eps, mask=mask, random_state=0, n_restarts=1
    ).fit(X[TRAIN][:20], y[TRAIN][:20])
    found = attack.generate(X[TEST])
    assert not found.perturbation[:, ~mask].any()
    assert found.perturbation[:, mask].any()
    assert (sizes(found.perturbation, norm) <= eps).all()
    everywhere = clone(attack).set_params(mask=None).fit(X[TRAIN][:20], y[TRAIN][:20])
    assert found.success.mean() <= everywhere.generate(X[TEST]).success.mean()


def test_each_feature_has_a_budget(fitted):
    eps = np.linspace(0, 0.4, 64)
    attack = TopologicalAttack(fitted["logistic"], eps=eps, random_state=0).fit(
        X[TRAIN][:20], y[TRAIN][:20]
    )
    found = attack.generate(X[TEST])
    assert (np.abs(found.perturbation) <= eps).all()
    assert found.success.any()
    even = attack.set_params(eps=np.full(64, 0.2)).generate(X[TEST])
    assert_array_equal(even.X, attack.set_params(eps=0.2).generate(X[TEST]).X)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"mask": np.ones(5, bool)}, "'mask' .* shape of a sample"),
        ({"mask": np.ones(64)}, "'mask' parameter of TopologicalAttack .* bool"),
        ({"mask": np.zeros(64, bool)}, "with a true entry"),
        ({"eps": np.ones(5)}, "'eps' parameter of TopologicalAttack"),
        ({"eps": np.zeros(64)}, "not all of them 0"),
        ({"eps": np.full(64, -0.1)}, "entries >= 0"),
        ({"eps": np.full(64, np.nan)}, "'eps' .* NaN"),
        ({"eps": np.ones(64), "norm": 2}, "for norm=2"),
    ],
)
def test_bad_masks_and_budgets_are_named(params, message):
    attack = TopologicalAttack(LogisticRegression(), **params)
    with pytest.raises(ValueError, match=message):
        attack.fit(X[:20], y[:20])
