"""
Spectra
=======

The weights of a spectrum lie on a path, so ``topology="path"`` knows something of them.
First real spectra with a reference value, by nested cross-validation, beside partial
least squares, ridge and lasso. Then real spectra with made weights of one, two or three
bands, where the error of the weights can be seen as well; and weights that are clusters
or a sawtooth on made data.

The spectra of meat were recorded on an Infratec analyser of Tecator (C. Borggaard and
H. H. Thodberg, "Optimal Minimal Neural Interpretation of Spectra", Analytical Chemistry
64, 1992) and come with sktime; those of a fermentation come with chemotools, whose
documentation calls them synthetic.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from comparison import SHORT, StepRegression, save
from joblib import Parallel, delayed
from sklearn.cross_decomposition import PLSRegression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, RidgeCV
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import StandardScaler
from spectra import cut_derivative, fermentation, snv, tecator, thinned_derivative

from sktopo import TopologicalRidgeCV
from sktopo.datasets import make_structured_regression

N_RUNS = 1 if SHORT else 10
DECADES = np.logspace(-10, 0, 31)
OPTIONS = {"alphas": 3, "i0": 2, "l2": 1.0} if SHORT else {}


def plain_models(X):
    """Ridge regression and lasso, on grids that follow the data."""
    size = np.linalg.norm(X - X.mean(axis=0)) ** 2
    return {
        "ridge": RidgeCV(size * DECADES),
        "lasso": LassoCV(max_iter=20_000),
    }


def fused_lasso(X, y):
    """Least squares with a penalty on the steps; X and y are centred."""
    behind = np.cumsum(X[:, ::-1], axis=1)[:, ::-1]
    most = np.abs(behind.T @ y).max()
    return GridSearchCV(
        StepRegression(),
        {"alpha": most * np.logspace(-6, 0, 31)},
        scoring="neg_mean_squared_error",
    )


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


# Real spectra and reference values
# ---------------------------------


def one_fold(name, train, test):
    """Residuals and seconds of all models on the rows left out."""
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


SETS = {}
if (loaded := fermentation()) is not None:
    axis, X, y = loaded
    SETS["fermentation, cut"] = (*cut_derivative(axis, X), y, False)
    SETS["fermentation, every 8th"] = (*thinned_derivative(axis, X), y, True)
if (loaded := tecator()) is not None:
    axis, X, y = loaded
    SETS["Tecator"] = axis, snv(X), y, False
if SHORT:
    SETS.pop("fermentation, cut", None)
    SETS.pop("fermentation, every 8th", None)
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


# Made weights
# ------------


def bands(n_bands, seed, n_train=50, noise=0.02):
    """Tecator spectra, and values of them by weights that are boxes over the axis."""
    _, spectra, _ = TECATOR
    rng = np.random.default_rng(seed)
    X = StandardScaler().fit_transform(snv(spectra))
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
    """Relative errors of the weights and of predictions, without noise."""
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
    return errors, found, models["ours"]


MADE = {
    "sawtooth, 50 rows": (made, ("sawtooth", 50), "path", N_RUNS),
    "clusters, 75 rows": (made, ("clusters", 75), "values", N_RUNS),
}
TECATOR = tecator()
if TECATOR is not None:
    for n_bands in (1, 2, 3):
        name = f"{n_bands} band{'s' * (n_bands > 1)}, 50 spectra"
        MADE[name] = bands, (n_bands,), "path", max(1, N_RUNS // 2)
if SHORT:
    MADE = {name: case for name, case in MADE.items() if "75" not in name}

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
            of_weights, of_y = np.median([errors[key] for errors, *_ in runs], axis=0)
            cell = f"{of_weights:.3f}  {of_y:.4f}"
        cells.append(f"{cell:>17s}")
    print(f"{name:22s}{n_runs:5d}" + "".join(cells), flush=True)

# Weights over the axis
# ---------------------


def drawn(ax, axis, weights, title):
    """Weights divided by their largest, for they differ in size."""
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
        drawn(ax, SETS[name][0], weights, name)
        ax.set_xlabel("wavelength [nm]" if name == "Tecator" else "wavenumber [1/cm]")
    np.atleast_1d(axes)[0].legend()
    save(fig, "spectra.png")
with_bands = [name for name in pictures if "band" in name]
if with_bands:
    fig, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
    for ax, name in zip(axes, with_bands, strict=True):
        found = {k: v for k, v in pictures[name].items() if k != "lasso"}
        drawn(ax, TECATOR[0], found, name)
        ax.set_xlabel("wavelength [nm]")
    axes[0].legend(fontsize="small")
    save(fig, "spectra_bands.png")
