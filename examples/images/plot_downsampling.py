"""
A shorter signal with the same peaks
====================================

A signal of 512 samples with eight peaks and some noise is replaced by 64 and fewer
samples, joined by lines. This is the first application in the introduction of "A Fast
and Robust Method for Global Topological Functional Optimization" (AISTATS 2021).

Averages make the peaks lower, and so does least squares. With the Wasserstein distance
to the persistence diagram of the signal added to the squared error, the peaks stay as
high as they were, if the optimisation starts where all of them are present.
"""

import os

import matplotlib.pyplot as plt
import numpy as np

from sktopo import persistence_diagrams
from sktopo.filtrations import Cubical
from sktopo.functionals import BottleneckToTarget, WassersteinToTarget
from sktopo.objectives import ComposedTerm, PersistenceTerm, SquaredErrorTerm
from sktopo.solvers import LBFGS

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

superlevel = Cubical(superlevel=True)
time = np.arange(512)
centre = np.array([40, 105, 150, 215, 290, 345, 400, 470])
width, height = [14, 3, 9, 4, 22, 3, 6, 10], [2, 3, 1.5, 2.5, 2.2, 1.8, 3.5, 1.6]
clean = np.exp(-0.5 * ((time[:, None] - centre) / width) ** 2) @ height
clean += 0.4 * np.sin(time / 60)
signal = clean + np.random.default_rng(0).normal(scale=0.05, size=time.size)

# %%
# In the superlevel sets of a signal every peak is a bar of H0: it is born at the height
# of the peak and dies at the valley where it meets a higher one. The target is the part
# of the diagram that is longer than 0.5.


def bars(values):
    """The diagram of the peaks, longest first."""
    return persistence_diagrams(values, superlevel, 0, essential="drop")[0]


diagram = bars(signal)
target = diagram[diagram[:, 0] - diagram[:, 1] > 0.5]
from_signal = BottleneckToTarget(diagram)
print(f"{len(diagram)} bars, {len(target)} longer than 0.5; these alone are", end=" ")
print(f"{from_signal(target):.3f} from all")

# %%
# The short signal times a matrix is the long one that its lines draw. ``ComposedTerm``
# takes a loss of the long signal to a loss of the short one.


def lines(n):
    """The matrix that joins n values by lines, and their times."""
    knots = np.linspace(0, time[-1], n)
    return np.stack([np.interp(time, knots, one) for one in np.eye(n)], axis=1), knots


def around(knots, reduce):
    """The mean, or the like, of the samples around each knot."""
    nearest = np.abs(time[:, None] - knots).argmin(axis=1)
    return np.array([reduce(signal[nearest == i]) for i in range(knots.size)])


def with_peaks(matrix, start):
    """From some start to a small squared error, and to the target diagram."""
    peaks = PersistenceTerm(superlevel, WassersteinToTarget(target))
    loss = ComposedTerm(100 * peaks + SquaredErrorTerm(signal), matrix)
    return LBFGS().minimize(loss, start).x


sizes = (64, 32) if SHORT else (64, 48, 32, 24)
found = {}
for n in sizes:
    matrix, knots = lines(n)
    best = np.linalg.lstsq(matrix, signal, rcond=None)[0]
    highest = around(knots, np.max)
    ends = {
        "single samples": np.interp(knots, time, signal),
        "averages": around(knots, np.mean),
        "maxima": highest,
        "least squares": best,
        "peaks, from least squares": with_peaks(matrix, best),
        "peaks, from maxima": with_peaks(matrix, highest),
    }
    found |= {(name, n): matrix @ values for name, values in ends.items()}

# %%
# Three numbers for each: the bottleneck distance to the diagram of the signal with its
# noise; the root of the mean squared error; and the difference between each peak and
# the highest value within a sample of it, for the worst of the eight.

print(f"\n{'samples':26s}" + "".join(f"{n:>15d}{'':8s}" for n in sizes))
tops = [c - 8 + signal[c - 8 : c + 9].argmax() for c in centre]
for name in ends:
    print(f"{name:26s}", end="")
    for n in sizes:
        short, near = found[name, n], 512 // n
        distance = from_signal(bars(short))
        error = np.sqrt(((short - signal) ** 2).mean())
        there = np.array([short[t - near : t + near + 1].max() for t in tops])
        amiss = np.abs(there - signal[tops]).max()
        print(f"{distance:9.2f}{error:7.2f}{amiss:7.2f}", end="")
    print()

# %%
# A diagram does not say where a peak is. Least squares makes some peaks so low that
# other ones come closest to their bars and are raised in their place: the diagram is
# right and the peaks are wrong. The maxima have all peaks, and each keeps its own bar.

fig, axes = plt.subplots(
    1, 2, figsize=(11, 3.8), layout="constrained", width_ratios=(2, 1)
)
axes[0].plot(time, signal, color="0.75", label="512 samples")
axes[1].scatter(*np.maximum(diagram, -0.5).T, s=60, color="0.75")
for name, color in zip(ends, ("", "C1", "", "C2", "C3", "C0"), strict=True):
    if color:
        short = found[name, 32]
        axes[0].plot(time, short, color=color, linewidth=1.2, label=f"32, {name}")
        axes[1].scatter(*np.maximum(bars(short), -0.5).T, s=14, color=color)
axes[0].set(xlabel="time", ylim=(-0.6, 5))
axes[0].legend(fontsize="small", ncols=3, loc="upper center")
axes[1].axline((0, 0), slope=1, color="0.8", linewidth=1)
axes[1].set(xlabel="birth", ylabel="death", title="H0 of superlevel sets")
plt.show()
