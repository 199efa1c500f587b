"""Benchmarks print ratios against a peer measured in the same run.

    python -m pytest tests/benchmarks -o addopts="" --benchmark-columns=min,median -s

Milliseconds depend on the machine and on its other users; ratios carry over. Nothing
here asserts a time.
"""

import time

import numpy as np
import pytest

RATIOS = []


def best_time(function, repeat):
    """The least time of several calls, in seconds: the one with the least noise."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.fixture
def compare(benchmark):
    """Benchmark ours, time a peer next to it, and keep the ratio for the table."""

    def run(name, ours, peer, *, peer_name, wanted, repeat=3, also=None):
        benchmark.pedantic(ours, rounds=max(5, 3 * repeat), warmup_rounds=1)
        peer()
        ours_time = benchmark.stats.stats.min
        row = [name, ours_time, peer_name, best_time(peer, repeat), wanted]
        if also is not None:
            row += [also[0], best_time(also[1], 10)]
        RATIOS.append(row)

    return run


def pytest_terminal_summary(terminalreporter):
    if not RATIOS:
        return
    write = terminalreporter.write_line
    write("")
    write(
        f"{'case':44s} {'ours':>10s} {'peer':>10s} {'ratio':>7s} {'wanted':>7s}  peer"
    )
    for name, ours, peer_name, peer, wanted, *also in RATIOS:
        line = f"{name:44s} {1e3 * ours:8.3f}ms {1e3 * peer:8.3f}ms {peer / ours:7.1f} "
        line += f"{wanted:7.1f}  {peer_name}"
        if also:
            line += f"; {ours / also[1]:.1f} times {also[0]} ({1e3 * also[1]:.3f}ms)"
        write(line)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
