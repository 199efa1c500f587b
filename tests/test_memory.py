"""What cannot fit is told at once, and by its parameter."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sktopo import (
    DirectionalPersistence,
    PersistenceDiagrams,
    STUMPImageOptimizer,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopoPointOptimizer,
    _memory,
    persistence_diagrams,
)
from sktopo.attacks import TopologicalAttack
from sktopo.feature_extraction import LongestLifetimes
from sktopo.filtrations import Cubical, LowerStar, VietorisRips, closure, nerve
from sktopo.functionals import (
    BottleneckToTarget,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.inspection import critical_smear
from sktopo.metrics import bottleneck_matching
from sktopo.neural_network import TopologicalMapping
from sktopo.objectives import (
    GroupingTerm,
    PooledPersistenceTerm,
    SquaredErrorTerm,
    Subsampling,
)
from sktopo.points import optimize_point_clouds
from sktopo.pooling import RandomPooling, neighborhood_cover
from sktopo.solvers import LBFGS, Adam

RNG = np.random.default_rng(0)
IMAGE, X, Y = RNG.random((8, 8)), RNG.random((12, 4)), np.arange(12) % 2
CLOUD, DIAGRAM = RNG.random((20, 2)), np.array([[0.0, 1.0]])
BARS = np.column_stack([np.zeros(60_000), np.ones(60_000)])
EDGE = LowerStar([(0, 1)])
HUGE, ABSURD = 10**9, 10**30


def stump(**params):
    return STUMPImageOptimizer(n_steps=1, **params).fit([IMAGE]).optimize([IMAGE])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: closure([range(40)]), "closure of simplices with up to 40 vertices"),
        (lambda: neighborhood_cover([(0, 2**31 - 1)], 2), "cover of 2147483648"),
        (lambda: neighborhood_cover([(0, 1)], 2, n_vertices=ABSURD), "A cover of"),
        (lambda: BottleneckToTarget(BARS)(BARS), "bottleneck matching of 60000"),
        (lambda: bottleneck_matching(BARS, BARS), "bottleneck matching"),
        (lambda: WassersteinToTarget(BARS)(2 * BARS), "Wasserstein matching"),
        (
            lambda: persistence_diagrams(RNG.random((300, 6)), VietorisRips(), 5),
            "flag complex of 300 points .* up to H5",
        ),
        (
            lambda: Cubical().build(np.broadcast_to(np.float64(0), (10**6, 10**6))),
            r"complex of a grid of shape \(1000000, 1000000\)",
        ),
        (lambda: stump(pooling=RandomPooling(n_samples=ABSURD)), "'n_samples'"),
        (lambda: stump(pooling=RandomPooling(n_weightings=HUGE**2)), "'n_weightings'"),
        (
            lambda: critical_smear(IMAGE, n_projections=ABSURD),
            "'n_projections' parameter of critical_smear",
        ),
        (
            lambda: PooledPersistenceTerm(
                EDGE, [[0, 1]], PersistenceNorm(), n_samples=ABSURD
            )(np.zeros(2)),
            "'n_samples' parameter of PooledPersistenceTerm",
        ),
        (
            lambda: TopoPointOptimizer(sampling=Subsampling(5, n_samples=ABSURD)).fit(
                CLOUD
            ),
            "'n_samples' parameter of Subsampling",
        ),
        (
            lambda: GroupingTerm(np.zeros((400_000, 2)))(np.zeros((400_000, 2))),
            "A GroupingTerm with 79999800000 pairs within its reach of 1 ",
        ),
        (
            lambda: LongestLifetimes(n_bars=ABSURD).fit_transform([DIAGRAM]),
            "'n_bars' parameter of LongestLifetimes",
        ),
        (
            lambda: DirectionalPersistence(n_directions=HUGE).fit(X),
            "'n_directions' parameter of DirectionalPersistence",
        ),
        (lambda: TopologicalMapping(n_channels=ABSURD).fit(X, Y), "'n_channels'"),
        (
            lambda: LBFGS(memory=ABSURD).minimize(SquaredErrorTerm([1.0]), [0.0]),
            "'memory' parameter of LBFGS",
        ),
    ],
)
def test_what_does_not_fit_is_named_at_once(call, message):
    with pytest.raises(MemoryError, match=f"{message}.* GiB of memory, and here are"):
        call()


def test_large_numbers_that_do_no_harm():
    assert nerve([(0, 1)], [[0], [1]], HUGE) == [(0,), (1,), (0, 1)]
    with pytest.warns(UserWarning, match="pooling does not see"):
        assert stump(pooling=HUGE).images[0].shape == IMAGE.shape
    found = persistence_diagrams(RNG.random((9, 3)), VietorisRips(), HUGE)
    assert found[0].shape == (0, 2)
    assert not LongestLifetimes(i0=ABSURD).fit_transform([DIAGRAM]).any()
    assert TopologicalRidge(i0=ABSURD, max_iter=ABSURD).fit(X, Y).n_iter_ < 1000
    points = TopoPointOptimizer(sampling=ABSURD, max_iter=1).fit(CLOUD)
    assert points.points_.shape == CLOUD.shape


def test_moderate_complexes_are_not_refused():
    (h2,) = persistence_diagrams(RNG.random((150, 3)), VietorisRips(), 2)
    assert len(h2)


def test_limits_of_the_process_and_its_groups(monkeypatch, tmp_path):
    monkeypatch.setattr(_memory, "_limit_of_the_process", lambda: 3 * 2**30)
    _memory.check_memory(2 * 2**30, "This", "Less.")
    with pytest.raises(MemoryError, match=r"This needs about 4 GiB .* here are 3 GiB"):
        _memory.check_memory(4 * 2**30, "This", "Less.")
    path = tmp_path / "memory.max"
    path.write_text("2147483648\n")
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "memory.max").write_text("max\n")
    groups = tmp_path / "cgroup"
    groups.write_text("0::/user\n")
    monkeypatch.setattr(_memory, "_GROUPS", tmp_path)
    monkeypatch.setattr(_memory, "_OWN_GROUPS", groups)
    assert list(_memory._limits_of_groups()) == [2**31]
    (tmp_path / "memory" / "job").mkdir(parents=True)
    limit = tmp_path / "memory" / "job" / "memory.limit_in_bytes"
    limit.write_text("1000\n")
    groups.write_text("3:cpu,memory:/job\n2:cpuset:/\n")
    assert list(_memory._limits_of_groups()) == [1000]
    groups.unlink()
    assert list(_memory._limits_of_groups()) == []


@pytest.mark.skipif(_memory.resource is None, reason="there is no such limit here")
def test_the_limit_of_the_address_space(monkeypatch):
    monkeypatch.setattr(
        _memory.resource,
        "getrlimit",
        lambda kind: (2**30, _memory.resource.RLIM_INFINITY),
    )
    assert _memory._limit_of_the_process() == 2**30


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: PersistenceDiagrams(image_shape=(True, 4)).fit(X),
            "'image_shape' parameter of PersistenceDiagrams",
        ),
        (
            lambda: LongestLifetimes(n_bars=True).fit([DIAGRAM]),
            "'n_bars' parameter of LongestLifetimes",
        ),
        (
            lambda: stump(pooling=RandomPooling(n_weightings=True)),
            "'n_weightings' parameter of RandomPooling",
        ),
        (lambda: stump(clip={}), "'clip' parameter of STUMPImageOptimizer"),
        (
            lambda: TopologicalAttack(LogisticRegression(), clip="ab").fit(X, Y),
            "'clip' parameter of TopologicalAttack",
        ),
        (
            lambda: PersistenceNorm(region=("a", "b", "c", "d"))(DIAGRAM),
            "'region' parameter of PersistenceNorm",
        ),
        (lambda: TopologicalRidgeCV(alphas={}).fit(X, Y), "'alphas' parameter of"),
        (lambda: TopologicalRidgeCV(alphas=[10**400]).fit(X, Y), "'alphas' parameter"),
        (lambda: TopologicalRidgeCV(cv=[]).fit(X, Y), "'cv' parameter of Topological"),
        (lambda: TopologicalRidge().fit([[10**400]], [1]), "X and y of TopologicalR"),
        (lambda: TopologicalRidge().fit([[1], [2]], [10**400, 1]), "X and y of"),
        (lambda: TopoPointOptimizer().fit([[10**400, 1]]), "of TopoPointOptimizer"),
        (lambda: PersistenceDiagrams().fit([[10**400, 1]]), "of PersistenceDiagrams"),
        (lambda: stump(n_jobs=0), "'n_jobs' parameter of STUMPImageOptimizer"),
        (lambda: critical_smear(IMAGE, n_jobs=0), "'n_jobs' parameter of critical_"),
        (
            lambda: optimize_point_clouds([CLOUD], TopoPointOptimizer(), n_jobs=0),
            "'n_jobs' parameter of optimize_point_clouds",
        ),
        (lambda: stump(callback=3), "'callback' parameter of STUMPImageOptimizer"),
    ],
)
def test_errors_name_the_parameter(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_callback_of_a_solver_is_callable():
    with pytest.raises(TypeError, match=r"'callback' parameter of Adam.minimize"):
        Adam().minimize(SquaredErrorTerm([1.0]), [0.0], callback=3)
