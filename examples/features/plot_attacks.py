"""
Attacks through persistence
===========================

Digits are classified by the persistence of eight directional sweeps, 400 numbers each,
and a linear model; beside it stand a network and a linear model on pixels. Each is
attacked: images are changed, as little as some budget allows, until the model takes
them for another digit, one drawn at random. The gradients go through the whole
pipeline, persistence included; section 3.3 of "A Topology Layer for Machine Learning"
(AISTATS 2020, doi:10.48550/arXiv.1905.12200), figures 12 and 13.

The attack of the paper is one step: every pixel changes by as much as it may, in the
direction of the sign of its gradient. Beside it stand 100 small steps with momentum.

The paper attacks a convolutional network, too. So does this example where torch is
installed: ``pip install ".[torch]"``.
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
try:
    from convolutional import ConvolutionalClassifier

    models["convolutional"] = ConvolutionalClassifier(shape, random_state=0)
except ImportError as error:
    print(f"The convolutional network is left out: {error}.")
for name, model in models.items():
    model.fit(X, y)
    print(f"accuracy of the {name} model: {model.score(X_test, y_test):.3f}")


def attacker_of(model, eps, one_step=False, **options):
    """An attack in one step, as long as may be, or in as many as are the default."""
    if one_step:
        options |= {"n_steps": 1, "momentum": 0.0, "step_size": eps}
    options = {"random_state": 0} | options
    attacker = TopologicalAttack(FrozenEstimator(model), eps=eps, **options)
    return attacker.fit(X[:100], y[:100])


def attack(model, eps, norm=np.inf, one_step=False):
    """Which of the rows can be made to mislead; what is claimed is checked."""
    attacker = attacker_of(model, eps, one_step, norm=norm, n_jobs=2)
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
steps = {"1 step": True, "100 steps": False}
shares = {}
for norm, sizes in budgets.items():
    print(f"\n{titles[norm]:25s}" + "".join(f"{eps:8g}" for eps in sizes))
    for name, model in models.items():
        for way, one_step in steps.items() if norm else {"": False}.items():
            began = time.perf_counter()
            found = [attack(model, eps, norm, one_step).mean() for eps in sizes]
            seconds = (time.perf_counter() - began) / (len(sizes) * len(rows))
            shares[name, norm, way] = found
            cells = "".join(f"{share:8.1%}" for share in found)
            print(f"{name:14s}{way:11s}{cells}   {seconds:.4f} s an image", flush=True)

# %%
# Does it help to train on attacked images? Each attacked training image keeps its
# label, and joins the others; then the new model is attacked afresh.

n_attacked, eps = (40, 0.1) if SHORT else (4000, 0.1)
attacker = attacker_of(models["topological"], eps, n_jobs=2, random_state=1)
harder = topological_model().fit(
    np.concatenate([X, attacker.transform(X[:n_attacked])]),
    np.concatenate([y, y[:n_attacked]]),
)
sizes = budgets[np.inf]
print(f"\n{'topological model':24s}" + "".join(f"{e:8g}" for e in sizes) + "  accuracy")
for way, one_step in steps.items():
    found = {
        "as it was": (models["topological"], shares["topological", np.inf, way]),
        "trained anew": (
            harder,
            [attack(harder, e, one_step=one_step).mean() for e in sizes],
        ),
    }
    for name, (model, row) in found.items():
        cells = "".join(f"{share:8.1%}" for share in row)
        accuracy = model.score(X_test, y_test)
        print(f"{name:13s}{way:11s}{cells}{accuracy:10.3f}", flush=True)

# %%
# Figure 12: an image of the digit of each row, to be taken for that of each column, in
# one step of 0.3, and in 100 steps within 0.1. Those that are, have a red frame. The
# shares leave out the diagonal, where the digit is the target.

classes = np.arange(4 if SHORT else 10)
first = [np.flatnonzero(y_test == digit)[0] for digit in classes]
pairs = np.repeat(first, len(classes)), np.tile(classes, len(classes))
is_other = y_test[pairs[0]] != pairs[1]
print(f"\n{'figure 12':38s}success  pixels moved, median")
fig = plt.figure(figsize=(4 * len(models), 8.8), layout="constrained")
panels = iter(fig.subfigures(2, len(models)).flat)
for one_step, eps in ((True, 0.3), (False, 0.1)):
    for name, model in models.items():
        attacker = attacker_of(model, eps, one_step, n_jobs=2)
        found = attacker.generate(X_test[pairs[0]], pairs[1])
        panel = next(panels)
        share = found.success[is_other].mean()
        way = f"one step of {eps}" if one_step else f"100 steps within {eps}"
        panel.suptitle(f"{name}, {way}: {share:.0%}")
        moved = np.median(np.count_nonzero(found.perturbation[is_other], axis=1))
        print(f"{name:14s}{way:24s}{share:4.0%} of {is_other.sum()}{moved:8.0f}")
        axes = panel.subplots(len(classes), len(classes)).flat
        hits = found.success & is_other
        for ax, image, hit in zip(axes, found.X, hits, strict=True):
            ax.imshow(image.reshape(shape), cmap="gray", vmin=0, vmax=1)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(color="red" if hit else "black", linewidth=1.5)
save(fig, "attacks.png")

# %%
# Figure 13: a 4 that two pixels turn into an 8, for it has two holes then. The first 4
# of the test images for which two pixels are enough.

fours = X_test[y_test == 4]
fours = fours[models["topological"].predict(fours) == 4][: 5 if SHORT else 200]
attacker = attacker_of(models["topological"], 2, norm=0)
found = attacker.generate(fours, np.full(len(fours), 8))
print(f"\n4 to 8 by two pixels: {found.success.mean():.0%} of {len(fours)}")
chosen = int(np.argmax(found.success))

fig, axes = plt.subplots(1, 4, figsize=(13.5, 3.2), layout="constrained")
pictures = {"a 4": fours[chosen], "taken for an 8": found.X[chosen]}
for ax, (title, image) in zip(axes, pictures.items(), strict=False):
    ax.imshow(image.reshape(shape), cmap="gray", vmin=0, vmax=1)
    ax.set(title=title, xticks=[], yticks=[])
for row, column in np.argwhere(found.perturbation[chosen].reshape(shape)):
    axes[1].add_patch(plt.Circle((column, row), 1.5, color="red", fill=False))
for ax, norm in zip(axes[2:], budgets, strict=True):
    for color, name in zip(("C0", "C1", "C2", "C3"), models, strict=False):
        for way in steps if norm else ("",):
            line = "o:" if way == "1 step" else "o-"
            label = f"{name}, {way}".strip(", ")
            found = shares[name, norm, way]
            ax.plot(budgets[norm], found, line, color=color, label=label)
    ax.set(xlabel=titles[norm], ylim=(0, 1.05))
axes[2].set_ylabel("success")
lines = axes[2].get_legend_handles_labels()
fig.legend(*lines, loc="outside right upper", fontsize="x-small")
save(fig, "attack_budgets.png")
