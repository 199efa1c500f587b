"""Longest lifetimes, and gudhi's vectorizers on any diagrams."""

import gudhi.representations as gr
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer

from sktopo import PersistenceDiagrams, persistence_diagrams, persistence_pairs
from sktopo.feature_extraction import (
    DiagramDistances,
    DiagramVectorizer,
    LongestLifetimes,
    PersistenceEnergies,
    SlicedWassersteinKernel,
)
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.testing import check_gradient

DIGITS, _ = load_digits(return_X_y=True)
UP = Cubical(superlevel=True)
EMPTY = np.empty((0, 2))


def some_diagrams(rng):
    diagrams = [np.sort(rng.random((n, 2))) for n in (0, 1, 3, 10, 2)]
    diagrams[3][4, 1] = diagrams[4][0, 1] = np.inf
    diagrams[2] = diagrams[2][:, ::-1]
    return diagrams


@pytest.mark.parametrize("i0", [1, 2, 4])
def test_differences_of_energies(i0, rng):
    """The columns are what the paper's functionals say."""
    diagrams = some_diagrams(rng)
    single = LongestLifetimes(4, i0=i0).fit_transform(diagrams)
    summed = LongestLifetimes(4, i0=i0, cumulative=True).fit_transform(diagrams)
    for k, diagram in enumerate(diagrams):
        energy = [
            PersistenceEnergy(1, 0, i0 + n).value_and_grad(diagram)[0] for n in range(5)
        ]
        assert_allclose(summed[k], energy[0] - np.array(energy[1:]), atol=1e-12)
        assert_allclose(single[k], -np.diff(energy), atol=1e-12)


@pytest.mark.parametrize("cumulative", [False, True])
def test_pullback_of_lifetimes(cumulative, rng):
    model = LongestLifetimes(3, i0=2, cumulative=cumulative)
    sizes = np.array([4, 0, 2, 6])
    x, weights = rng.random((12, 2)), rng.normal(size=(4, 3))
    model.fit([EMPTY])

    def weighted(x):
        diagrams = np.split(x, np.cumsum(sizes)[:-1])
        found, pullback = model.value_and_pullback(diagrams)
        assert_array_equal(found, model.transform(diagrams))
        return float((weights * found).sum()), np.concatenate(pullback(weights))

    check_gradient(weighted, x)


def test_names_of_lifetimes():
    model = LongestLifetimes(2, i0=2).fit([[EMPTY, EMPTY]])
    assert model.get_feature_names_out().tolist() == [
        "H0_bar2",
        "H0_bar3",
        "H1_bar2",
        "H1_bar3",
    ]
    model.set_params(cumulative=True)
    assert model.get_feature_names_out()[-1] == "H1_bars2to3"


VECTORIZERS = [
    gr.PersistenceImage(bandwidth=2.0, resolution=[4, 4]),
    gr.Landscape(num_landscapes=2, resolution=5),
    gr.Silhouette(resolution=5),
    gr.BettiCurve(resolution=5),
    gr.Entropy(),
    gr.TopologicalVector(3),
]


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("superlevel", [False, True])
def test_a_wrapped_vectorizer_is_that_of_gudhi(vectorizer, superlevel):
    diagrams = PersistenceDiagrams(
        Cubical(superlevel=superlevel), (0, 1), "drop", image_shape=(8, 8)
    ).fit_transform(DIGITS[:20])
    found = DiagramVectorizer(vectorizer).fit_transform(diagrams)
    sign = -1 if superlevel else 1
    expected = []
    for k in (0, 1):
        finite = [sign * one[k][np.isfinite(one[k]).all(axis=1)] for one in diagrams]
        theirs = clone(vectorizer).fit(finite)
        # Empty diagrams are another test's.
        expected.append([theirs.transform([d])[0] if len(d) else None for d in finite])
    width = found.shape[1] // 2
    for k in (0, 1):
        assert any(row is not None for row in expected[k])
        for row, one in zip(expected[k], found[:, k * width : (k + 1) * width]):
            assert_allclose(one, 0 if row is None else row, atol=1e-12)


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda v: type(v).__name__)
def test_vectors_of_degenerate_diagrams_are_finite(vectorizer, rng):
    wrapped = DiagramVectorizer(vectorizer)
    found = wrapped.fit_transform(some_diagrams(rng))
    assert np.isfinite(found).all()
    assert not found[0].any()
    assert found[1:].any()
    nothing = [EMPTY, np.array([[0.0, np.inf]])]
    assert not wrapped.transform(nothing).any()
    blank = wrapped.fit_transform(nothing)
    assert blank.shape[0] == 2
    assert not blank.any()


def test_distances_from_an_empty_diagram():
    bars = [np.array([[0.0, 1], [0, 2]]), np.array([[0.0, 3]]), np.empty((0, 2))]
    found = DiagramVectorizer(gr.BottleneckDistance()).fit_transform(bars)
    assert_allclose(found, found.T, atol=1e-12)
    assert_allclose(found[2], [1.0, 1.5, 0.0])


def test_complex_numbers_are_two_columns():
    bars = [np.array([[0.0, 1], [0.5, 2]]), np.array([[0.0, 3]])]
    wrapped = DiagramVectorizer(gr.ComplexPolynomial(threshold=3))
    found = wrapped.fit_transform(bars)
    plain = gr.ComplexPolynomial(threshold=3).fit_transform(bars)
    assert_allclose(found, np.hstack([plain.real, plain.imag]))
    assert len(set(wrapped.get_feature_names_out())) == found.shape[1]


def test_in_a_pipeline_with_frames():
    pipeline = make_pipeline(
        PersistenceDiagrams(UP, (0, 1), image_shape=(8, 8)),
        DiagramVectorizer(gr.Landscape(num_landscapes=2, resolution=5)),
    ).set_output(transform="pandas")
    table = pipeline.fit_transform(DIGITS[:20])
    names = list(table.columns)
    assert names[0] == "H0_landscape0"
    assert len(set(names)) == len(names) == 20
    assert np.isfinite(table.to_numpy()).all()


@pytest.mark.parametrize("model", [LongestLifetimes(), DiagramVectorizer(gr.Entropy())])
def test_errors_name_the_transformer(model):
    name = type(model).__name__
    with pytest.raises(ValueError, match=f"{name} takes diagrams"):
        model.fit([np.ones((3, 3))])
    with pytest.raises(ValueError, match=f"{name} was fitted on 1"):
        model.fit([EMPTY]).transform([[EMPTY, EMPTY]])


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (LongestLifetimes(0), "'n_bars' parameter of LongestLifetimes"),
        (LongestLifetimes(i0=0), "'i0' parameter of LongestLifetimes"),
        (DiagramVectorizer(3), "'vectorizer' parameter of DiagramVectorizer"),
    ],
)
def test_wrong_parameters(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit([EMPTY])


def test_points_that_are_read_as_an_image_are_told(rng):
    cloud = rng.random((30, 2))
    message = "of shape .30, 2. as an image, 2 pixels wide"
    for function in (persistence_diagrams, persistence_pairs):
        with pytest.warns(UserWarning, match=f"{function.__name__} reads .* {message}"):
            function(cloud)
        function(cloud, Cubical())
    with pytest.warns(UserWarning, match=f"PersistenceDiagrams reads .* {message}"):
        PersistenceDiagrams().fit([cloud])


def test_a_name_has_no_parameters_to_set():
    model = PersistenceDiagrams("cubical")
    with pytest.raises(ValueError, match="Give the filtration itself, such as Cubical"):
        model.set_params(filtration__superlevel=True)
    model.set_params(filtration=Cubical(), filtration__superlevel=True)
    assert model.filtration.superlevel


@pytest.mark.parametrize(
    "features",
    [
        PersistenceEnergies(p=(1,), q=(0,)),
        LongestLifetimes(2),
        DiagramDistances(),
        SlicedWassersteinKernel(),
    ],
)
def test_rows_keep_their_index_beside_other_columns(features, rng):
    frame = pd.DataFrame(DIGITS[:12]).rename(columns=str)
    shuffled = frame.sample(frac=1, random_state=0)
    diagrams = PersistenceDiagrams(UP, image_shape=(8, 8))
    plain = make_pipeline(diagrams, features).fit_transform(shuffled)
    union = make_union(
        FunctionTransformer(feature_names_out="one-to-one"),
        make_pipeline(clone(diagrams), clone(features)),
    ).set_output(transform="pandas")
    table = union.fit_transform(shuffled)
    assert_array_equal(table.index, shuffled.index)
    assert_array_equal(table.iloc[:, 64:], plain)
    assert_array_equal(union.transform(shuffled[3:7]).index, shuffled.index[3:7])
