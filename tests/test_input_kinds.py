"""What is given is read as what it is, or an error says what to give instead."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from sktopo import (
    DirectionalPersistence,
    LatentOptimizer,
    PersistenceDiagrams,
    STUMPImageOptimizer,
    TopoImageOptimizer,
    TopologicalAutoencoder,
    TopologicalDecoder,
    TopologicalEmbedding,
    TopologicalLogisticRegression,
    TopologicalLogisticRegressionCV,
    TopologicalMLPClassifier,
    TopologicalMLPRegressor,
    TopologicalRidge,
    TopologicalRidgeCV,
    TopoPointOptimizer,
    persistence_diagrams,
    persistence_pairs,
)
from sktopo.attacks import TopologicalAttack
from sktopo.filtrations import Alpha, Cubical, VietorisRips, WeakAlpha
from sktopo.functionals import PersistenceEnergy
from sktopo.neural_network import TopologicalMapping
from sktopo.objectives import PersistenceTerm
from sktopo.simplification import PersistenceSimplifier

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, size=(4, 9, 8, 3)).astype(np.uint8)


@pytest.mark.parametrize("n_channels", [3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
@pytest.mark.parametrize(
    "estimator",
    [
        PersistenceDiagrams(),
        STUMPImageOptimizer(n_steps=1),
        TopoImageOptimizer(n_steps=1),
        DirectionalPersistence(),
    ],
)
def test_batches_of_colour_images_are_no_voxel_grids(estimator, dtype, n_channels):
    X = np.zeros((4, 9, 8, n_channels), dtype=dtype)
    name = type(estimator).__name__
    with pytest.raises(ValueError, match=rf"X of {name} .*colour.*x.mean\(axis=-1\)"):
        estimator.fit(X)


@pytest.mark.parametrize("estimator", [PersistenceDiagrams(), TopologicalMapping()])
def test_a_colour_image_is_no_batch(estimator):
    with pytest.raises(ValueError, match="colour image.*other than uint8"):
        estimator.fit(COLOURS[0], [0, 1, 0, 1, 0, 1, 0, 1, 0])
    with pytest.raises(ValueError, match=r"X\[0\] of \w+ must not be a colour image"):
        estimator.fit([COLOURS[0], COLOURS[1]], [0, 1])


@pytest.mark.parametrize(
    "read",
    [
        persistence_diagrams,
        persistence_pairs,
        PersistenceTerm(Cubical(), PersistenceEnergy()).value_and_grad,
    ],
)
def test_a_colour_image_alone(read):
    with pytest.raises(ValueError, match=r"colour image.*\(9, 8, 3\) and dtype uint8"):
        read(COLOURS[0])
    read(COLOURS[0].astype(float))


def test_who_insists_gets_voxels():
    voxels = Cubical(ndim=3)
    X = COLOURS.astype(float)
    found = PersistenceDiagrams(voxels).fit_transform(X)
    for ours, x in zip(found, X):
        for diagram, expected in zip(ours, persistence_diagrams(x, voxels)):
            assert_array_equal(diagram, expected)
    model = STUMPImageOptimizer(filtration=voxels, n_steps=1, pooling=2, random_state=0)
    assert model.fit_transform(X).shape == X.shape
    persistence_diagrams(COLOURS[0], voxels)
    with pytest.raises(ValueError, match="must be a signal"):
        voxels.build(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="'ndim' parameter of Cubical"):
        PersistenceDiagrams(Cubical(ndim=4)).fit(X)


def test_an_attack_takes_colours():
    X = COLOURS.reshape(4, -1) / 255.0
    attack = TopologicalAttack(LogisticRegression(), n_steps=2, random_state=0)
    assert attack.fit(X, [0, 1, 0, 1]).transform(X).shape == X.shape


@pytest.mark.parametrize(
    ("x", "filtration"),
    [
        (np.zeros((5, 6)), Cubical()),
        (np.zeros(7), Cubical()),
        (np.zeros((3, 4, 5)), Cubical()),
        (np.eye(5, 2), WeakAlpha()),
        (np.eye(5, 2), Alpha()),
    ],
)
def test_homology_that_cannot_be_is_an_error(x, filtration):
    with pytest.raises(ValueError, match="'homology_dimensions' .* below .* Got .5"):
        persistence_diagrams(x, filtration, 5)
    with pytest.raises(ValueError, match="'homology_dimensions'"):
        PersistenceTerm(filtration, PersistenceEnergy(), 5).value_and_grad(x)
    with pytest.raises(ValueError, match="'homology_dimensions'"):
        PersistenceDiagrams(filtration, (0, 5)).fit([x])
    # An empty diagram of what other samples of the kind may have is none.
    persistence_diagrams(x, filtration, (0, 1, 2))


def test_the_batch_of_a_step_checks_dimensions_too():
    optimizer = STUMPImageOptimizer(5, n_steps=1).fit([np.zeros((8, 8))])
    with pytest.raises(ValueError, match="'homology_dimensions' .* an image of shape"):
        optimizer.optimize([np.zeros((8, 8))])


@pytest.mark.parametrize(
    ("estimator", "shape"),
    [
        (PersistenceDiagrams(), (4, 6)),
        (PersistenceDiagrams(image_shape=(2, 3)), (4, 6)),
        (PersistenceDiagrams(), (4, 5, 6)),
        (PersistenceDiagrams(VietorisRips()), (4, 5, 2)),
        (STUMPImageOptimizer(n_steps=1), (4, 5, 6)),
        (DirectionalPersistence(), (4, 5, 6)),
        (TopologicalMapping(), (4, 5, 6)),
        (TopologicalAttack(LogisticRegression()), (4, 6)),
        (TopoPointOptimizer(), (4, 2)),
        (TopologicalRidge(), (4, 2)),
        (TopologicalLogisticRegression(), (4, 2)),
    ],
)
def test_masked_batches_are_errors(estimator, shape):
    X = np.ma.array(
        np.ones(shape), mask=np.eye(np.prod(shape)).any(axis=0).reshape(shape)
    )
    X.mask.flat[1:] = False
    with pytest.raises(ValueError, match=f"X of {type(estimator).__name__}.*masked"):
        estimator.fit(X, [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ((RNG.random((n, 2)) for n in (4, 5)), "Got a generator"),
        ([RNG.random((4, 2)), RNG.random((5, 2))], "Got 2 arrays"),
        (np.zeros((3, 4, 2)), r"Got an array of shape \(3, 4, 2\)"),
        ([[0.0, 1.0], [1.0]], "Got 2 rows of different lengths"),
    ],
)
def test_many_clouds_are_not_one(X, message):
    with pytest.raises(ValueError, match=rf"{message}.*optimize_point_clouds"):
        TopoPointOptimizer().fit(X)


@pytest.mark.parametrize("model", [TopologicalRidge(), TopologicalLogisticRegression()])
def test_diagrams_are_no_rows(model):
    diagrams = PersistenceDiagrams("weak_alpha", 1).fit_transform(
        [RNG.random((n, 2)) for n in (20, 30)]
    )
    with pytest.raises(ValueError, match=r"Got 2 arrays. A vectorizer"):
        model.fit(diagrams, [0, 1])


def test_optimize_says_what_was_read():
    optimizer = STUMPImageOptimizer(n_steps=0)
    for X, expected in (
        (np.zeros((152, 192)), "152 signals of 192 samples"),
        ([np.zeros((152, 192))], "1 image of 152 x 192 pixels"),
        (np.zeros((2, 5, 6, 7)), "2 grids of 5 x 6 x 7 voxels"),
        (
            [np.zeros((5, 6)), np.zeros((4, 4)), np.zeros(3)],
            "1 signal of 3 samples and 2 images of different sizes",
        ),
    ):
        assert optimizer.fit(X).optimize(X).samples == expected


@pytest.mark.parametrize("clip", [(0, 1), (0, 16), None])
def test_an_attack_warns_of_data_outside_of_its_range(clip):
    X = 16 * RNG.random((20, 5))
    attack = TopologicalAttack(LogisticRegression(), n_steps=2, clip=clip)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        attack.fit(X, RNG.integers(0, 2, size=20)).generate(X[:2])
    told = [str(w.message) for w in caught if "ranges from" in str(w.message)]
    assert len(told) == (2 if clip == (0, 1) else 0)
    assert all("(0, 1)" in message and "15." in message for message in told[:1])


@pytest.mark.parametrize(
    "estimator",
    [
        TopologicalRidgeCV(alphas=2, i0=[2], cv=2),
        TopologicalLogisticRegressionCV([1.0], i0=2, l2=1.0, cv=2),
        TopologicalMLPClassifier(4, learning_rate=0.05, max_iter=20),
        TopologicalMLPRegressor(4, learning_rate=0.05, max_iter=20),
        TopologicalAutoencoder(1, max_iter=2),
        TopologicalEmbedding(1, learning_rate=0.01, max_iter=5),
        TopologicalAttack(LogisticRegression(), n_steps=5, clip=None),
        LatentOptimizer(PCA(1), n_steps=2),
        TopologicalDecoder(max_iter=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_names_of_columns_give_no_warnings_inside(estimator, rng):
    """Parts of a table are arrays within a fit: nothing may miss their names."""
    X = pd.DataFrame(rng.normal(size=(30, 3)), columns=["a", "b", "c"])
    y = (X["a"] + 0.1 * rng.normal(size=30) > 0).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        warnings.filterwarnings("ignore", "The best .* on the edge")
        model = estimator.fit(X, y)
        for method in ("predict", "transform", "score"):
            if method == "score" and hasattr(model, "predict"):
                model.score(X, y)
            elif hasattr(model, method):
                getattr(model, method)(X)


def test_masks_of_signals_in_a_list_are_told():
    signal = np.ma.array([0.0, 9, 1, 5, 2], mask=[0, 1, 0, 0, 0])
    for model in (PersistenceDiagrams(homology_dimensions=0), DirectionalPersistence()):
        with pytest.raises(ValueError, match=r"X\[0\] must have no masked entries"):
            model.fit([signal])
    # A mask of the filtration may have more, but not fewer.
    more = Cubical(mask=np.array([0, 1, 0, 1, 0], dtype=bool))
    assert len(persistence_diagrams(signal, more, 0, essential="drop")[0]) == 3
    with pytest.raises(ValueError, match="where the 'mask' parameter leaves it"):
        persistence_diagrams(signal, Cubical(mask=np.arange(5) == 3), 0)


def test_none_is_a_missing_pixel():
    with_none, with_nan = (
        persistence_diagrams([1, gap, 3, 2], Cubical(mask="missing"), 0)[0]
        for gap in (None, np.nan)
    )
    assert_array_equal(with_none, with_nan)


def test_voxel_grids_of_bool_are_no_colour_images(rng):
    grids = [rng.random((5, 4, 3)) < 0.5 for _ in range(2)]
    found = PersistenceDiagrams(homology_dimensions=0).fit_transform(grids)
    expected = PersistenceDiagrams(homology_dimensions=0).fit_transform(
        [grid.astype(float) for grid in grids]
    )
    for one, other in zip(found, expected):
        assert_array_equal(one, other)


def test_a_class_is_no_functional():
    with pytest.raises(ValueError, match="'functional' parameter"):
        TopoImageOptimizer(functional=PersistenceEnergy).fit(np.ones((1, 4, 4)))


def test_rows_that_may_be_images_are_told(rng):
    rows = rng.random((3, 64))
    assert PersistenceSimplifier().fit(rows).transform(rows).shape == (3, 64)
    for model in (PersistenceDiagrams(), DirectionalPersistence()):
        with pytest.warns(UserWarning, match=r"give image_shape=\(8, 8\)"):
            model.fit(rows)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.set_params(homology_dimensions=0).fit(rows)
            model.set_params(homology_dimensions=(0, 1)).fit(rows[:, :63])
            model.set_params(image_shape=(8, 8)).fit(rows)


def test_filtrations_of_grids_are_none_of_points(rng):
    with pytest.raises(ValueError, match="one of point clouds"):
        TopoPointOptimizer(filtration="cubical").fit(rng.random((9, 2)))
