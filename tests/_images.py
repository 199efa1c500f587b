"""Images to try things on."""

import numpy as np
from scipy.ndimage import gaussian_filter


def smooth_noise(shape, seed=0):
    noise = np.random.default_rng(seed).random(shape)
    image = gaussian_filter(noise, 1.0)
    return 255 * (image - image.min()) / np.ptp(image)
