"""The other programs, each as a maker of calls: ``PEERS[name](x)()``.

A name with an asterisk gives the values of bars, but no cells.
"""

from importlib.util import find_spec

import gudhi
import numpy as np
from gudhi.hera import wasserstein_distance
from gudhi.sklearn.cubical_persistence import CubicalPersistence
from scipy.signal import find_peaks, peak_prominences

from sktopo.feature_extraction._directional import _ramps
from sktopo.persistence._gudhi import image_diagrams

_NEEDS = {
    "cripser": "cripser",
    "tcripser": "tcripser",
    "redzed": "redzed_tda",
    "giotto-ph": "gph",
    "ripser": "ripser",
    "gudhi with POT": "ot",
    "persim W": "persim",
    "persim bottleneck": "persim",
    "h_maxima": "skimage",
}


def uses(name):
    """Whether a peer is installed."""
    return name not in _NEEDS or find_spec(_NEEDS[name]) is not None


def _complex(x, cells):
    complex_ = gudhi.CubicalComplex(**{cells: x})
    complex_.compute_persistence()
    return complex_


def cofaces(x, top=1):
    """The usual way to cells: all dimensions are computed."""
    return lambda: _complex(x, "top_dimensional_cells").cofaces_of_persistence_pairs()


def many_cofaces(x, n_calls):
    """So many calls one after the other: a unit of time."""
    call = cofaces(x)
    return lambda: [call() for _ in range(n_calls)]


def vertices(x, top=1):
    return lambda: _complex(x, "vertices").vertices_of_persistence_pairs()


def values(x):
    """gudhi's fastest way to the values of bars of an image."""
    as_float = np.ascontiguousarray(x, dtype=np.float64)
    return lambda: image_diagrams(as_float)


def argsort(x):
    return lambda: np.argsort(x, axis=None)


def cripser(x, top=1):
    from cripser import computePH

    return lambda: computePH(x, maxdim=top)


def tcripser(x, top=1):
    from tcripser import computePH

    return lambda: computePH(x, maxdim=top)


def redzed(points):
    import redzed_tda

    def run():
        distances = redzed_tda.pairwise_distances(points)
        return redzed_tda.rips(distances, maxdim=1, simplex_pairs=True)

    return run


def giotto(points):
    from gph import ripser_parallel

    return lambda: ripser_parallel(points, maxdim=1, return_generators=True)


def ripser_py(points):
    from ripser import ripser

    return lambda: ripser(points, maxdim=1)


def generators(points):
    def run():
        tree = gudhi.RipsComplex(points=points).create_simplex_tree(max_dimension=2)
        tree.compute_persistence(homology_coeff_field=2)
        return tree.flag_persistence_generators()

    return run


def alpha(points):
    def run():
        tree = gudhi.AlphaComplex(points=points).create_simplex_tree()
        tree.compute_persistence(homology_coeff_field=2)
        return [tree.persistence_intervals_in_dimension(k) for k in (0, 1)]

    return run


def hera(a, b):
    return lambda: wasserstein_distance(a, b, order=2, internal_p=2)


def gudhi_with_pot(a, b):
    from gudhi.wasserstein import wasserstein_distance as by_pot

    return lambda: by_pot(a, b, order=2, internal_p=2)


def persim_wasserstein(a, b):
    from persim import wasserstein

    return lambda: wasserstein(a, b)


def gudhi_bottleneck(a, b):
    return lambda: gudhi.bottleneck_distance(a, b, 0)


def persim_bottleneck(a, b):
    from persim import bottleneck

    return lambda: bottleneck(a, b)


def scipy_peaks(x):
    return lambda: peak_prominences(x, find_peaks(x)[0])


def h_maxima(x, height):
    from skimage.morphology import h_maxima as by_skimage

    return lambda: by_skimage(x, height)


def gudhi_sklearn(x):
    """Diagrams and 400 sums of each image."""
    ramps = _ramps(8, x.shape[1:])
    swept = (x.reshape(len(x), 1, -1) * ramps).reshape(-1, *x.shape[1:])
    ends = swept.reshape(len(swept), -1).min(axis=1)
    transformer = CubicalPersistence(homology_dimensions=[0, 1])
    powers = np.arange(5)

    def run():
        rows = []
        for diagrams, end in zip(transformer.fit_transform(-swept), ends, strict=True):
            for diagram in diagrams:
                bars = np.where(np.isinf(diagram), -end, diagram)
                life = (bars[:, 1] - bars[:, 0]) ** powers[:, None]
                middle = bars.mean(axis=1) ** powers[:, None]
                rows.append((life @ middle.T).ravel())
        return np.reshape(rows, (len(x), -1))

    return run


PEERS = {
    "cofaces": cofaces,
    "vertices": vertices,
    "values": values,
    "argsort": argsort,
    "cripser": cripser,
    "tcripser": tcripser,
    "redzed": redzed,
    "giotto-ph": giotto,
    "ripser": ripser_py,
    "generators": generators,
    "alpha": alpha,
    "hera": hera,
    "gudhi with POT": gudhi_with_pot,
    "persim W": persim_wasserstein,
    "gudhi bottleneck": gudhi_bottleneck,
    "persim bottleneck": persim_bottleneck,
    "scipy peaks": scipy_peaks,
    "h_maxima": h_maxima,
    "gudhi.sklearn": gudhi_sklearn,
}
