"""
Beside ridge regression, with no parameter set
==============================================

``TopologicalRidgeCV()`` chooses three strengths on five folds, and among its choices is
ridge regression. Is anything lost by taking it where ``RidgeCV`` would do? Both learn
from the same rows, many times over, with nothing set but the topology. "behind" is said
where the mean difference is below minus one standard error.
"""

import time
import warnings
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from comparison import SHORT, save
from joblib import Parallel, delayed
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.model_selection import ShuffleSplit
from sklearn.preprocessing import StandardScaler
from spectra import cut_derivative, fermentation, thinned_derivative

from sktopo import TopologicalRidgeCV

SMALL_TEST = 10  # rows; of fewer no R2 is taken


def diabetes(seed):
    X, y = load_diabetes(return_X_y=True)
    return split(X, y, 331, seed)


def digits(pair, n_train, seed):
    X, y = load_digits(return_X_y=True)
    kept = np.isin(y, pair)
    return split(X[kept], np.where(y[kept] == pair[0], -1.0, 1.0), n_train, seed)


def dense(seed, n_train=45, n_features=30, noise=3.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_train + 1000, n_features))
    y = X @ rng.normal(size=n_features) + noise * rng.normal(size=len(X))
    return X[:n_train], y[:n_train], X[n_train:], y[n_train:]


def cut_spectra(seed):
    axis, X, y = SPECTRA
    return split(cut_derivative(axis, X)[1], y, 17, seed)


def thinned_spectra(seed):
    axis, X, y = SPECTRA
    X, y, X_test, y_test = split(thinned_derivative(axis, X)[1], y, 17, seed)
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), y, scaler.transform(X_test), y_test


def split(X, y, n_train, seed):
    """One of the shuffles."""
    splits = ShuffleSplit(20, train_size=n_train, random_state=0)
    train, test = list(splits.split(X))[seed]
    return X[train], y[train], X[test], y[test]


def run(load, topology, seed):
    """Scores and seconds of every model on one shuffle, and what was chosen."""
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
    ours = models["ours"]
    strength = ours.alpha_ / ours.alphas_[0]
    return scores, seconds, (strength, ours.i0_, ours.l2_ / size)


N_RUNS = 2 if SHORT else 20
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
labels = []
for name, load, topology in CASES:
    found = Parallel(n_jobs=-1)(
        delayed(run)(load, topology, seed) for seed in range(N_RUNS)
    )
    score = "-RMSE" if name.startswith("spectra") else "R2"
    gains = np.array([scores["ours"] - scores["ridge"] for scores, *_ in found])
    gain, error = gains.mean(), gains.std(ddof=1) / np.sqrt(N_RUNS)
    # One run in ten that differs has a mean of one standard error.
    is_behind = gain < -1.001 * error - 1e-6
    labels.append((score, f"{name}, {topology}", gain, error))
    taken = [np.mean([s[k] for _, s, _ in found]) for k in ("ours", "ridge", "lasso")]
    print(
        f"{name:23s}{topology!s:>9s}{N_RUNS:5d}{score:>7s}"
        f"{np.mean([scores['ridge'] for scores, *_ in found]):8.3f}"
        f"{gain:+12.4f}{error:8.4f}{'behind' if is_behind else '':>8s}"
        f"{sum(chosen[0] == 0 for *_, chosen in found):5d}/{N_RUNS:<3d}"
        f"{taken[0]:15.2f}{taken[1]:7.3f}{taken[2]:7.3f}",
        flush=True,
    )

scores = [score for score in ("R2", "-RMSE") if any(row[0] == score for row in labels)]
rows = [[row[1:] for row in labels if row[0] == score] for score in scores]
fig, axes = plt.subplots(
    len(scores),
    1,
    figsize=(7, 1.5 + 0.3 * len(labels)),
    layout="constrained",
    squeeze=False,
    height_ratios=[len(part) + 1 for part in rows],
)
for ax, score, part in zip(axes[:, 0], scores, rows, strict=True):
    names, gains, errors = zip(*part, strict=True)
    places = np.arange(len(part))[::-1]
    ax.errorbar(gains, places, xerr=errors, fmt="o", capsize=3)
    ax.axvline(0, color="gray", linewidth=1)
    ax.set_yticks(places, names)
    ax.set_ylim(-0.7, len(part) - 0.3)
    ax.set_xlabel(f"difference to ridge regression ({score}), one standard error")
save(fig, "defaults.png")
