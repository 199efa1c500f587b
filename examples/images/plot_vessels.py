"""
Vessels without gaps
====================

A tree of vessels is connected, but noise and gaps cut what a classifier of pixels finds
of it into pieces. Here the number of components is known beforehand: it is one, and
there is no hole. A ``TopologyCorrector`` joins pieces along the cheapest paths, and
erases those that cost less to erase. Beside it stand what is usually done: a larger
scale, closing, thresholds with hysteresis, the removal of small pieces; and the largest
component alone, which has the right number, too.

All methods are tuned on six images with labels, and judged on twelve others: by the
errors of both numbers, by Dice, and by clDice, which compares centre lines.
"""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, save
from scipy import ndimage
from segmentation import (
    EIGHT,
    by_hysteresis,
    closed,
    corrected,
    probability_maps,
    scores,
    smoothed,
    tuned,
)

from sktopo.datasets import make_vessels


def largest(p, scale, threshold):
    """The largest component above a threshold."""
    labels, _ = ndimage.label(smoothed(p, scale) > threshold, EIGHT)
    return labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1


n, size = (6, 64) if SHORT else (24, 128)
cases = [make_vessels(size, noise=0.5, random_state=i) for i in range(n)]
images, labels = zip(*cases, strict=True)
fits, tunes, tests = range(n // 4), range(n // 4, n // 2), range(n // 2, n)
maps = probability_maps(images, labels, fits)

scales, sizes, holes = (0, 1, 1.5), (0, 20, 50, 100), (0, 20, 50)
thresholds = (0.2, 0.3, 0.4, 0.5)
if SHORT:
    scales, sizes, holes, thresholds = (0, 1), (0, 20), (0, 20), (0.3, 0.5)
methods = {
    "threshold": (lambda p, t: p > t, [(t,) for t in thresholds]),
    "smoothed": (
        lambda p, scale, t: smoothed(p, scale) > t,
        product(scales, thresholds),
    ),
    "largest component": (largest, product(scales, thresholds)),
    "closed, cleaned": (
        closed,
        product(scales, (1, 2, 3, 4), thresholds, sizes, holes),
    ),
    "hysteresis, cleaned": (
        by_hysteresis,
        product(scales, thresholds, (0.5, 0.6, 0.7, 0.8), sizes, holes),
    ),
    "corrected": (corrected, product(scales, (0, 1, 2), thresholds, [1], [0])),
}

print("                      components  holes   Dice  clDice  settings")
shown = {}
for name, (method, settings) in methods.items():
    params = tuned(method, settings, maps, labels, tunes)
    masks = {i: method(maps[i], *params) for i in tests}
    mean = np.mean([scores(mask, labels[i]) for i, mask in masks.items()], axis=0)
    print(
        f"{name:20s}  {mean[0]:10.1f}  {mean[1]:5.1f}  {mean[2]:.3f}  {mean[3]:6.3f}"
        f"  {params}"
    )
    shown[name] = masks[tests[0]]

fig, axes = plt.subplots(1, 5, figsize=(14, 3.2), layout="constrained")
pictures = {
    "image": images[tests[0]],
    "label": labels[tests[0]],
    "threshold": shown["threshold"],
    "hysteresis, cleaned": shown["hysteresis, cleaned"],
    "corrected": shown["corrected"],
}
for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture, cmap="gray")
    ax.set(title=name, xticks=[], yticks=[])
save(fig, "vessels.png")
