"""Penalties of several dimensions, and penalties that are brought along."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sktopo import TopologicalRidge
from sktopo.base import Term
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.linear_model._penalty import PathPenalty
from sktopo.objectives import PersistenceTerm
from sktopo.testing import check_gradient


class AbsoluteValues(Term):
    """The lasso's penalty, with the prox that makes it one."""

    def value_and_grad(self, x):
        return float(np.abs(x).sum()), np.sign(x)

    def prox(self, x, step):
        return np.sign(x) * np.maximum(np.abs(x) - step, 0)


@pytest.fixture
def images(rng):
    """A ring of weights on a 7x7 grid, seen through 60 noisy samples."""
    y, x = np.mgrid[-3:4, -3:4]
    ring = (np.abs(np.hypot(x, y) - 2) < 0.6).astype(float).ravel()
    X = rng.normal(size=(60, 49))
    return X, X @ ring + 0.5 * rng.normal(size=60), ring


def test_a_number_for_each_dimension(rng):
    w = rng.normal(size=49)
    model = TopologicalRidge(
        alpha={0: 2.0, 1: 3.0},
        i0={0: 2, 1: 3},
        topology=(7, 7),
        homology_dimensions=(0, 1),
    )
    alpha, penalty = model._penalty(49, model.alpha)
    parts = [
        clone(model).set_params(alpha=a, i0=i0, homology_dimensions=k)
        for k, a, i0 in ((0, 2.0, 2), (1, 3.0, 3))
    ]
    expected = sum(
        part.alpha * part._penalty(49, part.alpha)[1].value_and_grad(w)[0]
        for part in parts
    )
    assert alpha * penalty.value_and_grad(w)[0] == pytest.approx(expected)
    check_gradient(penalty, w)


def test_one_number_is_a_dict_of_it(images):
    X, y, _ = images
    for topology in ("values", "path", (7, 7)):
        model = TopologicalRidge(2.0, i0=3, topology=topology)
        single = clone(model).set_params(alpha={0: 2.0}, i0={0: 3}).fit(X, y)
        assert_allclose(model.fit(X, y).coef_, single.coef_)
        coefs = single.path(X, y, alphas=[1.0]).coefs
        same = model.path(X, y, alphas=[2.0]).coefs
        assert_allclose(coefs, same)


def test_a_hole_in_the_weights(images):
    """A penalty on both dimensions knows that one ring is wanted."""
    X, y, ring = images
    model = TopologicalRidge(
        3.0, topology=(7, 7), homology_dimensions=(0, 1), i0={0: 2, 1: 2}
    )
    model.fit(X, y)
    plain = TopologicalRidge(0.0).fit(X, y)
    errors = [((m.coef_ - ring) ** 2).sum() for m in (model, plain)]
    assert errors[0] < errors[1] / 2
    long = model.coef_[ring > 0].min() - model.coef_.reshape(7, 7)[3, 3]
    assert long > 0.5


def test_a_term_with_a_prox_is_the_lasso(images):
    from sklearn.linear_model import Lasso

    X, y, _ = images
    lasso = Lasso(0.05, tol=1e-12, max_iter=100_000).fit(X, y)
    for solver in ("auto", "prox"):
        model = TopologicalRidge(
            2 * len(X) * 0.05,
            topology=AbsoluteValues(),
            solver=solver,
            max_iter=20_000,
            tol=1e-13,
        ).fit(X, y)
        assert_allclose(model.coef_, lasso.coef_, atol=1e-5)


def test_a_term_of_our_own_is_what_a_name_stands_for(images):
    X, y, _ = images
    energy = PersistenceEnergy(p=2, i0=3)
    term = PersistenceTerm(Cubical(superlevel=True), energy)
    named = TopologicalRidge(0.5, p=2, i0=3, topology="path").fit(X, y)
    brought = TopologicalRidge(0.5, topology=term).fit(X, y)
    assert_allclose(named.coef_, brought.coef_, atol=1e-9)


@pytest.mark.slow
def test_terms_add_and_are_searched(images):
    X, y, _ = images
    both = AbsoluteValues() + 0.5 * PersistenceTerm(
        Cubical(superlevel=True), PersistenceEnergy()
    )
    model = TopologicalRidge(topology=both, tol=1e-3)
    search = GridSearchCV(
        model, {"topology__term1__functional__p": [1, 2], "alpha": [0.1, 1]}, cv=2
    ).fit(X, y)
    assert search.best_params_["alpha"] in (0.1, 1)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": {0: 1.0, 1: 1.0}}, r"'alpha' .* each of homology_dimensions=\(0,\)"),
        (
            {"alpha": {0: -1.0}},
            r"'alpha' parameter of TopologicalRidge must be a float",
        ),
        ({"alpha": {0: "x"}}, "'alpha' parameter"),
        ({"i0": {1: 2}}, "'i0' parameter of TopologicalRidge must be an int"),
        ({"i0": {0: 1.5}}, "'i0' parameter"),
        ({"i0": {0: 0}}, "'i0' parameter"),
        ({"alpha": {0: 1.0}, "topology": AbsoluteValues()}, "'alpha' .* is a Term"),
        ({"solver": "dc", "topology": AbsoluteValues()}, "Got 'dc'"),
        ({"topology": AbsoluteValues}, "'topology' parameter .* Got <class"),
        ({"topology": PersistenceEnergy()}, "a Filtration or a Term. Got Persis"),
    ],
    ids=str,
)
def test_dicts_without_all_dimensions_are_named(images, params, message):
    X, y, _ = images
    with pytest.raises(ValueError, match=message):
        TopologicalRidge(**params).fit(X, y)


@pytest.mark.parametrize("i0", [2, 3])
def test_a_penalty_that_is_piecewise_linear_has_ties(i0):
    # The contract of Term, also for the relaxations of a penalty.
    penalty = PathPenalty(i0, True, 5)
    w = np.array([1.0, 1.0, 2.0, 2.0, 1.0])
    for term in (penalty, *penalty.relaxations):
        assert term.is_piecewise_linear
        assert term.ties(w, 0.0).tolist() == [0, 0, 1, 1, 2]


def test_features_that_cancel_are_not_left_at_zero():
    """Equal weights have no effect then, and where they are is no minimum."""
    x = np.linspace(-1, 1, 15)
    model = TopologicalRidge(topology="values").fit(x[:, None] * [1.0, 2.0, -3.0], x)
    # Of weights a, a, -a the predictions are 6 a x and the bar 2 a long: two clusters.
    square = x @ x
    a = (6 * square - 1) / (36 * square)
    assert_allclose(model.coef_, [a, a, -a], rtol=1e-9)
