"""Jobs that are spread over joblib's workers: once, or again and again."""

import os
import platform
import threading
from contextlib import contextmanager, nullcontext, suppress
from functools import cache

from joblib import effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend
from sklearn.utils import gen_even_slices
from sklearn.utils.parallel import Parallel, delayed  # with its configuration

from sktopo._sklearn_compat import ThreadpoolController

_PATIENCE = 1.0  # seconds until a worker that has not come will not come
_MANY_ENTRIES = 2_000_000  # of a matrix that is worth several threads of BLAS
_LOOKS = 100  # parts of a batch that a line of progress shows, at least


def _count_one(line, answer):
    line.advance()


def in_workers(function, jobs, n_jobs, line=None, tell=_count_one):
    """``function(*job)`` for each job, a list; its bits do not depend on ``n_jobs``.

    ``tell(line, answer)`` advances a ``ProgressLine`` with each answer, in the order of
    the jobs.

    BLAS splits its sums by the number of its threads, and joblib gives a process fewer
    of them: here it has one thread in every job.
    """
    calls = (delayed(_single_threaded)(_process(), function, *job) for job in jobs)
    with one_blas_thread():
        if line is None or not line.is_watched:
            return Parallel(n_jobs=n_jobs)(calls)
        try:
            parallel = Parallel(n_jobs=n_jobs, return_as="generator")
        except ValueError:  # a backend that returns nothing before all is done
            parallel = Parallel(n_jobs=n_jobs)
        answers = []
        with line:
            for answer in parallel(calls):
                answers.append(answer)
                tell(line, answer)
        return answers


def even_slices(n_samples, n_jobs, *, per_worker=1, least=1, line=None):
    """Parts of a batch for workers; all of it for a single one.

    Parameters
    ----------
    n_samples : int
    n_jobs : int or None
    per_worker : int, default=1
        Parts of a worker: several where some samples take longer than others.
    least : int, default=1
        Samples of a part, where there are so many.
    line : ProgressLine or None, default=None
        One that shows something has more parts.

    Returns
    -------
    list of slice
    """
    n_workers = effective_n_jobs(n_jobs)
    n_parts = per_worker * n_workers if n_workers > 1 else 1
    if line is not None and line.verbose:
        n_parts = max(n_parts, _LOOKS)
    n_parts = min(n_parts, max(1, n_samples // least))
    return list(gen_even_slices(n_samples, n_parts))


def in_even_chunks(function, samples, n_jobs, *arguments, line=None):
    """``function(part, start, *arguments)`` for even parts of a batch, put together.

    Parameters
    ----------
    function : callable
        From some samples and the index of the first to a list of their answers.
    samples : sequence
    n_jobs : int or None
    line : ProgressLine or None, default=None
        It advances with the samples that are done.

    Returns
    -------
    list
        An answer for each sample, in order.
    """
    parts = even_slices(len(samples), n_jobs, line=line)
    if len(parts) == 1:
        return function(samples, 0, *arguments)
    jobs = ((samples[rows], rows.start, *arguments) for rows in parts)
    chunks = in_workers(function, jobs, n_jobs, line, count_all)
    return [answer for chunk in chunks for answer in chunk]


def count_all(line, chunk):
    """Advance a line by all answers of a part; a ``tell`` of ``in_workers``."""
    line.advance(len(chunk))


def _process():
    return platform.node(), os.getpid()


def _single_threaded(caller, function, *job):
    if _process() == caller:
        return function(*job)
    with one_blas_thread():
        return function(*job)


class _BlasThreads:
    """How many callers want one thread of BLAS: the last one restores the number."""

    lock = threading.Lock()
    n_callers = 0
    limits = None


@cache
def _controller():
    """It looks for the libraries that are loaded, which takes some milliseconds."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread():
    """Within, BLAS has one thread.

    Its threads wait for each other at every product. Those of small matrices are not
    faster for two of them, and many times slower where other work keeps one waiting.
    """
    with _BlasThreads.lock:
        if not _BlasThreads.n_callers:
            _BlasThreads.limits = _controller().limit(limits=1, user_api="blas")
        _BlasThreads.n_callers += 1
    try:
        yield
    finally:
        with _BlasThreads.lock:
            _BlasThreads.n_callers -= 1
            if not _BlasThreads.n_callers:
                _BlasThreads.limits.restore_original_limits()


def blas_threads_for(n_entries):
    """Within, BLAS has one thread where matrices have few entries."""
    return one_blas_thread() if n_entries < _MANY_ENTRIES else nullcontext()


def in_threads(function, jobs, n_jobs):
    """``function(*job)`` for each job, a list; threads are preferred."""
    return _threads(n_jobs)(delayed(function)(*job) for job in jobs)


def _threads(n_jobs):
    # The number that is configured, too, is one of threads.
    return Parallel(n_jobs=effective_n_jobs(n_jobs), prefer="threads")


class Workers:
    """The same jobs on one argument after the other; a context manager.

    Threads live as long as the context: one call of joblib starts them, and at each
    step they meet at a barrier, which takes no dispatch. This thread does the first
    job. Where the backend of joblib has no threads, or fewer of them come than were
    asked for, the jobs are sent out in each step.

    Parameters
    ----------
    jobs : list of tuple (callable, object)
        ``function(argument, state)``, where the state, such as a list of generators of
        random numbers, goes on to the next step.
    n_jobs : int or None
    """

    def __init__(self, jobs, n_jobs):
        self._functions, states = zip(*jobs, strict=True)
        self._states = list(states)
        self._n_jobs = effective_n_jobs(n_jobs)
        self._is_alone = len(jobs) == 1 or self._n_jobs == 1
        self._parallel = self._served = None
        self._results = [None] * len(jobs)
        self._barrier = threading.Barrier(len(jobs))
        self._arrived = threading.Semaphore(0)
        self._here = threading.get_ident()
        self._is_over = False

    def __enter__(self):
        if not self._is_alone and not self._starts_threads():
            self._parallel = _threads(self._n_jobs)
            self._parallel.__enter__()
        return self

    def __exit__(self, *error):
        self._dismiss()
        if self._parallel is not None:
            self._parallel.__exit__(*error)

    def __call__(self, argument):
        """The result of each job."""
        if self._is_alone:
            return [self._done(k, argument) for k in range(len(self._states))]
        if self._parallel is not None:
            found = self._parallel(
                delayed(_with_state)(function, argument, state)
                for function, state in zip(self._functions, self._states, strict=True)
            )
            results, self._states = map(list, zip(*found, strict=True))
            return results
        self._argument = argument
        self._barrier.wait()
        try:
            # What is parallel inside of the job must not stop the threads of joblib.
            with parallel_config("sequential"):
                self._results[0] = self._done(0, argument)
        finally:
            self._barrier.wait()
        for result in self._results:
            if isinstance(result, _Failure):
                raise result.error
        return list(self._results)

    def _done(self, k, argument):
        return self._functions[k](argument, self._states[k])

    def _starts_threads(self):
        """Have threads of joblib come; False where they do not."""
        backend, _ = get_active_backend(prefer="threads")
        if not getattr(backend, "uses_threads", False):
            return False
        try:
            parallel = Parallel(
                n_jobs=self._n_jobs,
                prefer="threads",
                pre_dispatch="all",
                batch_size=1,
                return_as="generator",
            )
        except ValueError:  # a backend that returns nothing before all is done
            return False
        others = range(1, len(self._functions))
        self._served = parallel(delayed(self._serve)(k) for k in others)
        if all(self._arrived.acquire(timeout=_PATIENCE) for _ in others):
            return True
        self._dismiss()
        return False

    def _serve(self, k):
        """What a thread does: its job in each step."""
        if self._is_over or threading.get_ident() == self._here:
            return
        self._arrived.release()
        with suppress(threading.BrokenBarrierError):
            while True:
                self._barrier.wait()
                try:
                    self._results[k] = self._done(k, self._argument)
                except BaseException as error:
                    self._results[k] = _Failure(error)
                self._barrier.wait()

    def _dismiss(self):
        self._is_over = True
        self._barrier.abort()
        if self._served is not None:
            for _ in self._served:
                pass
            self._served = None


class _Failure:
    def __init__(self, error):
        self.error = error


def _with_state(function, argument, state):
    return function(argument, state), state
