"""Segmentations by a classifier of pixels: features, scores, and what mends them."""

import numpy as np
from scipy import ndimage
from skimage import morphology
from skimage.filters import apply_hysteresis_threshold
from sklearn.ensemble import HistGradientBoostingClassifier

from sktopo.simplification import TopologyCorrector

EIGHT = np.ones((3, 3))


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


def smoothed(p, scale):
    return ndimage.gaussian_filter(p, scale) if scale else p


def without_small(mask, smallest, structure=None):
    labels, _ = ndimage.label(mask, structure)
    is_large = np.bincount(labels.ravel()) >= smallest
    return mask & is_large[labels]


def cleaned(mask, smallest, hole):
    return ~without_small(~without_small(mask, smallest, EIGHT), hole)


def closed(p, scale, radius, threshold, smallest, hole):
    mask = smoothed(p, scale) > threshold
    disk = morphology.disk(radius)
    return cleaned(ndimage.binary_closing(mask, disk), smallest, hole)


def by_hysteresis(p, scale, low, high, smallest, hole):
    mask = apply_hysteresis_threshold(smoothed(p, scale), low, high)
    return cleaned(mask, smallest, hole)


def corrected(p, scale, radius, threshold, n_components, n_holes):
    p = morphology.closing(smoothed(p, scale), morphology.disk(radius))
    model = TopologyCorrector(n_components, n_holes, threshold=threshold)
    return model.correct([p]).masks[0]


def probability_maps(images, labels, fits):
    """Maps of all images by a classifier that knows the labels of some."""
    rng = np.random.default_rng(0)
    rows, targets = [], []
    for i in fits:
        drawn = rng.choice(labels[i].size, min(labels[i].size, 20_000), replace=False)
        rows.append(features(images[i])[drawn])
        targets.append(labels[i].ravel()[drawn])
    classifier = HistGradientBoostingClassifier(random_state=0)
    classifier.fit(np.concatenate(rows), np.concatenate(targets))
    return [
        classifier.predict_proba(features(image))[:, 1].reshape(image.shape)
        for image in images
    ]


def tuned(method, settings, maps, labels, tunes):
    """Of the settings within .01 of the best Dice score, that with the best numbers."""
    tried = []
    for params in settings:
        each = [scores(method(maps[i], *params), labels[i]) for i in tunes]
        tried.append((np.mean(each, axis=0), params))
    best = max(mean[2] for mean, _ in tried)
    near = [(m[:2].sum(), -m[2], params) for m, params in tried if m[2] > best - 0.01]
    return min(near)[-1]
