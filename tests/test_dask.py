"""Features on the workers of a dask cluster are those of one process."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits

from sktopo import DirectionalPersistence, PersistenceDiagrams, STUMPImageOptimizer
from sktopo.filtrations import Cubical, VietorisRips
from sktopo.pooling import RandomPooling

distributed = pytest.importorskip("distributed")
DIGITS = load_digits().data[:60]


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def n_executed(client):
    counts = client.run(lambda dask_worker: dask_worker.state.executed_count)
    return np.array(list(counts.values()))


@pytest.mark.parametrize(
    ("model", "X"),
    [
        (DirectionalPersistence(image_shape=(8, 8)), DIGITS),
        (PersistenceDiagrams(Cubical(), image_shape=(8, 8)), DIGITS),
        (PersistenceDiagrams(VietorisRips()), DIGITS.reshape(-1, 16, 4)),
    ],
    ids=["directional", "cubical", "rips"],
)
def test_the_same_on_a_cluster(model, X, client):
    here, before = model.fit(X).transform(X), n_executed(client)
    with parallel_config(backend="dask"):
        there = model.transform(X)
    assert (n_executed(client) > before).all()
    if isinstance(here, np.ndarray):
        assert_array_equal(there, here)
        return
    for one, other in zip(here, there, strict=True):
        for diagram, same in zip(one, other, strict=True):
            assert_array_equal(diagram, same)


def test_samples_of_a_step(client):
    image = DIGITS[0].reshape(8, 8)
    optimizer = STUMPImageOptimizer(
        pooling=RandomPooling(2, max_noise=1.0, n_samples=4), n_steps=3, random_state=0
    ).fit([image])
    alone = optimizer.optimize([image])
    before = n_executed(client)
    with parallel_config("dask", n_jobs=2):
        found = optimizer.optimize([image])
    assert (n_executed(client) > before).any()
    assert_array_equal(found.images[0], alone.images[0])
    assert_array_equal(found.loss_curves[0], alone.loss_curves[0])
