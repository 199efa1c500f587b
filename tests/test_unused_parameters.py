"""A parameter that something else leaves without an effect says so."""

import warnings

import numpy as np
import pytest

from sktopo import (
    STUMPImageOptimizer,
    TopologicalLogisticRegression,
    TopologicalRidge,
    TopoPointOptimizer,
)
from sktopo.base import Term
from sktopo.filtrations import Cubical, LowerStar, WeakAlpha
from sktopo.functionals import PersistenceEnergy, PersistenceNorm
from sktopo.objectives import (
    PersistenceTerm,
    PooledPersistenceTerm,
    SquaredErrorTerm,
    Subsampling,
)
from sktopo.pooling import RandomPooling
from sktopo.solvers import LBFGS

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 4)), np.arange(12) % 2
PATH = [(0, 1), (1, 2)]
FUNCTIONAL = {0: PersistenceNorm(), 1: PersistenceNorm()}


class RandomTerm(Term):
    is_random = True

    def value_and_grad(self, x):
        return float(np.abs(x).sum()), np.sign(x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: RandomPooling(weights="mean", n_samples=4).cover((8, 8)),
            "'n_samples' parameter of RandomPooling has no effect where nothing",
        ),
        (
            lambda: RandomPooling(1, n_samples=4, n_weightings=8).cover((8, 8)),
            "'n_samples' and 'n_weightings' parameters of RandomPooling have no",
        ),
        (
            lambda: PooledPersistenceTerm(
                LowerStar(PATH), [[0], [1], [2]], PersistenceNorm(), n_samples=2
            )(np.zeros(3)),
            "'n_samples' parameter of PooledPersistenceTerm",
        ),
        (
            lambda: TopoPointOptimizer(
                PersistenceTerm(WeakAlpha(), PersistenceEnergy(2)),
                homology_dimensions=0,
                max_iter=1,
            ).fit(X[:, :2]),
            "'homology_dimensions' parameter of TopoPointOptimizer has no effect but",
        ),
        (
            lambda: TopoPointOptimizer(
                SquaredErrorTerm(X[:, :2]), filtration="alpha", max_iter=1
            ).fit(X[:, :2]),
            "'filtration' parameter of TopoPointOptimizer has no effect but on",
        ),
        (
            lambda: TopologicalRidge(
                topology=SquaredErrorTerm(np.ones(4)), i0=3, p=2
            ).fit(X, Y),
            "'p' and 'i0' parameters of TopologicalRidge have no effect where",
        ),
        (
            lambda: TopologicalRidge(topology=Cubical(), superlevel=False).fit(X, Y),
            "'superlevel' parameter of TopologicalRidge has no effect where .* its own",
        ),
        (
            lambda: TopologicalLogisticRegression(superlevel=False, l2=1.0).fit(X, Y),
            "'superlevel' parameter of TopologicalLogisticRegression .* no direction",
        ),
    ],
)
def test_a_parameter_without_effect_is_named(call, message):
    with pytest.warns(UserWarning, match=message) as caught:
        call()
    # It points to this file, where the user called.
    assert "Topo" not in message or caught[0].filename == __file__


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: PersistenceTerm(Cubical(), FUNCTIONAL, 2)(X),
            "'homology_dimensions' parameter of PersistenceTerm must be left out",
        ),
        (
            lambda: STUMPImageOptimizer((0, 2), functional=FUNCTIONAL).fit([X]),
            "'homology_dimensions' parameter of STUMPImageOptimizer must be left out",
        ),
        (
            lambda: TopoPointOptimizer(sampling=Subsampling(n_samples=3)).fit(X[:, :2]),
            "'n_samples' parameter of Subsampling",
        ),
        (
            lambda: TopologicalRidge(topology=RandomTerm(), solver="lbfgs").fit(X, Y),
            "'solver' parameter of TopologicalRidge must be 'auto' or 'adam' where",
        ),
        (
            lambda: TopologicalLogisticRegression(
                topology=RandomTerm(), solver="lbfgs"
            ).fit(X, Y),
            "'solver' parameter of TopologicalLogisticRegression must be",
        ),
        (
            lambda: TopoPointOptimizer(solver="lbfgs", sampling=8).fit(X[:, :2]),
            "'solver' parameter of TopoPointOptimizer",
        ),
    ],
)
def test_what_cannot_go_together_is_an_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_says_the_same_twice_is_no_mistake():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        PersistenceTerm(Cubical(), FUNCTIONAL, (0, 1))(X)
        STUMPImageOptimizer((1, 0), functional=FUNCTIONAL, n_steps=1).fit([X])
        TopologicalRidge(topology="path", superlevel=False).fit(X, Y)
        TopoPointOptimizer(PersistenceEnergy(2), homology_dimensions=0, max_iter=1).fit(
            X[:, :2]
        )


def test_auto_descends_a_random_penalty_by_adam_alone(monkeypatch):
    def fail(*args, **kwargs):
        raise AssertionError("the values that L-BFGS compares are random")

    monkeypatch.setattr(LBFGS, "minimize", fail)
    model = TopologicalRidge(topology=RandomTerm(), max_iter=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(model.fit(X, Y).coef_).all()
