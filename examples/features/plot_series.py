"""
Beats of a signal with varying time
===================================

Signals consist of some beats, each with one peak, with two of different heights, or
with three; the class of a signal is this number. How many beats there are, how long
each takes and how high it is are drawn at random. In one data set that is all; in the
other the whole signal also drifts slowly up and down. Persistence of the superlevel
sets lists the peaks by how far they rise above their surroundings, and does not depend
on when they come, so that stretching time changes nothing, and a drift little. Beside
it stand models of the samples themselves, of the spectrum, and of the sorted samples.

All models are cross-validated, at several levels of noise. Lifetimes of peaks are the
best features where the signal drifts or is noisy; without noise and drift the sorted
samples are as good.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter1d
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import LongestLifetimes, PersistenceDiagrams, PersistenceEnergies
from sktopo.filtrations import Cubical

SHORT = bool(os.environ.get("SKTOPO_SHORT"))  # A short form for tests.

# %%
# The signals, with the times and heights of the peaks of one beat for each class.

N_SIGNALS, N_SAMPLES = 20 if SHORT else 150, 256
PEAKS = {1: [(0.5, 1.0)], 2: [(0.3, 1.0), (0.7, 0.55)]}
PEAKS[3] = [(0.2, 0.55), (0.5, 1.0), (0.8, 0.55)]


def make_signal(n_peaks, noise, drift, rng):
    """Beats of random lengths and heights on slow waves, with normal noise."""
    n_beats = rng.integers(4, 8)
    lengths = rng.uniform(0.6, 1.4, n_beats)
    heights = rng.uniform(0.8, 1.2, n_beats)
    ends = np.cumsum(lengths) / lengths.sum()
    time = np.linspace(0, 1, N_SAMPLES, endpoint=False)
    beat = np.searchsorted(ends, time, side="right")
    begin = np.concatenate([[0], ends])[beat]
    phase = (time - begin) / (ends[beat] - begin)
    # All beats have the same area, so that the mean tells nothing of the class.
    width = 0.18 / sum(height for _, height in PEAKS[n_peaks])
    shape = sum(h * np.exp(-(((phase - at) / width) ** 2)) for at, h in PEAKS[n_peaks])
    waves = drift * np.sin(2 * np.pi * (rng.uniform(1, 3) * time + rng.random()))
    return heights[beat] * shape + waves + noise * rng.normal(size=N_SAMPLES)


def signals(noise, drift):
    rng = np.random.default_rng(0)
    y = np.repeat(list(PEAKS), N_SIGNALS)
    return np.stack([make_signal(n, noise, drift, rng) for n in y]), y


# %%
# The features. A peak is a component of the superlevel sets, that is a point of the
# diagram in dimension 0; its lifetime is its height above the level at which it merges
# with a higher peak. The signals are smoothed first, against peaks of the noise.


def smooth(X):
    return gaussian_filter1d(X, 2, axis=1)


def spectrum(X):
    return np.abs(np.fft.rfft(X, axis=1))


def linear(*steps):
    """A linear classifier of the features that the steps return."""
    return make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=5000))


def peaks(vectorizer):
    return make_pipeline(
        FunctionTransformer(smooth),
        PersistenceDiagrams(Cubical(superlevel=True), 0),
        vectorizer,
    )


models = {
    "lifetimes": linear(peaks(LongestLifetimes(24))),
    "lifetimes, forest": make_pipeline(
        peaks(LongestLifetimes(24)), RandomForestClassifier(random_state=0)
    ),
    "energies": linear(peaks(PersistenceEnergies(p=(0, 1, 2, 3), q=(0, 1)))),
    "samples": linear(),
    "spectrum": linear(FunctionTransformer(spectrum)),
    "spectrum, forest": make_pipeline(
        FunctionTransformer(spectrum), RandomForestClassifier(random_state=0)
    ),
    "sorted samples": linear(FunctionTransformer(np.sort)),
}

# %%
# The mean accuracy over 5 folds, with and without a drift.

noises = (0.1,) if SHORT else (0.0, 0.1, 0.2, 0.3)
scores = {}
for title, drift in {"no drift": 0.0, "with a drift": 0.5}.items():
    data = [signals(noise, drift) for noise in noises]
    print(f"\n{title + ', noise of':28s}" + "".join(f"{noise:8g}" for noise in noises))
    for name, model in models.items():
        row = [cross_val_score(model, X, y, cv=5).mean() for X, y in data]
        scores.setdefault(title, {})[name] = row
        print(f"{name:28s}" + "".join(f"{score:8.3f}" for score in row))

# %%
# Signals of the three classes without and with a drift, and accuracy against noise.

fig, axes = plt.subplots(1, 5, figsize=(15, 3), layout="constrained")
rng = np.random.default_rng(1)
for ax, n in zip(axes, PEAKS, strict=False):
    ax.plot(make_signal(n, 0.1, 0.0, rng), color="0.3")
    ax.plot(make_signal(n, 0.1, 0.5, rng) - 3, color="0.6")
    ax.set(title=f"{n} peak{'s' * (n > 1)} a beat", xticks=[], yticks=[])
for ax, (title, found) in zip(axes[3:], scores.items(), strict=True):
    for name, row in found.items():
        is_topological = not name.startswith(("samples", "spectrum", "sorted"))
        ax.plot(noises, row, "o-" if is_topological else "o:", label=name)
    ax.set(title=title, xlabel="noise", ylim=(0.3, 1.02))
axes[3].set_ylabel("accuracy")
axes[3].legend(fontsize="x-small")
plt.show()
