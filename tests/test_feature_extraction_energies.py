"""Energies of diagrams as features."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline

from sktopo import DirectionalPersistence, PersistenceDiagrams, PersistenceEnergies
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.testing import check_gradient

DIGITS, LABELS = load_digits(return_X_y=True)


UP = Cubical(superlevel=True)


def plain_energies(diagram, p, q, i0):
    return [
        PersistenceEnergy(a, b, i).value_and_grad(diagram)[0]
        for i in i0
        for a in p
        for b in q
    ]


def test_energies_against_the_functional(rng):
    p, q, i0 = (0, 1, 2.5), (0, 1, 0.5), (1, 2, 4)
    diagrams = [np.sort(rng.random((n, 2))) for n in (0, 1, 3, 10, 0)]
    diagrams[2][0, 1] = np.inf
    diagrams[3][4] = 0.5
    energies = PersistenceEnergies(p, q, i0).fit(diagrams)
    found = energies.transform(diagrams)
    assert found.shape == (5, 27)
    for row, diagram in zip(found, diagrams):
        assert_allclose(row, plain_energies(diagram, p, q, i0), rtol=1e-12)
    assert_array_equal(energies.transform(diagrams[3:4])[0], found[3])


def test_energies_of_several_dimensions():
    X = make_pipeline(
        PersistenceDiagrams(UP, (0, 1), image_shape=(8, 8)), PersistenceEnergies()
    ).fit_transform(DIGITS[:30])
    assert X.shape == (30, 50)
    assert np.isfinite(X).all()
    one = make_pipeline(
        PersistenceDiagrams(UP, 1, image_shape=(8, 8)), PersistenceEnergies()
    ).fit_transform(DIGITS[:30])
    assert_array_equal(X[:, 25:], one)


def test_energies_accept_numbers_and_name_their_columns():
    energies = PersistenceEnergies(p=1, q=(0, 0.5), i0=[1, 2]).fit(
        [[np.ones((2, 2))] * 2]
    )
    names = energies.get_feature_names_out()
    assert names[0] == "H0_p1_q0_i1"
    assert names[-1] == "H1_p1_q0.5_i2"
    assert len(set(names)) == len(names) == 8


@pytest.mark.parametrize(
    ("energies", "message"),
    [
        (PersistenceEnergies(p=(-1,)), "'p' parameter"),
        (PersistenceEnergies(q=()), "'q' parameter"),
        (PersistenceEnergies(i0=(0,)), "'i0' parameter"),
        (PersistenceEnergies(i0=(1.5,)), "'i0' parameter"),
        (PersistenceEnergies(p="a"), "'p' parameter"),
        (PersistenceEnergies(p=(1, 1)), "repeats a number"),
        (PersistenceEnergies(p=[[1], [1, 2]]), "'p' parameter of PersistenceEnergies"),
    ],
    ids=str,
)
def test_bad_exponents_are_named(energies, message):
    with pytest.raises(ValueError, match=message):
        energies.fit([np.zeros((1, 2))])


@pytest.mark.parametrize("nested", [False, True])
def test_pullback_of_energies(nested, rng):
    model = PersistenceEnergies(p=(0, 1, 2.5), q=(0, 0.5, 3), i0=(1, 2))
    sizes = (3, 0, 4)
    shape = (2, sum(sizes), 2) if nested else (sum(sizes), 2)
    ends = np.cumsum(sizes)[:-1]

    def diagrams_in(x):
        if not nested:
            return np.split(x, ends)
        return [list(pair) for pair in zip(*(np.split(one, ends) for one in x))]

    def gathered(parts):
        if not nested:
            return np.concatenate(parts)
        return np.stack([np.concatenate(column) for column in zip(*parts)])

    x = rng.random(shape)
    model.fit(diagrams_in(x))
    features, _ = model.value_and_pullback(diagrams_in(x))
    assert_array_equal(features, model.transform(diagrams_in(x)))
    weights = rng.normal(size=features.shape)

    def weighted(x):
        found, pull = model.value_and_pullback(diagrams_in(x))
        return float((weights * found).sum()), gathered(pull(weights))

    check_gradient(weighted, x)


@pytest.mark.parametrize("scale", ["root", "log"])
def test_roots_and_logarithms_of_energies(rng, scale):
    diagrams = [np.sort(rng.normal(size=(n, 2)), axis=1) for n in (6, 1, 9)]
    params = {"p": (0, 1, 2), "q": (0, 1, 3), "i0": (1, 2)}
    plain = PersistenceEnergies(**params).fit_transform(diagrams)
    scaled = PersistenceEnergies(**params, scale=scale)
    if scale == "log":
        expected = np.sign(plain) * np.log1p(np.abs(plain))
    else:
        degree = np.tile([max(p + q, 1) for p in (0, 1, 2) for q in (0, 1, 3)], 2)
        expected = np.sign(plain) * np.abs(plain) ** (1 / degree)
    assert (plain < 0).any()
    assert_allclose(scaled.fit_transform(diagrams), expected, rtol=1e-12)
    weights = rng.normal(size=expected.shape)

    def value_and_grad(x):
        given = [x[:6], x[6:7], x[7:]]
        features, pullback = scaled.value_and_pullback(given)
        return (weights * features).sum(), np.concatenate(pullback(weights))

    check_gradient(value_and_grad, np.concatenate(diagrams))
    # Without a bar there is no energy, and its slope is finite.
    features, pullback = scaled.value_and_pullback([np.zeros((2, 2))] * 3)
    assert not features.any()
    assert np.isfinite(pullback(weights)[0]).all()


def test_roots_are_in_the_units_of_the_data():
    images = DIGITS[:20].reshape(-1, 8, 8)
    steps = PersistenceDiagrams(UP), PersistenceEnergies(p=(1, 2, 4), scale="root")
    model = make_pipeline(*steps).fit(images)
    plain = make_pipeline(steps[0], PersistenceEnergies())
    assert plain.fit_transform(images).max() > 1e6
    assert model.transform(images).max() < 200
    assert_allclose(model.transform(3 * images), 3 * model.transform(images))
    flat = DirectionalPersistence(n_directions=0, image_shape=(8, 8), scale="log")
    assert flat.fit_transform(DIGITS[:20]).max() < 20


def test_the_slope_of_a_root_is_that_of_each_sample_alone():
    small, large = np.array([[0.0, 1.0]]), np.array([[0.0, 20.0]])
    model = PersistenceEnergies(p=(4,), q=(4,), scale="root").fit([small])
    for batch in ([small], [small, large]):
        features, pullback = model.value_and_pullback(batch)
        slope = pullback(np.ones_like(features))[0]
        assert_allclose(slope, [[0.0, np.sqrt(0.5)]], atol=1e-12)  # E = t^8 / 16


@pytest.mark.parametrize("unit", [1e-50, 1e-300, 1e100])
def test_roots_of_tiny_and_huge_powers(unit):
    model = PersistenceEnergies(p=(0, 4), q=(0, 4), scale="root")
    expected = model.fit_transform([np.array([[0.0, 1.0]])])
    found = model.fit_transform([np.array([[0.0, unit]])])
    assert_allclose(found[:, 0], expected[:, 0])  # the number of bars
    assert_allclose(found[:, 1:] / unit, expected[:, 1:], rtol=1e-9)


def test_masked_diagrams_and_frames_are_no_diagrams(rng):
    masked = np.ma.array([[0.0, 1.0], [0.0, 5.0]], mask=[[0, 0], [1, 1]])
    for X in ([masked], [[masked]]):
        with pytest.raises(ValueError, match=r"X\[0\] of .* no masked entries"):
            PersistenceEnergies().fit(X)
    with pytest.raises(TypeError, match="such as PersistenceDiagrams returns"):
        PersistenceEnergies().fit(pd.DataFrame(np.eye(2)))


def test_a_part_of_the_diagrams_knows_its_dimensions(rng):
    images = rng.random((4, 6, 6))
    diagrams = PersistenceDiagrams(homology_dimensions=1).fit_transform(images)
    model = PersistenceEnergies().fit(diagrams[:2])
    assert model.homology_dimensions_ == (1,)
    series = pd.Series(diagrams, index=[3, 5, 7, 9])
    features, pullback = model.value_and_pullback(series)
    assert_array_equal(features, model.transform(diagrams))
    assert len(pullback(features)) == 4
