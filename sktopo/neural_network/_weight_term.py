"""A term of the weights of a layer: as images, as values, or as a graph."""

import numpy as np

from sktopo._samples import check_image_shape
from sktopo.base import DiagramFunctional, Term
from sktopo.filtrations import Cubical, VietorisRips, WeakAlpha
from sktopo.functionals import functionals_by_dimension
from sktopo.objectives import PersistenceTerm

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
        if self.weights_as != "images" or self.image_shape is None:
            return
        if np.prod(np.asarray(self.image_shape)) != n_in:
            raise ValueError(
                f"The 'image_shape' parameter of {self.owner} must have as many pixels "
                f"as a layer has inputs, {n_in}. Got {self.image_shape!r}."
            )
        check_image_shape(self.image_shape, n_in, self.owner)

    def closed(self, weights, rate):
        """Weights without the bars of up to twice a rate that the term makes shorter.

        Of images only: gradients leave such bars, since Adam goes back and forth over
        their end. Both ends go to their middle, and take along what is in their way;
        longer bars are what the training has weighed against the loss.
        """
        term = self.term
        if self.weights_as != "images" or type(term) is not PersistenceTerm:
            return weights
        functionals = functionals_by_dimension(
            term.functional, term.homology_dimensions, self.owner
        )
        closing = PersistenceTerm(
            term.filtration,
            {k: _Closing(one, 2 * rate) for k, one in functionals.items()},
            essential=term.essential,
        )
        images = [self._closed(x, closing) for x in self._images(weights)]
        return self._weights(images, weights.shape)

    def _closed(self, x, closing):
        for _ in range(_MOST_STEPS):
            try:
                step = closing.big_step(x, 1.0)
            except (TypeError, ValueError):
                return x  # big steps are not for this filtration or dimension
            if not step.any():
                break
            x = x + step
        return x

    def _images(self, weights):
        shape = self.image_shape
        shape = (len(weights),) if shape is None else tuple(shape)
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


class _Closing(DiagramFunctional):
    """Its gradient moves both ends of short bars that a functional shortens."""

    def __init__(self, functional, longest):
        self.functional = functional
        self.longest = longest

    def value_and_grad(self, diagram):
        value, grad = self.functional.value_and_grad(diagram)
        lifetime = diagram[:, 1] - diagram[:, 0]
        shortens = np.sign(lifetime) * (grad[:, 1] - grad[:, 0]) > 0
        closes = shortens & (np.abs(lifetime) <= self.longest)
        half = np.where(closes, lifetime, 0) / 2
        return value, np.column_stack([-half, half])
