"""Samples of a step are spread by joblib, whatever its backend; the bits stay."""

import threading

import numpy as np
import pytest
import threadpoolctl
from _images import smooth_noise
from joblib import Parallel, delayed, parallel_config, register_parallel_backend
from joblib._parallel_backends import ThreadingBackend
from numpy.testing import assert_array_equal

from sktopo import STUMPImageOptimizer
from sktopo._workers import Workers, in_workers
from sktopo.filtrations import Cubical, LowerStar
from sktopo.functionals import PersistenceNorm
from sktopo.objectives import PooledPersistenceTerm
from sktopo.pooling import RandomPooling

IMAGE = smooth_noise((20, 23))


class Watched(ThreadingBackend):
    """Threads that are counted, and the threads they run in."""

    calls = 0
    names: set = set()

    def submit(self, func, callback=None):
        type(self).calls += 1
        return super().submit(self._named(func), callback)

    def apply_async(self, func, callback=None):
        type(self).calls += 1
        return super().apply_async(self._named(func), callback)

    def _named(self, func):
        def call():
            type(self).names.add(threading.current_thread().name)
            return func()

        return call


class OneWorker(Watched):
    """Says that it has two workers, and has none that runs beside this thread."""

    supports_return_generator = False


@pytest.fixture(params=[Watched, OneWorker])
def watched(request):
    kind = type("Counted", (request.param,), {"calls": 0, "names": set()})
    register_parallel_backend("watched", kind)
    return kind


def stump(n_jobs=None, **params):
    pooling = RandomPooling(4, max_noise=10.0, n_samples=4, **params)
    model = STUMPImageOptimizer(
        functional=PersistenceNorm(min_persistence=20),
        pooling=pooling,
        n_steps=10,
        learning_rate=0.5,
        n_jobs=n_jobs,
        random_state=0,
    ).fit([IMAGE])
    found = model.optimize([IMAGE])
    return found.images[0], found.loss_curves[0]


def pooled(n_jobs=None):
    term = PooledPersistenceTerm(
        LowerStar([(i, (i + 1) % 24) for i in range(24)]),
        [[i, (i + 1) % 24, (i + 2) % 24] for i in range(0, 24, 2)],
        PersistenceNorm(2),
        max_noise=0.1,
        n_samples=5,
        n_jobs=n_jobs,
        random_state=0,
    )
    function = term.warm_value_and_grad()
    x = np.random.default_rng(0).random(24)
    return [part for _ in range(3) for part in function(x)]


pytestmark = pytest.mark.filterwarnings(
    "ignore:STUMPImageOptimizer changed F of the pooled copies"
)


@pytest.mark.parametrize("run", [stump, pooled])
def test_the_backend_of_joblib_is_taken(run, watched):
    alone = run()
    assert watched.calls == 0
    with parallel_config("watched", n_jobs=2):
        together = run()
    for one, two in zip(alone, together):
        assert_array_equal(one, two)
    assert watched.calls > 0
    assert threading.current_thread().name not in watched.names
    if run is stump and watched.supports_return_generator:
        # One worker for the whole run, beside this thread, and no dispatch of steps.
        assert watched.calls == 1


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
@pytest.mark.parametrize("run", [stump, pooled])
def test_every_backend_gives_the_same_bits(run, backend):
    with parallel_config(backend, n_jobs=2):
        found = run()
    for one, two in zip(run(), found):
        assert_array_equal(one, two)


@pytest.mark.parametrize("run", [stump, pooled])
def test_a_configured_number_is_one_of_threads(run, monkeypatch):
    threads = set()
    bars = Cubical.batch_bars, LowerStar.batch_bars

    def watched(self, *args):
        threads.add(threading.current_thread().name)
        return bars[isinstance(self, LowerStar)](self, *args)

    monkeypatch.setattr(Cubical, "batch_bars", watched)
    monkeypatch.setattr(LowerStar, "batch_bars", watched)
    run()
    assert len(threads) == 1
    with parallel_config(n_jobs=2):
        run()
    assert len(threads) > 1


def doubled(argument, state):
    state.append(argument)
    return 2 * argument, len(state), threading.get_ident()


def failing(argument, state):
    if argument == 2:
        raise ValueError("in a worker")
    return argument


def test_jobs_keep_their_state_and_their_threads():
    jobs = [(doubled, []) for _ in range(3)]
    with Workers(jobs, 3) as workers:
        found = [workers(k) for k in range(4)]
    assert [[one[:2] for one in step] for step in found] == [
        [(2 * k, k + 1)] * 3 for k in range(4)
    ]
    assert found[0][0][2] == threading.get_ident()
    assert len({one[2] for step in found for one in step}) == 3


@pytest.mark.parametrize("place", [0, 1])
def test_what_goes_wrong_in_a_job_is_raised_and_nobody_waits(place):
    jobs = [(doubled, []), (doubled, [])]
    jobs[place] = (failing, [])
    before = threading.active_count()
    with Workers(jobs, 2) as workers:
        workers(1)
        with pytest.raises(ValueError, match="in a worker"):
            workers(2)
    assert threading.active_count() <= before + 2


def test_an_interrupt_ends_the_threads():
    def interrupted(argument, state):
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        Workers([(interrupted, []), (doubled, [])], 2) as workers,
    ):
        workers(1)


class Late(ThreadingBackend):
    """One thread, whoever asks for more."""

    def configure(self, n_jobs=1, parallel=None, **kwargs):
        self._asked = n_jobs
        return super().configure(n_jobs, parallel, **kwargs)

    def _get_pool(self):
        if self._pool is None:
            from multiprocessing.pool import ThreadPool

            self._pool = ThreadPool(1)
        return self._pool


def test_fewer_workers_than_asked_for_do_not_hang(monkeypatch):
    from sktopo import _workers

    monkeypatch.setattr(_workers, "_PATIENCE", 0.2)
    register_parallel_backend("late", Late)
    with parallel_config("late", n_jobs=3):
        jobs = [(doubled, []) for _ in range(3)]
        with Workers(jobs, 3) as workers:
            found = [workers(k) for k in range(3)]
    assert [[one[:2] for one in step] for step in found] == [
        [(2 * k, k + 1)] * 3 for k in range(3)
    ]


def nested(argument, state):
    return Parallel(n_jobs=2, prefer="threads")(delayed(abs)(k) for k in (-1, argument))


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_jobs_that_are_parallel_inside(backend):
    with (
        parallel_config(backend, n_jobs=2),
        Workers([(nested, []), (nested, [])], None) as workers,
    ):
        assert workers(-3) == [[1, 3]] * 2
        assert workers(5) == [[1, 5]] * 2


def blas_threads(*_):
    pools = threadpoolctl.threadpool_info()
    return {pool["num_threads"] for pool in pools if pool["user_api"] == "blas"}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "loky", "multiprocessing"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_blas_has_one_thread_in_every_job_and_its_own_number_afterwards(
    backend, n_jobs
):
    with threadpoolctl.threadpool_limits(2, "blas"), parallel_config(backend):
        assert in_workers(blas_threads, [(k,) for k in range(4)], n_jobs) == [{1}] * 4
        nested = in_workers(in_workers, [(blas_threads, [()], 1)] * 2, n_jobs)
        assert nested == [[{1}]] * 2
        with pytest.raises(ZeroDivisionError):
            in_workers(divmod, [(1, 0)], n_jobs)
        assert blas_threads() == {2}
