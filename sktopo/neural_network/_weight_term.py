"""Terms of the weights of a layer: as images, as values, or as a graph."""

import numpy as np

from sktopo._samples import check_image_shape
from sktopo._wrapped_term import WrappedTerm
from sktopo.base import DiagramFunctional
from sktopo.filtrations import Cubical, VietorisRips, WeakAlpha
from sktopo.functionals import functionals_by_dimension
from sktopo.objectives import PersistenceTerm

_MOST_STEPS = 20  # two or three close what is left


class WeightTerm(WrappedTerm):
    """A term of what weights of shape (n_in, n_out) are read as.

    A subclass has ``fits(filtration)``: whether it takes what they are read as.

    Attributes
    ----------
    filtration : Filtration
        The default one of a functional.
    homology_end : int
        The dimension from which on nothing ends.

    Parameters
    ----------
    term : Term
    """

    filtration = None
    homology_end = 1

    @staticmethod
    def spread(X):
        """The units of inputs: the standard deviation of each column."""
        return X.std(axis=0)

    def closed(self, weights, rate):
        """Weights after a last proximal step; see ``ImageWeights``."""
        return weights


class ValueWeights(WeightTerm):
    """All weights of a layer as points of a line."""

    filtration = WeakAlpha()

    @staticmethod
    def fits(filtration):
        """Whether a filtration takes points."""
        return not filtration.is_grid and not filtration.takes_graphs

    def _evaluate(self, x, value_and_grad):
        """At weights of shape (n_in, n_out)."""
        value, grad = value_and_grad(x.reshape(-1, 1))
        return value, grad.reshape(x.shape)


class GraphWeights(WeightTerm):
    """Weights as distances 1 / (1 + |w|) between the units on both sides of a layer.

    Those between units of one side are infinite.
    """

    filtration = VietorisRips(metric="precomputed")

    @staticmethod
    def fits(filtration):
        """Whether a filtration takes matrices of distances."""
        return filtration.takes_graphs

    def _evaluate(self, x, value_and_grad):
        """At weights of shape (n_in, n_out)."""
        n_in, n_out = x.shape
        distances = np.full((n_in + n_out,) * 2, np.inf)
        np.fill_diagonal(distances, 0)
        between = 1 / (1 + np.abs(x))
        distances[:n_in, n_in:], distances[n_in:, :n_in] = between, between.T
        value, grad = value_and_grad(distances)
        grad = grad[:n_in, n_in:] + grad[n_in:, :n_in].T
        return value, -np.sign(x) * between**2 * grad


class ImageWeights(WeightTerm):
    """What comes into each unit as an image of the units before it; terms are summed.

    Parameters
    ----------
    term : Term
    image_shape : tuple of int or None, default=None
        Of an image; None stands for signals.
    """

    filtration = Cubical(superlevel=True)
    homology_end = np.inf

    def __init__(self, term, image_shape=None):
        super().__init__(term)
        self.image_shape = image_shape

    @staticmethod
    def fits(filtration):
        """Whether a filtration takes grids."""
        return filtration.is_grid

    @staticmethod
    def spread(X):
        """The units of inputs: one standard deviation for all pixels."""
        return X.std()

    def check(self, n_in, owner):
        """Raise ValueError where so many weights are no image."""
        if self.image_shape is None:
            return
        if np.prod(np.asarray(self.image_shape)) != n_in:
            raise ValueError(
                f"The 'image_shape' parameter of {owner} must have as many pixels "
                f"as a layer has inputs, {n_in}. Got {self.image_shape!r}."
            )
        check_image_shape(self.image_shape, n_in, owner)

    def value_and_grad(self, x):
        """Evaluate at weights of shape (n_in, n_out)."""
        values, grads = self.term.batch_value_and_grad(self._images(x))
        return float(values.sum()), self._weights(grads, x.shape)

    def closed(self, weights, rate):
        """Weights without the bars of up to twice a rate that the term makes shorter.

        Gradients leave such bars, since Adam goes back and forth over their end. Both
        ends go to their middle, and take along what is in their way; longer bars are
        what the training has weighed against the loss. Where the term has no big steps
        the weights stay.
        """
        term = self.term
        if type(term) is not PersistenceTerm:
            return weights
        functionals = functionals_by_dimension(
            term.functional, term.homology_dimensions, type(self).__name__
        )
        closing = PersistenceTerm(
            term.filtration,
            {k: _Closing(one, 2 * rate) for k, one in functionals.items()},
            essential=term.essential,
        )
        images = self._images(weights)
        try:
            closing.big_step(images[0], 1.0)
        except (TypeError, ValueError):
            return weights  # not for this filtration or dimension
        images = [_closed(x, closing) for x in images]
        return self._weights(images, weights.shape)

    def _images(self, weights):
        shape = self.image_shape
        shape = (len(weights),) if shape is None else tuple(shape)
        return weights.T.reshape(-1, *shape)

    def _weights(self, images, shape):
        return np.reshape(images, shape[::-1]).T


def _closed(x, closing):
    for _ in range(_MOST_STEPS):
        step = closing.big_step(x, 1.0)
        if not step.any():
            break
        x = x + step
    return x


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


WEIGHT_TERMS = {"images": ImageWeights, "values": ValueWeights, "graph": GraphWeights}
