"""What noise does to a functional of the diagram of an image."""

from functools import partial

import numpy as np
from sklearn.utils import Bunch, check_random_state

from sktopo._arrays import check_grid, check_real_array
from sktopo._memory import check_count
from sktopo._validation import check_homology_dimensions, check_int, check_n_jobs
from sktopo._workers import in_workers
from sktopo.objectives import PersistenceTerm


def robustness_curve(
    image,
    functional,
    noise_levels,
    n_repeats=20,
    *,
    homology_dimensions=0,
    filtration="cubical",
    random_state=None,
    n_jobs=None,
):
    """Evaluate a functional of the diagram of noisy copies of an image [1]_.

    Every pixel has uniform noise from -level to level. A topology that hangs on single
    pixels is gone under little of it.

    Parameters
    ----------
    image : array-like of shape (n,), (h, w) or (d, h, w)
    functional : DiagramFunctional
        Such as ``PersistenceNorm``.
    noise_levels : array-like of shape (n_levels,)
        In the units of the image, >= 0.
    n_repeats : int >= 1, default=20
        Copies for each level.
    homology_dimensions : int or tuple of int, default=0
        Of the diagrams, whose values are summed.
    filtration : Filtration or str, default="cubical"
        See ``PersistenceTerm``.
    random_state : int, RandomState instance or None, default=None
        Seed of the noise. All levels have the same noise, at different sizes.
    n_jobs : int or None, default=None
        Copies are spread over so many workers; the result is the same.

    Returns
    -------
    Bunch
        ``noise_levels``, ``mean``, ``min`` and ``max`` of shape (n_levels,), and
        ``draws`` of shape (n_levels, n_repeats).

    Raises
    ------
    ValueError
        If a level is negative, or n_repeats is no int >= 1.

    References
    ----------
    .. [1] E. Solomon, A. Wagner and P. Bendich, "A Fast and Robust Method for Global
       Topological Functional Optimization", AISTATS 2021,
       :doi:`10.48550/arXiv.2009.08496`.

    Examples
    --------
    >>> from sktopo.datasets import make_double_well
    >>> from sktopo.functionals import PersistenceNorm
    >>> from sktopo.inspection import robustness_curve
    >>> long_bars = PersistenceNorm(min_persistence=50)
    >>> image = make_double_well(60)
    >>> curve = robustness_curve(image, long_bars, [0, 10], random_state=0)
    >>> curve.mean.round()
    array([129., 132.])
    """
    name = "robustness_curve"
    image = check_grid(image, "image", name)
    levels = check_real_array(noise_levels, "noise_levels", name, ((1,), "1-D"))
    levels = levels.astype(np.float64)
    if levels.min() < 0:
        raise ValueError(
            f"The 'noise_levels' parameter of {name} must be numbers in the range "
            f"[0, inf). Got {levels.min()}."
        )
    check_int(n_repeats, "n_repeats", name, 1)
    check_n_jobs(n_jobs, name)
    check_count(name, "n_repeats", n_repeats, 100 * levels.size)
    dimensions = check_homology_dimensions(homology_dimensions, name)
    term = PersistenceTerm(filtration, functional, dimensions)
    rng = check_random_state(random_state)
    seeds = rng.randint(np.iinfo(np.int32).max, size=n_repeats)
    columns = in_workers(partial(_values, term, image, levels), zip(seeds), n_jobs)
    values = np.stack(columns, axis=1)
    return Bunch(
        noise_levels=levels,
        mean=values.mean(axis=1),
        min=values.min(axis=1),
        max=values.max(axis=1),
        draws=values,
    )


def _values(term, image, levels, seed):
    noise = np.random.default_rng(seed).uniform(-1, 1, size=image.shape)
    return [term(image + level * noise) for level in levels]
