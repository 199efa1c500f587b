"""
Membranes with the right number of cells
========================================

A classifier of pixels finds membranes under an electron microscope, with gaps and
small false pieces: many more components than the labels have, and other numbers of
holes, which are the cells. The usual remedies are to smooth, to close, to remove small
objects and to fill small holes, or to threshold with hysteresis. A
``TopologyCorrector`` prescribes the numbers of components and of holes instead.

On the slices of the ISBI 2012 challenge the correction has the fewest wrong cells and
the best adapted Rand error. Where these are not at hand, the images are drawn by
``make_membranes``. All settings come from slices with labels: the classifier from some
of them, the numbers and all parameters of all methods from others. The last slices only
judge: by the errors of both numbers, by Dice, by clDice (of centre lines; Shit et al.,
CVPR 2021) and by the adapted Rand error of the cells.
"""

import os
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from skimage import morphology
from skimage.filters import apply_hysteresis_threshold
from skimage.metrics import adapted_rand_error
from sklearn.ensemble import HistGradientBoostingClassifier

from sktopo.datasets import load_stored, make_membranes
from sktopo.simplification import TopologyCorrector

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

found = None if SHORT else load_stored("isbi2012.npz")
if found is None:
    size, n_cells = (96, 12) if SHORT else (256, 60)
    cases = [make_membranes(size, n_cells=n_cells, random_state=i) for i in range(6)]
    fits, tunes, tests = range(2), range(2, 4), range(4, 6)
else:
    cases = [
        (image.astype(float), label == 0)
        for image, label in zip(found["images"], found["labels"], strict=True)
    ]
    fits, tunes, tests = range(10), range(10, 20), range(20, 30)
images, labels = zip(*cases, strict=True)

# %%
# The classifier sees smoothed values, slopes and curvatures at four scales. It returns
# a map of probabilities for each image.


def features(image):
    """Smoothed values, slopes and curvatures of a pixel at four scales."""
    found = [image]
    for scale in (1, 2, 4, 8):
        found += [
            ndimage.gaussian_filter(image, scale),
            ndimage.gaussian_gradient_magnitude(image, scale),
        ]
        xx, xy, yy = (
            ndimage.gaussian_filter(image, scale, order=order)
            for order in ((2, 0), (1, 1), (0, 2))
        )
        spread = np.hypot(xx - yy, 2 * xy)
        found += [xx + yy + spread, xx + yy - spread]
    return np.stack(found, axis=-1).reshape(-1, len(found))


rng = np.random.default_rng(0)
rows, targets = [], []
for i in fits:
    drawn = rng.choice(labels[i].size, min(labels[i].size, 20_000), replace=False)
    rows.append(features(images[i])[drawn])
    targets.append(labels[i].ravel()[drawn])
classifier = HistGradientBoostingClassifier(random_state=0)
classifier.fit(np.concatenate(rows), np.concatenate(targets))
maps = [
    classifier.predict_proba(features(image))[:, 1].reshape(image.shape)
    for image in images
]

# %%
# The scores: the errors of the numbers of components and of holes, and two measures of
# overlap, Dice and clDice.

EIGHT = np.ones((3, 3))  # pixels are neighbours across corners


def numbers(mask):
    """How many components a mask has, across corners, and how many holes."""
    outside = np.pad(~mask, 1, constant_values=True)
    return np.array([ndimage.label(mask, EIGHT)[1], ndimage.label(outside)[1] - 1])


def centre_line_dice(mask, label):
    lines = [morphology.skeletonize(part) for part in (mask, label)]
    precision = (lines[0] & label).sum() / max(lines[0].sum(), 1)
    recall = (lines[1] & mask).sum() / max(lines[1].sum(), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def scores(mask, label):
    errors = np.abs(numbers(mask) - numbers(label))
    dice = 2 * (mask & label).sum() / (mask.sum() + label.sum())
    return *errors, dice, centre_line_dice(mask, label)


# %%
# The methods take a map of probabilities to a mask. Only the last one knows how many
# components and holes there should be.


def smoothed(p, scale):
    return ndimage.gaussian_filter(p, scale) if scale else p


def without_small(mask, smallest, structure=None):
    labels, _ = ndimage.label(mask, structure)
    is_large = np.bincount(labels.ravel()) >= smallest
    return mask & is_large[labels]


def cleaned(mask, smallest, hole):
    return ~without_small(~without_small(mask, smallest, EIGHT), hole)


def closed(p, scale, radius, threshold, smallest, hole):
    mask = smoothed(p, scale) > threshold
    disk = morphology.disk(radius)
    return cleaned(ndimage.binary_closing(mask, disk), smallest, hole)


def by_hysteresis(p, scale, low, high, smallest, hole):
    mask = apply_hysteresis_threshold(smoothed(p, scale), low, high)
    return cleaned(mask, smallest, hole)


def corrected(p, scale, radius, threshold, n_components, n_holes):
    p = morphology.closing(smoothed(p, scale), morphology.disk(radius))
    model = TopologyCorrector(n_components, n_holes, threshold=threshold)
    return model.correct([p]).masks[0]


usual = np.median([numbers(labels[i]) for i in tunes], axis=0).astype(int).tolist()
scales, sizes, holes = (1, 1.5, 2), (0, 100, 400, 800), (0, 30, 100, 300)
if SHORT:
    scales, sizes, holes = (1,), (0, 100), (0, 30)
methods = {
    "threshold": (lambda p, t: p > t, [(0.3,), (0.4,), (0.5,), (0.6,)]),
    "smoothed": (
        lambda p, scale, t: smoothed(p, scale) > t,
        product(scales, (0.3, 0.4, 0.5)),
    ),
    "closed, cleaned": (closed, product(scales, (1, 2, 3), (0.4, 0.5), sizes, holes)),
    "hysteresis, cleaned": (
        by_hysteresis,
        product(scales, (0.3, 0.4), (0.5, 0.6, 0.7), sizes, holes),
    ),
    "corrected": (
        corrected,
        product(scales, (1, 2, 3), (0.4, 0.5), *([n] for n in usual)),
    ),
}

# %%
# Each method has, of its settings within .01 of its best Dice score, the one with the
# fewest wrong components and holes.


def tuned(method, settings):
    tried = []
    for params in settings:
        each = [scores(method(maps[i], *params), labels[i]) for i in tunes]
        tried.append((np.mean(each, axis=0), params))
    best = max(mean[2] for mean, _ in tried)
    near = [(m[:2].sum(), -m[2], params) for m, params in tried if m[2] > best - 0.01]
    return min(near)[-1]


print(f"Prescribed: {usual[0]} components, {usual[1]} holes\n")
print("                      components  holes   Dice  clDice  Rand error  settings")
shown = {}
for name, (method, settings) in methods.items():
    params = tuned(method, settings)
    masks = {i: method(maps[i], *params) for i in tests}
    mean = np.mean([scores(mask, labels[i]) for i, mask in masks.items()], axis=0)
    cells = [[ndimage.label(~x)[0] for x in (labels[i], masks[i])] for i in tests]
    error = np.mean([adapted_rand_error(*pair)[0] for pair in cells])
    print(
        f"{name:20s}  {mean[0]:10.1f}  {mean[1]:5.1f}  {mean[2]:.3f}  {mean[3]:6.3f}"
        f"  {error:10.3f}  {params}"
    )
    shown[name] = masks[tests[0]]

# %%
# A part of the first slice that judges; cells are white.

fig, axes = plt.subplots(1, 4, figsize=(12, 3.3), layout="constrained")
pictures = {
    "image": images[tests[0]],
    "label": ~labels[tests[0]],
    "closed, cleaned": ~shown["closed, cleaned"],
    "corrected": ~shown["corrected"],
}
for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture[:256, :256], cmap="gray")
    ax.set(title=name, xticks=[], yticks=[])
plt.show()
