"""Rows smoothed to a number of maxima: exactly, and by the penalty on the others."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import isotonic_regression
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sktopo import TopologicalRidge, TopologicalTrend
from sktopo.filtrations import Cubical
from sktopo.linear_model._monotone_runs import fit_modes, prefix_errors
from sktopo.linear_model._penalty import PathPenalty
from sktopo.linear_model._trend_problem import _LastBars, _MaximaPenalty


def smooth(x, *args, **params):
    return TopologicalTrend(*args, **params).fit_transform(np.array([x]))[0]


def n_maxima(w):
    """From persistence: the bars of positive lifetime."""
    (bars,) = Cubical(superlevel=True).build(w).bars(0)
    return len(bars.without_zero().diagram)


def least_error(x, n_modes):
    """Over all places where runs may end."""
    n = x.size
    error = np.zeros((2, n + 1, n + 1))
    for i in range(n):
        for j in range(i + 1, n + 1):
            for rises in (0, 1):
                run = isotonic_regression(x[i:j], increasing=bool(rises)).x
                error[rises, i, j] = ((run - x[i:j]) ** 2).sum()
    inner = np.array(list(combinations_with_replacement(range(n + 1), 2 * n_modes - 1)))
    cuts = np.pad(inner, ((0, 0), (1, 0)))
    cuts = np.pad(cuts, ((0, 0), (0, 1)), constant_values=n)
    rises = 1 - np.arange(2 * n_modes) % 2
    return error[rises, cuts[:, :-1], cuts[:, 1:]].sum(axis=1).min()


@pytest.mark.parametrize("n_modes", [1, 2, 3])
def test_the_exact_fit_is_the_best_of_all(n_modes, rng):
    sizes = rng.integers(1, 13 if n_modes < 3 else 10, 45)
    for k, n in enumerate([*sizes, 12]):
        x = [rng.normal(size=n), rng.integers(-2, 3, n), rng.integers(0, 2, n)][k % 3]
        x = x.astype(float)
        w = smooth(x, n_modes)
        assert n_maxima(w) <= n_modes
        assert ((x - w) ** 2).sum() == pytest.approx(least_error(x, n_modes), abs=1e-12)
        # What has few maxima stays what it is, bit for bit.
        assert_array_equal(smooth(w, n_modes), w)


def least_error_of_all_places(x, n_modes):
    """The same, by a dynamic programme."""
    ends = range(x.size + 1)
    up, down = (
        np.array([np.append([np.inf] * i, prefix_errors(v[i:])) for i in ends])
        for v in (x, -x)
    )
    least = up[0]
    for k in range(1, 2 * n_modes):
        least = (least[:, None] + (down if k % 2 else up)).min(axis=0)
    return least[-1]


@pytest.mark.parametrize("n_modes", [1, 2, 5])
def test_the_exact_fit_of_longer_rows(n_modes, rng):
    noise = rng.normal(size=60)
    far_out = noise + 1e10 * (np.arange(60) == 20) - 1e6 * (np.arange(60) == 50)
    for x in (noise, noise.round(), noise.cumsum().round(), far_out):
        error = ((x - fit_modes(x, n_modes, "")) ** 2).sum()
        expected = least_error_of_all_places(x, n_modes)
        assert error == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_errors_of_prefixes_are_those_of_isotonic_regressions(rng):
    x = rng.integers(0, 9, 40) * 0.1
    errors = [((isotonic_regression(x[:k]).x - x[:k]) ** 2).sum() for k in range(1, 41)]
    assert_allclose(prefix_errors(x), [0.0, *errors], atol=1e-13)


@pytest.mark.parametrize("maxima", [True, False])
def test_the_penalty_ends_no_higher_than_ridge(maxima, rng):
    for k in range(24):
        n, n_modes = rng.integers(2, 60), 1 + k % 3
        x = np.sin(np.arange(n) / 5) + 0.5 * rng.normal(size=n)
        alpha = [0.3, 2.0, 20.0][k % 3]
        w = smooth(x, n_modes, maxima=maxima, method="penalty", alpha=alpha)
        ridge = TopologicalRidge(
            alpha,
            topology="path",
            i0=n_modes + 1,
            superlevel=maxima,
            fit_intercept=False,
        ).fit(np.eye(n), x)
        penalty = PathPenalty(n_modes + 1, maxima, n)
        ours, theirs = (
            ((x - v) ** 2).sum() + alpha * penalty(v) for v in (w, ridge.coef_)
        )
        assert ours <= theirs * (1 + 1e-9) + 1e-12


def test_value_and_tangent_are_those_of_the_penalty(rng):
    """The tangent touches a convex function from below, also where values are equal."""
    for k in range(150):
        n, n_modes = rng.integers(1, 30), rng.integers(1, 5)
        row = rng.normal(size=n)
        x = row if k % 3 == 0 else rng.integers(0, k % 3 + 1, n) * 1.0
        ours = _MaximaPenalty(n_modes + 1, _LastBars(row, n_modes))
        theirs = PathPenalty(n_modes + 1, True, n)

        x = x + 5
        assert ours(x) == pytest.approx(theirs(x), abs=1e-12)
        slope = ours.concave_slope(x)
        near = 5 + np.array([row, -row, *rng.normal(size=(3, n))])
        at_x, *others = (
            np.abs(np.diff(w, prepend=0, append=0)).sum() / 2 - theirs(w)
            for w in (x, *near)
        )
        assert slope @ x == pytest.approx(at_x)
        assert (at_x + (near - x) @ slope <= np.array(others) + 1e-11).all()


@pytest.mark.parametrize("maxima", [True, False])
def test_a_large_alpha_leaves_no_maximum_too_many(maxima, rng):
    for n_modes in (1, 2, 3):
        X = rng.normal(size=(10, 60)) + rng.integers(0, 2, (10, 60))
        X *= 10.0 ** rng.integers(-100, 100, (10, 1))
        model = TopologicalTrend(n_modes, maxima=maxima, method="penalty", alpha=1e150)
        exact = TopologicalTrend(n_modes, maxima=maxima).fit_transform(X)
        for x, w, best in zip(X, model.fit_transform(X), exact):
            assert n_maxima(w if maxima else -w) <= n_modes
            error, least = ((np.array([w, best]) - x) ** 2).sum(axis=1)
            assert least * (1 - 1e-12) <= error


def test_the_default_alpha_is_the_norm_of_the_differences(rng):
    x = rng.normal(size=80)
    alpha = float(np.linalg.norm(np.diff(x)))
    w = smooth(x, 2, method="penalty")
    assert_array_equal(w, smooth(x, 2, method="penalty", alpha=alpha))
    assert n_maxima(w) < n_maxima(x) / 3
    assert_array_equal(smooth(x, method="penalty", alpha=0), x)


@pytest.mark.parametrize("method", ["least_squares", "penalty"])
@pytest.mark.parametrize("maxima", [True, False])
def test_units_do_not_matter(method, maxima, rng):
    model = TopologicalTrend(2, maxima=maxima, method=method)
    x = np.round(rng.normal(size=(3, 50)), 3)
    w = model.fit_transform(x)
    assert_array_equal(model.transform(2.0**-500 * x), 2.0**-500 * w)
    assert_array_equal(model.transform(2.0**1000 * x), 2.0**1000 * w)
    assert_allclose(model.transform(3 * x + 100), 3 * w + 100, rtol=1e-12)
    assert_allclose(model.transform(x[:, ::-1]), w[:, ::-1], rtol=1e-9, atol=1e-12)
    mirrored = clone(model).set_params(maxima=not maxima).fit_transform(-x)
    assert_array_equal(mirrored, -w)


@pytest.mark.parametrize("method", ["least_squares", "penalty"])
def test_plain_rows_stay_what_they_are(method):
    model = TopologicalTrend(method=method)
    rows = [np.zeros(4), np.full(4, 1 / 3), np.arange(4.0), np.array([0.1, 3, 3, 0.2])]
    assert_array_equal(model.fit_transform(rows), rows)
    assert_array_equal(model.fit_transform([[3.0], [1.0]]), [[3.0], [1.0]])
    x = np.array([[0.0, 1.0, 0.0, 1.0]])
    x.flags.writeable = False
    assert model.fit_transform(x).flags.writeable


@pytest.mark.parametrize("method", ["least_squares", "penalty"])
def test_float32_stays_and_stays_in_its_range(method, rng):
    top = np.finfo(np.float32).max
    X = rng.choice([top, top / 2, 0], (20, 30)).astype(np.float32)
    w = TopologicalTrend(2, method=method).fit_transform(X)
    assert w.dtype == np.float32
    assert np.isfinite(w).all()
    assert TopologicalTrend().fit_transform(np.eye(3, dtype=int)).dtype == np.float64


def test_names_frames_and_pipelines(rng):
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(rng.normal(size=(3, 4)), columns=list("abcd"))
    model = TopologicalTrend().set_output(transform="pandas").fit(X)
    w = model.transform(X)
    assert list(w.columns) == list("abcd") == list(model.get_feature_names_out())
    assert_array_equal(w, TopologicalTrend().transform(X.to_numpy()))
    pipeline = make_pipeline(FunctionTransformer(np.square), TopologicalTrend(2))
    assert n_maxima(pipeline.fit_transform(X.to_numpy())[0]) <= 2


def test_workers_give_the_same(rng):
    X = rng.normal(size=(9, 30))
    alone = TopologicalTrend(2).fit_transform(X)
    with parallel_config("threading"):
        assert_array_equal(TopologicalTrend(2, n_jobs=2).fit_transform(X), alone)


def test_warnings_and_errors(rng):
    X = rng.normal(size=(2, 200))
    model = TopologicalTrend(3, method="penalty", n_steps=1)
    with pytest.warns(ConvergenceWarning, match="n_steps=1 .* in 2 of 2 rows") as told:
        model.fit(X).transform(X)
    assert told[0].filename == __file__
    unused = r"'alpha' and 'tol' parameters of TopologicalTrend have no effect where"
    with pytest.warns(UserWarning, match=unused) as told:
        TopologicalTrend(alpha=1.0, tol=0.1).fit(X)
    assert told[0].filename == __file__
    for params, message in (
        ({"n_modes": 0}, "'n_modes' parameter of TopologicalTrend must be an int"),
        ({"alpha": -1.0}, "'alpha' parameter of TopologicalTrend"),
        ({"method": "other"}, "'method' parameter of TopologicalTrend"),
    ):
        for call in ("fit", "transform"):
            with pytest.raises(ValueError, match=message):
                getattr(TopologicalTrend(**params), call)(X)
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="NaN|infinity"):
            TopologicalTrend().fit([[1.0, wrong]])
    with pytest.raises(ValueError, match="one array of shape"):
        TopologicalTrend().fit([[1.0], [1.0, 2.0]])
    with pytest.raises(MemoryError, match="exact fit of TopologicalTrend to 1000000"):
        TopologicalTrend(2).fit_transform(rng.normal(size=(1, 10**6)))
