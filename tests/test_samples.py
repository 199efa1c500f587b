"""One reader: what goes in, in which form it comes back, what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from sktopo import (
    DirectionalPersistence,
    PersistenceDiagrams,
    STUMPImageOptimizer,
    TopoImageOptimizer,
    TopologyCorrector,
)
from sktopo.attacks import TopologicalAttack
from sktopo.filtrations import Cubical, VietorisRips
from sktopo.neural_network import TopologicalMapping

DIGITS, LABELS = load_digits(n_class=2, return_X_y=True)
DIGITS, LABELS = DIGITS[:30] / 16, LABELS[:30]
IMAGES = DIGITS.reshape(-1, 8, 8)


def make(name, image_shape=None):
    return {
        "diagrams": lambda: PersistenceDiagrams(Cubical(), 0, image_shape=image_shape),
        "directional": lambda: DirectionalPersistence(image_shape=image_shape),
        "mapping": lambda: TopologicalMapping(
            max_iter=1, image_shape=image_shape, random_state=0
        ),
        "topo": lambda: TopoImageOptimizer(n_steps=3, image_shape=image_shape),
        "stump": lambda: STUMPImageOptimizer(
            n_steps=2, image_shape=image_shape, random_state=0
        ),
    }[name]()


pytestmark = pytest.mark.filterwarnings(
    "ignore:STUMPImageOptimizer changed F of the pooled copies"
)
IMAGE_TO_IMAGE = pytest.mark.parametrize("name", ["mapping", "topo", "stump"])
EVERY = pytest.mark.parametrize(
    "name", ["diagrams", "directional", "mapping", "topo", "stump"]
)


@pytest.mark.slow
@EVERY
def test_rows_frames_and_images_are_the_same_samples(name):
    expected = make(name).fit(IMAGES, LABELS)
    assert expected.sample_shape_ == (8, 8)
    expected = expected.transform(IMAGES)
    for rows in (DIGITS, pd.DataFrame(DIGITS), DIGITS.tolist(), list(DIGITS)):
        model = make(name, (8, 8)).fit(rows, LABELS)
        assert model.n_features_in_ == 64
        assert model.sample_shape_ == (8, 8)
        found = model.transform(rows)
        for a, b in zip(found, expected):
            assert_allclose(np.ravel(a), np.ravel(b), atol=1e-12)


@EVERY
@pytest.mark.parametrize("wrong", [np.ones((2, 9, 9)), np.ones((2, 8, 9))])
def test_images_of_another_size_than_fitted_are_refused_by_all(name, wrong):
    model = make(name).fit(IMAGES, LABELS)
    with pytest.raises(ValueError, match=r"fitted on samples of shape \(8, 8\)"):
        model.transform(wrong)


@EVERY
def test_another_number_of_columns_is_refused_by_all(name):
    model = make(name, (8, 8)).fit(DIGITS, LABELS)
    with pytest.raises(ValueError, match="expecting 64 features"):
        model.transform(DIGITS[:, :49])


@EVERY
def test_image_shape_is_for_rows_by_all(name):
    with pytest.raises(ValueError, match="leave image_shape out"):
        make(name, (8, 8)).fit(IMAGES, LABELS)
    with pytest.raises(ValueError, match="leave image_shape out"):
        make(name, (8, 8)).fit(list(IMAGES), LABELS)


@IMAGE_TO_IMAGE
def test_answers_come_in_the_form_of_the_question(name):
    for X, image_shape in ((DIGITS, (8, 8)), (DIGITS, None), (IMAGES, None)):
        model = make(name, image_shape).fit(X, LABELS)
        found = model.transform(X[:3])
        assert isinstance(found, np.ndarray)
        assert found.shape == X[:3].shape
    model = make(name).fit(list(IMAGES), LABELS)
    found = model.transform(list(IMAGES[:3]))
    assert isinstance(found, list)
    assert [x.shape for x in found] == [(8, 8)] * 3


def test_gradients_come_in_the_form_of_the_question():
    transformer = PersistenceDiagrams(Cubical(), 0)
    for X in (DIGITS[:3], IMAGES[:3], list(IMAGES[:3])):
        diagrams, pullback = transformer.fit(X).value_and_pullback(X)
        back = pullback([np.ones(diagram.shape) for diagram in diagrams])
        assert type(back) is type(X)
        assert [x.shape for x in back] == [x.shape for x in X]


@pytest.mark.parametrize("name", ["diagrams", "stump"])
def test_lists_hold_samples_of_any_sizes(name):
    several = [IMAGES[0], np.pad(IMAGES[1], 1)]
    model = make(name).fit(several)
    assert model.sample_shape_ is None
    assert len(model.transform([IMAGES[2], IMAGES[3][:5]])) == 2
    assert len(model.transform(np.ones((2, 9, 9)))) == 2


@pytest.mark.parametrize("name", ["directional", "mapping"])
def test_one_shape_is_asked_for_where_it_is_needed(name):
    with pytest.raises(ValueError, match="samples of one shape"):
        make(name).fit([IMAGES[0], np.pad(IMAGES[1], 1)], LABELS[:2])
    model = make(name).fit(list(IMAGES), LABELS)
    with pytest.raises(ValueError, match="fitted on samples of shape"):
        model.transform([np.ones((9, 9))])


def test_clouds_may_have_any_number_of_points(rng):
    transformer = PersistenceDiagrams(VietorisRips(), 0).fit(rng.random((3, 10, 2)))
    assert len(transformer.transform(rng.random((2, 7, 2)))) == 2


def test_attacks_answer_in_the_form_of_the_question():
    attack = TopologicalAttack(LogisticRegression(), n_steps=3, random_state=0)
    attack.fit(pd.DataFrame(DIGITS), LABELS)
    assert attack.transform(pd.DataFrame(DIGITS[:2])).shape == (2, 64)
    with pytest.raises(ValueError, match="64 features"):
        attack.transform(DIGITS[:2, :60])


def test_integers_stay_integers_where_order_is_all_that_counts():
    images = (IMAGES * 255).astype(np.uint8)
    exact = PersistenceDiagrams(Cubical(), 0).fit_transform(images)
    floats = PersistenceDiagrams(Cubical(), 0).fit_transform(images.astype(float))
    for a, b in zip(exact, floats):
        assert_array_equal(a, b)


@pytest.mark.parametrize(
    "model",
    [PersistenceDiagrams(), TopoImageOptimizer(n_steps=0), TopologyCorrector(1)],
)
def test_one_image_that_is_read_as_rows_is_told(model, rng):
    image = rng.random((9, 9))
    with pytest.warns(UserWarning, match=r"\(9, 9\) as 9 signals .* is \[image\]"):
        model.fit(image)
    model.fit([image])
