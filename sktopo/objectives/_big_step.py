"""Big steps: every cell that has to move with a birth or a death moves with it.

A gradient sees the two cells of a bar; the next ones in line stop it as soon as it
moves past them. All of them are the critical set: given a target for a birth or a
death, these cells move there, and the bar with them. Grids find them in the tree of
their basins; of simplicial complexes the reduced matrices name them:

- A death goes down with a column of V, up with a row of V^-1, where R = D V is the
  reduced boundary matrix.
- A birth goes up with a column, down with a row of the same for the coboundary.

Inside, superlevel sets are sublevel sets of the negative values.
"""

from typing import NamedTuple

import numpy as np
from scipy.sparse.linalg import lsmr

from sktopo.persistence import FINITE, NEVER, Bars, SimplexOrder, ranks_of

# Relative to the size of a row of the Jacobian: a damping that keeps simplices which
# nearly touch from wild steps, and costs a bar a ten-thousandth of its way.
_DAMPING = 1e-2
_TOLERANCE = 1e-5  # far below what the damping leaves open


class MovingBars(NamedTuple):
    """The bars of one dimension, and how far their ends are to move."""

    bars: Bars
    shift: np.ndarray  # (n_bars, 2)

    @property
    def is_finite(self):
        """Which bars die with a simplex; others die never or with the last value."""
        return self.bars.kind == FINITE


def big_step(complex_, bars):
    """The displacement of x that moves the bars.

    Parameters
    ----------
    complex_ : FilteredComplex
        With ``jacobian``, and ``critical_sets`` or ``cells``.
    bars : list of MovingBars

    Returns
    -------
    ndarray of shape (x.size,)
    """
    sign = -1.0 if complex_.superlevel else 1.0
    values = sign * complex_.values.astype(np.float64)
    bars = [_possible(part, sign, values, complex_) for part in bars]
    targets = _value_targets(complex_, values, bars)
    moved = np.flatnonzero(targets != values)
    residual = sign * (targets - values)[moved]
    return _least_squares(complex_.jacobian(moved), residual)


def _least_squares(jacobian, residual):
    """The damped step of least norm towards a residual."""
    size = np.linalg.norm(jacobian.data) / max(1, residual.size) ** 0.5
    if size == 0:
        return np.zeros(jacobian.shape[1])
    if jacobian.nnz == residual.size == np.unique(jacobian.indices).size:
        # Every value has an entry of x to itself and goes right where it should.
        return jacobian.T @ (residual / jacobian.data**2)
    return lsmr(
        jacobian, residual, damp=_DAMPING * size, atol=_TOLERANCE, btol=_TOLERANCE
    )[0]


def _possible(part, sign, values, complex_):
    """Ends at constants stay; a bar whose ends would pass each other ends as they meet.

    The vertices of a flag complex and coincident points are such constants.
    """
    indices = part.bars.indices
    ends = indices != NEVER
    used, place = np.unique(indices[ends], return_inverse=True)
    jacobian = complex_.jacobian(used)
    moves = jacobian.power(2) @ np.ones(jacobian.shape[1]) > 0
    shift = np.zeros(indices.shape)
    shift[ends] = sign * part.shift[ends] * moves[place.reshape(-1)]
    lifetime = values[indices[:, 1]] - values[indices[:, 0]]
    closing = shift[:, 0] - shift[:, 1]
    passes = ends[:, 1] & (closing > lifetime)
    shift[passes] *= (lifetime[passes] / closing[passes])[:, None]
    return part._replace(shift=shift)


def _value_targets(complex_, values, bars):
    """Where each value is to go.

    Of several targets on one side of a value the farthest holds; of targets on both
    sides the farther one, or the lower one if they are equally far.
    """
    lows, highs = np.full(values.size, np.inf), np.full(values.size, -np.inf)
    for part in bars:
        _aim_end(part, values, complex_.end()[0], lows, highs)
    bars = [part for part in bars if _by_cells(part).any()]
    if bars and complex_.critical_sets is not None:
        for part in bars:
            targets = values[part.bars.indices] + _by_cells(part)
            found = complex_.critical_sets(part.bars, targets)
            np.minimum(lows, found[0], out=lows)
            np.maximum(highs, found[1], out=highs)
    elif bars:
        top = max(part.bars.dimension for part in bars)
        simplices, where = complex_.cells(top, _n_values(values, complex_.order, bars))
        ranks = ranks_of(complex_.order)
        order = SimplexOrder(simplices, [ranks[index] for index in where])
        cell_lows = [np.full(len(index), np.inf) for index in where]
        cell_highs = [np.full(len(index), -np.inf) for index in where]
        for part in bars:
            _aim_critical_sets(part, values, order, where, cell_lows, cell_highs)
        _lower_faces(order, cell_lows)
        for index, low, high in zip(where, cell_lows, cell_highs, strict=True):
            np.minimum.at(lows, index, low)
            np.maximum.at(highs, index, high)
    down, up = np.maximum(values - lows, 0), np.maximum(highs - values, 0)
    return np.where(down >= up, np.minimum(values, lows), highs)


def _by_cells(part):
    """The shifts of all births and deaths but those at the end of the filtration."""
    shift = part.shift.copy()
    shift[~part.is_finite, 1] = 0
    return shift


def _aim_end(part, values, last, lows, highs):
    """Essential bars that die where the filtration ends: no simplex ends them.

    Down go all values between the target and the end, up goes that of the end alone.
    """
    shift = part.shift[~part.is_finite, 1]
    if not shift.any():
        return
    target = values[last] + shift.min(initial=0)
    passed = (values > target) & (values <= values[last])
    lows[passed] = np.minimum(lows[passed], target)
    highs[last] = max(highs[last], values[last] + shift.max(initial=0))


def _n_values(values, order, bars):
    """How many values come up to the last end of a bar, and up to its target.

    The complex up to there has the same bars up to there, and nothing later moves.
    """
    level = -np.inf
    for part in bars:
        births, deaths = values[part.bars.indices].T
        shift, dies = part.shift, part.is_finite
        level = max(level, births.max(), (births + shift[:, 0]).max())
        deaths, shift = deaths[dies], shift[dies, 1]
        level = max(
            level, deaths.max(initial=level), (deaths + shift).max(initial=level)
        )
    return int(np.searchsorted(values[order], level, side="right"))


def _aim_critical_sets(part, values, order, where, lows, highs):
    """Give the simplices that have to move with an end of a bar its target."""
    k, shift = part.bars.dimension, _by_cells(part)
    births, deaths = _simplices_of(part, order, where)
    targets = values[part.bars.indices] + shift

    def aim(moves, end, cells, sets_of, keep, bounds):
        if moves.any():
            which, found = sets_of()(cells[moves])
            keep.at(bounds, found, targets[moves, end][which])

    later, earlier = shift.T > 0, shift.T < 0
    up, down, top = np.maximum, np.minimum, k + 1
    # A matrix is reduced only where an end needs it.
    aim(later[0], 0, births, lambda: order.coboundary(k).columns, up, highs[k])
    aim(earlier[0], 0, births, lambda: order.coboundary(k).rows, down, lows[k])
    aim(later[1], 1, deaths, lambda: order.boundary(top).rows, up, highs[top])
    aim(earlier[1], 1, deaths, lambda: order.boundary(top).columns, down, lows[top])


def _lower_faces(order, lows):
    """No simplex comes before its faces."""
    for k in range(len(lows) - 1, 0, -1):
        low = np.flatnonzero(np.isfinite(lows[k]))
        faces = order.faces(k)[low]
        np.minimum.at(lows[k - 1], faces.ravel(), np.repeat(lows[k][low], k + 1))


def _simplices_of(part, order, where):
    """The simplices that bars begin and end with, -1 where none is needed.

    Bars that share both values are alike: any of their simplices will do.
    """
    k, indices, shift = part.bars.dimension, part.bars.indices, part.shift
    finite, essential = np.flatnonzero(part.is_finite), np.flatnonzero(~part.is_finite)
    births, deaths = np.full((2, len(indices)), -1, dtype=np.intp)
    if shift[finite].any():
        if shift[finite, 1].any():
            birth, death = order.boundary(k + 1).pairs.T
        else:
            death, birth = order.coboundary(k).pairs.T
        lives = where[k][birth] != where[k + 1][death]
        birth, death = birth[lives], death[lives]
        ours = finite[np.lexsort(indices[finite].T)]
        theirs = np.lexsort([where[k][birth], where[k + 1][death]])
        births[ours], deaths[ours] = birth[theirs], death[theirs]
    if shift[essential, 0].any():
        birth = order.essential(k)
        ours = essential[np.argsort(indices[essential, 0])]
        births[ours] = birth[np.argsort(where[k][birth])]
    return births, deaths
