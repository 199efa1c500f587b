"""
Weights that rise and fall three times
======================================

100 weights along a path, a sawtooth or a boxcar with three maxima: figure 6 of
"A Topology Layer for Machine Learning" (AISTATS 2020). The penalty is the sum of the
lifetimes of all maxima but one (``i0=2``) or three (``i0=4``). Total variation charges
every step; the topological penalty leaves the large rises and falls free and charges
the small ones that the noise has added.
"""

import matplotlib.pyplot as plt
from comparison import (
    SHORT,
    compare,
    plain_models,
    plot_curves,
    print_table,
    save,
    step_models,
    topological_models,
)

N_SAMPLES = [50, 100] if SHORT else [50, 75, 100, 125]
N_REPETITIONS = 1 if SHORT else 20
# With as many samples as weights every missing sample counts: folds must be small.
CV = 3 if SHORT else 10


def models(n_samples):
    return {
        "least squares": plain_models(n_samples, CV)["least squares"],
        **step_models(CV),
        **topological_models("path", CV),
    }


fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", sharey=True)
for ax, kind in zip(axes, ("sawtooth", "boxcar"), strict=True):
    errors = compare(kind, N_SAMPLES, N_REPETITIONS, models)
    print_table(kind.capitalize(), N_SAMPLES, errors)
    plot_curves(ax, kind, N_SAMPLES, errors)
axes[0].legend()
save(fig, "waves.png")
