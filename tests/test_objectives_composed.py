"""Terms behind maps: matrices, operators, pairs of functions."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from _ids import name_of
from numpy.testing import assert_allclose, assert_array_equal
from scipy.interpolate import BSpline
from scipy.sparse.linalg import LinearOperator, aslinearoperator
from sklearn.base import clone

from sktopo import TopoPointOptimizer
from sktopo.filtrations import Cubical, LowerStar, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import (
    ComposedTerm,
    PersistenceTerm,
    PooledPersistenceTerm,
    SquaredErrorTerm,
    SubsampledTerm,
)
from sktopo.solvers import Adam
from sktopo.testing import check_gradient

ENERGY = PersistenceEnergy(p=2, q=1)
SIGNAL = PersistenceTerm(Cubical(), ENERGY)
KINDS = {
    "ndarray": lambda a: a,
    "list": lambda a: a.tolist(),
    "csr_array": sp.csr_array,
    "csc_matrix": sp.csc_matrix,
    "coo_array": sp.coo_array,
    "operator": aslinearoperator,
    "pair": lambda a: (
        lambda x: a @ x.ravel(),
        lambda x, grad_y: (a.T @ grad_y).reshape(x.shape),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_linear_maps(rng, kind):
    matrix, x = rng.normal(size=(12, 8)), rng.random((2, 4))
    term = ComposedTerm(SIGNAL, KINDS[kind](matrix))
    value, grad = term.value_and_grad(x)
    expected = SIGNAL.value_and_grad(matrix @ x.ravel())
    assert value == pytest.approx(expected[0], rel=1e-12)
    assert_allclose(grad, (matrix.T @ expected[1]).reshape(2, 4), rtol=1e-12)
    check_gradient(term, x, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_terms_of_downsampled_images_agree_with_differences(rng, kind):
    matrix, x = rng.random((30, 8)), rng.random((4, 2))
    image = PersistenceTerm(Cubical(), {0: ENERGY, 1: -ENERGY})
    term = ComposedTerm(image, KINDS[kind](matrix), shape=(5, 6))
    value, grad = term.value_and_grad(x)
    expected = image.value_and_grad((matrix @ x.ravel()).reshape(5, 6))
    assert value == pytest.approx(expected[0], rel=1e-12)
    assert grad.shape == (4, 2)
    check_gradient(term, x, step=1e-7, rtol=1e-4)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "pair"])
def test_the_map_and_its_transpose(rng, kind):
    """Of the term <c, y> the gradient is the transpose of c."""

    class Dot(SquaredErrorTerm):
        def value_and_grad(self, x):
            return float(np.sum(self.target * x)), np.array(self.target)

    matrix, c, x = rng.normal(size=(9, 6)), rng.normal(size=9), rng.normal(size=(3, 2))
    value, grad = ComposedTerm(Dot(c), KINDS[kind](matrix)).value_and_grad(x)
    assert value == pytest.approx(np.sum(grad * x), rel=1e-12, abs=1e-12)


def test_downsampling_a_spline_and_a_curved_map(rng):
    pool = sp.kron(sp.eye_array(5), np.full((1, 3), 1 / 3)).tocsr()
    check_gradient(ComposedTerm(SIGNAL, pool), rng.random(15), step=1e-7, rtol=1e-4)
    knots = np.r_[[0.0] * 3, np.linspace(0, 1, 6), [1.0] * 3]
    design = BSpline.design_matrix(np.linspace(0, 1, 40), knots, 3)
    check_gradient(ComposedTerm(SIGNAL, design), rng.random(8), step=1e-7, rtol=1e-4)
    t = np.linspace(0, 1, 60)

    def forward(x):
        return np.sin(x[0] * t + x[1]) * x[2]

    def vjp(x, grad_y):
        slope = np.cos(x[0] * t + x[1]) * x[2]
        wave = np.sin(x[0] * t + x[1])
        return np.array([(slope * t) @ grad_y, slope @ grad_y, wave @ grad_y])

    curved = ComposedTerm(SIGNAL, (forward, vjp))
    check_gradient(curved, np.array([25.0, 0.3, 2.0]), step=1e-7, rtol=1e-4)
    as_image = ComposedTerm(
        PersistenceTerm(Cubical(), ENERGY, 1), (forward, vjp), (6, 10)
    )
    check_gradient(as_image, np.array([25.0, 0.3, 2.0]), step=1e-7, rtol=1e-4)


def test_terms_of_all_kinds_compose(rng):
    matrix = rng.normal(size=(24, 6))
    ones = SquaredErrorTerm(np.ones(24))
    total = 2 * ComposedTerm(SIGNAL, matrix) + ComposedTerm(ones, matrix)
    check_gradient(total, rng.random(6), step=1e-7, rtol=1e-4)
    inner = ComposedTerm(SIGNAL, rng.normal(size=(10, 24)))
    nested, x = ComposedTerm(inner, matrix), rng.random(6)
    check_gradient(nested, x, step=1e-7, rtol=1e-4)
    for whole in (pickle.loads(pickle.dumps(nested)), clone(nested)):
        assert whole.value_and_grad(x)[0] == nested.value_and_grad(x)[0]


def test_a_warm_term_gives_the_same_answers(rng):
    term = ComposedTerm(SIGNAL, rng.normal(size=(40, 8)))
    warm = term.warm_value_and_grad()
    assert not term.is_random
    x = rng.random(8)
    for _ in range(10):
        value, grad = term.value_and_grad(x)
        found = warm(x)
        assert found[0] == value
        assert_array_equal(found[1], grad)
        x = x + 0.01 * rng.normal(size=8)


def test_randomness_is_handed_on(rng):
    path = LowerStar([(i, i + 1) for i in range(19)])
    smeared = PooledPersistenceTerm(
        path, [[i, i + 1] for i in range(19)], ENERGY, max_noise=0.1, random_state=0
    )
    term = ComposedTerm(smeared, rng.normal(size=(20, 5)))
    x = rng.random(5)
    assert term.value_and_grad(x)[0] == term.value_and_grad(x)[0]
    check_gradient(term, x, step=1e-7, rtol=1e-4)
    warm = term.warm_value_and_grad()
    assert term.is_random
    assert warm(x)[0] != warm(x)[0]
    assert (term + SquaredErrorTerm(x)).is_random
    seen = []
    result = Adam(0.01, max_iter=30).minimize(
        term, x, callback=lambda r: seen.append(r.x)
    )
    assert_array_equal(result.x, seen[-1])


def test_points_behind_a_projection():
    """A loop in the first two of three coordinates is closed."""
    X = np.random.RandomState(0).normal(size=(40, 3))
    loop = PersistenceTerm(WeakAlpha(), PersistenceEnergy(p=2), 1)
    flat = sp.kron(sp.eye_array(40), np.eye(2, 3))
    for inner in (loop, SubsampledTerm(loop, 25, random_state=0)):
        objective = ComposedTerm(inner, flat, shape=(40, 2))
        fit = TopoPointOptimizer(objective, max_iter=30).fit(X)
        assert_array_equal(fit.points_[:, 2], X[:, 2])
        before, after = (objective.value_and_grad(x)[0] for x in (X, fit.points_))
        assert after < before


@pytest.mark.parametrize(
    ("map_", "shape", "x", "message"),
    [
        (np.eye(4), None, np.zeros(3), r"as the map has columns, 4. Got .* \(3,\)"),
        (sp.eye_array(4), None, np.zeros((2, 3)), "as the map has columns, 4"),
        (np.eye(4), (2, 3), np.zeros(4), r"'shape' .* Got \(2, 3\) for 4 of them"),
        (np.eye(4), 5, np.zeros(4), "'shape' .* Got 5 for 4 of them"),
        (np.eye(4), (2, 0), np.zeros(4), "'shape' parameter .* hold ints >= 1"),
        (np.eye(4), (2, -2), np.zeros(4), "'shape' parameter .* hold ints >= 1"),
        (np.eye(4), "a", np.zeros(4), "'shape' parameter of ComposedTerm"),
        (np.zeros(4), None, np.zeros(4), "'transform' parameter of .* must be a mat"),
        (np.full((4, 4), np.nan), None, np.zeros(4), "'transform' .* must be finite"),
        (sp.csr_array([[np.inf]]), None, np.zeros(1), "'transform' .* must be finite"),
        (1j * np.eye(4), None, np.zeros(4), "'transform' parameter of .* must be real"),
        (
            aslinearoperator(1j * np.eye(4)),
            None,
            np.zeros(4),
            "must be real. Got an op",
        ),
        (np.sin, None, np.zeros(4), r"a pair of functions \(forward, vjp\). Got"),
        ((np.sin, 3), None, np.zeros(4), "'transform' parameter of .* must be a mat"),
        ("pca", None, np.zeros(4), r"a pair of functions \(forward, vjp\). Got 'pca'"),
        (
            (np.sin, lambda x, g: g[:2]),
            None,
            np.zeros(4),
            r"x, \(4,\). Got \(2,\) from",
        ),
        (np.eye(4), None, [0, 1, np.nan, 2], "NaN"),
    ],
    ids=name_of,
)
def test_what_is_no_map_is_named(map_, shape, x, message):
    with pytest.raises(ValueError, match=message):
        ComposedTerm(SIGNAL, map_, shape).value_and_grad(x)


def test_operators_without_a_transpose(rng):
    one_way = LinearOperator((4, 4), matvec=lambda x: 2 * x, dtype=float)
    with pytest.raises(ValueError, match="must have 'rmatvec'"):
        ComposedTerm(SIGNAL, one_way).value_and_grad(rng.random(4))


def test_bad_terms_are_named(rng):
    with pytest.raises(ValueError, match="'term' parameter of ComposedTerm"):
        ComposedTerm(3, np.eye(4)).value_and_grad(np.zeros(4))

    class Short(SquaredErrorTerm):
        def value_and_grad(self, x):
            return 0.0, x[:-1]

    with pytest.raises(ValueError, match="gradient of the shape of y"):
        ComposedTerm(Short(0.0), np.eye(4)).value_and_grad(np.zeros(4))
