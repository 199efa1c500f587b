"""Terms and functionals of many samples at once: the numbers of one by one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical, VietorisRips
from sktopo.functionals import (
    PersistenceEnergy,
    PersistenceNorm,
    WassersteinToTarget,
)
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm

FUNCTIONALS = [
    PersistenceEnergy(1, 0, 2),
    PersistenceEnergy(0.5, 0.5, 3),
    PersistenceEnergy(2, 1, 1, min_persistence=0.1),
    PersistenceNorm(0.5),
    PersistenceNorm(2, region=(0.1, 0.9, 0.05, 0.5), side="death"),
    2 * PersistenceEnergy(1, 0, 3) - PersistenceNorm(1),
    WassersteinToTarget([[0.1, 0.5]]),
]


@pytest.mark.parametrize("functional", FUNCTIONALS, ids=str)
def test_functionals_of_many_diagrams(rng, functional):
    images = [rng.integers(0, 9, (8, 8)) / 8 for _ in range(5)] + [np.zeros((8, 8))]
    diagrams = [
        persistence_diagrams(x, Cubical(), 1, essential="drop")[0] for x in images
    ]
    assert len(diagrams[-1]) == 0
    lengths = list(map(len, diagrams))
    values, grads = functional.batch_value_and_grad(np.concatenate(diagrams), lengths)
    expected = [functional.value_and_grad(diagram) for diagram in diagrams]
    assert_allclose(values, [value for value, _ in expected], rtol=1e-12)
    assert_array_equal(grads, np.concatenate([grad for _, grad in expected]))


@pytest.mark.parametrize("functional", FUNCTIONALS[:-1], ids=str)
@pytest.mark.parametrize("shape", [(9, 12, 13), (5, 20), (4, 5, 6, 7), (1, 6, 6)])
@pytest.mark.parametrize("connectivity", ["full", "face"])
def test_terms_of_many_grids(rng, functional, shape, connectivity):
    dimensions = 0 if len(shape) == 2 else (0, 1)
    for X in (rng.random(shape), rng.integers(0, 5, shape).astype(float)):
        for essential in ("drop", "extremum"):
            term = PersistenceTerm(
                Cubical(superlevel=True, connectivity=connectivity),
                functional,
                dimensions,
                essential,
            )
            values, grads = term.batch_value_and_grad(X)
            expected = [term.value_and_grad(x) for x in X]
            assert_allclose(values, [value for value, _ in expected], rtol=1e-12)
            assert_array_equal(grads, np.stack([grad for _, grad in expected]))


def test_sums_and_clouds_and_empty_batches(rng):
    loops = PersistenceTerm(VietorisRips(), PersistenceNorm(), 1)
    term = loops - 0.5 * SquaredErrorTerm(np.zeros((9, 2)))
    X = rng.random((4, 9, 2))
    values, grads = term.batch_value_and_grad(X)
    for x, value, grad in zip(X, values, grads):
        assert value == pytest.approx(term(x))
        assert_allclose(grad, term.value_and_grad(x)[1])
    for empty in (loops, PersistenceTerm(Cubical(), PersistenceNorm())):
        values, grads = empty.batch_value_and_grad(X[:0])
        assert values.shape == (0,)
        assert grads.shape == (0, 9, 2)


def test_what_a_batch_cannot_hold_is_named(rng):
    term = PersistenceTerm(Cubical(), PersistenceEnergy(p=1, q=0.5))
    with pytest.raises(ValueError, match="'q' parameter of PersistenceEnergy"):
        term.batch_value_and_grad(-rng.random((3, 6, 6)))
    X = rng.random((3, 6, 6))
    X[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        term.batch_value_and_grad(X)


def test_masked_grids(rng):
    mask = np.zeros((6, 7), dtype=bool)
    mask[2, 3] = True
    X = rng.random((3, 6, 7))
    for chosen in (mask, "missing"):
        term = PersistenceTerm(Cubical(mask=chosen), PersistenceNorm())
        X = np.where(mask, np.nan, X) if chosen is not mask else X
        values, grads = term.batch_value_and_grad(X)
        for x, value, grad in zip(X, values, grads):
            assert value == term(x)
            assert_array_equal(grad, term.value_and_grad(x)[1])
