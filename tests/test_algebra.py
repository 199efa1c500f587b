"""Terms and functionals add and scale, print, clone and take parameters."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from sktopo.base import DiagramFunctional, Term
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy, PersistenceNorm, SumFunctional
from sktopo.objectives import PersistenceTerm, SquaredErrorTerm, SumTerm

DIAGRAM = np.array([[0.0, 3.0], [1.0, 2.0]])


def test_sums_and_multiples():
    a, b = PersistenceEnergy(p=2), PersistenceNorm()
    for combination, expected in [
        (a + b, 10 + 4),
        (a - b, 10 - 4),
        (2 * a, 20),
        (a * 0.5, 5),
        (-a, -10),
        (a / 4, 2.5),
        (sum([a, b]), 14),
        (3 * (a - 2 * b) + b, 30 - 24 + 4),
    ]:
        value, grad = combination.value_and_grad(DIAGRAM)
        assert value == expected
        assert grad.shape == DIAGRAM.shape


def test_sums_do_not_nest():
    a, b = PersistenceEnergy(), PersistenceNorm()
    total = 2 * (a + b) - 3 * (a - b)
    assert len(total.terms) == 4
    assert total.weights == (2, 2, -3, 3)


def test_kinds_do_not_mix():
    term, functional = SquaredErrorTerm([0.0]), PersistenceEnergy()
    for other in (functional, 1.0, "a"):
        with pytest.raises(TypeError):
            term + other
        with pytest.raises(TypeError):
            term - other
    with pytest.raises(TypeError):
        term * term
    for kind in (SumTerm, SumFunctional):
        with pytest.raises(ValueError, match="summands of its own kind only"):
            kind((term, functional), (1.0, 1.0)).value_and_grad(np.zeros(1))


def test_parameters_of_summands():
    total = PersistenceEnergy(p=2) + PersistenceNorm()
    assert total.get_params()["term0__p"] == 2
    total.set_params(term0__p=1, weights=(1.0, 0.0))
    assert total.value_and_grad(DIAGRAM)[0] == 4
    for bad in ("term7__p", "p", "termx__p", "term0"):
        with pytest.raises(ValueError, match="Invalid parameter"):
            total.set_params(**{bad: 1})
    with pytest.raises(ValueError, match="Invalid parameter"):
        total.set_params(term0__no=1)


def test_clone_pickle_and_print():
    term = PersistenceTerm(Cubical(), PersistenceEnergy()) + SquaredErrorTerm(
        np.ones(4)
    )
    x = np.array([0.0, 2, 1, 3])
    for copy in (clone(term), pickle.loads(pickle.dumps(term))):
        assert copy is not term
        assert_allclose(copy.value_and_grad(x)[1], term.value_and_grad(x)[1])
    clone(term).set_params(term0__filtration__superlevel=True)
    assert not term.terms[0].filtration.superlevel
    assert "PersistenceEnergy()" in repr(term)


@pytest.mark.parametrize(
    ("terms", "weights", "message"),
    [
        ((), (), "same length of at least 1"),
        ((SquaredErrorTerm([0.0]),), (1.0, 2.0), "Got 1 and 2"),
        ((SquaredErrorTerm([0.0]),), (np.nan,), "finite numbers"),
        ((SquaredErrorTerm([0.0]),), ("a",), "finite numbers"),
    ],
)
def test_sums_refuse_what_cannot_be_added(terms, weights, message):
    with pytest.raises(ValueError, match=message):
        SumTerm(terms, weights).value_and_grad(np.zeros(1))


def test_sums_are_of_the_kind_of_their_summands_and_can_be_called():
    functional = PersistenceEnergy() - PersistenceNorm()
    term = 2 * PersistenceTerm("cubical", PersistenceEnergy()) + SquaredErrorTerm(
        [0, 0]
    )
    assert isinstance(functional, DiagramFunctional)
    assert isinstance(term, Term)
    assert functional(DIAGRAM) == functional.value_and_grad(DIAGRAM)[0] == 0
    x = np.array([1.0, 2.0])
    assert term(x) == term.value_and_grad(x)[0] == 5
    assert not term.is_random


def test_what_weighs_nothing_is_not_evaluated():
    """Its value and gradient may be infinite, and it may take long."""

    class Infinite(Term):
        def value_and_grad(self, x):
            raise AssertionError("a term of weight 0 is evaluated")

    plain = SquaredErrorTerm([1.0, 2.0])
    total = SumTerm((Infinite(), plain), (0.0, 2.0))
    value, grad = total.value_and_grad(np.zeros(2))
    assert value == 10
    assert_array_equal(grad, [-4, -8])
    nothing = SumTerm((plain,), (0.0,))
    value, grad = nothing.value_and_grad(np.ones(2))
    assert value == 0
    assert_array_equal(grad, [0, 0])
    values, grads = nothing.batch_value_and_grad(np.ones((3, 2)))
    assert_array_equal(values, [0, 0, 0])
    assert_array_equal(grads, np.zeros((3, 2)))
