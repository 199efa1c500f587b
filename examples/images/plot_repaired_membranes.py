"""
Membranes with the right number of cells
========================================

A classifier of pixels finds membranes under an electron microscope, with gaps and
crumbs: hundreds of components where the labels have a handful, and other numbers of
holes, which are the cells. What is usually done is to smooth, to close, to remove
small objects and to fill small holes, or to threshold with hysteresis; a
``TopologyCorrector`` prescribes the numbers instead.

All settings come from slices with labels: the classifier from some of them, the numbers
and all parameters of all methods from others. Each method has, of its settings within
.01 of its best Dice score, the one with the fewest wrong regions. The last slices only
judge: by the errors of both numbers, by Dice, by clDice (of centre lines; Shit et al.,
CVPR 2021) and by the adapted Rand error of the cells.
"""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, make_mosaic, save, stored
from scipy import ndimage
from segmentation import (
    by_hysteresis,
    closed,
    corrected,
    numbers,
    probability_maps,
    scores,
    smoothed,
    tuned,
)
from skimage.metrics import adapted_rand_error

found = None if SHORT else stored("isbi2012.npz")
if found is None:
    size, n_cells = (96, 12) if SHORT else (256, 60)
    cases = [make_mosaic(size, n_cells, seed) for seed in range(6)]
    fits, tunes, tests = range(2), range(2, 4), range(4, 6)
else:
    cases = [
        (image.astype(float), label == 0)
        for image, label in zip(found["images"], found["labels"], strict=True)
    ]
    fits, tunes, tests = range(10), range(10, 20), range(20, 30)
images, labels = zip(*cases, strict=True)

maps = probability_maps(images, labels, fits)
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

print(f"Prescribed: {usual[0]} components, {usual[1]} holes\n")
print("                      components  holes   Dice  clDice  Rand error  settings")
shown = {}
for name, (method, settings) in methods.items():
    params = tuned(method, settings, maps, labels, tunes)
    masks = {i: method(maps[i], *params) for i in tests}
    mean = np.mean([scores(mask, labels[i]) for i, mask in masks.items()], axis=0)
    cells = [[ndimage.label(~x)[0] for x in (labels[i], masks[i])] for i in tests]
    error = np.mean([adapted_rand_error(*pair)[0] for pair in cells])
    print(
        f"{name:20s}  {mean[0]:10.1f}  {mean[1]:5.1f}  {mean[2]:.3f}  {mean[3]:6.3f}"
        f"  {error:10.3f}  {params}"
    )
    shown[name] = masks[tests[0]]

fig, axes = plt.subplots(1, 4, figsize=(12, 3.3), layout="constrained")
window = (slice(0, 256), slice(0, 256))
pictures = {
    "image": images[tests[0]],
    "label": ~labels[tests[0]],
    "closed, cleaned": ~shown["closed, cleaned"],
    "corrected": ~shown["corrected"],
}
for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture[window], cmap="gray")
    ax.set(title=name, xticks=[], yticks=[])
save(fig, "repaired_membranes.png")
