"""Diagrams -> their longest lifetimes as columns."""

import numpy as np

from sktopo._memory import check_count
from sktopo._validation import POSITIVE_INT
from sktopo.feature_extraction._base import DifferentiableDiagramTransformer
from sktopo.persistence import longest_first


class LongestLifetimes(DifferentiableDiagramTransformer):
    """Turn diagrams into the lifetimes of their longest bars.

    The columns are the lifetimes of the i0-th longest bar and of those that follow, or
    with ``cumulative`` their sums: E(1, 0, i0) - E(1, 0, k) for k = i0 + 1, i0 + 2 and
    so on, in terms of PersistenceEnergy. Bars that never die come first and count as 0,
    and so do bars that a diagram does not have; with the default of PersistenceDiagrams
    they die at the extreme value, and the first column of H0 is the range of the data.

    Parameters
    ----------
    n_bars : int >= 1, default=5
        Columns for each diagram.
    i0 : int >= 1, default=1
        The first bar; 2 leaves out the longest, which for components is the essential
        one.
    cumulative : bool, default=False
        Sums up to each bar, in place of single lifetimes.

    Attributes
    ----------
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.
    homology_dimensions_ : tuple of int
        Which ones, as PersistenceDiagrams tells them; else 0, 1 and so on.

    See Also
    --------
    PersistenceEnergies : Sums of powers over all bars.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.feature_extraction import LongestLifetimes
    >>> diagrams = [np.array([[0, np.inf], [1, 4], [2, 2.5]]), np.empty((0, 2))]
    >>> LongestLifetimes(3, i0=2).fit_transform(diagrams)
    array([[3. , 0.5, 0. ],
           [0. , 0. , 0. ]])
    >>> LongestLifetimes(2, i0=2, cumulative=True).fit_transform(diagrams)
    array([[3. , 3.5],
           [0. , 0. ]])
    """

    _parameter_constraints = {
        "n_bars": [POSITIVE_INT],
        "i0": [POSITIVE_INT],
        "cumulative": ["boolean"],
    }

    def __init__(self, n_bars=5, i0=1, cumulative=False):
        self.n_bars = n_bars
        self.i0 = i0
        self.cumulative = cumulative

    def _values(self, bars, lengths):
        return self._value_and_pullback(bars, lengths)[0]

    def _value_and_pullback(self, bars, lengths):
        check_count("LongestLifetimes", "n_bars", self.n_bars, 8 * len(lengths))
        signed = bars[:, 1] - bars[:, 0]
        lifetime = np.abs(signed)
        diagram = np.repeat(np.arange(len(lengths)), lengths)
        order = longest_first(bars, diagram)
        starts = np.cumsum(lengths) - lengths
        skipped = min(self.i0 - 1, len(bars))
        place = np.arange(len(bars)) - starts[diagram] - skipped
        taken = (place >= 0) & (place < self.n_bars) & np.isfinite(lifetime[order])
        bar, row, column = order[taken], diagram[taken], place[taken]
        features = np.zeros((len(lengths), self.n_bars))
        features[row, column] = lifetime[bar]
        if self.cumulative:
            features = features.cumsum(axis=1)

        def pullback(grad):
            if self.cumulative:
                grad = grad[:, ::-1].cumsum(axis=1)[:, ::-1]
            slope = grad[row, column] * np.sign(signed[bar])
            grad_bars = np.zeros((len(bars), 2))
            grad_bars[bar, 0], grad_bars[bar, 1] = -slope, slope
            return grad_bars

        return features, pullback

    def _names(self, k):
        places = self.i0 + np.arange(self.n_bars)
        if self.cumulative:
            return [f"bars{self.i0}to{place}" for place in places]
        return [f"bar{place}" for place in places]
