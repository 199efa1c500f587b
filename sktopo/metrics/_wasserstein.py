"""Optimal matchings of finite bars, and the Wasserstein distance."""

import math
import numbers

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from sktopo._fast import fast_module
from sktopo._memory import check_memory
from sktopo._sklearn_compat import validate_parameter_constraints
from sktopo._validation import Range
from sktopo.metrics._costs import pair_costs, step_costs, steps_from_diagonal
from sktopo.metrics._graphs import bipartite_graph
from sktopo.metrics._matching import finite_and_gaps

WASSERSTEIN_CONSTRAINTS = {
    # Of a higher power small steps underflow.
    "p": [Range(numbers.Real, 1, 32, closed="both")],
    "internal_p": [Range(numbers.Real, 1, math.inf, closed="both")],
}
_FEW = 0.15  # share of the pairs up to which a sparse method is faster
_MANY = 250_000  # dense pairs from which POT is worth its import
_MANY_PIVOTS = 10**8
_LARGEST_EXPONENT = 1023  # of powers of two that are numbers
_LOST = 1e-6  # share of the largest cost below which costs have too few digits


def wasserstein(diagram, other, p=2, internal_p=2):
    r"""The Wasserstein distance between two persistence diagrams, exactly.

    .. math:: W_p = \min_\gamma \Big(\sum_x \|x - \gamma(x)\|^p\Big)^{1/p}

    over all matchings of the bars with each other and with points of the diagonal [1]_.
    Bars that never die are matched among themselves, by the order of their births;
    where their numbers differ, the distance is infinite. Where more than 250,000 pairs
    of long bars are close to each other, POT, if it is installed (``sktopo[fast]``),
    finds the same matching two to four times faster.

    Parameters
    ----------
    diagram, other : array-like of shape (n_bars, 2)
        Births and deaths; a death may be inf, or -inf for superlevel sets.
    p : float in [1, 32], default=2
        Power of the steps that are added up; see ``bottleneck`` for the limit.
    internal_p : float >= 1, default=2
        The norm in which a step is measured; inf is allowed.

    Returns
    -------
    float
        Of the unit of the diagrams; inf where the numbers of essential bars differ.

    Raises
    ------
    ValueError
        If one of the diagrams is none, or a power overflows.

    References
    ----------
    .. [1] D. Cohen-Steiner, H. Edelsbrunner, J. Harer and Y. Mileyko, "Lipschitz
       functions have L_p-stable persistence", Foundations of Computational Mathematics
       10 (2010), :doi:`10.1007/s10208-010-9060-6`.

    Examples
    --------
    >>> from sktopo.metrics import wasserstein
    >>> wasserstein([[0, 4], [1, 3]], [[0, 3]], internal_p=float("inf"))
    1.4142135623730951
    """
    params = {"p": p, "internal_p": internal_p}
    validate_parameter_constraints(WASSERSTEIN_CONSTRAINTS, params, "wasserstein")
    pair = finite_and_gaps(diagram, other, "wasserstein")
    if pair is None:
        return math.inf
    bars, target, gaps = pair
    *_, steps = _shortest_steps(bars, target, p, internal_p)
    return float(_norm(np.append(steps, np.abs(gaps)), p))


def wasserstein_matching(bars, target, p, internal_p):
    """The matching whose steps cost least in all.

    Parameters
    ----------
    bars : ndarray of shape (n_bars, 2)
        Finite bars.
    target : ndarray of shape (n_target, 2)
    p, internal_p : float >= 1

    Returns
    -------
    i, j : ndarray of int
        The bars that are matched to bars of the target, and to which ones. All others
        go to the diagonal.
    total : float
        The sum of the p-th powers of all steps.
    """
    i, j, steps = _shortest_steps(bars, target, p, internal_p)
    return i, j, float((steps**p).sum())


def _shortest_steps(bars, target, p, internal_p):
    """The matching and the lengths of all steps; see ``wasserstein_matching``."""
    check_memory(
        50 * len(bars) * len(target),
        f"A Wasserstein matching of {len(bars)} and {len(target)} bars",
        "Leave out the short bars.",
    )
    # No step of an optimal matching is much longer than a bar.
    lifetimes = np.append(np.diff(bars), np.diff(target))
    unit = _power_of_two(np.abs(lifetimes).max(initial=0.0))
    with np.errstate(over="ignore"):
        i, j, steps = _scaled_steps(bars / unit, target / unit, p, internal_p)
    return i, j, unit * steps


def _scaled_steps(bars, target, p, internal_p):
    """The same for lifetimes of up to 1, whose powers are numbers."""
    i, j = _matched(bars, target, p, internal_p, most=np.inf)
    steps = _steps(bars, target, i, j, internal_p)
    reach = _steps(bars, target, [], [], internal_p).max(initial=0.0)
    # Of costs that are small beside those of the lifetimes rounding leaves nothing. No
    # step of the best matching is longer than all steps of another one together: with
    # longer ones cut short, the small ones count again.
    while 0 < _norm(steps, p) < _LOST ** (1 / p) * reach:
        reach = _power_of_two(_norm(steps, p))
        pairs = _matched(bars / reach, target / reach, p, internal_p, most=2.0)
        shorter = _steps(bars, target, *pairs, internal_p)
        if not _norm(shorter, p) < _norm(steps, p):
            break
        (i, j), steps = pairs, shorter
    return i, j, steps


def _matched(bars, target, p, internal_p, most):
    """The matching whose costs, each cut off at ``most``, are least in all."""
    alone = step_costs(steps_from_diagonal(bars), p, internal_p)
    target_alone = step_costs(steps_from_diagonal(target), p, internal_p)
    alone, target_alone = np.minimum(alone, most), np.minimum(target_alone, most)
    # What a match costs more than sending both to the diagonal: only gains count.
    extra = pair_costs(bars, target, p, internal_p)
    extra -= alone[:, None]
    extra -= target_alone
    return _best_gains(np.minimum(extra, 0.0, out=extra), alone, target_alone)


def _steps(bars, target, i, j, internal_p):
    """The lengths of all steps, of those that are matched and of those that are not."""
    to_diagonal = np.delete(bars, i, axis=0), np.delete(target, j, axis=0)
    steps = [bars[i] - target[j], *map(steps_from_diagonal, to_diagonal)]
    return step_costs(np.concatenate(steps), 1, internal_p)


def _norm(steps, p):
    """The p-norm of lengths, whose powers may be too small for numbers."""
    longest = steps.max(initial=0.0)
    if longest == 0:
        return 0.0
    return longest * ((steps / longest) ** p).sum() ** (1 / p)


def _power_of_two(size):
    """The next larger one, if there is one: division by it does not round."""
    return float(np.ldexp(1.0, min(np.frexp(size)[1], _LARGEST_EXPONENT)))


def _best_gains(cost, alone, target_alone):
    """The pairs of rows and columns, each taken once at most, of the least sum.

    No entry is positive, and pairs of cost zero are left out. A cost is what a pair
    costs more than ``alone`` of its row and ``target_alone`` of its column.
    """
    n_rows, n_columns = cost.shape
    n_gains = np.count_nonzero(cost)
    if n_gains > _FEW * cost.size:
        i, j = _dense_assignment(cost, alone, target_alone)
    else:
        # Each row has a column of its own, for the diagonal; explicit zeros would be
        # no entries, and the same number more in every row changes no choice.
        i, j = np.nonzero(cost)
        if i.size == 0:
            return i, j
        shift = -2.0 * cost.min()
        rows = np.concatenate([i, np.arange(n_rows)])
        columns = np.concatenate([j, n_columns + np.arange(n_rows)])
        weights = np.concatenate([cost[i, j], np.zeros(n_rows)]) + shift
        shape = n_rows, n_rows + n_columns
        graph = bipartite_graph(rows, columns, shape, weights)
        i, j = min_weight_full_bipartite_matching(graph)
        inside = j < n_columns
        i, j = i[inside], j[inside]
    gains = cost[i, j] < 0
    return i[gains], j[gains]


def _dense_assignment(cost, alone, target_alone):
    """Rows and columns of least cost; others stay alone.

    From some size on the network simplex of POT is faster than SciPy's shortest paths.
    Both are exact.
    """
    pot = fast_module("ot.lp") if cost.size >= _MANY else None
    if pot is None:
        return linear_sum_assignment(cost)
    n_rows, n_columns = cost.shape
    # One more row and column take what stays alone: of fewer equal costs the simplex is
    # faster.
    padded = np.zeros((n_rows + 1, n_columns + 1))
    padded[:-1, :-1] = cost + alone[:, None] + target_alone
    padded[:-1, -1], padded[-1, :-1] = alone, target_alone
    padded /= padded.max()  # the tolerances of POT are absolute
    masses = (
        np.append(np.ones(n_rows), n_columns),
        np.append(np.ones(n_columns), n_rows),
    )
    plan, log = pot.emd(*masses, padded, numItermax=_MANY_PIVOTS, log=True)
    if log["warning"] is not None:
        return linear_sum_assignment(cost)
    return np.nonzero(plan[:-1, :-1] > 0.5)
