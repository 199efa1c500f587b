"""
Attacks through persistence
===========================

Digits are classified by the persistence of eight directional sweeps, 400 numbers each,
and a linear model; beside it stand a network and a linear model on pixels. Each is
attacked: images are changed within some budget until the model takes them for another
digit, one drawn at random. The gradients go through the whole pipeline, persistence
included; section 3.3 of "A Topology Layer for Machine Learning" (AISTATS 2020,
doi:10.48550/arXiv.1905.12200), figures 12 and 13. The attack of the paper is one step:
every pixel changes by as much as it may, in the direction of the sign of its gradient.
Beside it stand 100 small steps with momentum. The paper attacks a convolutional
network, too; so does this example where torch is installed (``pip install
"sktopo[torch]"``).

On MNIST one step of 0.3 misleads the topological model in 7 percent of the images, and
the models on pixels in 54 to 94 percent, because the gradient through persistence is
not zero at a few pixels only. After 100 steps within 0.3 all models are misled in at
least 99 percent, and within 0.1 the topological model is misled most often.
"""

import os
import time
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, gen_batches

from sktopo import DirectionalPersistence, TopologicalAttack
from sktopo.datasets import load_stored

try:
    import torch
    from torch import nn
except ImportError as error:
    torch = None
    print(f"The convolutional network is left out: {error}.")

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# Images of digits with values from 0 to 1, as rows: those of MNIST where a folder of
# data is named by ``SKTOPO_DATA``, or else the smaller ones of scikit-learn.

mnist = None if SHORT else load_stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
    shape = (8, 8)
else:
    X, y = mnist["x_train"].reshape(-1, 784) / 255, mnist["y_train"]
    X_test, y_test = mnist["x_test"].reshape(-1, 784) / 255, mnist["y_test"]
    shape = (28, 28)
n_train, n_test = (300, 60) if SHORT else (10_000, 10_000)
X, y, X_test, y_test = X[:n_train], y[:n_train], X_test[:n_test], y_test[:n_test]
rows = X_test[: 20 if SHORT else 1000]

# %%
# The convolutional network as a classifier of scikit-learn. Its method
# ``value_and_pullback`` is all that ``sktopo`` needs for gradients through it.


class ConvolutionalClassifier(ClassifierMixin, BaseEstimator):
    """Two convolutions with max pooling, and a hidden layer, after LeNet.

    It is trained in single precision by Adam, with a learning rate that falls to zero,
    and used in double precision, as gradients are in ``sktopo``.
    """

    def __init__(self, image_shape, *, n_epochs=10, random_state=None):
        self.image_shape = image_shape
        self.n_epochs = n_epochs
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_, labels = np.unique(y, return_inverse=True)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        with one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = convolutional_network(self.image_shape, len(self.classes_))
            images = torch.tensor(X, dtype=torch.float32)
            self._train(network, images, torch.tensor(labels))
        self.network_ = network.double().requires_grad_(False)
        return self

    def _train(self, network, images, labels, batch_size=64):
        optimizer = torch.optim.Adam(network.parameters(), lr=0.002)
        n_steps = self.n_epochs * -(-len(images) // batch_size)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
        for _ in range(self.n_epochs):
            for rows in torch.randperm(len(images)).split(batch_size):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(network(images[rows]), labels[rows])
                loss.backward()
                optimizer.step()
                schedule.step()

    def decision_function(self, X):
        X = np.asarray(X, dtype=np.float64)
        with one_thread():
            parts = [
                self.network_(torch.tensor(X[rows]))
                for rows in gen_batches(len(X), 500)
            ]
        return torch.cat(parts).numpy()

    def predict(self, X):
        return self.classes_[self.decision_function(X).argmax(axis=1)]

    def predict_proba(self, X):
        return softmax(self.decision_function(X), axis=1)

    def value_and_pullback(self, X):
        """The scores of the classes, and the pullback from them to the images."""
        images = torch.tensor(X, requires_grad=True)
        with one_thread():
            scores = self.network_(images)

        def pullback(grad):
            # The graph is kept, for a pullback may be called more than once.
            with one_thread():
                (grad_images,) = torch.autograd.grad(
                    scores, images, torch.tensor(grad), retain_graph=True
                )
            return grad_images.numpy()

        return scores.detach().numpy(), pullback


def convolutional_network(image_shape, n_classes):
    height, width = (size // 4 for size in image_shape)
    return nn.Sequential(
        nn.Unflatten(1, (1, *image_shape)),
        nn.Conv2d(1, 16, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * height * width, 128),
        nn.ReLU(),
        nn.Linear(128, n_classes),
    )


@contextmanager
def one_thread():
    """Sums are rounded in one way; a few images are no faster with more threads."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


# %%
# The topological model is a Pipeline, and gradients go through all of its steps. All
# models learn from the same images.


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
if torch is not None:
    models["convolutional"] = ConvolutionalClassifier(shape, random_state=0)
for name, model in models.items():
    model.fit(X, y)
    print(f"accuracy of the {name} model: {model.score(X_test, y_test):.3f}")


# %%
# An attacked image counts as a success only if the unmodified model takes it for the
# target and it is within its budget, which is checked.


def attacker_of(model, eps, one_step=False, **options):
    """An attack in one step of the greatest length, or in 100 steps, the default."""
    if one_step:
        options |= {"n_steps": 1, "momentum": 0.0, "step_size": eps}
    options = {"random_state": 0} | options
    attacker = TopologicalAttack(FrozenEstimator(model), eps=eps, **options)
    return attacker.fit(X[:100], y[:100])


def attack(model, eps, norm=np.inf, one_step=False):
    """For which of the rows the attack succeeds."""
    attacker = attacker_of(model, eps, one_step, norm=norm, n_jobs=2)
    found = attacker.generate(rows)
    change = np.array([np.linalg.norm(one, norm) for one in found.perturbation])
    assert change.max() <= eps
    assert found.X.min() >= 0
    assert found.X.max() <= 1
    assert ((model.predict(found.X) == found.target) == found.success).all()
    return found.success


# %%
# The share of images that are taken for the digit that was drawn for them, where every
# pixel may change by a given amount, or a given number of pixels by any amount.

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
# Attacked training images, with their true labels, are added to the training data, and
# the model that is trained on all of them is attacked again.

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
# Figure 12: an image of the digit of each row is to be taken for that of each column,
# after one step of 0.3 and after 100 steps within 0.1. Successes have a red frame. The
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
plt.show()

# %%
# Figure 13: the first 4 among the test images that is taken for an 8 after a change of
# two pixels, because it has two holes then; and the success against the budgets.

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
plt.show()
