"""
Holes counted in bent and stretched shapes
==========================================

Shapes with no hole, one hole or two holes are to be told apart, wherever they lie in
the image and however they are turned, bent and stretched. Pixels say little of that:
models that are trained on them need many examples of every position and form. The
persistence diagram of an image lists its holes, each with a birth and a death, and the
two longest lifetimes are features enough.

This takes about ten seconds on one core.
"""

# %%
# The data
# --------
# Rings are drawn at random places, moved by a random smooth map of the plane, and
# covered with noise. A shape without a hole is a ring that is open at one side.
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sktopo import LongestLifetimes, PersistenceDiagrams
from sktopo.filtrations import Cubical
from sktopo.plotting import PersistenceDiagramDisplay, RepresentativesDisplay

SIZE = 40


def make_shape(n_holes, rng):
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    distances = [np.hypot(x - c, y) for c in ((0,), (0,), (-0.36, 0.36))[n_holes]]
    radius = 0.55 if n_holes < 2 else 0.33
    shape = np.max([np.abs(d - radius) < 0.15 for d in distances], axis=0)
    if n_holes == 0:
        shape &= ~((x > 0) & (np.abs(y) < 0.25))
    # A random linear map, and a smooth displacement.
    angle, stretch = rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.4, size=2)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    places = np.einsum("ij,jhw->ihw", turn * stretch[:, None], np.stack([y, x]))
    places += rng.uniform(-0.15, 0.15, size=(2, 1, 1))
    bend = gaussian_filter(rng.normal(size=(2, SIZE, SIZE)), (0, 6, 6))
    places += 0.12 * bend / bend.std()
    image = map_coordinates(
        shape.astype(float), (places + 1) * (SIZE - 1) / 2, order=1, mode="constant"
    )
    return gaussian_filter(image, 0.7) + 0.15 * rng.normal(size=image.shape)


rng = np.random.default_rng(0)
n_holes = rng.integers(3, size=240)
images = np.array([make_shape(n, rng) for n in n_holes])
print(f"{len(images)} images of {SIZE} x {SIZE} pixels, with 0, 1 or 2 holes")

# %%
# What persistence sees
# ---------------------
# As a level falls from the brightest pixel on, bright regions appear and close around
# holes, which are filled when the level falls further. A loop of pixels around each
# hole stands for its bar; the length of the bar is the contrast that the hole has.
# Without a hole the longest bar is one of the noise, near the diagonal.
bright = Cubical(superlevel=True)
fig, axes = plt.subplots(2, 3, figsize=(9, 6), layout="constrained")
for n, (above, below) in enumerate(axes.T):
    image = images[np.flatnonzero(n_holes == n)[0]]
    RepresentativesDisplay.from_sample(image, bright, n_bars=max(n, 1), ax=above)
    above.set_title("1 hole" if n == 1 else f"{n} holes")
    PersistenceDiagramDisplay.from_sample(image, bright, ax=below)
plt.show()

# %%
# The models
# ----------
# Two numbers of each diagram of H1, its longest lifetimes, and a linear model. The
# models on pixels are tuned as well.
models = {
    "persistence + logistic regression": make_pipeline(
        PersistenceDiagrams(bright, 1),
        LongestLifetimes(n_bars=2),
        LogisticRegression(C=100),
    ),
    "pixels + logistic regression": make_pipeline(
        StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)
    ),
    "pixels + random forest": RandomForestClassifier(300, random_state=0),
    "pixels + support vector machine": GridSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": [1, 10], "svc__gamma": [1e-4, 3e-4, 1e-3]},
        cv=3,
    ),
}
pixels = images.reshape(len(images), -1)
for name, model in models.items():
    X = images if name.startswith("persistence") else pixels
    scores = cross_val_score(model, X, n_holes, cv=4)
    print(f"{name:34s} accuracy {scores.mean():.3f} +- {scores.std():.3f}")
