"""Sums of powers of lifetimes inside a region of the diagram."""

import numpy as np

from sktopo._arrays import as_float64
from sktopo._sklearn_compat import StrOptions
from sktopo._validation import NON_NEGATIVE, POSITIVE
from sktopo.functionals._checked import AdditiveFunctional, largest_of_each
from sktopo.functionals._power import power_and_slope

_EVERYWHERE = (-np.inf, np.inf, 0.0, np.inf)


class PersistenceNorm(AdditiveFunctional):
    """The sum of ``|d - b|^p`` over the bars in a region of the birth-lifetime plane.

    Without a region this is W_p^p, the distance to the empty diagram, up to the
    constant of the ground norm [1]_. Essential bars and bars of zero lifetime add
    nothing.

    Parameters
    ----------
    p : float > 0, default=1
        Power of the lifetime.
    region : tuple of 4 floats or None, default=None
        (birth_low, birth_high, lifetime_low, lifetime_high), in the units of the data;
        a bar counts where it lies strictly inside. None stands for all bars.
    side : {"both", "birth", "death"}, default="both"
        Which end of the bars has a gradient. With "death" a maximisation raises
        deaths and leaves births alone.
    min_persistence : float >= 0, default=0.0
        Only bars that live longer than this add anything, in units of the diagram.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.functionals import PersistenceNorm
    >>> diagram = np.array([[0.0, 5.0], [1.0, 2.0]])
    >>> long_bars = PersistenceNorm(min_persistence=2, side="death")
    >>> value, grad = long_bars.value_and_grad(diagram)
    >>> float(value)
    5.0
    >>> grad
    array([[0., 1.],
           [0., 0.]])
    """

    _parameter_constraints = {
        "p": [POSITIVE],
        "region": ["array-like", None],
        "side": [StrOptions({"both", "birth", "death"})],
        "min_persistence": [NON_NEGATIVE],
    }

    def __init__(self, p=1, region=None, side="both", min_persistence=0.0):
        self.p = p
        self.region = region
        self.side = side
        self.min_persistence = min_persistence

    def _validate_params(self):
        super()._validate_params()
        if self.region is None:
            return
        name = "The 'region' parameter of PersistenceNorm"
        region = as_float64(self.region, name)
        is_box = region.shape == (4,) and not np.isnan(region).any()
        if not is_box or region[0] > region[1] or region[2] > region[3]:
            raise ValueError(
                f"{name} must be (birth_low, birth_high, lifetime_low, lifetime_high), "
                f"each low at most its high. Got {self.region!r} instead."
            )

    @property
    def degree(self):
        """Of homogeneity; see ``DiagramFunctional``."""
        return self.p

    def _terms(self, diagram, sample=None):
        grad = np.zeros(diagram.shape)
        signed = diagram[:, 1] - diagram[:, 0]
        lifetime = np.abs(signed)
        birth_low, birth_high, low, high = (
            _EVERYWHERE if self.region is None else self.region
        )
        # An infinite lifetime is not inside of any region.
        low = max(low, self.min_persistence)
        bars = np.flatnonzero((lifetime > low) & (lifetime < high))
        births = diagram[bars, 0]
        bars = bars[(birth_low < births) & (births < birth_high)]
        sample = None if sample is None else sample[bars]
        length, length_slope = power_and_slope(
            lifetime[bars], self.p, largest_of_each(lifetime[bars], sample)
        )
        slope = np.sign(signed[bars]) * length_slope
        if self.side != "death":
            grad[bars, 0] = -slope
        if self.side != "birth":
            grad[bars, 1] = slope
        return bars, length, grad
