"""Adversarial examples: within their budget, claimed rightly, the same in any batch."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sktopo import DirectionalPersistence
from sktopo.attacks import TopologicalAttack

DIGITS, LABELS = load_digits(return_X_y=True)
X, y = DIGITS / 16, LABELS
TRAIN, TEST = slice(0, 600), slice(1000, 1012)

MODELS = {
    "logistic": LogisticRegression(max_iter=500),
    "two classes": LogisticRegression(),
    "mlp": MLPClassifier((20,), solver="lbfgs", max_iter=3000, random_state=0),
    "svc": make_pipeline(StandardScaler(), SVC()),
    "topological": make_pipeline(
        DirectionalPersistence(4, p=(0, 1, 2), q=(0, 1), image_shape=(8, 8)),
        StandardScaler(),
        LogisticRegression(max_iter=2000),
    ),
}


@pytest.fixture(scope="module")
def fitted():
    models = {}
    for name, model in MODELS.items():
        few = y[TRAIN] < 2 if name == "two classes" else slice(None)
        models[name] = FrozenEstimator(model.fit(X[TRAIN][few], y[TRAIN][few]))
    return models


def sizes(change, norm):
    flat = change.reshape(len(change), -1)
    if norm == 0:
        return np.count_nonzero(flat, axis=1)
    return np.linalg.norm(flat, norm, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "params",
    [
        {"eps": 0.2},
        {"eps": 1.0, "norm": 2, "n_restarts": 1},
        {"eps": 6, "norm": 0},
        {"eps": 0.3, "target": "untargeted", "momentum": 0.0},
        {"eps": 0.1, "step_size": 0.5, "clip": None, "n_steps": 5},
    ],
    ids=str,
)
def test_within_budget_and_claimed_rightly(name, params, fitted):
    model = fitted[name]
    rows = X[TEST]
    attack = TopologicalAttack(model, random_state=0, **{"n_steps": 30} | params)
    attack.fit(X[TRAIN][:20], y[TRAIN][:20])
    before = rows.copy()
    info = attack.generate(rows)
    found = info.X
    assert_array_equal(rows, before)
    assert_array_equal(found - rows, info.perturbation)
    assert sizes(info.perturbation, attack.norm).max() <= attack.eps
    if attack.clip is not None:
        assert found.min() >= 0
        assert found.max() <= 1
    said, hit = model.predict(found), info.success
    if attack.target == "untargeted":
        assert_array_equal(info.target, model.predict(rows))
        assert_array_equal(said != info.target, hit)
    else:
        assert (info.target != model.predict(rows)).all()
        assert_array_equal(said == info.target, hit)
    assert_array_equal(attack.transform(rows), found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["logistic", "mlp", "svc", "topological"])
def test_more_budget_is_more_success(name, fitted):
    shares = []
    for eps in (0.02, 0.4):
        attack = TopologicalAttack(fitted[name], eps=eps, n_steps=40, random_state=0)
        attack.fit(X[TRAIN][:20], y[TRAIN][:20])
        shares.append(attack.generate(X[TEST]).success.mean())
    assert shares[0] < shares[1]
    assert shares[1] > 0.8


def test_linear_scores_move_as_far_as_they_can(fitted):
    """For two classes and a linear score the best change is known."""
    model = fitted["two classes"]
    coef = model.estimator.coef_[0]
    row = X[TRAIN][y[TRAIN] == 0][:1]
    attack = TopologicalAttack(model, eps=1e-3, clip=None, n_steps=50, random_state=0)
    found = attack.fit(X[:2], y[:2]).generate(row, y_target=[1]).X
    assert_allclose(found - row, 1e-3 * np.sign(coef)[None], atol=1e-12)
    attack.set_params(norm=2)
    found = attack.fit(X[:2], y[:2]).generate(row, y_target=[1]).X
    assert_allclose(found - row, 1e-3 * coef[None] / np.linalg.norm(coef), atol=1e-9)
    # One pixel: the one with the largest coef times the way it may go.
    attack.set_params(norm=0, eps=1, clip=(0, 1))
    found = attack.fit(X[:2], y[:2]).generate(row, y_target=[1]).X
    gain = np.where(coef > 0, coef * (1 - row[0]), -coef * row[0])
    assert_array_equal(np.flatnonzero(found - row), [gain.argmax()])


def test_targets_that_are_asked_for(fitted):
    attack = TopologicalAttack(fitted["logistic"], eps=0.4, random_state=0)
    attack.fit(X[TRAIN][:20], y[TRAIN][:20])
    rows = X[1000:1030]
    wanted = np.full(30, 8)
    info = attack.generate(rows, wanted)
    found = info.X
    assert_array_equal(info.target, wanted)
    assert info.success.all()
    # A row that is taken for it already stays.
    already = fitted["logistic"].predict(rows) == 8
    assert already.any()
    assert not info.perturbation[already].any()
    assert_array_equal(fitted["logistic"].predict(found), wanted)


@pytest.mark.slow
@pytest.mark.parametrize("norm", [np.inf, 2, 0])
def test_a_row_has_one_answer(norm, fitted):
    attack = TopologicalAttack(
        fitted["topological"],
        norm=norm,
        eps=3 if norm == 0 else 0.3,
        n_steps=5,
        n_restarts=1,
        random_state=3,
    ).fit(X[TRAIN][:20], y[TRAIN][:20])
    rows = X[TEST]
    found = attack.transform(rows)
    assert_array_equal(attack.transform(rows[::-1])[::-1], found)
    assert_array_equal(attack.transform(rows[4:5])[0], found[4])
    with parallel_config("threading", n_jobs=2):
        assert_array_equal(attack.set_params(n_jobs=2).transform(rows), found)


def test_random_targets_come_from_the_seed(fitted):
    def targets(seed):
        attack = TopologicalAttack(fitted["logistic"], random_state=seed, n_steps=1)
        attack.fit(X[TRAIN][:20], y[TRAIN][:20])
        return attack.generate(X[:100]).target

    assert_array_equal(targets(0), targets(0))
    assert (targets(0) != targets(1)).mean() > 0.5
    assert np.unique(targets(0)).size == 10


def test_pixels_that_start_outside_of_the_range_may_stay(fitted):
    row = X[TEST][:1].copy()
    row[0, 3], row[0, 10] = 1.7, -0.4
    for norm, eps in ((np.inf, 0.2), (2, 1.0), (0, 5)):
        attack = TopologicalAttack(
            fitted["logistic"], norm=norm, eps=eps, random_state=0
        ).fit(X[TRAIN][:20], y[TRAIN][:20])
        with pytest.warns(UserWarning, match=r"from -0.4 to 1.7, .* \(0, 1\)"):
            found = attack.transform(row)
        assert (found >= np.minimum(row, 0)).all()
        assert (found <= np.maximum(row, 1)).all()


def test_images_go_in_as_they_are():
    images = X.reshape(-1, 8, 8)
    model = make_pipeline(
        DirectionalPersistence(2, p=(1, 2), q=(0, 1)),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    )
    attack = TopologicalAttack(model, eps=0.4, n_steps=20, random_state=0)
    attack.fit(images[:200], y[:200])
    info = attack.generate(images[200:206])
    found = info.X
    assert found.shape == (6, 8, 8)
    assert info.success.any()
    assert not hasattr(model[-1], "coef_")


def test_in_a_pipeline_with_frames(fitted):
    pipeline = make_pipeline(
        TopologicalAttack(fitted["logistic"], eps=0.3, random_state=0), StandardScaler()
    ).set_output(transform="pandas")
    table = pipeline[:1].fit(X[:20], y[:20]).transform(X[TEST])
    assert list(table.columns) == [f"x{k}" for k in range(64)]
    assert fitted["logistic"].score(X[TEST], y[TEST]) > 0.8
    assert fitted["logistic"].score(table.to_numpy(), y[TEST]) < 0.2
    assert pipeline.fit(X[:5], y[:5]).transform(X[:5]).shape == (5, 64)


class Unknown(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"estimator": LinearRegression()}, TypeError, "must be a classifier"),
        ({"norm": 1}, ValueError, "'norm' parameter of TopologicalAttack"),
        ({"norm": 0}, ValueError, "number of pixels for norm=0"),
        ({"norm": 0, "eps": 2, "clip": None}, ValueError, "how far a pixel may go"),
        ({"eps": 0}, ValueError, "'eps' parameter of TopologicalAttack"),
        ({"clip": (1, 0)}, ValueError, "'clip' parameter of TopologicalAttack"),
        ({"target": "nearest"}, ValueError, "'target' parameter"),
    ],
)
def test_what_cannot_be_attacked_is_named(params, error, message):
    attack = TopologicalAttack(**{"estimator": LogisticRegression()} | params)
    with pytest.raises(error, match=message):
        attack.fit(X[:100], y[:100])


def test_errors_of_the_data(fitted):
    attack = TopologicalAttack(fitted["logistic"]).fit(X[:20], y[:20])
    with pytest.raises(ValueError, match="y_target of TopologicalAttack"):
        attack.generate(X[:2], [3, 77])
    with pytest.raises(ValueError, match="y_target of TopologicalAttack"):
        attack.generate(X[:2], [3])
    with pytest.raises(ValueError, match="NaN"):
        attack.generate(np.full((1, 64), np.nan))
    with pytest.raises(ValueError, match="features"):
        attack.generate(X[:2, :5])
    with pytest.raises(NotImplementedError, match="Unknown"):
        TopologicalAttack(Unknown()).fit(X[:20], y[:20])
    with pytest.raises(ValueError, match="'norm' parameter of TopologicalAttack"):
        attack.set_params(norm=1).generate(X[:2])
    with pytest.raises(ValueError, match="2 or more classes"):
        TopologicalAttack(Unknown()).fit(X[:20], np.zeros(20))


@pytest.mark.slow
def test_a_small_budget_far_from_zero_is_kept():
    rows = 255 * X[:20] + 0.1
    model = LogisticRegression(max_iter=500).fit(255 * X[:400], y[:400])
    for eps in (1e-3, 1e-9):
        attack = TopologicalAttack(
            FrozenEstimator(model), norm=2, eps=eps, clip=None, random_state=0
        ).fit(rows, y[:20])
        found = attack.generate(rows).X
        assert np.linalg.norm(found - rows, axis=1).max() <= eps
        assert (found != rows).any(axis=1).all()


def test_columns_by_name():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=[f"px{i}" for i in range(64)])
    scaled = ColumnTransformer(
        [("scale", StandardScaler(), list(frame.columns[:32]))], remainder="passthrough"
    )
    model = make_pipeline(scaled, LogisticRegression(max_iter=500))
    attack = TopologicalAttack(model, eps=0.2, random_state=0)
    attack.fit(frame[:600], y[:600])
    info = attack.generate(frame[1000:1010])
    found = info.X
    said = attack.estimator_.predict(pd.DataFrame(found, columns=frame.columns))
    assert_array_equal(said == info.target, info.success)
    assert info.success.any()
    frozen = TopologicalAttack(FrozenEstimator(attack.estimator_), eps=0.2)
    frozen.set_params(random_state=0).fit(frame[:20], y[:20])
    assert_array_equal(frozen.generate(frame[1000:1010]).X, found)


def test_a_row_without_a_gradient_ends_early():
    images = np.zeros((4, 25))
    images[2:, 12] = 1.0
    model = make_pipeline(
        DirectionalPersistence(2, p=(0,), q=(0,), image_shape=(5, 5)),
        LogisticRegression(),
    )
    attack = TopologicalAttack(model, random_state=0)
    attack.fit(images, [0, 0, 1, 1])
    info = attack.generate(images[:1], [1])
    found = info.X
    # Counts of bars are constant almost everywhere.
    assert_array_equal(found, images[:1])
    assert info.n_iter[0] == 0
    assert not info.success[0]
