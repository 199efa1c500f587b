"""
Vessels by networks that know their topology
============================================

Two segmenters of vessels with gaps are trained with and without a term that knows that
vessels are one tree: a small U-Net of torch on Dice and cross-entropy, with flips and
turns as augmentation; and a logistic regression of scikit-learn on features of pixels,
trained further by the solver Adam of sktopo. The terms are

- "one tree": the squared lifetimes of all further components and of all holes of the
  map, which is its squared distance to the diagram of a label;
- "matching": the Betti matching loss to the label, which says where, too.

Every training has the same steps; the weight of a term, from a short list, is the one
that is best on images for validation, by Dice less a hundredth of the errors of the
numbers of components and holes. Other images judge: by these errors, Dice and
clDice, means and standard deviations over several trainings. The terms change little;
the correction of the maps by :class:`~sktopo.simplification.TopologyCorrector` has the
right numbers and loses nothing else.

It needs torch: ``pip install "sktopo[torch]"``.
"""

import os

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage
from scipy.special import expit
from skimage import morphology
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sktopo.datasets import make_vessels
from sktopo.filtrations import Cubical
from sktopo.functionals import PersistenceEnergy
from sktopo.objectives import (
    BettiMatchingTerm,
    ComposedTerm,
    LogLossTerm,
    PersistenceTerm,
)
from sktopo.simplification import TopologyCorrector
from sktopo.solvers import Adam

try:
    import torch
    from torch import nn

    from sktopo.torch import topology_loss
except ImportError:
    print('This example needs torch: pip install "sktopo[torch]"')
    raise SystemExit from None

torch.set_num_threads(1)

# A short form for tests.
SHORT = bool(os.environ.get("SKTOPO_SHORT"))

# %%
# Images with the masks of their vessels, to train on, to choose the weights of the
# terms and to judge.

SIZE, N_TRAIN, N_KEPT, N_TEST = (32, 3, 2, 2) if SHORT else (64, 16, 12, 24)
N_RUNS, N_STEPS, LAST = (1, 6, 3) if SHORT else (3, 600, 200)

cases = [
    make_vessels(SIZE, n_gaps=4, noise=0.4, random_state=i)
    for i in range(N_TRAIN + N_KEPT + N_TEST)
]
train, kept, test = (
    cases[:N_TRAIN],
    cases[N_TRAIN : N_TRAIN + N_KEPT],
    cases[N_TRAIN + N_KEPT :],
)

# %%
# In the superlevel sets of a map of probabilities the bars of H0 are components, the
# longest of which is essential, and those of H1 are holes. For one tree all but the
# essential bar are to have the lifetime 0.

SQUARES = PersistenceEnergy(p=2)
one_tree = PersistenceTerm(Cubical(superlevel=True), {0: SQUARES, 1: SQUARES})


# %%
# The scores: the errors of the numbers of components and of holes, and two measures of
# overlap, Dice and clDice; the latter compares centre lines.

EIGHT = np.ones((3, 3))  # pixels are neighbours across corners


def numbers(mask):
    """How many components a mask has, across corners, and how many holes."""
    outside = np.pad(~mask, 1, constant_values=True)
    return np.array([ndimage.label(mask, EIGHT)[1], ndimage.label(outside)[1] - 1])


def centre_line_dice(mask, label):
    lines = [morphology.skeletonize(part) for part in (mask, label)]
    precision = (lines[0] & label).sum() / max(lines[0].sum(), 1)
    recall = (lines[1] & mask).sum() / max(lines[1].sum(), 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


def scores(mask, label):
    errors = np.abs(numbers(mask) - numbers(label))
    dice = 2 * (mask & label).sum() / (mask.sum() + label.sum())
    return *errors, dice, centre_line_dice(mask, label)


def judged(maps, among):
    """Errors of both numbers, Dice and clDice: means over images."""
    found = [scores(p > 0.5, mask) for p, (_, mask) in zip(maps, among, strict=True)]
    return np.mean(found, axis=0)


def quality(row):
    return row[2] - (row[0] + row[1]) / 100


# %%
# A U-Net
# -------
# It sees the term in the last steps of its training only, when its maps are good enough
# for their topology to mean something.


def convolutions(n_in, n_out):
    return nn.Sequential(
        *(nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()),
        *(nn.Conv2d(n_out, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU()),
    )


class UNet(nn.Module):
    """Two levels of 8 and 16 channels, and 32 at the bottom."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([convolutions(1, 8), convolutions(8, 16)])
        self.bottom = convolutions(16, 32)
        self.up = nn.ModuleList([convolutions(48, 16), convolutions(24, 8)])
        self.last = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        passed = []
        for block in self.down:
            passed.append(block(x))
            x = nn.functional.max_pool2d(passed[-1], 2)
        x = self.bottom(x)
        for block in self.up:
            x = nn.functional.interpolate(x, scale_factor=2)
            x = block(torch.cat([x, passed.pop()], dim=1))
        return self.last(x)


def turned(images, masks):
    """A random flip and quarter turn of each of them."""
    pairs = []
    for pair in zip(images, masks, strict=True):
        k, flips = int(torch.randint(4, ())), bool(torch.randint(2, ()))
        pairs.append(
            [torch.rot90(x.flip(-1) if flips else x, k, (-2, -1)) for x in pair]
        )
    return (torch.stack(part) for part in zip(*pairs, strict=True))


def topology_of(kind, maps, masks):
    if kind == "one tree":
        return topology_loss(maps, one_tree, batched=True)
    losses = [
        topology_loss(p, BettiMatchingTerm(mask.numpy() > 0.5, superlevel=True))
        for p, mask in zip(maps, masks, strict=True)
    ]
    return torch.stack(losses).mean()


def trained_unet(kind, weight, seed):
    """A U-Net that sees the term in its last steps."""
    torch.manual_seed(seed)
    network = UNet()
    adam = torch.optim.Adam(network.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.LinearLR(adam, 1.0, 0.05, N_STEPS)
    images, masks = (
        torch.tensor(np.stack(part), dtype=torch.float32)
        for part in zip(*train, strict=True)
    )
    for step in range(N_STEPS):
        rows = torch.randint(len(images), (8,))
        x, target = turned(images[rows], masks[rows])
        scores_ = network(x[:, None])[:, 0]
        p = torch.sigmoid(scores_)
        dice = 1 - 2 * (p * target).sum() / (p.sum() + target.sum())
        loss = dice + nn.functional.binary_cross_entropy_with_logits(scores_, target)
        if weight and step >= N_STEPS - LAST:
            loss = loss + weight * topology_of(kind, p, target)
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    return network.eval()


def maps_of_unet(network, among):
    with torch.no_grad():
        x = torch.tensor(np.stack([image for image, _ in among]), dtype=torch.float32)
        return torch.sigmoid(network(x[:, None])[:, 0]).numpy()


# %%
# A classifier of pixels
# ----------------------
# The features are smoothed values, slopes and curvatures at four scales. The weights of
# the logistic regression are trained further with a term of its maps, by the chain of
# the sigmoid and of the matrix of features.


def features(image):
    """Smoothed values, slopes and curvatures of a pixel at four scales."""
    found = [image]
    for scale in (1, 2, 4, 8):
        found += [
            ndimage.gaussian_filter(image, scale),
            ndimage.gaussian_gradient_magnitude(image, scale),
        ]
        xx, xy, yy = (
            ndimage.gaussian_filter(image, scale, order=order)
            for order in ((2, 0), (1, 1), (0, 2))
        )
        spread = np.hypot(xx - yy, 2 * xy)
        found += [xx + yy + spread, xx + yy - spread]
    return np.stack(found, axis=-1).reshape(-1, len(found))


pixels = make_pipeline(StandardScaler(), LogisticRegression(C=10, max_iter=2000))
rows = [features(image) for image, _ in train]
pixels.fit(np.concatenate(rows), np.concatenate([m.ravel() for _, m in train]))
scaler, model = pixels[0], pixels[1]


def with_ones(image):
    scaled = scaler.transform(features(image))
    return np.column_stack([scaled, np.ones(len(scaled))])


def map_term(term, A, shape):
    """A term of the map expit(A w), in the weights w."""

    def forward(z):
        return expit(z).reshape(shape)

    def pullback(z, grad):
        p = expit(z)
        return p * (1 - p) * grad.ravel()

    return ComposedTerm(ComposedTerm(term, (forward, pullback)), A)


def trained_pixels(kind, weight, seed=0):
    """Weights of the logistic regression, trained on with a term of the maps."""
    start = np.append(model.coef_[0], model.intercept_)
    if not weight:
        return start
    matrices = [with_ones(image) for image, _ in train]
    target = np.concatenate([mask.ravel() for _, mask in train]).astype(int)
    loss = LogLossTerm(target, np.concatenate(matrices)) / target.size
    for A, (image, mask) in zip(matrices, train, strict=True):
        term = one_tree
        if kind == "matching":
            term = BettiMatchingTerm(mask, superlevel=True)
        loss = loss + weight / len(train) * map_term(term, A, image.shape)
    return Adam(0.02, max_iter=5 if SHORT else 100).minimize(loss, start).x


def maps_of_pixels(weights, among):
    return [
        expit(with_ones(image) @ weights).reshape(image.shape) for image, _ in among
    ]


# %%
# All of them
# -----------
# For each segmenter and each term the weight is chosen, and the scores of the test are
# computed. The correction gives the maps of the plain training one component and no
# hole.

corrector = TopologyCorrector(n_components=1, n_holes=0, threshold=0.5)
tables, shown = {}, {}
for name, fit, maps_of, n_runs in (
    ("U-Net", trained_unet, maps_of_unet, N_RUNS),
    ("pixels", trained_pixels, maps_of_pixels, 1),
):
    for kind, weights in (
        ("plain", [0.0]),
        ("one tree", [0.001, 0.003, 0.01, 0.03]),
        ("matching", [0.001, 0.003, 0.01, 0.03]),
    ):
        weights = weights[:1] if SHORT else weights
        tried = [
            quality(judged(maps_of(fit(kind, weight, 100), kept), kept))
            for weight in weights
        ]
        weight = weights[int(np.argmax(tried))]
        found = []
        for seed in range(n_runs):
            maps = maps_of(fit(kind, weight, seed), test)
            found.append(judged(maps, test))
            if kind == "plain":
                mended = corrector.correct(list(maps)).masks
                tables.setdefault(f"{name}, corrected", []).append(judged(mended, test))
                shown.setdefault(f"{name}, corrected", mended[0])
            shown.setdefault(f"{name}, {kind}", maps[0] > 0.5)
        tables[f"{name}, {kind} ({weight:g})" if weight else f"{name}, plain"] = found

print(f"{'':26s}  components        holes           Dice            clDice")
for name, found in tables.items():
    cells = zip(np.mean(found, axis=0), np.std(found, axis=0), strict=True)
    print(f"{name:26s}" + "".join(f"  {m:6.3f} +- {s:5.3f}" for m, s in cells))

# %%
# The first image of the test, its label, and the masks.

pictures = {"image": test[0][0], "label": test[0][1], **shown}
fig, axes = plt.subplots(2, 5, figsize=(12, 5.2), layout="constrained")
for ax in axes.flat:
    ax.axis("off")
for ax, (name, picture) in zip(axes.flat, pictures.items(), strict=False):
    ax.imshow(picture, cmap="gray")
    ax.set_title(name, fontsize="small")
plt.show()
