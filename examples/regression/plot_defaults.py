"""
Beside ridge regression, with no parameter set
==============================================

:class:`~sktopo.TopologicalRidgeCV` chooses three strengths on five folds, and ridge
regression is among its choices. This example asks whether anything is lost by taking it
where ``RidgeCV`` would do: both learn from the same rows, many times over, with nothing
set but the topology. A row is marked "behind" where the mean difference of the scores
is below minus one standard error.

Where the weights have no structure that cross-validation can find, ridge regression is
chosen in most runs (column "alpha=0"), and little is lost but time: seconds in place of
milliseconds. Two of 16 rows are behind, by 0.0012 and by less than 0.0001. On spectra
of which every channel is scaled, weights with few maxima are far better than ridge
regression; on spectra that are prepared in the usual way they are not.
"""

import importlib.util
import os
import time
import warnings
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from joblib import Parallel, delayed
from scipy.signal import savgol_filter
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.model_selection import ShuffleSplit
from sklearn.preprocessing import StandardScaler

from sktopo import TopologicalRidgeCV

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_RUNS = 2 if SHORT else 20
SMALL_TEST = 10  # With fewer test rows the score is not R2 but minus the RMSE.

# %%
# The data: diabetes, pairs of digits, and random rows with dense weights. Each function
# returns training and test rows of one random split.


def split(X, y, n_train, seed):
    splits = ShuffleSplit(20, train_size=n_train, random_state=0)
    train, test = list(splits.split(X))[seed]
    return X[train], y[train], X[test], y[test]


def diabetes(seed):
    return split(*load_diabetes(return_X_y=True), 331, seed)


def digits(pair, n_train, seed):
    X, y = load_digits(return_X_y=True)
    kept = np.isin(y, pair)
    return split(X[kept], np.where(y[kept] == pair[0], -1.0, 1.0), n_train, seed)


def dense(seed, n_train=45, n_features=30, noise=3.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_train + 1000, n_features))
    y = X @ rng.normal(size=n_features) + noise * rng.normal(size=len(X))
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


# %%
# Glucose in g/L from 21 infrared spectra, which come with the package chemotools; its
# documentation calls them synthetic. They are prepared in the usual way ("cut": 950 to
# 1550 per cm), or every eighth channel of the whole range is taken and scaled.


def fermentation():
    """The axis, spectra and reference values; None where they are not installed."""
    spec = importlib.util.find_spec("chemotools")
    if spec is None:
        print("Left out, for want of the data: pip install chemotools")
        return None
    folder = Path(spec.submodule_search_locations[0], "datasets", "data")
    with (folder / "train_spectra.csv").open() as file:
        axis = np.array(file.readline().split(","), dtype=float)
        spectra = np.loadtxt(file, delimiter=",")
    return axis, spectra, np.loadtxt(folder / "train_hplc.csv", skiprows=1)


def derivative(axis, spectra):
    """The first derivative, less a line between the first and the last channel."""
    place = (axis - axis[0]) / (axis[-1] - axis[0])
    baseline = spectra[:, :1] * (1 - place) + spectra[:, -1:] * place
    return savgol_filter(spectra - baseline, 15, 2, deriv=1, axis=1)


def cut_spectra(seed):
    axis, X, y = SPECTRA
    kept = (axis >= 950) & (axis <= 1550)
    return split(derivative(axis[kept], X[:, kept]), y, 17, seed)


def thinned_spectra(seed):
    axis, X, y = SPECTRA
    X, y, X_test, y_test = split(derivative(axis, X)[:, ::8], y, 17, seed)
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), y, scaler.transform(X_test), y_test


# %%
# One run fits all models to one split. Ridge regression has a grid of ten decades of
# strengths that follows the size of the data.


def run(load, topology, seed):
    """Scores and seconds of every model, and the strengths that were chosen."""
    X, y, X_test, y_test = load(seed)
    size = np.linalg.norm(X - X.mean(axis=0)) ** 2
    models = {
        "ours": TopologicalRidgeCV(topology=topology),
        "ridge": RidgeCV(size * np.logspace(-10, 0, 31)),
        "lasso": LassoCV(max_iter=20_000),
    }
    scores, seconds = {}, {}
    for name, model in models.items():
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        seconds[name] = time.perf_counter() - start
        if len(y_test) < SMALL_TEST:
            error = np.mean((model.predict(X_test) - y_test) ** 2)
            scores[name] = -np.sqrt(error)
        else:
            scores[name] = model.score(X_test, y_test)
    return scores, seconds, models["ours"].alpha_


# %%
# The topology says how the weights lie to each other: along a path, as numbers on a
# line ("values"), or as an image of 8 x 8 pixels.

CASES = [("diabetes", diabetes, "path"), ("diabetes", diabetes, "values")]
DIGITS = [
    (f"digits {pair[0]}/{pair[1]}, {n} images", partial(digits, pair, n))
    for n in (60, 160)
    for pair in ((4, 9), (3, 8))
]
CASES += [(*case, "path") for case in DIGITS]
CASES += [("random dense", dense, "path"), ("random dense", dense, "values")]
SPECTRA = fermentation()
if SPECTRA is not None:
    for topology in ("path", "values"):
        CASES += [
            ("spectra, every 8th", thinned_spectra, topology),
            ("spectra, cut", cut_spectra, topology),
        ]
CASES += [(*case, (8, 8)) for case in DIGITS]
if SHORT:
    CASES = CASES[:1]

print(
    f"{'':23s}{'topology':>9s}{'runs':>5s}{'score':>7s}{'ridge':>8s}{'difference':>12s}"
    f"{'error':>8s}{'':>8s}{'alpha=0':>9s}{'seconds: ours':>15s}{'ridge':>7s}"
    f"{'lasso':>7s}"
)
rows = {"R2": [], "-RMSE": []}
for name, load, topology in CASES:
    found = Parallel(n_jobs=-1)(
        delayed(run)(load, topology, seed) for seed in range(N_RUNS)
    )
    score = "-RMSE" if name.startswith("spectra") else "R2"
    gains = np.array([scores["ours"] - scores["ridge"] for scores, *_ in found])
    gain, error = gains.mean(), gains.std(ddof=1) / np.sqrt(N_RUNS)
    # A single run that differs has a mean of exactly one standard error.
    is_behind = gain < -1.001 * error - 1e-6
    rows[score].append((f"{name}, {topology}", gain, error))
    taken = [np.mean([s[k] for _, s, _ in found]) for k in ("ours", "ridge", "lasso")]
    print(
        f"{name:23s}{topology!s:>9s}{N_RUNS:5d}{score:>7s}"
        f"{np.mean([scores['ridge'] for scores, *_ in found]):8.3f}"
        f"{gain:+12.4f}{error:8.4f}{'behind' if is_behind else '':>8s}"
        f"{sum(alpha == 0 for *_, alpha in found):5d}/{N_RUNS:<3d}"
        f"{taken[0]:15.2f}{taken[1]:7.3f}{taken[2]:7.3f}",
        flush=True,
    )

# %%
# The mean differences of the scores and their standard errors.

rows = {score: part for score, part in rows.items() if part}
fig, axes = plt.subplots(
    len(rows),
    1,
    figsize=(7, 1.5 + 0.3 * len(CASES)),
    layout="constrained",
    squeeze=False,
    height_ratios=[len(part) + 1 for part in rows.values()],
)
for ax, (score, part) in zip(axes[:, 0], rows.items(), strict=True):
    names, gains, errors = zip(*part, strict=True)
    places = np.arange(len(part))[::-1]
    ax.errorbar(gains, places, xerr=errors, fmt="o", capsize=3)
    ax.axvline(0, color="gray", linewidth=1)
    ax.set_yticks(places, names)
    ax.set_ylim(-0.7, len(part) - 0.3)
    ax.set_xlabel(f"difference to ridge regression ({score}), one standard error")
plt.show()
