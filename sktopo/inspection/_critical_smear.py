"""Where the bars of an image live: critical pixels, averaged over noisy copies."""

import numbers
from functools import partial

import numpy as np
from sklearn.utils import Bunch

from sktopo._arrays import check_grid
from sktopo._diagrams import even_directions
from sktopo._memory import check_count
from sktopo._sklearn_compat import HasMethods, validate_parameter_constraints
from sktopo._validation import (
    N_JOBS,
    POSITIVE_INT,
    as_component,
    check_homology_dimensions,
    drawn_seed,
    is_int,
)
from sktopo._workers import in_threads
from sktopo.filtrations import as_filtration
from sktopo.functionals import FunctionalFromCallable, PersistenceNorm
from sktopo.metrics import sliced_transfer
from sktopo.persistence import FINITE
from sktopo.pooling import PooledGradient, RandomPooling, precision_for

_CONSTRAINTS = {
    "functional": [HasMethods(["value_and_grad"]), None],
    "n_projections": [POSITIVE_INT],
    "n_jobs": N_JOBS,
}
_SIZE, _N_COPIES = 5, 1000  # of the default pooling
_FAR = 1000  # the exponent of the largest units
# Samples that are added up before the sums are: the same for any number of workers.
_CHUNK = 50


def critical_smear(
    image,
    functional=None,
    *,
    homology_dimensions=0,
    filtration="cubical",
    pooling=None,
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
        None is ``PersistenceNorm()``, the sum of the lifetimes.
    homology_dimensions : int or tuple of int, default=0
        Of the diagrams; with a tuple the maps of several are summed.
    filtration : Cubical or "cubical", default="cubical"
        Whether large values enter first, and which pixels are neighbours.
    pooling : RandomPooling, int or None, default=None
        How copies are made, and how many; an int k stands for
        ``RandomPooling(k, weights="uniform", n_samples=1000)``, and None for k = 5.
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
        image, and ``grad``, the functional's gradient there. With a tuple of dimensions
        these two are lists.

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
    >>> from sktopo.functionals import PersistenceNorm
    >>> from sktopo.inspection import critical_smear
    >>> from sktopo.pooling import RandomPooling
    >>> image = make_double_well(62)
    >>> pooling = RandomPooling(5, weights="uniform", max_noise=30, n_samples=50)
    >>> smear = critical_smear(
    ...     image, PersistenceNorm(min_persistence=50), pooling=pooling, random_state=0
    ... )
    >>> row, column = np.unravel_index(smear.death_map.argmax(), image.shape)
    >>> bool(30 < row < 45 and 38 < column < 50)
    True
    """
    name = "critical_smear"
    image = check_grid(image, "image", name)
    given = {
        "functional": functional,
        "n_projections": n_projections,
        "n_jobs": n_jobs,
    }
    validate_parameter_constraints(_CONSTRAINTS, given, caller_name=name)
    check_count(name, "n_projections", n_projections, 1000)
    filtration = as_filtration(filtration, name, of_grids=True)
    if pooling is None or is_int(pooling):
        size = _SIZE if pooling is None else pooling
        # Windows of one pixel have no weights to draw.
        n_copies = _N_COPIES if size > 1 else 1
        pooling = RandomPooling(size, weights="uniform", n_samples=n_copies)
    pooling = as_component(pooling, RandomPooling, name, "pooling", ())
    if pooling.combine != "mean":
        raise ValueError(
            f"The 'combine' of the 'pooling' parameter of {name} must be 'mean'. "
            f"Got {pooling.combine!r} instead."
        )
    dimensions = check_homology_dimensions(homology_dimensions, name)
    functional = PersistenceNorm() if functional is None else functional
    directions = even_directions(n_projections)
    # In these units neither noise nor weights leave the range of float32.
    exponent = np.clip(np.frexp(np.abs(image).max())[1], -_FAR, _FAR)
    pooling = pooling.scaled(float(np.ldexp(1.0, -exponent)))
    diagrams, grads, transfers = [], [], {}
    for bars in filtration.build(image).bars(dimensions):
        _, grad = functional.value_and_grad(bars.diagram)
        finite = bars.kind == FINITE
        diagram, grad = bars.diagram[finite], grad[finite]
        diagrams.append(diagram)
        grads.append(grad)
        # A functional of the bars of a copy whose gradient is the one handed on to it.
        scaled = np.ldexp(diagram, -exponent)
        transfer = partial(_transferred, scaled, grad, directions)
        transfers[bars.dimension] = FunctionalFromCallable(transfer)

    image = np.ldexp(image, -exponent)
    seed = drawn_seed(random_state)
    seeds = np.random.SeedSequence(seed).spawn(pooling.n_samples)
    cover, dtype = pooling.cover(image.shape), precision_for(image)
    windows = cover.windows(cover.laid_out(image).astype(dtype))
    bank = pooling.bank(cover, np.random.default_rng(seed))
    weights = partial(pooling.window_weights, cover, dtype=dtype, bank=bank)
    jobs = (
        (
            PooledGradient(filtration, transfers, cover, weights(), cover.shape),
            windows,
            seeds[i : i + _CHUNK],
        )
        for i in range(0, len(seeds), _CHUNK)
    )
    sums = in_threads(_smears, jobs, n_jobs)
    birth_map, death_map = map(cover.grid, sum(sums) / len(seeds))
    if isinstance(homology_dimensions, numbers.Integral):
        (diagrams,), (grads,) = diagrams, grads
    return Bunch(birth_map=birth_map, death_map=death_map, diagram=diagrams, grad=grads)


def _transferred(diagram, grad, directions, sample):
    return 0.0, sliced_transfer(diagram, grad, sample, directions)


def _smears(gradient, windows, seeds):
    """The sum of the smears of some samples: births and deaths, (2, n_places)."""
    cover = gradient.cover
    total = np.zeros((2, cover.layout.size))
    for seed in seeds:
        _, graded = gradient.evaluate(windows, [np.random.default_rng(seed)])
        for bars, grad in graded:
            for side, smear in enumerate(total):
                one_side = np.zeros(grad.shape)
                one_side[:, side] = grad[:, side]
                touched, spread = gradient.spread(bars.scatter(one_side))
                smear += cover.summed(touched, spread)
    return total
