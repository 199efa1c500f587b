"""Where the bars of an image live: critical pixels, averaged over noisy copies."""

import numbers

import numpy as np
from joblib import Parallel, delayed
from sklearn.utils import Bunch, check_random_state

from sktopo._sklearn_compat import (
    HasMethods,
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sktopo._validation import check_real_array
from sktopo.functionals import PersistenceNorm
from sktopo.objectives._cover import GridCover, check_stride
from sktopo.objectives._smear import POOLINGS, Smear, precision_for
from sktopo.persistence import (
    CONNECTIVITIES,
    grid_pairs,
    sort_order,
)

_CONSTRAINTS = {
    "functional": [HasMethods(["value_and_grad"]), None],
    "homology_dimension": [Interval(numbers.Integral, 0, None, closed="left")],
    "min_persistence": [Interval(numbers.Real, 0, None, closed="left")],
    "superlevel": ["boolean"],
    "connectivity": [StrOptions(set(CONNECTIVITIES))],
    "noise": [Interval(numbers.Real, 0, None, closed="left")],
    "pool_size": [Interval(numbers.Integral, 1, None, closed="left")],
    "stride": [Interval(numbers.Integral, 1, None, closed="left"), None],
    "pooling": [StrOptions(set(POOLINGS))],
    "n_samples": [Interval(numbers.Integral, 1, None, closed="left")],
    "n_projections": [Interval(numbers.Integral, 1, None, closed="left")],
}
# Samples that are added up before the sums are: the same for any number of workers.
_CHUNK = 50


def critical_smear(
    image,
    functional=None,
    *,
    homology_dimension=0,
    min_persistence=0.0,
    superlevel=False,
    connectivity="full",
    noise=0.0,
    pool_size=5,
    stride=None,
    pooling="uniform",
    n_samples=1000,
    n_projections=20,
    n_jobs=None,
    random_state=None,
):
    """Spread the critical pixels of bars over where they might as well be [1]_.

    A birth or a death is the value of one pixel, and a little noise makes it another
    one. Here the gradient of a functional on the diagram of the image is handed on to
    the diagrams of many noisy, pooled copies, to the bars that a matching of
    projections assigns. There it is put on the critical windows, spread to their pixels
    by the weights of the pooling, and averaged. For a single bar this is a fuzzy
    picture of where it is born and where it dies.

    Parameters
    ----------
    image : array-like of shape (n,), (h, w) or (d, h, w)
    functional : DiagramFunctional or None, default=None
        None is the sum of the lifetimes above ``min_persistence``.
    homology_dimension : int >= 0, default=0
        Of the diagram.
    min_persistence : float >= 0, default=0.0
        Used where there is no functional.
    superlevel : bool, default=False
        Let large values enter first.
    connectivity : {"full", "face", "freudenthal"}, default="full"
        See ``sktopo.filtrations.Cubical``.
    noise : float >= 0, default=0.0
        Uniform noise from -noise to noise on every pixel of a copy.
    pool_size : int >= 1, default=5
        Pixels of a window along each axis.
    stride : int >= 1 or None, default=None
        Pixels from one window to the next; None for ``pool_size``.
    pooling : {"mean", "vertex", "simplex", "uniform"}, default="uniform"
        Weights of the pixels of a window; see ``STUMPImageOptimizer``.
    n_samples : int >= 1, default=1000
        Noisy copies.
    n_projections : int >= 1, default=20
        Directions along which diagrams are matched [2]_, evenly spread; the cheapest of
        the matchings counts.
    n_jobs : int or None, default=None
        Copies are spread over so many workers; the result is the same.
    random_state : int, RandomState instance or None, default=None
        Seed of noise and weights.

    Returns
    -------
    Bunch
        ``birth_map`` and ``death_map`` of the image's shape, the gradient by way of
        births and of deaths; ``diagram`` of shape (n_bars, 2), the finite bars of the
        image, and ``grad``, the functional's gradient there.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021, section IV.A,
       :doi:`10.48550/arXiv.2009.08496`.
    .. [2] M. Carrière, M. Cuturi and S. Oudot, "Sliced Wasserstein Kernel for
       Persistence Diagrams", ICML 2017, :doi:`10.48550/arXiv.1706.03358`.

    Examples
    --------
    The wall between two wells is where their bar dies:

    >>> import numpy as np
    >>> from sktopo.datasets import make_double_well
    >>> from sktopo.objectives import critical_smear
    >>> image = make_double_well(62)
    >>> smear = critical_smear(
    ...     image, min_persistence=50, noise=30, n_samples=50, random_state=0
    ... )
    >>> row, column = np.unravel_index(smear.death_map.argmax(), image.shape)
    >>> bool(30 < row < 45 and 38 < column < 50)
    True
    """
    name = "critical_smear"
    image = check_real_array(
        image,
        name="image",
        owner=name,
        ndim=(1, 2, 3),
        ndim_hint="a signal (1-D), an image (2-D) or a voxel grid (3-D)",
    ).astype(np.float64)
    given = {
        "functional": functional,
        "homology_dimension": homology_dimension,
        "min_persistence": min_persistence,
        "superlevel": superlevel,
        "connectivity": connectivity,
        "noise": noise,
        "pool_size": pool_size,
        "stride": stride,
        "pooling": pooling,
        "n_samples": n_samples,
        "n_projections": n_projections,
    }
    validate_parameter_constraints(_CONSTRAINTS, given, caller_name=name)
    check_stride(stride, pool_size, name)
    if functional is None:
        functional = PersistenceNorm(region=(-np.inf, np.inf, min_persistence, np.inf))
    bars = _Bars(homology_dimension, superlevel, connectivity)
    _, diagram = bars(image.ravel(), image.shape)
    _, grad = functional.value_and_grad(diagram)
    cover = GridCover(image.shape, pool_size, stride)
    angle = np.pi * (np.arange(n_projections) / n_projections - 0.5)
    directions = np.stack([np.cos(angle), np.sin(angle)])
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    seeds = np.random.SeedSequence(seed).spawn(n_samples)
    dtype = precision_for(image)
    laid_out = cover.laid_out(image).astype(dtype)
    sums = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_smears)(
            laid_out,
            cover,
            Smear(cover, pooling, noise, dtype=dtype),
            bars,
            diagram,
            grad,
            directions,
            seeds[i : i + _CHUNK],
        )
        for i in range(0, n_samples, _CHUNK)
    )
    birth_map, death_map = (cover.grid(m, image.shape) for m in sum(sums) / n_samples)
    return Bunch(birth_map=birth_map, death_map=death_map, diagram=diagram, grad=grad)


class _Bars:
    """Finite bars of a grid: index pairs and diagram."""

    def __init__(self, dimension, superlevel, connectivity):
        self._dimension, self._superlevel = dimension, superlevel
        self._connectivity = connectivity

    def __call__(self, values, shape):
        order = sort_order(values, descending=self._superlevel)
        (pairs,) = grid_pairs(order, shape, self._connectivity, (self._dimension,))
        bars = pairs._replace(essential=pairs.essential[:0]).bars(values)
        return bars.indices, bars.diagram


def _smears(laid_out, cover, smear, bars, diagram, grad, directions, seeds):
    """The sum of the smears of some samples: births and deaths, (2, n_places)."""
    total = np.zeros((2, laid_out.size))
    windows = cover.windows(laid_out)
    for seed in seeds:
        (pooled,) = smear.draw(np.random.default_rng(seed)).pool(windows)
        pairs, sample = bars(pooled, cover.shape)
        handed = transferred(diagram, grad, sample, directions)
        for m, cells, pull in zip(total, pairs.T, handed.T, strict=True):
            used = np.flatnonzero(pull)
            places = cover.places[cells[used]]
            spread = smear.spread(cells[used], pull[used])
            m += np.bincount(places.ravel(), spread.ravel(), m.size)
    return total


def transferred(diagram, grad, other, directions):
    """Hand a gradient on one diagram to the bars of another that they are matched to.

    Along each direction the projections of both diagrams, each with the other's bars
    put on the diagonal, are matched in their order; of these matchings the one that
    moves bars least in the plane is taken. What it matches to the diagonal is lost.

    Parameters
    ----------
    diagram, grad : ndarray of shape (n_bars, 2)
    other : ndarray of shape (n_other, 2)
    directions : ndarray of shape (2, n_directions)

    Returns
    -------
    ndarray of shape (n_other, 2)
    """
    n_bars, n_other = len(diagram), len(other)
    ours = np.concatenate([diagram, _on_diagonal(other)])
    theirs = np.concatenate([other, _on_diagonal(diagram)])
    from_ours = np.argsort(ours @ directions, axis=0, kind="stable")
    to_theirs = np.argsort(theirs @ directions, axis=0, kind="stable")
    cost = ((ours[from_ours] - theirs[to_theirs]) ** 2).sum(axis=2)
    # Along the diagonal itself nothing is moved.
    cost[(from_ours >= n_bars) & (to_theirs >= n_other)] = 0.0
    cheapest = cost.sum(axis=0).argmin()
    match = np.empty(len(ours), dtype=np.intp)
    match[from_ours[:, cheapest]] = to_theirs[:, cheapest]
    handed = np.zeros((len(theirs), 2))
    handed[match[:n_bars]] = grad
    return handed[:n_other]


def _on_diagonal(diagram):
    return np.repeat(diagram.mean(axis=1, keepdims=True), 2, axis=1)
