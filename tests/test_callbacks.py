"""Callbacks of scikit-learn are told of the steps of long fits."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import (
    TopologicalAutoencoder,
    TopologicalDecoder,
    TopologicalEmbedding,
    TopologicalLogisticRegressionCV,
    TopologicalMapping,
    TopologicalMLPClassifier,
    TopologicalMLPRegressor,
    TopologicalProjection,
    TopologicalRidgeCV,
    TopoPointOptimizer,
)
from sktopo.points import optimize_point_clouds

pytest.importorskip("sklearn.callback", reason="scikit-learn is older than 1.9")

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), np.arange(40) % 2
N_PATHS = 2 * 2  # folds and norms
MODELS = {
    "points": (TopoPointOptimizer(max_iter=4), 4),
    "autoencoder": (TopologicalAutoencoder(max_iter=2, batch_size=20), 4),
    "decoder": (TopologicalDecoder(max_iter=4, random_state=0), 4),
    "embedding": (TopologicalEmbedding(max_iter=4), 4),
    "projection": (TopologicalProjection(max_iter=4), 4),
    "classifier": (TopologicalMLPClassifier(4, max_iter=2, batch_size=20), 4),
    "regressor": (TopologicalMLPRegressor(4, max_iter=2, batch_size=20), 4),
    "mapping": (TopologicalMapping(max_iter=2, batch_size=20), 4),
    "ridge": (TopologicalRidgeCV(2, cv=2, l2=[0.1, 10.0]), N_PATHS),
    "logistic": (TopologicalLogisticRegressionCV(2, cv=2, l2=[0.1, 10.0]), N_PATHS),
}


class Count:
    """Counts tasks, and ends the fit after some of them."""

    def __init__(self, most=np.inf):
        self.most, self.n_tasks = most, 0
        self.is_set_up = self.is_torn_down = False

    def setup(self, estimator, context):
        self.is_set_up = True

    def teardown(self, estimator, context):
        self.is_torn_down = True

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.n_tasks += context.parent is not None
        return self.n_tasks >= self.most


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The best .* on the edge")
@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("name", MODELS)
def test_every_step_is_told_and_nothing_changes(name, n_jobs):
    model, n_tasks = MODELS[name]
    model = clone(model).set_params(random_state=0)
    if "n_jobs" in model.get_params():
        model.set_params(n_jobs=n_jobs)
    y = X if name == "decoder" else Y
    plain = clone(model).fit(X, y)
    callback = Count()
    watched = model.set_callbacks(callback).fit(X, y)
    assert callback.is_set_up
    assert callback.is_torn_down
    assert callback.n_tasks == n_tasks
    method = "predict" if hasattr(plain, "predict") else "transform"
    assert_array_equal(getattr(watched, method)(X), getattr(plain, method)(X))
    curve = "scores_" if n_tasks == N_PATHS and "norm" in name else "loss_curve_"
    if hasattr(plain, curve):
        assert_array_equal(getattr(watched, curve), getattr(plain, curve))


@pytest.mark.parametrize("name", ["points", "decoder", "projection", "regressor"])
def test_a_callback_ends_a_fit(name):
    model = clone(MODELS[name][0]).set_params(random_state=0)
    model.set_callbacks(Count(2)).fit(X, X if name == "decoder" else Y)
    assert len(model.loss_curve_) == 3


class Propagated(Count):
    """One that meta-estimators hand on, and that cannot be pickled."""

    max_propagation_depth = None

    def __init__(self):
        super().__init__()
        self.lock = threading.Lock()
        self.depths = []

    def on_fit_task_end(self, estimator, context):
        depth, parent = 0, context.parent
        while parent is not None:
            depth, parent = depth + 1, parent.parent
        self.depths.append(depth)


def test_a_search_tells_of_the_steps_of_its_fits():
    callback = Propagated()
    model = TopologicalMLPClassifier(4, max_iter=2, batch_size=10, random_state=0)
    search = GridSearchCV(model, {"alpha": [0.1, 1.0]}, cv=2, refit=False)
    search.set_callbacks(callback).fit(X, Y)
    # Four fits of two epochs of two steps each.
    assert callback.depths.count(max(callback.depths)) == 16


@pytest.mark.filterwarnings("ignore:The best .* on the edge")
def test_workers_do_not_get_what_tells(rng):
    callback = Propagated()
    search = TopologicalRidgeCV(2, cv=2, l2=[0.1, 10.0], n_jobs=2)
    pipe = make_pipeline(StandardScaler(), search).set_callbacks(callback)
    pipe.fit(X, Y)
    assert callback.depths.count(max(callback.depths)) == N_PATHS
    points = TopoPointOptimizer(max_iter=2).set_callbacks(callback)
    moved = optimize_point_clouds([X, X], points, n_jobs=2)
    assert len(moved.clouds) == 2


def test_a_fit_without_steps_has_no_tasks():
    callback = Count()
    TopoPointOptimizer(max_iter=0).set_callbacks(callback).fit(X)
    assert callback.is_torn_down
    assert callback.n_tasks == 0
