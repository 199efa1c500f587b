"""
Attacks through persistence
===========================

Digits are classified by the persistence of eight directional sweeps, 400 numbers each,
and a linear model; beside it stand a network and a linear model on pixels. Each is
attacked: images are changed, as little as some budget allows, until the model takes
them for another digit, one drawn at random. The gradients go through the whole
pipeline, persistence included; section 3.3 of "A Topology Layer for Machine Learning"
(AISTATS 2020, doi:10.48550/arXiv.1905.12200), figures 12 and 13.
"""

import time

import matplotlib.pyplot as plt
import numpy as np
from common import SHORT, digits, save
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import DirectionalPersistence, TopologicalAttack

X, y, X_test, y_test = digits(n_train=10_000, n_test=10_000)
shape = X.shape[1:]
X, X_test = X.reshape(len(X), -1), X_test.reshape(len(X_test), -1)
rows = X_test[: 20 if SHORT else 1000]


def topological_model():
    return make_pipeline(
        DirectionalPersistence(image_shape=shape),
        StandardScaler(),
        LogisticRegression(max_iter=1000),
    )


models = {
    "topological": topological_model(),
    "network": MLPClassifier((100,), early_stopping=True, random_state=0),
    "linear": LogisticRegression(max_iter=1000),
}
for name, model in models.items():
    model.fit(X, y)
    print(f"accuracy of the {name} model: {model.score(X_test, y_test):.3f}")


def attack(model, eps, norm=np.inf):
    """Which of the rows can be made to mislead; what is claimed is checked."""
    attacker = TopologicalAttack(
        FrozenEstimator(model), eps=eps, norm=norm, n_jobs=2, random_state=0
    ).fit(X[:100], y[:100])
    found = attacker.generate(rows)
    change = np.array([np.linalg.norm(one, norm) for one in found.perturbation])
    assert change.max() <= eps
    assert found.X.min() >= 0
    assert found.X.max() <= 1
    assert ((model.predict(found.X) == found.target) == found.success).all()
    return found.success


# %%
# How many of the images can be turned into the digit that was drawn for them, if every
# pixel may change by so much, or so many pixels as they like.

budgets = {np.inf: (0.05, 0.1, 0.2, 0.3), 0: (1, 2, 5, 10, 20)}
if SHORT:
    budgets = {np.inf: (0.1, 0.3), 0: (5,)}
titles = {np.inf: "every pixel by at most", 0: "at most so many pixels"}
shares = {}
for norm, sizes in budgets.items():
    print(f"\n{titles[norm]:24s}" + "".join(f"{eps:8g}" for eps in sizes))
    for name, model in models.items():
        began = time.perf_counter()
        shares[name, norm] = [attack(model, eps, norm).mean() for eps in sizes]
        seconds = (time.perf_counter() - began) / (len(sizes) * len(rows))
        cells = "".join(f"{share:8.1%}" for share in shares[name, norm])
        print(f"{name:24s}{cells}   {seconds:.4f} s an image")

# %%
# Does it help to train on attacked images? Each attacked training image keeps its
# label, and joins the others; then the new model is attacked afresh.

n_attacked, eps = (40, 0.1) if SHORT else (4000, 0.1)
attacker = TopologicalAttack(
    FrozenEstimator(models["topological"]), eps=eps, n_jobs=2, random_state=1
).fit(X[:100], y[:100])
harder = topological_model().fit(
    np.concatenate([X, attacker.transform(X[:n_attacked])]),
    np.concatenate([y, y[:n_attacked]]),
)
sizes = budgets[np.inf]
print(f"\n{'topological model':24s}" + "".join(f"{e:8g}" for e in sizes) + "  accuracy")
for name, model in {"as it was": models["topological"], "trained anew": harder}.items():
    cells = [attack(model, e).mean() for e in sizes]
    cells = "".join(f"{cell:8.1%}" for cell in cells)
    print(f"{name:24s}{cells}{model.score(X_test, y_test):10.3f}")

# %%
# Figure 12: an image of the digit of each row, to be taken for that of each column, by
# changes of at most 0.1. Those that are, have a red frame.

eps = 0.1
classes = np.arange(4 if SHORT else 10)
first = [np.flatnonzero(y_test == digit)[0] for digit in classes]
pairs = np.repeat(first, len(classes)), np.tile(classes, len(classes))
fig = plt.figure(figsize=(12, 4.4), layout="constrained")
panels = fig.subfigures(1, 3)
for panel, (name, model) in zip(panels, models.items(), strict=True):
    attacker = TopologicalAttack(FrozenEstimator(model), eps=eps, random_state=0)
    attacker.fit(X[:100], y[:100])
    found = attacker.generate(X_test[pairs[0]], pairs[1])
    panel.suptitle(f"{name}: {found.success.mean():.0%}")
    for ax, image, hit in zip(
        panel.subplots(len(classes), len(classes)).flat,
        found.X,
        found.success,
        strict=True,
    ):
        ax.imshow(image.reshape(shape), cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(color="red" if hit else "black", linewidth=1.5)
save(fig, "attacks.png")

# %%
# Figure 13: a 4 that two pixels turn into an 8, for it has two holes then. The first 4
# of the test images for which two pixels are enough.

fours = X_test[y_test == 4]
fours = fours[models["topological"].predict(fours) == 4][: 5 if SHORT else 200]
attacker = TopologicalAttack(
    FrozenEstimator(models["topological"]), norm=0, eps=2, random_state=0
).fit(X[:100], y[:100])
found = attacker.generate(fours, np.full(len(fours), 8))
print(f"\n4 to 8 by two pixels: {found.success.mean():.0%} of {len(fours)}")
chosen = int(np.argmax(found.success))

fig, axes = plt.subplots(1, 4, figsize=(12, 3.2), layout="constrained")
pictures = {"a 4": fours[chosen], "taken for an 8": found.X[chosen]}
for ax, (title, image) in zip(axes, pictures.items(), strict=False):
    ax.imshow(image.reshape(shape), cmap="gray", vmin=0, vmax=1)
    ax.set(title=title, xticks=[], yticks=[])
for row, column in np.argwhere(found.perturbation[chosen].reshape(shape)):
    axes[1].add_patch(plt.Circle((column, row), 1.5, color="red", fill=False))
for ax, norm in zip(axes[2:], budgets, strict=True):
    for name in models:
        ax.plot(budgets[norm], shares[name, norm], "o-", label=name)
    ax.set(xlabel=titles[norm], ylim=(0, 1.05))
axes[2].set_ylabel("success")
axes[2].legend()
save(fig, "attack_budgets.png")
