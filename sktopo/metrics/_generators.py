"""How well generated samples stand for a reference, from the distances between them."""

import numpy as np
from sklearn.utils.validation import check_array


def minimum_matching_distance(distances):
    """The mean distance of the reference samples to the nearest generated one.

    The lower, the more faithful are the generated samples [1]_. How many of them there
    are matters: compare sets of equal size.

    Parameters
    ----------
    distances : array-like of shape (n_generated, n_reference)
        Distances of any kind: between images, or between their diagrams; see
        ``pairwise_distances``.

    Returns
    -------
    float

    References
    ----------
    .. [1] P. Achlioptas, O. Diamanti, I. Mitliagkas and L. Guibas, "Learning
       representations and generative models for 3D point clouds", ICML 2018,
       :doi:`10.48550/arXiv.1707.02392`.

    Examples
    --------
    >>> from sktopo.metrics import minimum_matching_distance
    >>> minimum_matching_distance([[1.0, 4.0], [3.0, 2.0]])
    1.5
    """
    return float(_checked(distances, "minimum_matching_distance").min(axis=0).mean())


def coverage(distances):
    """The share of reference samples that are the nearest one of a generated sample.

    It is low where generated samples are all alike [1]_.

    Parameters
    ----------
    distances : array-like of shape (n_generated, n_reference)
        As for ``minimum_matching_distance``. Of equally near reference samples the
        first one counts.

    Returns
    -------
    float

    References
    ----------
    .. [1] P. Achlioptas, O. Diamanti, I. Mitliagkas and L. Guibas, "Learning
       representations and generative models for 3D point clouds", ICML 2018,
       :doi:`10.48550/arXiv.1707.02392`.

    Examples
    --------
    >>> from sktopo.metrics import coverage
    >>> coverage([[1.0, 4.0], [2.0, 3.0]])
    0.5
    """
    distances = _checked(distances, "coverage")
    # What is infinitely far from all of them covers none.
    near = distances[np.isfinite(distances.min(axis=1))]
    return np.unique(near.argmin(axis=1)).size / distances.shape[1]


def inception_score(probabilities):
    r"""How sure a classifier is of samples, and how many classes they are of.

    .. math:: \exp\Big(\frac{1}{n} \sum_x
        \mathrm{KL}\big(p(y \mid x) \,\|\, \bar p(y)\big)\Big)

    between 1 and the number of classes [1]_. With the Inception network it is the score
    of that name; any classifier of the samples will do, and scores by different ones
    cannot be compared.

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        Such as ``classifier.predict_proba(samples)``; rows sum to 1.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If they are no probabilities.

    References
    ----------
    .. [1] T. Salimans et al., "Improved techniques for training GANs", NeurIPS 2016,
       :doi:`10.48550/arXiv.1606.03498`.

    Examples
    --------
    >>> from sktopo.metrics import inception_score
    >>> inception_score([[1.0, 0.0], [0.0, 1.0]])
    2.0
    """
    p = _checked(probabilities, "inception_score")
    if np.abs(p.sum(axis=1) - 1).max() > 1e-6:
        raise ValueError(
            "Rows of the table for inception_score must sum to 1. Got sums from "
            f"{p.sum(axis=1).min()} to {p.sum(axis=1).max()}."
        )
    mean = p.mean(axis=0)
    ratio = np.divide(p, mean, out=np.ones_like(p), where=p > 0)
    return float(np.exp((p * np.log(ratio)).sum(axis=1).mean()))


def _checked(table, owner):
    """A table of numbers; distances may be infinite, between diagrams."""
    table = check_array(table, dtype=np.float64, ensure_all_finite=False)
    is_bad = np.isnan(table) if owner != "inception_score" else ~np.isfinite(table)
    if is_bad.any():
        raise ValueError(
            f"The table for {owner} has entries that are {table[is_bad][0]}."
        )
    if table.min() < 0:
        raise ValueError(
            f"The table for {owner} must not have negative entries. Got {table.min()}."
        )
    return table
