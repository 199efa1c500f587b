"""The sum of ranges of the best split into runs, and its exact proximal step.

E(1, 0, i0) of points on the line adds up all gaps but the i0 - 2 longest: the least
total range of i0 - 1 runs that the sorted values are cut into.
"""

import numpy as np

_BRANCHES = 16  # ends between two known ones that are tried in one go


def sum_of_ranges(values, n_runs):
    """The least total range of ``n_runs`` runs of the sorted values, and its gradient.

    Parameters
    ----------
    values : ndarray of shape (n,)
    n_runs : int >= 1

    Returns
    -------
    value : float
    grad : ndarray of shape (n,)
        One subgradient: of equal values the first in the array comes first.
    """
    order = np.argsort(values, kind="stable")
    gaps = np.diff(values[order])
    counts = gaps > 0
    counts[np.argsort(-gaps, kind="stable")[: n_runs - 1]] = False
    grad = np.zeros(values.shape)
    grad[order[1:]] += counts
    grad[order[:-1]] -= counts
    return float(gaps[counts].sum()), grad


def prox_of_ranges(values, step, n_runs):
    """Minimise ||z - values||^2 / 2 + step * (sum of the ranges of n_runs runs of z).

    Inside a run from l to r the minimum clips the values to [lo, hi], where the mass
    cut off at each end is ``step``; where lo would pass hi the run collapses to its
    mean. Since hi depends on r only and lo on l only, the costs of all runs are one
    array, and the best cuts a dynamic programme over the ends of runs.

    Parameters
    ----------
    values : ndarray of shape (n,)
    step : float >= 0
    n_runs : int >= 1
        At most so many runs.

    Returns
    -------
    z : ndarray of shape (n,)
        The global minimum.
    """
    if n_runs == 1:
        return prox_of_range(values, step)
    order = np.argsort(values, kind="stable")
    # Sums of squares lose less when they are of centred values.
    centre = values[order[values.size // 2]]
    v = values[order] - centre
    both_ways = np.stack([v, -v[::-1]])
    (high, low), (high_cost, low_cost) = _upper_clips(both_ways, step)
    low, low_cost = -low[::-1], low_cost[::-1]

    run = _RunCosts(v, low, low_cost, high, high_cost)
    z = np.empty_like(values)
    for first, last in _best_cuts(run, v.size, min(n_runs, v.size)):
        z[order[first : last + 1]] = run.minimum(first, last)
    return z + centre


def prox_of_range(values, step):
    """The same for one run, whose ends alone matter."""
    v = np.sort(values)
    centre = v[v.size // 2]
    v = v - centre
    low, high = -_upper_clip(-v[::-1], step), _upper_clip(v, step)
    if low < high:
        return np.clip(values, low + centre, high + centre)
    return np.full(values.shape, v.mean() + centre)


def _upper_clip(v, step):
    """The level that cuts ``step`` off v, which is sorted."""
    above = np.cumsum(v[::-1])[::-1]
    count = np.arange(v.size, 0, -1)
    first = min(np.count_nonzero(above - count * v >= step), v.size - 1)
    return (above[first] - step) / count[first]


def _upper_clips(v, step):
    """For each row, at each end r, the level that cuts ``step`` off v[..r]; its cost.

    Rows are sorted. The level of r is h with sum of (v_i - h)+ over i <= r equal to
    ``step``; the cost is step * h + sum of ((v_i - h)+)^2 / 2.
    """
    n = v.shape[1]
    row = np.arange(len(v))[:, None]
    sums, squares = _sums(v), _sums(v * v)
    end = np.arange(1, n + 1)
    # The first index that is cut off, by bisection: its excess is below the step.
    first, beyond = np.zeros(v.shape, dtype=np.intp), np.tile(end - 1, (len(v), 1))
    for _ in range(n.bit_length()):
        middle = (first + beyond) // 2
        excess = sums[:, 1:] - sums[row, middle] - (end - middle) * v[row, middle]
        is_cut = excess < step
        beyond = np.where(is_cut, middle, beyond)
        first = np.where(is_cut, first, np.minimum(middle + 1, beyond))
    count = end - first
    total = sums[:, 1:] - sums[row, first]
    level = (total - step) / count
    square = squares[:, 1:] - squares[row, first]
    cost = step * level + (square - 2 * level * total + count * level**2) / 2
    return level, cost


def _sums(v):
    """Sums of what lies before each index, and of everything, along rows."""
    sums = np.zeros((*v.shape[:-1], v.shape[-1] + 1))
    np.cumsum(v, axis=-1, out=sums[..., 1:])
    return sums


class _RunCosts:
    """What a run of sorted values costs, and what it becomes."""

    def __init__(self, v, low, low_cost, high, high_cost):
        self.v = v
        self.low, self.low_cost = low, low_cost
        self.high, self.high_cost = high, high_cost
        self.sums, self.squares = _sums(v), _sums(v * v)

    def collapsed(self, first, last):
        """The cost of a run that becomes its mean."""
        total = self.sums[last + 1] - self.sums[first]
        square = self.squares[last + 1] - self.squares[first]
        return (square - total * total / (last + 1 - first)) / 2

    def cost(self, first, last):
        """Costs of runs; the two arrays of indices broadcast."""
        clipped = self.low_cost[first] + self.high_cost[last]
        is_clipped = self.low[first] < self.high[last]
        return np.where(is_clipped, clipped, self.collapsed(first, last))

    def minimum(self, first, last):
        """The values of a run after the step."""
        v = self.v[first : last + 1]
        if self.low[first] < self.high[last]:
            return np.clip(v, self.low[first], self.high[last])
        return np.full(v.size, v.mean())

    def best_starts(self, before):
        """For each end r the first start l with the least before[l] + cost(l, r).

        The cost is the least f(l, lo) + g(r, hi) with lo <= hi, where f and g are
        submodular; so it is submodular itself, and the best start rises with the end:
        it lies between those of two ends around it.
        """
        n = self.v.size
        least, best = np.empty(n), np.empty(n, dtype=np.intp)
        stride, bounds = n + 1, np.array([0, n - 1])
        while stride > 1:
            known, stride = stride, max(1, -(-stride // _BRANCHES))
            ends = np.arange(stride - 1, n, stride)
            part = ends // known
            first = bounds[part]
            lengths = np.minimum(bounds[part + 1], ends) - first + 1
            block = np.cumsum(lengths) - lengths
            starts = np.arange(lengths.sum()) - np.repeat(block - first, lengths)
            cost = before[starts] + self.cost(starts, np.repeat(ends, lengths))
            least[ends] = np.minimum.reduceat(cost, block)
            at_least = np.flatnonzero(cost == np.repeat(least[ends], lengths))
            best[ends] = starts[at_least[np.searchsorted(at_least, block)]]
            # Rounding may put a later one of starts that are equally good first.
            rising = np.maximum.accumulate(best[ends])
            bounds = np.concatenate([[0], rising, [n - 1]])
        return least, best


def _best_cuts(run, n, n_runs):
    """The runs (first, last) of the cheapest split into at most ``n_runs``."""
    index = np.arange(n)
    best = run.cost(np.zeros(n, dtype=np.intp), index)
    all_starts = []
    for _ in range(n_runs - 2):
        least, starts = run.best_starts(np.concatenate([[np.inf], best[:-1]]))
        fewer = best <= least
        all_starts.append(np.where(fewer, -1, starts))
        best = np.where(fewer, best, least)
    # Of the last run the end is known.
    cost = np.concatenate([[np.inf], best[:-1]]) + run.cost(index, n - 1)
    start = int(np.argmin(cost))
    runs, last = [], n - 1
    if cost[start] < best[-1]:
        runs.append((start, last))
        last = start - 1
    for starts in all_starts[::-1]:
        if starts[last] >= 0:
            runs.append((starts[last], last))
            last = starts[last] - 1
    return [*runs, (0, last)]
