"""How evenly the lifetimes of a diagram are spread."""

import numpy as np
from scipy.special import entr

from sktopo._diagrams import check_diagram
from sktopo.metrics._matching import split_essential


def persistence_entropy(diagram, normalize=False):
    r"""The entropy of the lifetimes of a diagram, as shares of their sum.

    .. math:: -\sum_i \frac{l_i}{L} \log \frac{l_i}{L}, \quad L = \sum_i l_i

    It is 0 for a single bar and log(n) for n bars of equal length [1]_.

    Parameters
    ----------
    diagram : array-like of shape (n_bars, 2)
        Births and deaths. Bars that never die are left out, and so are those of length
        zero.
    normalize : bool, default=False
        Divide by the largest entropy that as many bars may have.

    Returns
    -------
    float
        In nats; 0 for a diagram without bars.

    Raises
    ------
    ValueError
        If the diagram is none, or ``normalize`` is no bool.

    References
    ----------
    .. [1] N. Atienza, R. Gonzalez-Diaz and M. Rucco, "Persistent entropy for separating
       topological features from noise in Vietoris-Rips complexes", Journal of
       Intelligent Information Systems 52 (2019), :doi:`10.1007/s10844-017-0473-4`.

    Examples
    --------
    >>> from sktopo.metrics import persistence_entropy
    >>> round(persistence_entropy([[0, 1], [2, 3], [4, 6]]), 3)
    1.04
    >>> persistence_entropy([[0, 1], [2, 3]], normalize=True)
    1.0
    """
    if not isinstance(normalize, (bool, np.bool_)):
        raise ValueError(
            "The 'normalize' parameter of persistence_entropy must be a bool. "
            f"Got {normalize!r} instead."
        )
    diagram = check_diagram(diagram, "persistence_entropy")
    finite, _ = split_essential(diagram)
    lifetimes = np.abs(np.diff(diagram[finite]).ravel())
    if lifetimes.size == 0:
        return 0.0
    shares = lifetimes / lifetimes.max()
    entropy = float(entr(shares / shares.sum()).sum())
    return entropy / float(np.log(lifetimes.size)) if normalize and entropy else entropy
