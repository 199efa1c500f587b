"""
Membranes without a label
=========================

Cells under an electron microscope have dark membranes around bright insides, which are
loops of the sublevel sets (H1). STUMP (``STUMPImageOptimizer``) makes the loops that
live longer than 70 longer still, by their births: it darkens membranes where they fade.
This is section III of "A Fast and Robust Method for Global Topological Functional
Optimization" (AISTATS 2021). No label is needed for it.

The labels of the ISBI 2012 challenge (where they are at hand, or else those of an image
drawn by ``make_membranes``) only judge the result: by the area under the curve of
precision against recall, for the change, for the image at the end, and for the image at
the start, each with and without smoothing. On the images of the challenge the image at
the end shows the membranes better than that at the start. The change alone does not: it
is zero where a membrane was dark to begin with.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from sklearn.metrics import average_precision_score

from sktopo import STUMPImageOptimizer
from sktopo.datasets import load_stored, make_membranes
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

found = None if SHORT else load_stored("isbi2012.npz")
if found is None:
    n, n_cells = (128, 15) if SHORT else (256, 60)
    cases = [make_membranes(n, n_cells=n_cells, random_state=0)]
else:
    cases = [
        (found["images"][k].astype(float), found["labels"][k] == 0) for k in (0, 10, 20)
    ]

# %%
# In each step STUMP adds noise to the image, pools it by random weights in windows of 4
# x 4 pixels and moves along the gradient of the pooled image. A second term, squared
# error or cross-entropy, keeps the image close to its start.

common = {
    "homology_dimensions": 1,
    "functional": PersistenceNorm(side="birth", min_persistence=70),
    "pooling": RandomPooling(4, weights="uniform", max_noise=20.0),
    "maximize": True,
    "n_steps": 200 if SHORT else 5000,
    "learning_rate": 0.5 if SHORT else 0.05,
    "random_state": 0,
}
ways = {
    "squared error": {},
    "cross-entropy": {"fidelity": "cross_entropy", "clip": (0, 255)},
}
widths = (0, 1, 2)
scores, seconds = {}, {}
pictures = None
for image, membrane in cases:
    judged = {"the image as it came": -image}
    for way, params in ways.items():
        model = STUMPImageOptimizer(**common, **params).fit([image])
        run = model.optimize([image])
        end = run.images[0]
        judged[f"{way}: difference"] = image - end
        judged[f"{way}: image"] = -end
        seconds.setdefault(way, []).append(run.seconds[0])
        pictures = pictures or (image, end, membrane)
    for name, values in judged.items():
        scores.setdefault(name, []).append(
            [
                average_precision_score(
                    membrane.ravel(), ndimage.gaussian_filter(values, width).ravel()
                )
                for width in widths
            ]
        )

# %%
# The area under the curve, as scikit-learn's average precision.

print(f"{len(cases)} images, {np.mean([m.mean() for _, m in cases]):.0%} membrane")
print(f"{'':28s}" + "".join(f"{f'smoothed by {w}':>14s}" for w in widths))
for name, rows in scores.items():
    print(f"{name:28s}" + "".join(f"{v:14.3f}" for v in np.mean(rows, axis=0)))
for way, took in seconds.items():
    print(f"{way}: {np.mean(took):.1f} s an image")

# %%
# The first image, with the result for the squared error.

image, end, membrane = pictures
change = image - end
shown = {
    "image": (image, {"vmax": 255, "cmap": "gray"}),
    "STUMP": (end, {"vmax": 255, "cmap": "gray"}),
    "difference": (change, {"vmax": np.quantile(change, 0.99), "cmap": "magma"}),
    "label": (membrane, {"vmax": 1, "cmap": "magma"}),
}
fig, axes = plt.subplots(1, 4, figsize=(13, 3.5), layout="constrained")
for ax, (name, (picture, style)) in zip(axes, shown.items(), strict=True):
    ax.imshow(picture, vmin=0, **style)
    ax.set(title=name, xticks=[], yticks=[])
plt.show()
