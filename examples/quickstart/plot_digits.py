"""
Digits by their holes, weights by their maxima
==============================================

Two things to do with persistence in scikit-learn, in one minute:

1. *learn from it*: persistence diagrams of handwritten digits, turned into numbers, in
   a Pipeline that GridSearchCV tunes;
2. *optimise for it*: a regression whose penalty counts the maxima of its weights.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import PersistenceDiagrams, PersistenceEnergies, TopologicalRidge
from sktopo.filtrations import Cubical

# %%
# Learn from topology
# -------------------
# A digit is a landscape of ink. As the level falls, strokes appear (H0) and close to
# holes (H1); the diagrams record when. ``PersistenceEnergies`` turns them into 50
# numbers, and a linear classifier does the rest. One line tunes a parameter of the
# filtration: whether to look from the ink (superlevel) or from the paper (sublevel).

X, y = load_digits(return_X_y=True)


def topological_features():
    """Images as rows -> diagrams -> numbers."""
    return make_pipeline(
        PersistenceDiagrams(Cubical(superlevel=True), image_shape=(8, 8)),
        PersistenceEnergies(),
    )


def classifier():
    """The same linear classifier behind all features."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))


def accuracy(model):
    """Mean and spread of the accuracy over 5 folds."""
    scores = cross_val_score(model, X, y, cv=5)
    return f"{scores.mean():.3f} +- {scores.std():.3f}"


model = make_pipeline(*topological_features().named_steps.values(), classifier())
search = GridSearchCV(
    model, {"persistencediagrams__filtration__superlevel": [False, True]}, cv=5
).fit(X, y)
both = make_pipeline(
    make_union(FunctionTransformer(), topological_features()), classifier()
)

print("Digits, accuracy over 5 folds")
print(f"  plain pixels (baseline):     {accuracy(classifier())}")
print(f"  persistence energies only:   {accuracy(search.best_estimator_)}")
print(f"  pixels and energies:         {accuracy(both)}")
print(f"  tuned by GridSearchCV: {search.best_params_}")

# %%
# Energies are blind to where the ink is: to them a 6 is a 9, so alone they cannot beat
# 64 pixels. What they see, strokes and holes, is not in the pixels one by one, so a
# linear classifier is better with both than with either.
#
# Optimise for topology
# ---------------------
# 60 noisy measurements of 100 weights that rise and fall three times: least squares
# cannot know them. Ridge and Lasso prefer small weights; ``TopologicalRidge`` prefers
# weights with few maxima. All three choose their strength by cross-validation, and
# ``TopologicalRidge`` also chooses how many maxima are free: ``i0 - 1``.

rng = np.random.default_rng(0)
n_features, n_samples = 100, 60
weights = 2 * np.mod(np.linspace(0, 3, n_features), 1) - 1
A = rng.normal(size=(n_samples, n_features))
b = A @ weights + np.sqrt(0.05) * rng.normal(size=n_samples)

alphas = np.logspace(-2, 2, 9)
# Lasso divides the squared error by twice the number of samples, the others do not.
models = {
    "Ridge": (Ridge(fit_intercept=False), {"alpha": alphas}),
    "Lasso": (
        Lasso(fit_intercept=False, max_iter=100_000),
        {"alpha": alphas / (2 * n_samples)},
    ),
    "TopologicalRidge": (
        TopologicalRidge(topology="path", fit_intercept=False),
        {"alpha": alphas, "i0": [2, 3, 4, 5]},
    ),
}
found = {}
for name, (model, grid) in models.items():
    search = GridSearchCV(model, grid, cv=5, scoring="neg_mean_squared_error")
    with warnings.catch_warnings():
        # Lasso with the smallest strengths does not come to rest.
        warnings.simplefilter("ignore", ConvergenceWarning)
        found[name] = search.fit(A, b).best_estimator_
    print(f"{name}: {search.best_params_}")

X_test = rng.normal(size=(1000, n_features))
print("\nRegression on a sawtooth, mean squared error on noiseless test data")
for name, model in found.items():
    error = np.mean((X_test @ (model.coef_ - weights)) ** 2)
    print(f"  {name:18s} {error:.4f}")

# %%
# The weights, estimated and true.

fig, axes = plt.subplots(1, 4, figsize=(12, 3), layout="constrained")
image = X[8].reshape(8, 8)
axes[0].imshow(image, cmap="gray_r")
(diagram,) = PersistenceDiagrams(
    Cubical(superlevel=True), 1, image_shape=(8, 8)
).fit_transform(X[8:9])
axes[0].set_title(
    f"a digit with {(np.abs(np.diff(diagram)) > 4).sum()} long bars in H1"
)
axes[0].set_axis_off()
for ax, (name, model) in zip(axes[1:], found.items(), strict=True):
    ax.plot(weights, color="0.7", lw=3, label="true")
    ax.plot(model.coef_, color="C3", lw=1.2, label="estimated")
    ax.set_title(name)
    ax.set_ylim(-1.8, 1.8)
axes[1].legend(loc="lower right", fontsize="small")

if plt.get_backend().lower() == "agg":
    fig.savefig("quickstart.png", dpi=100)
    print("\nFigure: quickstart.png")
else:
    plt.show()
