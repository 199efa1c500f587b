"""E(p, q, i0): powers of lifetimes, weighted by midpoints."""

import numpy as np

from sktopo._validation import NON_NEGATIVE, POSITIVE_INT
from sktopo.functionals._checked import AdditiveFunctional, largest_of_each
from sktopo.functionals._power import power_and_slope
from sktopo.persistence import longest_first

ENERGY_CONSTRAINTS = {
    "p": [NON_NEGATIVE],
    "q": [NON_NEGATIVE],
    "i0": [POSITIVE_INT],
}


class PersistenceEnergy(AdditiveFunctional):
    """The sum of ``|d - b|^p ((d + b) / 2)^q`` over the bars from the i0-th longest on.

    Bars are sorted by decreasing lifetime, essential bars first, and counted from 1:
    ``i0=2`` on H0 of a connected space leaves out the one component that stays, and
    adds up all others [1]_. Of bars of equal lifetime the first born comes first.
    Essential bars count for ``i0`` and add nothing; neither do bars of zero lifetime.
    A negative midpoint is an error where q is not an integer.

    Parameters
    ----------
    p : float >= 0, default=1
        Power of the lifetime; ``p=0`` counts bars. For p < 1 the gradient of a bar
        that is about to vanish is bounded.
    q : float >= 0, default=0
        Power of the midpoint: more weight for what happens at large values.
    i0 : int >= 1, default=1
        The first bar that counts.
    min_persistence : float >= 0, default=0.0
        Only bars that live longer than this add anything, in units of the diagram.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, eq. 1, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceEnergy
    >>> diagram = np.array([[0.0, np.inf], [1.0, 4.0], [2.0, 3.0]])
    >>> value, grad = PersistenceEnergy(p=2, i0=2).value_and_grad(diagram)
    >>> float(value)
    10.0
    >>> grad
    array([[ 0.,  0.],
           [-6.,  6.],
           [-2.,  2.]])
    """

    _parameter_constraints = {
        **ENERGY_CONSTRAINTS,
        "min_persistence": [NON_NEGATIVE],
    }

    def __init__(self, p=1, q=0, i0=1, min_persistence=0.0):
        self.p = p
        self.q = q
        self.i0 = i0
        self.min_persistence = min_persistence

    @property
    def has_gradient(self):
        """Whether it does more than count bars."""
        return self.degree > 0

    @property
    def degree(self):
        """Of homogeneity; see ``DiagramFunctional``."""
        return self.p + self.q

    def _terms(self, diagram, sample=None):
        grad = np.zeros(diagram.shape)
        signed = diagram[:, 1] - diagram[:, 0]
        lifetime = np.abs(signed)
        counts = np.isfinite(lifetime) & (lifetime > self.min_persistence)
        # Essential bars are the longest: where they are as many as are free, as in H0
        # under i0 = 2, there is nothing to sort.
        if self.i0 > 1 and _fewest_essential(lifetime, sample) < self.i0 - 1:
            order = longest_first(diagram, sample)
            if sample is not None:
                # The samples stand one behind the other, as they did.
                place = np.arange(len(order))
                order = order[place - np.searchsorted(sample, sample) < self.i0 - 1]
            counts[order[: self.i0 - 1] if sample is None else order] = False
        bars = np.flatnonzero(counts)
        if bars.size == 0:
            return bars, lifetime[bars], grad
        signed, sample = signed[bars], None if sample is None else sample[bars]
        length, length_slope = power_and_slope(
            lifetime[bars], self.p, largest_of_each(lifetime[bars], sample)
        )
        if self.q == 0:
            slope = np.sign(signed) * length_slope
            grad[bars, 0], grad[bars, 1] = -slope, slope
            return bars, length, grad
        middle = diagram[bars].mean(axis=1)
        check_midpoints(middle, self.q, "PersistenceEnergy")
        weight, weight_slope = power_and_slope(
            middle, self.q, largest_of_each(np.abs(middle), sample)
        )
        slope = np.sign(signed) * length_slope * weight
        shift = length * weight_slope / 2
        grad[bars, 0], grad[bars, 1] = shift - slope, shift + slope
        return bars, length * weight, grad


def check_midpoints(middle, q, owner):
    """Raise ValueError where a power of a negative midpoint would be no number."""
    if q != int(q) and middle.min(initial=0.0) < 0:
        raise ValueError(
            f"The 'q' parameter of {owner} must be an integer where midpoints are "
            f"negative. Got q={q} and a midpoint of {middle.min()}."
        )


def _fewest_essential(lifetime, sample):
    """How many bars never die, in the diagram that has the fewest of them."""
    never = np.isinf(lifetime)
    if sample is None or sample.size == 0:
        return np.count_nonzero(never)
    has_bars = np.bincount(sample) > 0
    return np.bincount(sample, weights=never)[has_bars].min()
