"""The loss that a mapping of images is trained on."""

import numpy as np
from sklearn.utils import gen_batches

from sktopo.gradients import value_and_pullback
from sktopo.gradients._loss import loss_of


class MappingLoss:
    """The log loss of one mini-batch after the other, as a function for a solver.

    Its argument holds the kernels and intercepts of the mapping, and the coefficients
    and intercept of the linear classifier on top, flat. Kernels and coefficients pay
    ``alpha / 2`` times their squared sum.

    Parameters
    ----------
    model : TopologicalMapping
        With first kernels and a fitted ``classifier_``, which follow x.
    features : transformer
        A fitted one.
    images : ndarray of shape (n_images, h, w)
    y : ndarray of shape (n_images,)
    rng : RandomState
    """

    is_random = True

    def __init__(self, model, features, images, y, rng):
        self._model, self._features = model, features
        self._images, self._y, self._rng = images, y, rng
        self._scaler, self._linear = (step for _, step in model.classifier_.steps)
        self._loss = loss_of(model.classifier_)
        self._batches = iter(())
        self._shapes = [one.shape for one in self._parameters()]

    def start(self):
        """All parameters as they are, flat."""
        return _flat(self._parameters())

    def set(self, x):
        """Put parameters in their places."""
        sizes = [np.prod(shape, dtype=int) for shape in self._shapes]
        parts = [
            part.reshape(shape)
            for part, shape in zip(
                np.split(x, np.cumsum(sizes)[:-1]), self._shapes, strict=True
            )
        ]
        self._model.kernels_, self._model.intercepts_ = parts[:2], parts[2:4]
        self._linear.coef_, self._linear.intercept_ = parts[4:]

    def __call__(self, x):
        """The loss of the next batch, and its gradient."""
        self.set(x)
        return self.at(self._next_batch())

    def at(self, rows):
        """The loss of some images with the parameters that are set, and its gradient.

        Parameters
        ----------
        rows : ndarray of int or slice

        Returns
        -------
        value : float
        grad : ndarray
        """
        y, scale = self._y[rows], self._scaler.scale_
        mapped, to_parameters = self._model.map_and_pullback(self._images[rows])
        values, to_images = value_and_pullback(self._features, mapped)
        scaled = (values - self._scaler.mean_) / scale
        scores = scaled @ self._linear.coef_.T + self._linear.intercept_
        losses, grad = self._loss(scores[:, 0] if scores.shape[1] == 1 else scores, y)
        grad = grad.reshape(scores.shape) / len(y)
        back = to_images((grad @ self._linear.coef_) / scale)
        grads = [*to_parameters(back)[1], grad.T @ scaled, grad.sum(axis=0)]
        value, alpha = float(losses.mean()), self._model.alpha
        parameters = self._parameters()
        for k in (0, 1, 4):  # not the intercepts
            value += alpha / 2 * float((parameters[k] ** 2).sum())
            grads[k] = grads[k] + alpha * parameters[k]
        return value, _flat(grads)

    def _parameters(self):
        return [
            *self._model.kernels_,
            *self._model.intercepts_,
            self._linear.coef_,
            self._linear.intercept_,
        ]

    def _next_batch(self):
        rows = next(self._batches, None)
        if rows is None:
            order = self._rng.permutation(len(self._images))
            size = self._model.batch_size
            self._batches = (order[one] for one in gen_batches(len(order), size))
            rows = next(self._batches)
        return rows


def _flat(arrays):
    return np.concatenate([one.ravel() for one in arrays])
