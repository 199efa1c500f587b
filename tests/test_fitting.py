"""A fit is whole: it forgets the last one, and where it fails nothing has changed."""

import sys

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from sktopo import (
    DirectionalPersistence,
    PersistenceDiagrams,
    PersistenceEnergies,
    STUMPImageOptimizer,
    TopoImageOptimizer,
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopoPointOptimizer,
)
from sktopo.attacks import TopologicalAttack
from sktopo.feature_extraction import LongestLifetimes
from sktopo.filtrations import Alpha, Cubical, LowerStar, VietorisRips, WeakAlpha
from sktopo.neural_network import TopologicalMapping
from sktopo.points import FieldMethod

RNG = np.random.default_rng(0)
Y = np.arange(12) % 2


def rows(n_features):
    return RNG.normal(size=(12, n_features))


def diagrams(n_dimensions):
    return [[np.sort(RNG.random((4, 2)))] * n_dimensions for _ in range(12)]


CASES = [
    (TopologicalRidge(max_iter=20), rows(4), rows(5)),
    (TopologicalRidgeCV(alphas=2, i0=2, l2=1.0, max_iter=20), rows(4), rows(5)),
    (TopologicalLogisticRegression(max_iter=20, l2=1.0), rows(4), rows(5)),
    (PersistenceDiagrams(), rows(4), rows(5)),
    (PersistenceEnergies(), diagrams(1), diagrams(2)),
    (LongestLifetimes(), diagrams(1), diagrams(2)),
    (DirectionalPersistence(), rows(4), rows(5)),
    (STUMPImageOptimizer(n_steps=3), rows(4), rows(5)),
    (TopoImageOptimizer(n_steps=3), rows(4), rows(5)),
    (TopologicalMapping(max_iter=2), rows(6), rows(7)),
    (TopologicalAttack(LogisticRegression(), n_steps=2), rows(4), rows(5)),
    (TopoPointOptimizer(max_iter=4), rows(2), rows(3)),
    (TopoPointOptimizer(method=FieldMethod(), max_iter=4), rows(2), rows(3)),
]
IDS = [f"{type(case[0]).__name__}-{k}" for k, case in enumerate(CASES)]


def use(estimator, X):
    for method in ("transform", "predict"):
        if hasattr(estimator, method):
            return getattr(estimator, method)(X)
    return None


def is_same(before, after):
    return before.keys() == after.keys() and all(
        before[name] is after[name] for name in before
    )


def interrupted(function, n_calls):
    """Call it and raise KeyboardInterrupt at its n-th call of a Python function."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if "sktopo" in frame.f_code.co_filename:
            count += 1
            if count == n_calls:
                raise KeyboardInterrupt

    before = sys.gettrace()  # of a debugger, or of what measures coverage
    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize(("estimator", "X", "other"), CASES, ids=IDS)
@pytest.mark.filterwarnings("ignore")
def test_an_interrupted_refit_leaves_one_fit_or_the_other(estimator, X, other):
    estimator.fit(X, Y)
    n_calls, n_interrupted = 1, 0
    while True:
        before = dict(vars(estimator))
        if not interrupted(lambda: estimator.fit(other, Y), n_calls):
            break
        n_interrupted += 1
        if is_same(before, vars(estimator)):
            use(estimator, X)
        else:  # the best so far
            use(estimator, other)
            estimator.fit(X, Y)
        n_calls = 1 + int(1.7 * n_calls)
    assert n_interrupted >= 2
    use(estimator, other)


@pytest.mark.parametrize(("estimator", "X", "other"), CASES, ids=IDS)
@pytest.mark.filterwarnings("ignore")
def test_a_failed_refit_changes_nothing(estimator, X, other):
    estimator.fit(X, Y)
    before = dict(vars(estimator))
    bad = [[diagram * np.nan for diagram in sample] for sample in other]
    if isinstance(other, np.ndarray):
        bad = np.full(other.shape, np.nan)
    with pytest.raises(ValueError, match=r"NaN"):
        estimator.fit(bad, Y)
    assert is_same(before, vars(estimator))
    use(estimator, X)


@pytest.mark.parametrize(("estimator", "X", "other"), CASES, ids=IDS)
@pytest.mark.filterwarnings("ignore")
def test_no_fit_keeps_what_the_user_holds(estimator, X, other):
    estimator.fit(X, Y)
    given = [X] if isinstance(X, np.ndarray) else [d for sample in X for d in sample]
    held = list(arrays_in(vars(estimator)))
    assert not any(np.shares_memory(a, b) for a in held for b in given)


def arrays_in(thing, seen=None):
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, (str, bytes, type)):
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        for one in thing.values():
            yield from arrays_in(one, seen)
    elif isinstance(thing, (list, tuple)):
        for one in thing:
            yield from arrays_in(one, seen)
    elif hasattr(thing, "__dict__"):
        yield from arrays_in(vars(thing), seen)


def test_what_a_second_fit_does_not_learn_is_gone():
    stump = STUMPImageOptimizer(n_steps=1).fit(rows(4))
    assert stump.n_features_in_ == 4
    stump.fit(RNG.random((2, 5, 6)))
    assert not hasattr(stump, "n_features_in_")
    points = TopoPointOptimizer(max_iter=1, method="nadaraya_watson").fit(rows(2))
    points.set_params(method="gradient").fit(rows(2))
    assert not hasattr(points, "bandwidth_")


def test_a_first_fit_that_fails_leaves_nothing():
    model = TopologicalRidge()
    with pytest.raises(ValueError, match="NaN"):
        model.fit([[np.nan]], [1.0])
    with pytest.raises(NotFittedError):
        model.predict([[1.0]])
    assert not hasattr(model, "n_features_in_")


def test_what_is_returned_is_no_view_of_what_was_learned():
    optimizer = TopoPointOptimizer(max_iter=2)
    X = rows(2)
    moved = optimizer.fit_transform(X)
    kept = optimizer.points_.copy()
    moved[:] = 0
    np.testing.assert_array_equal(optimizer.points_, kept)
    for filtration, x in (
        (LowerStar([(0, 1), (1, 2)]), np.array([1.0, 3, 2])),
        (Cubical(), np.array([[1.0, 3], [2, 4]])),
        (VietorisRips(), X.copy()),
        (VietorisRips(metric="precomputed"), np.array([[0.0, 1], [1, 0]])),
        (WeakAlpha(), X.copy()),
        (Alpha(), X.copy()),
    ):
        complex_ = filtration.build(x)
        assert x.flags.writeable
        assert not any(np.shares_memory(x, held) for held in arrays_in(vars(complex_)))
        complex_.persistence_pairs(0)
        x[:] = 7.0
        assert 7.0 not in complex_.values
