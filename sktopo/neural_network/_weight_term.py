"""A term of the weights of a layer: as images, as values, or as a graph."""

import numpy as np

from sktopo._samples import check_image_shape
from sktopo.base import Term
from sktopo.filtrations import Cubical, VietorisRips, WeakAlpha

FILTRATIONS = {
    "images": Cubical(superlevel=True),
    "values": WeakAlpha(),
    "graph": VietorisRips(metric="precomputed"),
}
_MOST_STEPS = 20  # two or three close what is left


class WeightTerm(Term):
    """A term, summed over what the weights of a layer are read as.

    Parameters
    ----------
    term : Term
    weights_as : {"images", "values", "graph"}
        - "images": what comes into each unit, as an image of the units before it;
        - "values": all weights as points of a line;
        - "graph": the distances 1 / (1 + |w|) between the units on both sides, which
          are infinite between units of one side.
    image_shape : tuple of int or None, default=None
        Of images; None stands for signals.
    owner : str, default="WeightTerm"
        In whose name errors are raised.
    """

    def __init__(self, term, weights_as, image_shape=None, owner="WeightTerm"):
        self.term = term
        self.weights_as = weights_as
        self.image_shape = image_shape
        self.owner = owner

    def value_and_grad(self, x):
        """Evaluate at weights of shape (n_in, n_out)."""
        return getattr(self, f"_of_{self.weights_as}")(x)

    def check(self, n_in):
        """Raise ValueError where so many weights are no image."""
        if self.weights_as == "images" and self.image_shape is not None:
            check_image_shape(self.image_shape, n_in, self.owner)

    def closed(self, weights, rate):
        """Weights after a last proximal step, which closes bars of up to twice a rate.

        Of images only, where the term has big steps: gradients leave such bars, since
        Adam goes back and forth over their end.
        """
        if self.weights_as != "images" or self.term.big_step is None:
            return weights
        images = [self._closed(x, rate) for x in self._images(weights)]
        return self._weights(images, weights.shape)

    def _closed(self, x, rate):
        try:
            x = x + self.term.big_step(x, rate)
        except (TypeError, ValueError):
            return x  # big steps are not for this filtration or dimension
        for _ in range(_MOST_STEPS):
            if not 0 < self.term(x) <= 2 * rate:
                break
            x = x + self.term.big_step(x, rate)
        return x

    def _images(self, weights):
        shape = self.image_shape or (len(weights),)
        return weights.T.reshape(-1, *shape)

    def _weights(self, images, shape):
        return np.reshape(images, shape[::-1]).T

    def _of_images(self, x):
        values, grads = self.term.batch_value_and_grad(self._images(x))
        return float(values.sum()), self._weights(grads, x.shape)

    def _of_values(self, x):
        value, grad = self.term.value_and_grad(x.reshape(-1, 1))
        return value, grad.reshape(x.shape)

    def _of_graph(self, x):
        n_in, n_out = x.shape
        distances = np.full((n_in + n_out,) * 2, np.inf)
        np.fill_diagonal(distances, 0)
        between = 1 / (1 + np.abs(x))
        distances[:n_in, n_in:], distances[n_in:, :n_in] = between, between.T
        value, grad = self.term.value_and_grad(distances)
        grad = grad[:n_in, n_in:] + grad[n_in:, :n_in].T
        return value, -np.sign(x) * between**2 * grad
