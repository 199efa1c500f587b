"""TopoPointOptimizer: losses against references, motions, parameters, bad input."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.spatial import cKDTree
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sktopo import TopoPointOptimizer, persistence_diagrams
from sktopo.datasets import make_horseshoe, make_noisy_circle, make_two_clusters
from sktopo.filtrations import Alpha, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy, WassersteinToTarget
from sktopo.objectives import (
    GroupingTerm,
    PersistenceTerm,
    SquaredErrorTerm,
    Subsampling,
)
from sktopo.points import Grouping, optimize_point_clouds


def unit_square():
    return np.random.RandomState(0).rand(100, 2)


@pytest.mark.parametrize(
    ("params", "start", "reference"),
    [
        ({"maximize": True}, -0.0240, -0.820),
        ({}, 0.0240, 0.0),
        ({"homology_dimensions": 0}, 0.596, 0.029),
        ({"homology_dimensions": 0, "maximize": True}, -0.596, -10.4),
        (
            {
                "objective": PersistenceTerm(
                    WeakAlpha(),
                    {0: PersistenceEnergy(p=2), 1: -PersistenceEnergy(p=2, q=1)},
                )
            },
            0.592,
            -0.067,
        ),
    ],
)
def test_losses_of_the_topology_layer(params, start, reference):
    """Figure 1 of Brüel-Gabrielsson et al.; numbers of the authors' code."""
    fit = TopoPointOptimizer(learning_rate=0.01, max_iter=100, **params)
    fit.fit(unit_square())
    assert fit.loss_curve_[0] == pytest.approx(start, abs=5e-4)
    assert fit.n_iter_ == 100
    assert len(fit.loss_curve_) == 101
    assert fit.loss_curve_[-1] <= reference + 0.05 * abs(reference)


def neighbour_change(X, moved, labels, n_neighbors=5):
    """Mean relative change of the distances to neighbours of the same group."""
    changes = []
    for label in np.unique(labels):
        group = np.flatnonzero(labels == label)
        before, near = cKDTree(X[group]).query(X[group], k=n_neighbors + 1)
        sides = moved[group][:, None] - moved[group][near]
        after = np.linalg.norm(sides, axis=2)
        changes.append(np.abs(after - before)[:, 1:] / before[:, 1:])
    return np.mean(np.concatenate(changes))


def test_grouping_moves_clusters_as_wholes():
    """Figure 1 of Corcoran and Deng."""
    X, labels = make_two_clusters(100, random_state=0)
    fit = TopoPointOptimizer(
        PersistenceEnergy(2, min_persistence=0.1),
        filtration="vietoris_rips",
        homology_dimensions=0,
        max_iter=300,
    )
    loss = PersistenceTerm("vietoris_rips", fit.objective)
    alone = fit.fit_transform(X)
    together = fit.set_params(grouping=1.0).fit_transform(X)
    before = loss.value_and_grad(X)[0]
    for moved in (alone, together):
        assert loss.value_and_grad(moved)[0] < 0.02 * before
    change = neighbour_change(X, together, labels)
    assert change < 0.02 * neighbour_change(X, alone, labels)
    closer = together[labels == 1].mean(axis=0) - together[labels == 0].mean(axis=0)
    assert np.linalg.norm(closer) < 1.0


@pytest.mark.slow
def test_grouping_keeps_the_band_of_a_horseshoe():
    X, _ = make_horseshoe(300, random_state=1)
    fit = TopoPointOptimizer(PersistenceEnergy(2, min_persistence=0.25), max_iter=300)
    loss = PersistenceTerm(WeakAlpha(), PersistenceEnergy(2, min_persistence=0.25), 1)
    alone = fit.fit_transform(X)
    together = fit.set_params(grouping=1.0).fit_transform(X)
    before = loss.value_and_grad(X)[0]
    for moved in (alone, together):
        assert loss.value_and_grad(moved)[0] < 0.05 * before
    one = np.zeros(300)
    change = neighbour_change(X, together, one)
    assert change < 0.2 * neighbour_change(X, alone, one)


def test_objectives_of_every_kind():
    X, _ = make_noisy_circle(40, random_state=0)
    fit = TopoPointOptimizer(max_iter=3)
    energy = fit.fit(X).loss_curve_
    as_functional = clone(fit).set_params(objective=PersistenceEnergy(p=2))
    assert_array_equal(as_functional.fit(X).loss_curve_, energy)
    term = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    assert_array_equal(clone(fit).set_params(objective=term).fit(X).loss_curve_, energy)
    more = clone(fit).set_params(objective=-term, maximize=True).fit(X)
    assert_array_equal(more.loss_curve_, energy)
    whole = (
        clone(fit)
        .set_params(grouping=Grouping(2.0, scale=0.5), fidelity_weight=3.0)
        .fit(X)
    )
    terms = term + 2.0 * GroupingTerm(X, scale=0.5) + 3.0 * SquaredErrorTerm(X)
    assert whole.loss_curve_[-1] == terms.value_and_grad(whole.points_)[0]
    target = 0.9 * persistence_diagrams(X, WeakAlpha(), (1,), essential="drop")[0]
    fit.set_params(objective=WassersteinToTarget(target), max_iter=100).fit(X)
    assert fit.loss_curve_.min() < 0.1 * fit.loss_curve_[0]
    with pytest.raises(TypeError, match="must be a Term, a DiagramFunctional or None"):
        TopoPointOptimizer(objective=type("Odd", (), {"value_and_grad": print})()).fit(
            X
        )


def test_diagrams_are_those_of_the_points():
    X, _ = make_noisy_circle(40, random_state=0)
    fit = TopoPointOptimizer(filtration=Alpha(), max_iter=5).fit(X)
    expected = persistence_diagrams(fit.points_, Alpha(), (0, 1), essential="drop")
    assert len(fit.diagrams_) == 2
    for diagram, other in zip(fit.diagrams_, expected):
        assert_array_equal(diagram, other)


@pytest.mark.parametrize(
    "params",
    [
        {"sampling": Subsampling(noise=0.02, n_samples=4)},
        {"sampling": Subsampling(noise=0.02, n_samples=4, combine="min_norm")},
        {"sampling": Subsampling(20, n_samples=3), "grouping": 0.1},
        {"sampling": 20, "method": "nadaraya_watson"},
        {"sampling": Subsampling(20, noise=0.01), "method": "diffeomorphic"},
    ],
    ids=str,
)
def test_random_losses_repeat_for_any_number_of_threads(params):
    X, _ = make_noisy_circle(50, random_state=0)
    fit = TopoPointOptimizer(learning_rate=0.05, max_iter=20, random_state=3, **params)
    moved = fit.fit_transform(X)
    assert not np.allclose(moved, X)
    assert_array_equal(clone(fit).set_params(n_jobs=2).fit_transform(X), moved)
    assert not np.array_equal(clone(fit).set_params(random_state=4).fit_transform(X), X)
    assert_array_equal(fit.transform(X), moved)
    before = persistence_diagrams(X, WeakAlpha(), (1,), essential="drop")[0]
    after = persistence_diagrams(moved, WeakAlpha(), (1,), essential="drop")[0]
    assert np.ptp(after, axis=1).max() < np.ptp(before, axis=1).max()


def test_a_sampled_fit_never_looks_at_all_pairs(monkeypatch):
    """Grouping all pairs of a large cloud would fill the memory."""
    seen = []
    pairs = GroupingTerm._pairs

    def counted(self, points):
        seen.append(len(points))
        return pairs(self, points)

    monkeypatch.setattr(GroupingTerm, "_pairs", counted)
    X = make_noisy_circle(500, random_state=0)[0]
    TopoPointOptimizer(sampling=30, grouping=0.1, max_iter=3).fit(X)
    assert set(seen) == {30}


def test_min_norm_goes_down_for_all_samples():
    """Where two gradients pull against each other the mean goes up one of them."""
    X, _ = make_noisy_circle(50, random_state=0)
    fit = TopoPointOptimizer(
        sampling=Subsampling(noise=0.01, n_samples=8),
        solver="gd",
        max_iter=1,
        random_state=0,
    )
    mean = fit.fit_transform(X) - X
    least = fit.set_params(sampling__combine="min_norm").fit_transform(X) - X
    assert 0 < np.linalg.norm(least) < np.linalg.norm(mean)


@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (30, 4)])
def test_weak_alpha_falls_back_to_rips_and_says_so(shape, rng):
    X = rng.normal(size=shape)
    fit = TopoPointOptimizer(max_iter=2)
    with pytest.warns(UserWarning, match="Vietoris-Rips filtration in place of"):
        fit.fit(X)
    expected = persistence_diagrams(
        fit.points_, VietorisRips(), (0, 1), essential="drop"
    )
    for diagram, other in zip(fit.diagrams_, expected):
        assert_array_equal(diagram, other)


@pytest.mark.parametrize("solver", ["adam", "gd", "lbfgs"])
def test_every_solver_lowers_the_loss(solver):
    X, _ = make_noisy_circle(50, random_state=0)
    rate = None if solver == "lbfgs" else 0.1
    fit = TopoPointOptimizer(solver=solver, learning_rate=rate, max_iter=30).fit(X)
    assert fit.loss_curve_[-1] < fit.loss_curve_[0]
    if solver != "adam":
        assert (np.diff(fit.loss_curve_) <= 0).all()
    fit.set_params(max_iter=0).fit(X)
    assert_array_equal(fit.points_, X)
    assert fit.n_iter_ == 0
    assert len(fit.loss_curve_) == 1


def test_tol_ends_a_fit_and_its_failure_is_told():
    X, _ = make_noisy_circle(30, random_state=0)
    fit = TopoPointOptimizer(
        tol=1e-4, learning_rate=0.05, fidelity_weight=1.0, max_iter=2000
    )
    assert 20 < fit.fit(X).n_iter_ < 2000
    with pytest.warns(ConvergenceWarning, match="Increase max_iter"):
        fit.set_params(max_iter=5).fit(X)


@pytest.mark.parametrize(
    ("method", "solver"),
    [("gradient", "adam"), ("gradient", "gd"), ("nadaraya_watson", None)],
)
def test_an_interrupted_fit_keeps_the_best_points(method, solver):
    X, _ = make_noisy_circle(30, random_state=0)
    seen = []

    def interrupt(result):
        seen.append(result)
        if len(seen) == 3:
            raise KeyboardInterrupt

    fit = TopoPointOptimizer(
        method=method, solver=solver, callback=interrupt, learning_rate=0.05
    )
    with pytest.raises(KeyboardInterrupt):
        fit.fit(X)
    assert_array_equal(fit.points_, seen[-1].x)
    assert fit.n_iter_ == 3
    assert len(fit.loss_curve_) == 4
    assert_array_equal(fit.transform(X), fit.points_)
    fit.set_params(callback=lambda result: result.nit >= 2)
    assert fit.fit(X).n_iter_ == 2


def test_verbose_prints_steps(capsys):
    X, _ = make_noisy_circle(20, random_state=0)
    for verbose, expected in ((0, 0), (1, 0), (2, 12)):
        TopoPointOptimizer(max_iter=12, verbose=verbose).fit(X)
        printed = capsys.readouterr()
        assert printed.out.count("[Adam] step") == expected
        assert ("12/12" in printed.err) == (verbose == 1)


def test_the_input_is_not_changed_and_names_are_kept():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(make_noisy_circle(20, random_state=0)[0], columns=["a", "b"])
    before = X.copy()
    fit = TopoPointOptimizer(max_iter=3).set_output(transform="pandas")
    moved = fit.fit_transform(X)
    pd.testing.assert_frame_equal(X, before)
    assert list(moved.columns) == ["a", "b"]
    assert list(fit.transform(X).columns) == ["a", "b"]


def test_in_a_pipeline_and_a_grid_search():
    X, labels = make_two_clusters(40, distance=0.5, random_state=0)
    pipeline = make_pipeline(
        TopoPointOptimizer(homology_dimensions=0, max_iter=5), KNeighborsClassifier(3)
    )
    grid = {"topopointoptimizer__method": ["gradient", "nadaraya_watson"]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise")
    assert search.fit(X, labels).best_score_ > 0.9


def test_many_clouds():
    clouds = [make_noisy_circle(n, random_state=n)[0] for n in (10, 20, 35)]
    fit = TopoPointOptimizer(
        max_iter=5, sampling=Subsampling(noise=0.01), random_state=0
    )
    found = optimize_point_clouds(clouds, fit, n_jobs=2)
    moved = found.clouds
    for cloud, after, one in zip(clouds, moved, found.optimizers):
        assert_array_equal(after, clone(fit).fit_transform(cloud))
        assert_array_equal(after, one.points_)
    assert not hasattr(fit, "points_")
    alone = optimize_point_clouds(clouds[1:2], fit).clouds
    assert_array_equal(alone[0], moved[1])
    stacked = optimize_point_clouds(np.stack([clouds[0], clouds[0] + 1]), fit).clouds
    assert [cloud.shape for cloud in stacked] == [(10, 2), (10, 2)]
    assert optimize_point_clouds([], fit).clouds == []
    with pytest.raises(ValueError, match=r"clouds\[1\] of optimize_point_clouds"):
        optimize_point_clouds([clouds[0], [1.0, 2.0]], fit)
