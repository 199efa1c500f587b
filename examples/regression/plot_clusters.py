"""
Weights that take three values
==============================

100 weights, each of them one of three values, from few noisy samples: figure 5 of
"A Topology Layer for Machine Learning" (AISTATS 2020). The penalty is the sum of the
gaps between the sorted weights, all of them (``i0=2``) or all but the two longest
(``i0=4``), which leaves three clusters in peace. All strengths are chosen by 5-fold
cross-validation from the same grid, never with the true weights.
"""

import matplotlib.pyplot as plt
from comparison import (
    SHORT,
    compare,
    plain_models,
    plot_curves,
    print_table,
    save,
    topological_models,
)

N_SAMPLES = [60, 90] if SHORT else list(range(40, 131, 10))
N_REPETITIONS = 2 if SHORT else 20
CV = 5


def models(n_samples):
    return {**plain_models(n_samples, CV), **topological_models("values", CV)}


fig, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", sharey=True)
for ax, kind, values in zip(
    axes, ("clusters", "signs"), ("{1, 2, 3}", "{-1, 0, 1}"), strict=True
):
    errors = compare(kind, N_SAMPLES, N_REPETITIONS, models)
    print_table(f"Weights in {values}", N_SAMPLES, errors)
    plot_curves(ax, f"weights in {values}", N_SAMPLES, errors)
axes[0].legend()

# %%
# Below some 70 samples nobody can know the weights. Above, the penalty that knows of
# three clusters finds them almost exactly, long before there are as many samples as
# weights. With as many samples as weights least squares is at its worst; its error is
# that of the noise, blown up. Weights around zero suit the lasso and ridge as well,
# which know nothing of clusters but something of zero.

save(fig, "clusters.png")
