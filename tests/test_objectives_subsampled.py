"""Terms on random samples of point clouds."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.spatial.distance import pdist
from sklearn.base import clone

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import (
    GroupingTerm,
    PersistenceTerm,
    SubsampledTerm,
    Subsampling,
)
from sktopo.testing import check_gradient


def noisy_term():
    return SubsampledTerm(
        PersistenceTerm(WeakAlpha(), PersistenceEnergy()),
        Subsampling(noise=0.1),
        random_state=0,
    )


def test_subsamples_of_clouds(rng):
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(40, random_state=0)
    for params in (
        {"n_points": 15},
        {"n_points": 15, "noise": 0.02, "n_samples": 3},
        {"noise": 0.02, "n_samples": 2},
    ):
        term = SubsampledTerm(loop, Subsampling(**params), random_state=0)
        check_gradient(term, X, step=1e-7, rtol=1e-4, atol=1e-7)
        warm, again = term.warm_value_and_grad(), term.warm_value_and_grad()
        assert term.is_random
        values = [warm(X)[0] for _ in range(4)]
        assert values[0] == term.value_and_grad(X)[0]
        assert len(set(values)) == 4
        assert values == [again(X)[0] for _ in range(4)]
        both = clone(term).set_params(n_jobs=2).value_and_grad(X)
        assert both[0] == values[0]
        assert_array_equal(both[1], term.value_and_grad(X)[1])
    _, grad = SubsampledTerm(loop, 15, random_state=1).value_and_grad(X)
    assert 0 < np.count_nonzero(grad.any(axis=1)) <= 15
    shortest = SubsampledTerm(loop, Subsampling(15, n_samples=3, combine="min_norm"))
    assert shortest.value_and_grad(X)[1].shape == X.shape


def test_whole_clouds_are_the_plain_term():
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(40, random_state=0)
    value, grad = loop.value_and_grad(X)
    for n_subsample in (None, 40, 100):
        term = SubsampledTerm(loop, n_subsample)
        assert term.value_and_grad(X)[0] == value
        assert_array_equal(term.value_and_grad(X)[1], grad)
    assert not SubsampledTerm(loop).is_random
    nested = SubsampledTerm(SubsampledTerm(loop, 10, random_state=0))
    warm = nested.warm_value_and_grad()
    assert nested.is_random
    assert warm(X)[0] != warm(X)[0]
    nested = SubsampledTerm(
        SubsampledTerm(loop, Subsampling(noise=0.1), random_state=0), 10
    )
    assert nested.warm_value_and_grad()(X)[1].shape == X.shape


@pytest.mark.parametrize(
    ("params", "x", "message"),
    [
        ({"sampling": 0}, np.zeros((3, 2)), "'n_points' parameter of Subsampling"),
        ({"sampling": 0.5}, np.zeros((3, 2)), "'sampling' parameter of SubsampledTerm"),
        (
            {"sampling": Subsampling(noise=-1)},
            np.zeros((3, 2)),
            "'noise' parameter of Subsampling",
        ),
        (
            {"sampling": Subsampling(combine="a")},
            np.zeros((3, 2)),
            "'combine' parameter of Subsampling",
        ),
        (
            {"sampling": Subsampling(n_samples=2)},
            np.zeros((3, 2)),
            "'n_samples' parameter of Subsampling must be 1",
        ),
        ({"term": 3}, np.zeros((3, 2)), "'term' parameter of SubsampledTerm"),
        ({}, np.zeros(3), "x of SubsampledTerm must be a point cloud"),
        ({}, np.full((3, 2), np.nan), "x of SubsampledTerm must be finite"),
    ],
)
def test_bad_parameters_and_clouds_are_named(params, x, message):
    term = SubsampledTerm(PersistenceTerm(WeakAlpha(), PersistenceEnergy()))
    with pytest.raises(ValueError, match=message):
        term.set_params(**params).value_and_grad(x)


def test_points_move_on_subsamples():
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    X, _ = make_noisy_circle(60, random_state=0)
    objective = SubsampledTerm(loop, Subsampling(30, n_samples=2), random_state=0)
    fits = [
        TopoPointOptimizer(objective, max_iter=60, fidelity_weight=0.01).fit(X)
        for _ in range(2)
    ]
    assert_array_equal(fits[0].points_, fits[1].points_)
    assert len(set(fits[0].loss_curve_)) == 61
    assert loop.value_and_grad(fits[0].points_)[0] < 0.8 * loop.value_and_grad(X)[0]
    assert pdist(fits[0].points_).min() > 0
    for params in ({"solver": "lbfgs"}, {"method": "big_step"}):
        with pytest.raises(ValueError, match="or the objective make the loss random"):
            TopoPointOptimizer(objective, **params).fit(X)


def test_random_terms_are_sampled_beside_those_that_know_their_points(rng):
    X = rng.normal(size=(12, 2))
    term = SubsampledTerm(
        noisy_term() + 0.5 * GroupingTerm(X, scale=2.0), 8, random_state=1
    )
    value, grad = term.value_and_grad(X + 0.1 * rng.normal(size=X.shape))
    assert np.isfinite(value)
    assert grad.any()


def test_each_sample_has_draws_of_its_own(rng):
    X = rng.normal(size=(12, 2))
    noisy = noisy_term()
    one, three = (
        SubsampledTerm(noisy, Subsampling(noise=1e-9, n_samples=n), random_state=1)
        for n in (1, 3)
    )
    assert abs(three(X) - one(X)) > 1e-3
    assert three(X) == clone(three)(X)
