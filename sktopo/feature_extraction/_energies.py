"""Diagrams -> the energies E(p, q, i0) as columns."""

import numbers

from sktopo._sklearn_compat import StrOptions
from sktopo.feature_extraction._base import DifferentiableDiagramTransformer
from sktopo.functionals import EnergyTable


class PersistenceEnergies(DifferentiableDiagramTransformer):
    """Turn diagrams into the numbers E(p, q, i0), one column for each combination.

    E(p, q, i0) is the sum of ``|d - b|^p ((d + b) / 2)^q`` over the bars from the i0-th
    longest on; see PersistenceEnergy. The features of [1]_ are the default: p and q
    from 0 to 4.

    Columns of different powers differ by orders of magnitude: of images of 8 x 8 pixels
    in 0 to 16 they reach 1e7. Put a ``StandardScaler`` behind, as for all estimators
    that look at sizes or distances; ``scale`` tames them before.

    Parameters
    ----------
    p : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the lifetime.
    q : sequence of float >= 0, default=(0, 1, 2, 3, 4)
        Powers of the midpoint.
    i0 : sequence of int >= 1, default=(1,)
        The first bars that count.
    scale : {None, "root", "log"}, default=None
        What is made of an energy E: nothing, ``sign(E) |E|^(1 / (p + q))``, which is in
        the units of the data (E itself for p = q = 0), or ``sign(E) log(1 + |E|)``.
        Both have gradients; that of a root is zero where E is.

    Attributes
    ----------
    n_diagrams_in_ : int
        Diagrams of a sample: the number of homology dimensions.
    homology_dimensions_ : tuple of int
        Which ones, as PersistenceDiagrams tells them; else 0, 1 and so on.

    See Also
    --------
    PersistenceDiagrams : Data to diagrams.

    References
    ----------
    .. [1] R. Brüel-Gabrielsson et al., "A Topology Layer for Machine Learning",
       AISTATS 2020, section 3.3, :doi:`10.48550/arXiv.1905.12200`.

    Examples
    --------
    >>> import numpy as np
    >>> from sktopo.feature_extraction import PersistenceEnergies
    >>> diagrams = [np.array([[0.0, 2.0], [0.0, 1.0]]), np.empty((0, 2))]
    >>> energies = PersistenceEnergies(p=(1, 2), q=(0,)).fit(diagrams)
    >>> energies.transform(diagrams)
    array([[3., 5.],
           [0., 0.]])
    >>> energies.get_feature_names_out()
    array(['H0_p1_q0_i1', 'H0_p2_q0_i1'], dtype=object)
    """

    _parameter_constraints = {
        "p": ["array-like", numbers.Real],
        "q": ["array-like", numbers.Real],
        "i0": ["array-like", numbers.Integral],
        "scale": [StrOptions({"root", "log"}), None],
    }

    def __init__(self, p=(0, 1, 2, 3, 4), q=(0, 1, 2, 3, 4), i0=(1,), scale=None):
        self.p = p
        self.q = q
        self.i0 = i0
        self.scale = scale

    def _fit(self, k, diagrams):
        self._table()
        super()._fit(k, diagrams)

    def _values(self, bars, lengths):
        return self._table().values(bars, lengths)

    def _value_and_pullback(self, bars, lengths):
        return self._table().value_and_pullback(bars, lengths)

    def _names(self, k):
        return self._table().names

    def _table(self):
        return EnergyTable(self.p, self.q, self.i0, type(self).__name__, self.scale)
