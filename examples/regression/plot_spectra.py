"""
Weights of spectra
==================

The weights of a linear model of spectra lie on a path, which ``topology="path"`` makes
use of. First, real spectra with a reference value are predicted in nested
cross-validation, beside partial least squares, ridge regression and lasso. Then, where
the error of the weights can be seen as well, real spectra have made-up weights of one,
two or three bands, and made-up data have weights that form clusters or a sawtooth. The
spectra of meat were recorded on an Infratec analyser of Tecator (C. Borggaard and H. H.
Thodberg, "Optimal Minimal Neural Interpretation of Spectra", Analytical Chemistry 64,
1992) and come with sktime; those of a fermentation come with chemotools, whose
documentation calls them synthetic.

On spectra that are prepared in the usual way nothing is gained over ridge regression
and partial least squares, and on those of meat the lasso is best. Where every channel
is scaled, a penalty on maxima is the best. Weights that are clusters or a sawtooth are
found from fewer rows than weights. Bands are not found: neighbouring channels of the
spectra are nearly equal, so that many weights predict alike.
"""

import importlib.util
import os
import time
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from joblib import Parallel, delayed
from scipy.signal import savgol_filter
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.cross_decomposition import PLSRegression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import StandardScaler

from sktopo import TopologicalRidgeCV
from sktopo.datasets import make_structured_regression
from sktopo.solvers import minimize_asymmetric_lasso

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.
N_RUNS = 1 if SHORT else 10
OPTIONS = {"alphas": 3, "i0": 2, "l2": 1.0} if SHORT else {}

# %%
# The files of chemotools and sktime are read by NumPy; what these packages need beside
# their data is not needed here.


def folder_of(package):
    spec = importlib.util.find_spec(package)
    if spec is None:
        print(f"Left out, for want of the data: pip install {package}")
        return None
    return Path(spec.submodule_search_locations[0], "datasets", "data")


def fermentation(folder):
    """Glucose in g/L from 21 infrared spectra: axis, spectra, reference values."""
    with (folder / "train_spectra.csv").open() as file:
        axis = np.array(file.readline().split(","), dtype=float)
        spectra = np.loadtxt(file, delimiter=",")
    return axis, spectra, np.loadtxt(folder / "train_hplc.csv", skiprows=1)


def tecator(folder):
    """Fat in percent from 193 near infrared spectra: axis, spectra, reference values.

    22 of the 215 spectra occur twice; the second ones are dropped, so that none is
    both in training and test data. The file has no axis, but its range.
    """
    rows = [
        line.strip().replace(":", ",").split(",")
        for part in ("TRAIN", "TEST")
        for line in (folder / "Tecator" / f"Tecator_{part}.ts").read_text().splitlines()
        if line[:1].isdigit()
    ]
    table = np.array(rows, dtype=float)
    _, first = np.unique(table[:, :-1], axis=0, return_index=True)
    table = table[np.sort(first)]
    return np.linspace(850, 1050, 100), table[:, :-1], table[:, -1]


# %%
# The spectra of the fermentation are prepared in the usual way ("cut": 950 to 1550 per
# cm, first derivative), or every eighth channel of the derivative of the whole range is
# taken and scaled. The spectra of meat get mean 0 and standard deviation 1 each.


def derivative(axis, spectra):
    """The first derivative, less a line between the first and the last channel."""
    place = (axis - axis[0]) / (axis[-1] - axis[0])
    baseline = spectra[:, :1] * (1 - place) + spectra[:, -1:] * place
    return savgol_filter(spectra - baseline, 15, 2, deriv=1, axis=1)


def standardised(spectra):
    centred = spectra - spectra.mean(axis=1, keepdims=True)
    return centred / centred.std(axis=1, keepdims=True)


SETS = {}  # For each name: axis, rows, values, and whether channels are scaled.
if (folder := folder_of("chemotools")) is not None and not SHORT:
    axis, X, y = fermentation(folder)
    kept = (axis >= 950) & (axis <= 1550)
    cut = derivative(axis[kept], X[:, kept])
    SETS["fermentation, cut"] = axis[kept], cut, y, False
    SETS["fermentation, every 8th"] = axis[::8], derivative(axis, X)[:, ::8], y, True
if (folder := folder_of("sktime")) is not None:
    axis, X, y = tecator(folder)
    SETS["Tecator"] = axis, standardised(X), y, False

# %%
# The models. The strengths of ridge regression and lasso are on grids that follow the
# size of the data. A fused lasso, which penalises the absolute differences of
# neighbouring weights (total variation), is a lasso of these differences.


def plain_models(X):
    size = np.linalg.norm(X - X.mean(axis=0)) ** 2
    return {
        "ridge": RidgeCV(size * np.logspace(-10, 0, 31)),
        "lasso": LassoCV(max_iter=20_000),
    }


class FusedLasso(RegressorMixin, BaseEstimator):
    """Least squares with a penalty on the steps of the weights along a path."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def fit(self, X, y):
        behind = np.cumsum(X[:, ::-1], axis=1)[:, ::-1]
        level, steps = behind[:, 0], behind[:, 1:]
        share = level / (level @ level)
        steps_left = steps - np.outer(share, level @ steps)
        y_left = y - share * (level @ y)
        cost = np.full(steps.shape[1], self.alpha)
        change, _ = minimize_asymmetric_lasso(
            steps_left.T @ steps_left, steps_left.T @ y_left, cost, cost
        )
        first = share @ (y - steps @ change)
        self.coef_ = first + np.concatenate([[0.0], np.cumsum(change)])
        return self

    def predict(self, X):
        return X @ self.coef_


def fused_lasso(X, y):
    """A search over the strength; X and y are centred."""
    behind = np.cumsum(X[:, ::-1], axis=1)[:, ::-1]
    most = np.abs(behind.T @ y).max()
    return GridSearchCV(
        FusedLasso(),
        {"alpha": most * np.logspace(-6, 0, 31)},
        scoring="neg_mean_squared_error",
    )


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


# %%
# Real spectra and reference values: all strengths are chosen inside of each outer fold.


def one_fold(name, train, test):
    """Residuals of all models on the rows left out, seconds, and the models."""
    X, y, scaled = SETS[name][1:]
    X, X_test = X[train], X[test]
    if scaled:
        scaler = StandardScaler().fit(X)
        X, X_test = scaler.transform(X), scaler.transform(X_test)
    n_components = min(15, len(train) * 4 // 5 - 1)
    partial = GridSearchCV(
        PLSRegression(scale=False),
        {"n_components": range(1, n_components + 1)},
        scoring="neg_mean_squared_error",
    )
    models = {"PLS": partial, **plain_models(X)}
    for topology in ["path"] if SHORT else ["path", "values"]:
        models[f"ours, {topology}"] = TopologicalRidgeCV(topology=topology, **OPTIONS)
    residuals, seconds = {}, {}
    for key, model in models.items():
        start = time.perf_counter()
        fitted(model, X, y[train])
        seconds[key] = time.perf_counter() - start
        residuals[key] = model.predict(X_test).ravel() - y[test]
    return residuals, seconds, models


if SETS:
    print("Root mean squared error of all folds together (seconds for one fit)")
tables = {}
FOLDS = KFold(2 if SHORT else 5, shuffle=True, random_state=0)
for name in SETS:
    splits = FOLDS.split(SETS[name][1])
    tables[name] = Parallel(n_jobs=-1)(
        delayed(one_fold)(name, *split) for split in splits
    )
    cells = []
    for key in tables[name][0][0]:
        left = np.concatenate([residuals[key] for residuals, *_ in tables[name]])
        taken = np.mean([seconds[key] for _, seconds, _ in tables[name]])
        cells.append(f"{key} {np.sqrt(np.mean(left**2)):.2f} ({taken:.2g})")
    print(f"{name:24s}" + "  ".join(cells), flush=True)

# %%
# Known weights. Weights of one, two or three bands are boxes over the axis of the
# spectra of meat, whose channels are scaled, with 50 spectra to learn from and noise of
# 2 percent.


def bands(n_bands, seed, n_train=50, noise=0.02):
    rng = np.random.default_rng(seed)
    X = StandardScaler().fit_transform(SETS["Tecator"][1])
    n_channels = X.shape[1]
    middle = (np.arange(n_bands) + rng.uniform(0.35, 0.65, n_bands)) / n_bands
    height = rng.uniform(1, 2, n_bands)
    distance = np.abs(np.arange(n_channels) / n_channels - middle[:, None])
    coef = height @ (distance <= 0.06 / np.sqrt(n_bands))
    rows, target = rng.permutation(len(X)), X @ coef
    y = target + noise * target.std() * rng.normal(size=len(X))
    train, test = rows[:n_train], rows[n_train:]
    return X[train], y[train], X[test], coef


def made(kind, n_train, seed):
    X, y, coef = make_structured_regression(n_train, kind, random_state=seed)
    X_test = np.random.default_rng(seed).normal(size=(2000, coef.size))
    return X, y, X_test, coef


def errors_of(load, arguments, topology, seed):
    """Relative errors of the weights and of predictions without noise; the weights."""
    X, y, X_test, coef = load(*arguments, seed=seed)
    models = plain_models(X)
    if topology == "path":
        models["fused lasso"] = fused_lasso(X - X.mean(axis=0), y - y.mean())
    models["ours"] = TopologicalRidgeCV(topology=topology, **OPTIONS)
    errors, found = {}, {"truth": coef}
    test_spread = np.std(X_test @ coef)
    for name, model in models.items():
        if name == "fused lasso":
            fitted(model, X - X.mean(axis=0), y - y.mean())
        else:
            fitted(model, X, y)
        found[name] = getattr(model, "best_estimator_", model).coef_
        off = found[name] - coef
        errors[name] = (
            np.linalg.norm(off) / np.linalg.norm(coef),
            np.std(X_test @ off) / test_spread,
        )
    return errors, found


MADE = {"sawtooth, 50 rows": (made, ("sawtooth", 50), "path", N_RUNS)}
if not SHORT:
    MADE["clusters, 75 rows"] = made, ("clusters", 75), "values", N_RUNS
if "Tecator" in SETS:
    for n_bands in (1, 2, 3):
        name = f"{n_bands} band{'s' * (n_bands > 1)}, 50 spectra"
        MADE[name] = bands, (n_bands,), "path", max(1, N_RUNS // 2)

NAMES = ["ridge", "lasso", "fused lasso", "ours"]
print("\nRelative error of weights, and of predictions: medians")
print(f"{'':22s}{'runs':>5s}" + "".join(f"{name:>17s}" for name in NAMES))
pictures = {}
for name, (load, arguments, topology, n_runs) in MADE.items():
    runs = Parallel(n_jobs=-1)(
        delayed(errors_of)(load, arguments, topology, seed) for seed in range(n_runs)
    )
    pictures[name] = runs[0][1]
    cells = []
    for key in NAMES:
        cell = "-"
        if key in runs[0][0]:
            of_weights, of_y = np.median([errors[key] for errors, _ in runs], axis=0)
            cell = f"{of_weights:.3f}  {of_y:.4f}"
        cells.append(f"{cell:>17s}")
    print(f"{name:22s}{n_runs:5d}" + "".join(cells), flush=True)

# %%
# The weights over the axis, divided by their largest absolute value, because they
# differ in size: first for the reference values, then for bands.


def draw(ax, axis, weights, title):
    for name, coef in weights.items():
        style = {"color": "black", "linewidth": 2.5} if name == "truth" else {}
        ax.plot(axis, coef / np.abs(coef).max(), label=name, **style)
    ax.set_title(title, fontsize="medium")


if tables:
    fig, axes = plt.subplots(
        len(tables), 1, figsize=(8, 2.6 * len(tables)), layout="constrained"
    )
    for ax, (name, folds) in zip(np.atleast_1d(axes), tables.items(), strict=True):
        models = {key: folds[0][2][key] for key in ("ridge", "lasso", "ours, path")}
        weights = {key: model.coef_ for key, model in models.items()}
        draw(ax, SETS[name][0], weights, name)
        ax.set_xlabel("wavelength [nm]" if name == "Tecator" else "wavenumber [1/cm]")
    np.atleast_1d(axes)[0].legend()
    plt.show()

with_bands = [name for name in pictures if "band" in name]
if with_bands:
    fig, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
    for ax, name in zip(axes, with_bands, strict=True):
        found = {k: v for k, v in pictures[name].items() if k != "lasso"}
        draw(ax, SETS["Tecator"][0], found, name)
        ax.set_xlabel("wavelength [nm]")
    axes[0].legend(fontsize="small")
    plt.show()
