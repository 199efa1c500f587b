"""
Beats of a signal, however time runs
====================================

Signals of some beats, each with one peak, with two of different heights, or with three.
How many beats there are, how long each takes and how high it goes are drawn at random.
Persistence of the superlevel sets lists the peaks by how far they rise above their
surroundings, and does not know when they come, so that stretching time changes nothing.
Beside it stand a linear model of the samples themselves, one of the spectrum, and one
of the sorted samples. All are cross-validated, at several levels of noise.
"""

import matplotlib.pyplot as plt
import numpy as np
from digits import SHORT, save
from scipy.ndimage import gaussian_filter1d
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sktopo import PersistenceDiagrams, PersistenceEnergies
from sktopo.feature_extraction import LongestLifetimes
from sktopo.filtrations import Cubical

N_SIGNALS, N_SAMPLES = 20 if SHORT else 150, 256
PEAKS = {1: [(0.5, 1.0)], 2: [(0.3, 1.0), (0.7, 0.55)]}
PEAKS[3] = [(0.2, 0.55), (0.5, 1.0), (0.8, 0.55)]


def make_signal(n_peaks, noise, rng):
    """Beats of random lengths and heights, with normal noise."""
    n_beats = rng.integers(4, 8)
    lengths = rng.uniform(0.6, 1.4, n_beats)
    heights = rng.uniform(0.8, 1.2, n_beats)
    ends = np.cumsum(lengths) / lengths.sum()
    time = np.linspace(0, 1, N_SAMPLES, endpoint=False)
    beat = np.searchsorted(ends, time, side="right")
    begin = np.concatenate([[0], ends])[beat]
    phase = (time - begin) / (ends[beat] - begin)
    shape = sum(h * np.exp(-(((phase - at) / 0.09) ** 2)) for at, h in PEAKS[n_peaks])
    return heights[beat] * shape + noise * rng.normal(size=N_SAMPLES)


def signals(noise):
    rng = np.random.default_rng(0)
    y = np.repeat(list(PEAKS), N_SIGNALS)
    return np.stack([make_signal(n, noise, rng) for n in y]), y


def smooth(X):
    return gaussian_filter1d(X, 2, axis=1)


def spectrum(X):
    return np.abs(np.fft.rfft(X, axis=1))


def behind(*steps):
    return make_pipeline(*steps, StandardScaler(), LogisticRegression(max_iter=5000))


def peaks(vectorizer):
    return make_pipeline(PersistenceDiagrams(Cubical(superlevel=True), 0), vectorizer)


energies = PersistenceEnergies(p=(0, 1, 2, 3), q=(0, 1))
models = {
    "lifetimes": behind(peaks(LongestLifetimes(24))),
    "energies": behind(peaks(energies)),
    "smoothed: both": behind(
        FunctionTransformer(smooth),
        make_union(peaks(LongestLifetimes(24)), peaks(energies)),
    ),
    "both, forest": make_pipeline(
        FunctionTransformer(smooth),
        make_union(peaks(LongestLifetimes(24)), peaks(energies)),
        RandomForestClassifier(random_state=0),
    ),
    "samples": behind(),
    "spectrum": behind(FunctionTransformer(spectrum)),
    "spectrum, forest": make_pipeline(
        FunctionTransformer(spectrum), RandomForestClassifier(random_state=0)
    ),
    "sorted samples": behind(FunctionTransformer(np.sort)),
}
noises = (0.0, 0.1) if SHORT else (0.0, 0.05, 0.1, 0.2, 0.3)
scores = {name: [] for name in models}
for noise in noises:
    X, y = signals(noise)
    for name, model in models.items():
        scores[name].append(cross_val_score(model, X, y, cv=5).mean())
print(f"accuracy, noise of {'':4s}" + "".join(f"{noise:8g}" for noise in noises))
for name, row in scores.items():
    print(f"{name:22s}" + "".join(f"{score:8.3f}" for score in row))

fig, axes = plt.subplots(1, 4, figsize=(13, 3), layout="constrained")
rng = np.random.default_rng(1)
for ax, n in zip(axes, PEAKS, strict=False):
    ax.plot(make_signal(n, 0.0, rng), color="0.3")
    ax.plot(make_signal(n, 0.1, rng) - 2, color="0.6")
    ax.set(title=f"{n} peak{'s' * (n > 1)} a beat", xticks=[], yticks=[])
for name, row in scores.items():
    is_topological = not name.startswith(("samples", "spectrum", "sorted"))
    axes[3].plot(noises, row, "o-" if is_topological else "o:", label=name)
axes[3].set(xlabel="noise", ylabel="accuracy", ylim=(0.3, 1.02))
axes[3].legend(fontsize="x-small")
save(fig, "series.png")
