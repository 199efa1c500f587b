"""Callbacks of scikit-learn are told of the steps of long fits."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

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
    for key, value in vars(plain).items():
        if isinstance(value, np.ndarray):
            assert_array_equal(getattr(watched, key), value)


@pytest.mark.parametrize("name", ["points", "decoder", "projection", "regressor"])
def test_a_callback_ends_a_fit(name):
    model = clone(MODELS[name][0]).set_params(random_state=0)
    model.set_callbacks(Count(2)).fit(X, X if name == "decoder" else Y)
    assert len(model.loss_curve_) == 3


def test_a_search_tells_of_its_fits():
    pytest.importorskip("rich", reason="rich is not installed")
    from sklearn.callback import ProgressBar

    model = TopologicalMLPClassifier(4, max_iter=2, batch_size=20)
    search = GridSearchCV(model, {"alpha": [0.1, 1.0]}, cv=2)
    search.set_callbacks(ProgressBar()).fit(X, Y)
    assert search.predict(X).shape == Y.shape
