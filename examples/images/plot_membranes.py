"""
Membranes without a label
=========================

Cells under an electron microscope, dark membranes around bright insides: loops of the
sublevel sets. STUMP is asked to make the loops that live longer than 70 longer still by
their births, that is, to close membranes where they fade; section III of "A Fast and
Robust Method for Global Topological Functional Optimization" (AISTATS 2021). What it
changes shows the membranes, no label needed.

The labels of the ISBI 2012 challenge (where they are at hand, or else a mosaic of cells
that is made up) only judge it: the area under the curve of precision against recall,
for the difference, for the image that STUMP leaves, and for the image as it came, each
with and without smoothing.
"""

import matplotlib.pyplot as plt
import numpy as np
from grids import SHORT, make_mosaic, save, show, stored
from scipy import ndimage
from sklearn.metrics import average_precision_score

from sktopo import STUMPImageOptimizer
from sktopo.functionals import PersistenceNorm
from sktopo.pooling import RandomPooling

found = None if SHORT else stored("isbi2012.npz")
if found is None:
    cases = [make_mosaic(96 if SHORT else 256, 12 if SHORT else 60, 0)]
else:
    cases = [
        (found["images"][k].astype(float), found["labels"][k] == 0) for k in (0, 10, 20)
    ]

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

print(f"{len(cases)} images, {np.mean([m.mean() for _, m in cases]):.0%} membrane")
print(f"{'':28s}" + "".join(f"{f'smoothed by {w}':>14s}" for w in widths))
for name, rows in scores.items():
    print(f"{name:28s}" + "".join(f"{v:14.3f}" for v in np.mean(rows, axis=0)))
for way, took in seconds.items():
    print(f"{way}: {np.mean(took):.1f} s an image")

image, end, membrane = pictures
change = image - end
fig, axes = plt.subplots(1, 4, figsize=(13, 3.5), layout="constrained")
show(axes[0], image, "image", cmap="gray")
show(axes[1], end, "STUMP", cmap="gray")
show(axes[2], change, "difference", vmax=np.quantile(change, 0.99), cmap="magma")
show(axes[3], membrane, "label", vmax=1, cmap="magma")
save(fig, "membranes.png")
