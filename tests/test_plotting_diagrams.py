"""Displays of diagrams, weights and losses: what is drawn, and on which axes."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sktopo import TopologicalRidge, TopoPointOptimizer
from sktopo.datasets import make_noisy_circle
from sktopo.filtrations import Cubical
from sktopo.plotting import (
    BarcodeDisplay,
    LossCurveDisplay,
    PersistenceDiagramDisplay,
    PointOptimizationDisplay,
    WeightsDisplay,
)

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

SIGNAL = [0, 3, 1, 5, 2, 4, 0.5]
DIAGRAM = [[0.0, np.inf], [0.5, 5.0], [1.0, 3.0], [2.0, 4.0]]


@pytest.fixture(autouse=True)
def close_figures():
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


def test_points_are_births_and_deaths():
    display = PersistenceDiagramDisplay.from_sample(SIGNAL, homology_dimensions=0)
    (points,) = display.points_
    never = display.infinity_[0].get_ydata()[0]
    wanted = np.where(np.isinf(DIAGRAM), never, DIAGRAM)
    assert_allclose(points.get_offsets(), wanted)
    assert 5 < never < display.ax_.get_ylim()[1]
    assert display.figure_ is display.ax_.figure
    assert display.ax_.get_legend_handles_labels()[1] == ["H0"]


def test_superlevel_diagrams_lie_below_the_diagonal():
    grid = Cubical(superlevel=True)
    display = PersistenceDiagramDisplay.from_sample(SIGNAL, grid, 0)
    births, deaths = display.points_[0].get_offsets().T
    assert (deaths < births).all()
    assert display.infinity_[0].get_ydata()[0] < 1  # the last death
    no_end = PersistenceDiagramDisplay.from_sample(
        SIGNAL, grid, 0, essential="extremum"
    )
    assert no_end.infinity_ == []


def test_many_bars_are_shown_by_their_density(rng):
    many = np.sort(rng.random((3000, 2)), axis=1)
    display = PersistenceDiagramDisplay.from_diagrams([many, many[:9]], (1, 2))
    assert display.points_[0].get_array().sum() > 100
    assert len(display.points_[1].get_offsets()) == 9
    with pytest.raises(ValueError, match="'density' parameter"):
        PersistenceDiagramDisplay.from_diagrams(many, density="yes")
    every = PersistenceDiagramDisplay.from_diagrams(many, density=False)
    assert len(every.points_[0].get_offsets()) == 3000


@pytest.mark.parametrize("display", [PersistenceDiagramDisplay, BarcodeDisplay])
def test_diagrams_of_all_forms(display):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    one = np.array([[0.0, 1.0], [0.5, 2.0]])
    for diagrams in (one, one.tolist(), [one], [one.tolist()]):
        found = display.from_diagrams(diagrams, ax=ax)
        assert found.ax_ is ax
        assert len(getattr(found, "points_", getattr(found, "bars_", None))) == 1
    empty = np.empty((0, 2))
    assert display.from_diagrams([one, empty, one[:1]]).ax_ is not ax
    display.from_diagrams([empty])
    display.from_diagrams([])
    display.from_diagrams([[[1e20, 1e20]]])
    with pytest.raises(ValueError, match="one for each diagram. Got 2 for 1"):
        display.from_diagrams([one], (0, 1))
    with pytest.raises(ValueError, match=rf"{display.__name__} must have shape"):
        display.from_diagrams([np.ones((3, 3))])


def test_barcodes_are_lines_from_birth_to_death():
    display = BarcodeDisplay.from_sample(SIGNAL, homology_dimensions=0)
    segments = np.array(display.bars_[0].get_segments())
    assert_array_equal(segments[:, 0, 0], [0, 0.5, 1, 2])
    assert_array_equal(segments[1:, 1, 0], [5, 3, 4])
    assert segments[0, 1, 0] == display.ax_.get_xlim()[1]
    assert_array_equal(segments[:, 0, 1], [0, 1, 2, 3])
    assert [t.get_text() for t in display.ax_.get_yticklabels()] == ["H0"]
    longest = BarcodeDisplay.from_sample(SIGNAL, homology_dimensions=0, n_bars=2)
    assert len(longest.bars_[0].get_segments()) == 2
    with pytest.raises(ValueError, match="'n_bars' parameter of BarcodeDisplay"):
        BarcodeDisplay.from_diagrams([DIAGRAM], n_bars=0)


def test_weights_as_a_path_with_its_maxima(rng):
    X = rng.normal(size=(60, 12))
    coef = np.array([0, 1, 3, 1, 0, 0, 2, 0, 0, 0, 0, 0.0])
    model = TopologicalRidge(alpha=1e-6, topology="path", i0=3).fit(X, X @ coef)
    display = WeightsDisplay.from_estimator(model, color="k")
    assert_array_equal(display.weights_.get_ydata(), model.coef_)
    assert display.weights_.get_color() == "k"
    assert_array_equal(display.maxima_.get_offsets()[:, 0], [2, 6])


def test_weights_as_an_image_and_on_a_line(rng):
    X = rng.normal(size=(60, 12))
    y = rng.integers(3, size=60)
    model = LogisticRegression().fit(X, y)
    display = WeightsDisplay.from_estimator(model, output=1, kind=(3, 4))
    assert_array_equal(display.weights_.get_array(), model.coef_[1].reshape(3, 4))
    assert display.weights_.get_clim() == pytest.approx(
        (-np.abs(model.coef_[1]).max(), np.abs(model.coef_[1]).max())
    )
    assert display.maxima_ is None
    peak = WeightsDisplay(np.eye(3)[:, [0, 2, 1]] * [[1], [2], [3]], "image", 1).plot()
    assert_array_equal(peak.maxima_.get_offsets(), [[1, 2]])
    ridge = TopologicalRidge(i0=3).fit(X, X[:, 0])
    line = WeightsDisplay.from_estimator(ridge)
    assert_array_equal(line.weights_.get_offsets()[:, 0], ridge.coef_)
    assert line.maxima_ is None
    with pytest.raises(ValueError, match="The 'kind' of WeightsDisplay"):
        WeightsDisplay(np.ones((2, 2)), "path").plot()
    with pytest.raises(NotFittedError):
        WeightsDisplay.from_estimator(TopologicalRidge())


@pytest.mark.parametrize(
    ("params", "kind", "n_maxima"),
    [
        ({"topology": "path", "i0": {0: 3}}, "path", 2),
        ({"topology": [4, 3], "i0": 3}, "image", 2),
        ({"topology": (4, 3), "i0": 3, "homology_dimensions": (1,)}, "image", None),
        ({"topology": (2, 2, 3), "i0": 2}, "path", 1),
        ({"topology": Cubical(), "i0": 3}, "path", None),
        ({"topology": "values", "i0": 3}, "values", None),
        ({"topology": "path", "i0": 3, "superlevel": False}, "path", None),
    ],
)
def test_marks_are_what_the_penalty_leaves_alone(rng, params, kind, n_maxima):
    X = rng.normal(size=(40, 12))
    model = TopologicalRidge(alpha=1e-3, max_iter=5, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, X[:, 0])
    display = WeightsDisplay.from_estimator(model)
    assert (display.kind, display.n_maxima) == (kind, n_maxima)


def test_weights_of_other_forms(rng):
    X, y = rng.normal(size=(60, 12)), rng.integers(3, size=60)
    model = LogisticRegression().fit(X, y)
    dense = model.coef_.copy()
    display = WeightsDisplay.from_estimator(model.sparsify(), output=2, kind=[3, 4])
    assert_array_equal(display.weights_.get_array(), dense[2].reshape(3, 4))
    with pytest.raises(ValueError, match="be in the range \\[0, 3\\), .* Got 5"):
        WeightsDisplay.from_estimator(model, output=5)
    with pytest.raises(ValueError, match="The 'kind' of WeightsDisplay"):
        WeightsDisplay([1, 2], [1, 2]).plot()


def test_losses_of_one_fit_and_of_several():
    X, _ = make_noisy_circle(30, random_state=0)
    fits = {
        method: TopoPointOptimizer(method=method, max_iter=5).fit(X)
        for method in ("gradient", "diffeomorphic")
    }
    one = LossCurveDisplay.from_estimator(fits["gradient"])
    assert_array_equal(one.lines_[0].get_ydata(), fits["gradient"].loss_curve_)
    both = LossCurveDisplay.from_estimator(fits, log=True)
    texts = both.ax_.get_legend().get_texts()
    assert [text.get_text() for text in texts] == list(fits)
    assert both.ax_.get_yscale() == "log"
    assert LossCurveDisplay.from_losses([3.0, 2.0, -1.0]).ax_.get_yscale() == "linear"
    assert LossCurveDisplay.from_losses([100.0, 2.0]).ax_.get_yscale() == "log"
    named = LossCurveDisplay.from_losses({0: [1, 2], "_b": [2, 1]}).ax_.get_legend()
    assert [text.get_text() for text in named.get_texts()] == ["0", "_b"]
    with pytest.raises(ValueError, match="The 'losses' of LossCurveDisplay"):
        LossCurveDisplay.from_losses(np.ones((2, 2)))
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(TopoPointOptimizer())


def test_estimators_in_a_pipeline_or_a_search_are_drawn(rng):
    X, y = rng.normal(size=(30, 6)), rng.normal(size=30)
    ridge = TopologicalRidge(topology="path").fit(X, y)
    pipe = make_pipeline(FunctionTransformer(), TopologicalRidge(topology="path"))
    search = GridSearchCV(pipe, {"topologicalridge__alpha": [1.0]}, cv=2)
    for model in (pipe.fit(X, y), search.fit(X, y)):
        display = WeightsDisplay.from_estimator(model)
        assert_array_equal(display.weights, ridge.coef_)
    for display in (LossCurveDisplay, PointOptimizationDisplay):
        with pytest.raises(TypeError, match=f"parameter of {display.__name__}.from_es"):
            display.from_estimator(pipe)
    with pytest.raises(NotFittedError):
        WeightsDisplay.from_estimator(TopologicalRidge())
    with pytest.raises(ValueError, match=r"in the range \[0, 1\).* Got -1"):
        WeightsDisplay.from_estimator(pipe, output=-1)


def test_bars_that_never_end_above_and_below():
    up, down = np.array([[0.0, np.inf]]), np.array([[1.0, -np.inf]])
    display = PersistenceDiagramDisplay.from_diagrams([up, down])
    above, below = (line.get_ydata()[0] for line in display.infinity_)
    assert below < 0 < 1 < above
    low, high = display.ax_.get_ylim()
    assert low < below < above < high
    assert display.points_[0].get_offsets()[0, 1] == above
    assert display.points_[1].get_offsets()[0, 1] == below


@pytest.mark.parametrize("topology", ["path", "values"])
def test_names_of_few_features_are_written(topology, rng):
    X = pd.DataFrame(rng.normal(size=(20, 3)), columns=["age", "size", "dose"])
    model = TopologicalRidge(topology=topology).fit(X, X["age"])
    display = WeightsDisplay.from_estimator(model)
    texts = display.ax_.get_xticklabels() if topology == "path" else display.ax_.texts
    assert [text.get_text() for text in texts] == ["age", "size", "dose"]
    many = WeightsDisplay(np.arange(40.0), names=["x"] * 40).plot()
    assert len(many.ax_.get_xticks()) < 40
