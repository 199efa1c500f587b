"""The loss that a mapping of images is trained on."""

import numpy as np

from sktopo.gradients import value_and_pullback
from sktopo.neural_network._batches import MiniBatchLoss
from sktopo.neural_network._convolution import convolve, pull_images, pull_kernels


def residual_map(images, kernels, intercepts, background):
    """X + K_2 * max(K_1 * (x - background) + b_1, 0) + b_2, and its pullback.

    Parameters
    ----------
    images : ndarray of shape (n_images, h, w)
    kernels, intercepts : sequence of 2 ndarrays
        As TopologicalMapping has them.
    background : float
        What is around the images.

    Returns
    -------
    mapped : ndarray of shape (n_images, h, w)
    pullback : callable
        From a gradient in ``mapped`` to those in the images and in all parameters.
    """
    (first, second), (shift, last) = kernels, intercepts
    x, size = images[None] - background, len(first)
    inner = convolve(x, first) + shift[:, None, None, None]
    active = np.maximum(inner, 0.0)
    mapped = images + convolve(active, second)[0] + last

    def pullback(grad):
        grad = grad[None]
        grad_inner = pull_images(grad, second) * (inner > 0)
        parameters = [
            pull_kernels(grad_inner, x, size),
            pull_kernels(grad, active, size),
            grad_inner.sum(axis=(1, 2, 3)),
            grad.sum(axis=(1, 2, 3)),
        ]
        return (grad + pull_images(grad_inner, first))[0], parameters

    return mapped, pullback


class MappingLoss(MiniBatchLoss):
    """The log loss of one mini-batch after the other, in all parameters.

    x holds kernels and intercepts of the mapping, and the coefficients and intercept of
    the linear classifier on top, flat. ``l2`` is the weight of the squared sum of
    kernels and coefficients.

    Parameters
    ----------
    features : transformer
        A fitted one.
    scaler : StandardScaler
        A fitted one, between features and classifier.
    loss : callable
        From scores and classes to losses and their gradient in the scores.
    images : ndarray of shape (n_images, h, w)
    background : float
        What is around them.
    y : ndarray of shape (n_images,)
    parameters : FlatParameters
        Their shapes.
    l2 : float
    unit : float
        Of the values of images, in which x has the intercepts of the mapping.
    batches : iterator
        Of indices of images.
    """

    def __init__(
        self,
        features,
        scaler,
        loss,
        images,
        background,
        y,
        parameters,
        l2,
        unit,
        batches,
    ):
        super().__init__(batches)
        self.features, self.scaler, self.loss = features, scaler, loss
        self.images, self.background = images, background
        self.y, self.unit = y, unit
        self.parameters, self.l2 = parameters, l2

    def of_batch(self, x, rows):
        """The loss of some images, by their indices, and its gradient."""
        parameters = self.parameters.split(x)
        kernels, intercepts, (coef, intercept) = (
            parameters[:2],
            [self.unit * shift for shift in parameters[2:4]],
            parameters[4:],
        )
        y, scale = self.y[rows], self.scaler.scale_
        mapped, to_parameters = residual_map(
            self.images[rows], kernels, intercepts, self.background
        )
        values, to_images = value_and_pullback(self.features, mapped)
        scaled = (values - self.scaler.mean_) / scale
        scores = scaled @ coef.T + intercept
        losses, grad = self.loss(scores[:, 0] if scores.shape[1] == 1 else scores, y)
        grad = grad.reshape(scores.shape) / len(y)
        back = to_images((grad @ coef) / scale)
        grads = [*to_parameters(back)[1], grad.T @ scaled, grad.sum(axis=0)]
        grads[2:4] = [self.unit * slope for slope in grads[2:4]]
        value = float(losses.mean())
        for k in (0, 1, 4):  # not the intercepts
            value += self.l2 * float((parameters[k] ** 2).sum())
            grads[k] = grads[k] + 2 * self.l2 * parameters[k]
        return value, self.parameters.join(grads)
