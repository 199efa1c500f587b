"""The function with at most so many maxima that is closest to a row, exactly.

With at most k maxima it consists of 2 k monotone runs, up and down in turn, and nothing
binds a run to the next. Among the best functions there is one whose runs up end at
maxima of the row and whose runs down end at its minima: elsewhere the end of a run can
be moved without a greater error. So a dynamic programme over these ends is exact.
"""

import numpy as np
from scipy.optimize import isotonic_regression

from sktopo._memory import check_memory


def fit_modes(x, n_modes, owner):
    """Minimise ||x - w||^2 over the w with at most ``n_modes`` maxima on a path.

    Parameters
    ----------
    x : ndarray of float64 of shape (n,)
        Of a size whose squares neither over- nor underflow.
    n_modes : int >= 1
    owner : str
        In whose name a MemoryError is raised.

    Returns
    -------
    ndarray of shape (n,)
    """
    # Means of centred values lose fewer digits; one that is far out moves no median.
    centred = x - np.median(x)
    up, down = _Runs(centred), _Runs(-centred)
    if n_modes > 1:
        needed = up.memory(n_modes - 1) + down.memory(n_modes)
        what = f"The exact fit of {owner} to {x.size} features"
        check_memory(needed, what, "Take method='penalty', or fewer features.")
        up.allocate()
        down.allocate()
    fitted, end = np.empty(x.size), x.size
    for start, rises in _best_runs(centred, n_modes, up, down):
        fitted[start:end] = isotonic_regression(x[start:end], increasing=rises).x
        end = start
    return fitted


def count_maxima(x):
    """How many maxima x has on a path, where neighbours of equal values are one."""
    signs = np.sign(np.diff(x))
    rises = np.concatenate([[True], signs[signs != 0] > 0, [False]])
    return np.count_nonzero(rises[:-1] & ~rises[1:])


def prefix_errors(x):
    """Squared errors of the isotonic regressions of x[:0], x[:1], ..., x.

    Parameters
    ----------
    x : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n + 1,)
    """
    errors = [0.0]
    # Of each block its mean, size and error, and the error of all blocks before it.
    blocks = []
    for mean in x.tolist():
        size, error, before = 1, 0.0, errors[-1]
        while blocks and blocks[-1][0] >= mean:
            other, n, its_error, before = blocks.pop()
            gap, size = other - mean, size + n
            share = n / size
            error += its_error + gap * gap * share * (size - n)
            mean += gap * share
        blocks.append((mean, size, error, before))
        errors.append(before + error)
    return np.array(errors)


def _best_runs(x, n_modes, up, down):
    """Starts of the best runs and whether they rise, from the last run to the first."""
    # In row m there are 2 m + 1 runs before one that goes down, 2 m + 2 before one up.
    down.prepare(n_modes)
    up.prepare(n_modes - 1)
    from_start = prefix_errors(x)
    down.before[0] = from_start[down.starts]
    if n_modes > 1:
        _fill(np.diff(x), up, down)

    least, run, row, k = from_start[-1], up, 0, -1
    for last_run, values in ((down, x), (up, -x)):
        to_end = prefix_errors(values[::-1])[::-1]
        totals = last_run.before + to_end[last_run.starts]
        if totals.size and totals.min() < least:
            least, run = totals.min(), last_run
            row, k = np.unravel_index(totals.argmin(), totals.shape)
    while k >= 0:
        yield run.starts[k], run is up
        k = run.came_from[row, k]
        row, run = (row, down) if run is up else (row - 1, up)
    yield 0, True


def _fill(steps, up, down):
    """The least errors of what may lie before each start, from left to right."""
    for j in np.flatnonzero(steps):
        run, other = (up, down) if steps[j] > 0 else (down, up)
        run.store(j)
        k = run.start_behind(j)
        errors = np.empty(0) if k is None else other.errors(j)
        if errors.size:
            # One more pair of runs lies before a run down, none before a run up.
            n_rows = len(up.before)
            totals = other.before[:n_rows, : errors.size] + errors
            run.came_from[-n_rows:, k] = totals.argmin(axis=1)
            run.before[-n_rows:, k] = totals.min(axis=1)


class _Runs:
    """Errors of nondecreasing runs, for all starts at once, one end after the other.

    The last block of the isotonic regression from i to j begins where the mean of the
    values up to j is greatest, and in front of it lies the regression of the rest. So
    the errors of runs that end at j follow from those of runs that end at ascents
    before j, which are stored.

    Parameters
    ----------
    x : ndarray of shape (n,)

    Attributes
    ----------
    starts : ndarray of int
        Where a run may start that is not the first one: behind the minima of x.
    before : ndarray of shape (n_rows, n_starts)
        The least errors of what lies before them.
    came_from : ndarray of shape (n_rows, n_starts)
        At which of its starts the run before begins; -1 for the first run.
    """

    def __init__(self, x):
        steps = np.diff(x)
        is_ascent = steps > 0
        uneven = np.flatnonzero(steps)
        rises = is_ascent[uneven]
        is_minimum = np.zeros(steps.size, dtype=bool)
        is_minimum[uneven] = rises & ~np.append(False, rises)[: rises.size]
        self.starts = np.flatnonzero(is_minimum) + 1
        # A block of an isotonic regression begins behind an ascent. What lies between
        # two ascents stays together; here in reverse order.
        self._blocks = np.append(0, np.flatnonzero(is_ascent) + 1)
        size = np.diff(self._blocks, append=x.size)
        mean = np.add.reduceat(x, self._blocks) / size
        error = np.add.reduceat((x - np.repeat(mean, size)) ** 2, self._blocks)
        self._parts = np.array([self._blocks, size, mean, error])[:, ::-1].copy()
        self._x, self._is_ascent = x, is_ascent
        # Up to each sample: how many starts, and how many blocks.
        self._n_starts = np.append(0, np.cumsum(is_minimum))
        self._n_blocks = np.append(0, np.cumsum(is_ascent)) + 1
        # For each block the errors of what ends before it, from each start in front of
        # it and from itself, where there is nothing to fit.
        self._sizes = self._n_starts[self._blocks]
        self._offsets = np.cumsum(self._sizes) - self._sizes

    def memory(self, n_rows):
        """Bytes that are needed."""
        return 8 * int(self._sizes.sum()) + 16 * n_rows * self.starts.size

    def allocate(self):
        """Make room for the errors that are stored."""
        self._stored = np.zeros(self._sizes.sum())

    def prepare(self, n_rows):
        """Nothing is known yet of what lies before the starts."""
        self.before = np.full((n_rows, self.starts.size), np.inf)
        self.came_from = np.full(self.before.shape, -1)

    def start_behind(self, j):
        """Which of the starts is j + 1, or None."""
        k = self._n_starts[j]
        return k if k < self._n_starts[j + 1] else None

    def store(self, j):
        """Keep the errors of runs up to j, an ascent."""
        errors = self.errors(j)
        first = self._offsets[self._n_blocks[j]]
        self._stored[first : first + errors.size] = errors

    def errors(self, j):
        """Errors of the runs from each start up to j, an ascent or a maximum."""
        n_blocks = self._n_blocks[j]
        first, size, mean, inside = self._parts[:, -n_blocks:]
        # From the last block to the first, sums of what is added to x[j]: they lose no
        # digits to values that lie further back.
        above = mean - self._x[j]
        if not self._is_ascent[j]:
            above[0] = 0.0  # a maximum, with nothing before it but equal values
        weighted = size * above
        total = np.cumsum(weighted)
        mean = total / (j + 1 - first)
        # Where the mean exceeds all means to its right; a start takes the next such
        # block, its own one included.
        greatest = np.maximum.accumulate(mean)
        is_greater = np.ones(n_blocks, dtype=bool)
        np.greater(greatest[1:], greatest[:-1], out=is_greater[1:])
        place = is_greater.nonzero()[0][::-1]
        block = n_blocks - 1 - place
        weighted *= above
        weighted[1:] += inside[1:]
        weighted[0] += self._is_ascent[j] * inside[0]
        square = np.cumsum(weighted)[place]
        error = np.maximum(square - total[place] * mean[place], 0.0)
        counts = self._sizes[block]
        counts[1:] -= counts[:-1].copy()
        index = np.repeat(self._offsets[block], counts)
        index += np.arange(index.size)
        errors = self._stored[index]
        errors += np.repeat(error, counts)
        return errors
