"""Lines of progress: with tqdm and without it, on a terminal and in a file."""

import sys
import warnings

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sktopo import (
    DiagramDistances,
    DirectionalPersistence,
    PersistenceDiagrams,
    SlicedWassersteinKernel,
    TopologicalAttack,
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopologicalTrend,
    TopoPointOptimizer,
)
from sktopo._progress import ProgressLine, _PlainBar
from sktopo._workers import in_workers
from sktopo.datasets import make_noisy_circle
from sktopo.peaks import PeakFinder
from sktopo.points import optimize_point_clouds
from sktopo.simplification import PersistenceSimplifier, TopologyCorrector
from sktopo.solvers import Run


@pytest.fixture(params=["tqdm", "no tqdm"])
def tqdm_or_not(request, monkeypatch):
    if request.param == "tqdm":
        pytest.importorskip("tqdm", reason="tqdm is not installed")
    else:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)


def test_one_line_tells_how_far_it_is(tqdm_or_not, capsys):
    with ProgressLine("Adam", 3, "step", 1) as line:
        for loss in (3.0, 2.0, 1.0):
            line.advance(loss=loss)
    printed = capsys.readouterr()
    assert printed.out == ""
    last = printed.err.replace("\r", "\n").strip().splitlines()[-1]
    assert "Adam" in last
    assert "3/3" in last
    assert "loss=1" in last


def test_nothing_is_shown_at_zero(tqdm_or_not, capsys):
    with ProgressLine("Adam", 3, "step", 0) as line:
        line.advance(loss=1.0)
    assert capsys.readouterr() == ("", "")


def test_a_plain_line_is_written_over_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sktopo._progress._PAUSE", 0.0)
    bar = _PlainBar("fit", 100, "step")
    bar.set_postfix_str("loss=1.23456")
    bar.update(1)
    bar.set_postfix_str("loss=1")
    bar.update(1)
    bar.close()
    lines = capsys.readouterr().err.split("\r")[1:]
    assert [line.split(" steps")[0] for line in lines] == ["fit: 1/100"] + 2 * [
        "fit: 2/100"
    ]
    assert "s left" in lines[0]
    assert len(lines[1]) >= len(lines[0])
    assert lines[-1].endswith("\n")


def test_a_total_may_be_unknown(tqdm_or_not, capsys):
    with ProgressLine("fit", None, "step", 1) as line:
        line.advance()
    assert "1" in capsys.readouterr().err
    with ProgressLine("fit", None, "step", 2) as line:
        line.advance(loss=2.0)
    assert capsys.readouterr().out == "[fit] step 1: loss=2\n"


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_answers_come_in_order(n_jobs, capsys):
    line = ProgressLine("squares", 5, "part", 1)
    assert in_workers(pow, [(k, 2) for k in range(5)], n_jobs, line) == [0, 1, 4, 9, 16]
    assert "5/5" in capsys.readouterr().err


def test_searches_show_their_folds(rng, capsys):
    X = rng.normal(size=(30, 5))
    model = TopologicalRidgeCV(3, i0=2, l2=[0.0, 1.0], cv=3, verbose=1)
    silent = TopologicalRidgeCV(3, i0=2, l2=[0.0, 1.0], cv=3)
    np.testing.assert_array_equal(
        model.fit(X, X[:, 0]).coef_, silent.fit(X, X[:, 0]).coef_
    )
    assert "6/6" in capsys.readouterr().err


def test_attacks_and_clouds_show_theirs(rng, capsys):
    from sklearn.linear_model import LogisticRegression

    X = rng.normal(size=(20, 4))
    model = LogisticRegression().fit(X, X[:, 0] > 0)
    attack = TopologicalAttack(model, n_steps=2, clip=None, verbose=1).fit(
        X, X[:, 0] > 0
    )
    attack.generate(X[:3])
    assert "3/3" in capsys.readouterr().err
    attack.set_params(verbose=2).generate(X[:3])
    assert capsys.readouterr().out.count("[TopologicalAttack] row") == 3
    clouds = [make_noisy_circle(20, random_state=k)[0] for k in range(2)]
    moved = optimize_point_clouds(clouds, TopoPointOptimizer(max_iter=2, verbose=1))
    assert "2/2" in capsys.readouterr().err
    assert all(fitted.verbose == 1 for fitted in moved.optimizers)


@pytest.mark.parametrize(
    "model",
    [
        TopologicalRidge(alpha=10.0, topology="path", i0=2, verbose=1),
        TopologicalRidge(topology="path", i0=2, solver="dc", verbose=1),
        TopologicalLogisticRegression(topology="path", i0=2, verbose=1),
        TopologicalRidgeCV([1.0, 0.1], i0=2, l2=0.0, topology="path", cv=3, verbose=1),
    ],
    ids=["ridge", "dc", "logistic", "cv"],
)
def test_a_fit_has_one_line(model, rng, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    X = rng.normal(size=(40, 8))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, X[:, 0] > 0)
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("solver", ["auto", "dc"])
def test_an_interrupted_fit_ends_its_line_and_keeps_the_best(solver, rng, monkeypatch):
    ends = []
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(_PlainBar, "close", lambda bar: ends.append(bar))
    record = Run.record

    def interrupt(run, x, value):
        record(run, x, value)
        if run.nit == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Run, "record", interrupt)
    X = rng.normal(size=(40, 8))
    model = TopologicalRidge(topology="path", i0=2, solver=solver, verbose=1)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, rng.normal(size=40))
    assert len(ends) == 1
    assert caught.value.result.nit == 2


def test_every_job_of_a_search_has_a_model_of_its_own(rng, monkeypatch):
    """Its scores give weights to the model, and jobs may be threads."""
    seen = []

    def watched(function, jobs, *how):
        jobs = list(jobs)
        seen.extend(job[0] for job in jobs)
        return in_workers(function, jobs, *how)

    monkeypatch.setattr("sktopo.linear_model._search.in_workers", watched)
    X = rng.normal(size=(30, 5))
    model = TopologicalRidgeCV(3, i0=2, l2=[0.0, 1.0], cv=3).fit(X, X[:, 0])
    assert len({id(one) for one in [model, *seen]}) == 1 + len(seen) == 7


IMAGES = np.random.default_rng(0).random((30, 6, 6))
ROWS = IMAGES.reshape(30, 36)
DIAGRAMS = [np.array([[0.0, k]]) for k in range(1, 9)]
TRANSFORMERS = {
    "diagrams": (PersistenceDiagrams(), IMAGES),
    "directions": (DirectionalPersistence(1), IMAGES),
    "distances": (DiagramDistances(), DIAGRAMS),
    "kernel": (SlicedWassersteinKernel(), DIAGRAMS),
    "peaks": (PeakFinder(), ROWS),
    "simplifier": (PersistenceSimplifier(0.1), IMAGES),
    "corrector": (TopologyCorrector(1), IMAGES),
    "trend": (TopologicalTrend(), ROWS),
}


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_long_transforms_show_how_far_they_are(name, n_jobs, capsys):
    """And what they show changes nothing."""
    transformer, X = TRANSFORMERS[name]
    transformer = clone(transformer).set_params(n_jobs=n_jobs).fit(X)
    silent = transformer.transform(X)
    assert capsys.readouterr() == ("", "")
    with parallel_config("threading"):
        shown = transformer.set_params(verbose=2).transform(X)
    lines = capsys.readouterr().out.splitlines()
    n_all = {"distances": 64, "kernel": 64}.get(name, 30)
    assert len(lines) > 1
    teller = "pairwise_distances" if n_all == 64 else type(transformer).__name__
    assert lines[-1].startswith(f"[{teller}]")
    assert lines[-1].endswith(f"{n_all} of {n_all}")
    for one, other in zip(silent, shown, strict=True):
        for a, b in zip(one, other, strict=True):
            assert_array_equal(a, b)
    transformer.set_params(verbose=1).transform(X)
    assert f"{n_all}/{n_all}" in capsys.readouterr().err
