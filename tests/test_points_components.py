"""Parameters of TopoPointOptimizer and of its components."""

import numpy as np
import pytest
from sklearn.base import clone

from sktopo import TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import SquaredErrorTerm, Subsampling
from sktopo.points import FieldMethod, Grouping


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"solver": "lbfgs", "sampling": Subsampling(noise=0.1)},
            "must be 'adam' or 'gd'",
        ),
        ({"solver": "lbfgs", "sampling": 5}, "must be 'adam' or 'gd'"),
        ({"method": "big_step", "sampling": 5}, "must not be 'big_s"),
        (
            {"sampling": Subsampling(n_samples=3)},
            "'n_samples' parameter of Subsampling must be 1",
        ),
        ({"sampling": 0}, "'sampling' parameter of TopoPointOptimizer must be"),
        (
            {"sampling": Subsampling(noise=-1.0)},
            "'noise' parameter of Subsampling must be",
        ),
        ({"filtration": "cech"}, "'filtration' parameter of TopoPointOptimizer must"),
        ({"method": "nearest"}, "'method' parameter of TopoPointOptimizer must be"),
        (
            {"method": FieldMethod(bandwidth=0.0)},
            "'bandwidth' parameter of FieldMethod must be",
        ),
        ({"solver": "sgd"}, "'solver' parameter of TopoPointOptimizer must be"),
        ({"learning_rate": 0}, "'learning_rate' parameter of TopoPointOptimizer must"),
        (
            {"homology_dimensions": (0, 0)},
            "'homology_dimensions' parameter of TopoPointOptimizer must be",
        ),
        (
            {"objective": PersistenceEnergy(i0=0)},
            "'i0' parameter of PersistenceEnergy must be an int",
        ),
        (
            {"grouping": Grouping(scale=0.0)},
            "'scale' parameter of Grouping must be",
        ),
        ({"grouping": -1.0}, "'grouping' parameter of TopoPointOptimizer must be"),
    ],
)
def test_bad_parameters_are_named(params, message):
    X, _ = make_noisy_circle(20, random_state=0)
    with pytest.raises(ValueError, match=message):
        TopoPointOptimizer(**params).fit(X)


@pytest.mark.parametrize("method", ["nadaraya_watson", "diffeomorphic", "big_step"])
def test_methods_with_steps_of_their_own_say_so_where_another_is_asked_for(method):
    X, _ = make_noisy_circle(20, random_state=0)
    fit = TopoPointOptimizer(method=method, max_iter=2).fit(X)
    assert fit.n_iter_ == 2
    with pytest.warns(UserWarning, match="takes its own steps"):
        fit.set_params(solver="adam").fit(X)


def test_parameters_of_components_are_tuned():
    fit = TopoPointOptimizer(
        PersistenceEnergy(),
        sampling=Subsampling(20),
        grouping=Grouping(),
        method=FieldMethod(),
    )
    assert len(fit.get_params(deep=False)) <= 16
    names = {
        "objective__p": 2,
        "sampling__n_points": 10,
        "grouping__scale": 0.5,
        "method__bandwidth": 0.1,
    }
    copy = clone(fit).set_params(**names)
    assert names.items() <= copy.get_params().items()
    assert fit.sampling.n_points == 20


@pytest.mark.parametrize("params", [{}, {"maximize": True}, {"fidelity_weight": 1.0}])
@pytest.mark.parametrize("n_copies", [1, 2])
def test_big_steps_are_refused_where_the_objective_has_none(params, n_copies):
    X = np.vstack([make_noisy_circle(10, random_state=0)[0]] * n_copies)
    optimizer = TopoPointOptimizer(SquaredErrorTerm(X), method="big_step", **params)
    with pytest.raises(ValueError, match="the objective defines no big_step"):
        optimizer.fit(X)


def test_dimensions_are_checked_before_the_points_move():
    X, _ = make_noisy_circle(10, random_state=0)
    optimizer = TopoPointOptimizer(SquaredErrorTerm(X + 1), homology_dimensions=())
    with pytest.raises(ValueError, match="'homology_dimensions' parameter of TopoPo"):
        optimizer.fit(X)
