"""
A mapping before the features
=============================

The number of holes of a handwritten digit should be visible in the persistence of its
image, but a loop that is left open by one pixel is no hole, and a stroke that is faint
in the middle makes two components. Two small convolutions before the features,
trained through them, correct part of this. An 8 has two holes, a 0, 6 or 9 has one, and
a 1, 2, 3, 5 or 7 none. A 4 is written with a hole or without: section A.4 of "A
Topology Layer for Machine Learning" (AISTATS 2020, doi:10.48550/arXiv.1905.12200)
counts it with those that have none. Both ways of counting are shown.

The features are the 50 energies of components and holes of the superlevel sets, the
classifier is linear, and everything but the final score was chosen on training images.
On MNIST, with the classes of the paper, the features alone have an accuracy of 0.86 on
test images, which the mapping raises to 0.93; the same classifier on pixels has 0.84.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo import DirectionalPersistence, TopologicalMapping
from sktopo.datasets import load_stored

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# Images of digits with values from 0 to 1: those of MNIST where a folder of data is
# named by ``SKTOPO_DATA``, or else the smaller ones that come with scikit-learn.

mnist = None if SHORT else load_stored("mnist.npz")
if mnist is None:
    X, y = load_digits(return_X_y=True)
    X_train, X_test, digit_train, digit_test = train_test_split(
        X.reshape(-1, 8, 8) / 16, y, random_state=0
    )
else:
    X_train, digit_train = mnist["x_train"] / 255, mnist["y_train"]
    X_test, digit_test = mnist["x_test"] / 255, mnist["y_test"]
n_train, n_test = (300, 60) if SHORT else (5000, 10_000)
X_train, digit_train = X_train[:n_train], digit_train[:n_train]
X_test, digit_test = X_test[:n_test], digit_test[:n_test]
rows = X_train.reshape(len(X_train), -1), X_test.reshape(len(X_test), -1)

# %%
# The number of holes of the digits from 0 to 9, in both ways of counting.

N_HOLES = {
    "4 has no hole": np.array([1, 0, 0, 0, 0, 0, 1, 0, 2, 1]),
    "4 has one hole": np.array([1, 0, 0, 0, 1, 0, 1, 0, 2, 1]),
}

# %%
# The model: the mapping of the images, the features, and a linear classifier. With
# ``n_directions=0`` the features are those of the superlevel sets alone, without
# directional sweeps.


def with_features(first):
    return make_pipeline(
        first,
        DirectionalPersistence(n_directions=0),
        StandardScaler(),
        LogisticRegression(max_iter=2000),
    )


# %%
# Accuracy against the number of passes over the training images. Without a pass the
# mapping leaves the images as they are.

passes = (0, 1) if SHORT else (0, 1, 2, 5, 10)
models, scores, on_pixels = {}, {}, {}
for labelling, holes in N_HOLES.items():
    y_train, y_test = holes[digit_train], holes[digit_test]
    print(f"\n{labelling}\npasses  training  test")
    for n in passes:
        mapping = TopologicalMapping(
            n_channels=8, kernel_size=5, learning_rate=0.002, max_iter=n, random_state=0
        )
        model = models[labelling, n] = with_features(mapping).fit(X_train, y_train)
        score = model.score(X_train, y_train), model.score(X_test, y_test)
        scores.setdefault(labelling, []).append(score)
        print(f"{n:6d}  {score[0]:8.3f}  {score[1]:.3f}", flush=True)
    pixels = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    on_pixels[labelling] = pixels.fit(rows[0], y_train).score(rows[1], y_test)
    print(f"The same classifier on pixels: {on_pixels[labelling]:.3f}", flush=True)

# %%
# Digits that are classified wrongly with the plain features and rightly with the
# mapping, with the classes of the paper; accuracy, and the loss during training.

labelling = next(iter(N_HOLES))
y_test = N_HOLES[labelling][digit_test]
model = models[labelling, passes[-1]]
mapping = model[0]
mended = models[labelling, 0].predict(X_test) != y_test
mended &= model.predict(X_test) == y_test
shown = [np.flatnonzero(mended & (digit_test == d))[:1] for d in (0, 4, 6, 8, 9, 5)]
shown = np.concatenate(shown)[:6]

fig = plt.figure(figsize=(11, 3.8), layout="constrained")
left, right = fig.subfigures(1, 2, width_ratios=(3, 2))
axes = left.subplots(2, max(len(shown), 1), squeeze=False)
left.suptitle("Mended by the mapping: before, after")
for column, i in zip(axes.T, shown, strict=False):
    pair = X_test[i], mapping.transform(X_test[i][None])[0]
    for ax, image in zip(column, pair, strict=True):
        ax.imshow(image, cmap="gray")
        ax.axis("off")
above, below = right.subplots(2)
for color, (labelling, pairs) in zip(("C0", "C1"), scores.items(), strict=True):
    on_training, on_test = np.transpose(pairs)
    above.plot(passes, on_test, "o-", color=color, label=f"test, {labelling}")
    above.plot(passes, on_training, "o:", color=color, label="training")
    above.axhline(on_pixels[labelling], color=color, linewidth=0.8, label="pixels")
above.set(xlabel="passes", ylabel="accuracy")
above.legend(fontsize="xx-small", ncols=2)
steps = np.arange(len(mapping.loss_curve_))
below.plot(steps, mapping.loss_curve_, color="0.8")
width = max(1, len(steps) // 20)
smooth = np.convolve(mapping.loss_curve_, np.ones(width) / width, "valid")
below.plot(steps[width - 1 :], smooth)
below.set(xlabel="step", ylabel="loss")
plt.show()
